/* The commands of whet.yaml as jobs. They run in the project's folder, wherever we are. */
#include "front/run_request.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "run/command.h"

#define PATH_BYTES ((size_t)1 << 16)

static const struct whet_project_command *command_at(const struct whet_run_input *in, size_t i)
{
    return (const struct whet_project_command *)in->project.commands.items + i;
}

static size_t command_find(const struct whet_run_input *in, const char *name)
{
    size_t i = 0;

    while (i < in->project.commands.len && strcmp(command_at(in, i)->name, name) != 0)
        i++;
    return i;
}

static int refuse_name(const struct whet_run_input *in, const char *name,
                       struct whet_error *err)
{
    const char *names[WHET_PROJECT_COMMANDS_MAX], *nearest;

    for (size_t i = 0; i < in->project.commands.len; i++)
        names[i] = command_at(in, i)->name;
    nearest = whet__nearest(name, names, in->project.commands.len);
    if (nearest != NULL)
        return whet_error_set(err, -EINVAL, "no such command: '%.100s': did you mean '%s'?",
                              name, nearest);
    return whet_error_set(err, -EINVAL, "no such command: '%.100s': look into '%.300s'", name,
                          whet__text_str(&in->path));
}

/* What `chosen` need is chosen, too, until nothing more comes. A need that nobody has is
 * the graph's to refuse. */
static void choose_needs(const struct whet_run_input *in, unsigned char *chosen)
{
    for (int more = 1; more;) {
        more = 0;
        for (size_t i = 0; i < in->project.commands.len; i++) {
            const char *const *needs = chosen[i] ? command_at(in, i)->needs : NULL;

            for (; needs != NULL && *needs != NULL; needs++) {
                size_t n = command_find(in, *needs);

                if (n < in->project.commands.len && !chosen[n])
                    more = chosen[n] = 1;
            }
        }
    }
}

static int choose(const struct whet_run_input *in, const struct whet_run_request *r,
                  unsigned char *chosen, struct whet_error *err)
{
    size_t count = 0;

    for (size_t i = 0; i < r->operand_count; i++) {
        size_t n = command_find(in, r->operands[i]);

        if (n == in->project.commands.len)
            return refuse_name(in, r->operands[i], err);
        chosen[n] = 1;
    }
    for (size_t i = 0; i < in->project.commands.len; i++) {
        const char *category = command_at(in, i)->category;

        if (r->operand_count == 0)
            chosen[i] = 1;
        if (r->category != NULL && (category == NULL || strcmp(category, r->category) != 0))
            chosen[i] = 0;
        count += chosen[i];
    }
    if (count == 0)
        return whet_error_set(
            err, -EINVAL, "no commands to run: '%.300s': %s", whet__text_str(&in->path),
            r->category != NULL ? "none is of this category" : "it has no 'commands'");
    choose_needs(in, chosen);
    return 0;
}

/* The project's folder, and `below` in it. NULL: no memory. */
static const char *folder_of(struct whet_run_input *in, const char *below)
{
    const char *path = whet__text_str(&in->path), *slash = strrchr(path, '/');
    struct whet_text text;
    const char *made = NULL;

    whet__text_init(&text, 2 * PATH_BYTES);
    if (below == NULL || below[0] != '/')
        whet__text_append(&text, path, slash > path ? (size_t)(slash - path) : 1);
    if (below != NULL && below[0] != '/')
        whet__text_putc(&text, '/');
    if (below != NULL)
        whet__text_puts(&text, below);
    if (whet__text_error(&text) == 0)
        made = whet__arena_strndup(&in->jobs.arena, whet__text_str(&text), text.len);
    whet__text_clear(&text);
    return made;
}

/* What the command leaves out is as on the command line. */
static int add_command(struct whet_run_input *in, const struct whet_project_command *c,
                       struct whet_error *err)
{
    struct whet_run_job job = in->like;
    int rc = 0;

    job.name = c->name;
    job.category = c->category;
    job.type = (enum whet_job_type)(c->type + 1);
    job.argv = c->argv;
    job.env =
        c->env != NULL ? whet__job_env(&in->jobs.arena, c->env, in->like.env) : in->like.env;
    job.cwd = folder_of(in, c->cwd);
    job.inputs = c->inputs != NULL ? c->inputs : job.inputs;
    job.outputs = c->outputs != NULL ? c->outputs : job.outputs;
    job.depfile = c->depfile != NULL ? c->depfile : job.depfile;
    job.needs = c->needs;
    job.timeout_ns = c->timeout_ns != 0 ? c->timeout_ns : job.timeout_ns;
    job.memory_bytes = c->memory_bytes != 0 ? c->memory_bytes : job.memory_bytes;
    job.retries =
        c->retries != WHET_PROJECT_RETRIES_UNSAID ? (unsigned)c->retries : job.retries;
    job.retry_delay_ns = c->retry_delay_ns != 0 ? c->retry_delay_ns : job.retry_delay_ns;
    job.line = c->line_number;
    job.column = c->column;
    if (job.cwd == NULL || (c->env != NULL && job.env == NULL))
        return whet_error_set(err, -ENOMEM, "out of memory: 'commands'");
    if (c->line != NULL)
        rc = whet__command_words(c->line, c->shell, NULL, 0, &in->jobs.arena, &job.argv, err);
    if (rc == -EINVAL)
        whet_error_at(err, whet__text_str(&in->path), job.line, job.column);
    return rc == 0 ? whet__jobs_add(&in->jobs, &job, err) : rc;
}

static int check_request(const struct whet_run_request *r, struct whet_error *err)
{
    if (r->file != NULL || r->shell || r->words || r->cwd != NULL)
        return whet_error_set(err, -EINVAL,
                              "--project does not go with --file, --shell, --cwd and words "
                              "behind --: whet.yaml says what is run, and where");
    return 0;
}

static int load(struct whet_run_input *in, const char *from, struct whet_error *err)
{
    int rc;

    whet__text_clear(&in->path);
    whet__text_init(&in->path, PATH_BYTES);
    rc = whet__project_find(from, &in->path);
    if (rc != 0)
        return whet_error_set(err, rc, "no whet.yaml here or above: see whet-config(5)");
    rc = whet__project_load(&in->project, whet__text_str(&in->path), err);
    in->project_open = rc == 0;
    return rc;
}

int whet__run_input_commands(struct whet_run_input *in, const struct whet_run_request *r,
                             const char *from, struct whet_error *err)
{
    unsigned char chosen[WHET_PROJECT_COMMANDS_MAX] = {0};
    int rc = load(in, from, err);

    if (rc != 0)
        return rc;
    in->jobs.file = whet__text_str(&in->path);
    in->tuned_jobs = (unsigned)whet__project_scan(&in->project).jobs;
    rc = choose(in, r, chosen, err);
    for (size_t i = 0; rc == 0 && i < in->project.commands.len; i++)
        if (chosen[i])
            rc = add_command(in, command_at(in, i), err);
    return rc;
}

int whet__run_input_project(struct whet_run_input *in, const struct whet_run_request *r,
                            struct whet_error *err)
{
    int rc = check_request(r, err);

    if (rc != 0)
        return rc;
    whet__jobs_init(&in->jobs, NULL);
    in->jobs_open = 1;
    rc = whet__run_input_commands(in, r, ".", err);
    return rc == 0 ? whet__run_input_graph(in, err) : rc;
}
