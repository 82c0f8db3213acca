/* Commands from C. Expected load: tens to thousands of commands, each a process; what is
 * done here for each is a copy of its texts. */
#include <whet/executor.h>

#include <errno.h>
#include <string.h>

#include <whet/pool.h>

#include "base/mem.h"
#include "front/executor_told.h"
#include "front/run_cache.h"
#include "front/run_pace.h"
#include "front/run_request.h"
#include "run/command.h"

#define JOBS_MAX   4096
#define PASS_MAX   1000
#define BASE_BYTES ((size_t)64 << 20)
#define CACHE_MIN  ((uint64_t)1 << 20)
#define FLAGS      (2 * WHET_EXECUTOR_STRICT - 1) /* all of them, as it is the last */

_Static_assert((int)WHET_SIZING_AUTO == (int)WHET_JOB_UNSAID &&
                   (int)WHET_SIZING_IO == (int)WHET_JOB_IO &&
                   (int)WHET_SIZING_MIXED == (int)WHET_JOB_MIXED,
               "both lists are one");

struct whet_executor {
    struct whet_executor_options options;
    struct whet_run_request request; /* the same, as the parts of `whet run` take it */
    struct whet_vec pass;
    struct whet_run_input in;
    int running; /* 1: a callback that asks for more has to wait */
    char note[WHET_RUN_CACHE_NOTE];
};

static const struct whet_executor_options defaults;

static int out_of_memory(struct whet_error *err)
{
    return whet_error_set(err, -ENOMEM, "out of memory: 'executor'");
}

static int is_running(const struct whet_executor *e, struct whet_error *err)
{
    return e->running ? whet_error_set(err, -EBUSY, "it runs: 'executor': when it has ended")
                      : 0;
}

static int is_set(const struct whet_executor *e, unsigned flag)
{
    return (e->options.flags & flag) != 0;
}

static int take_options(struct whet_executor *e, struct whet_error *err)
{
    const struct whet_executor_options *o = &e->options;

    if (o->jobs > JOBS_MAX)
        return whet_error_set(err, -EINVAL, "out of range: 'jobs': %u: at most %d", o->jobs,
                              JOBS_MAX);
    if (o->flags & ~(unsigned)FLAGS)
        return whet_error_set(err, -EINVAL, "out of range: 'flags': %#x", o->flags);
    if (o->cache_bytes != 0 && o->cache_bytes < CACHE_MIN)
        return whet_error_set(err, -EINVAL, "out of range: 'cache_bytes': at least 1 MiB");
    for (size_t i = 0; o->pass != NULL && o->pass[i] != NULL; i++) {
        const char **name = whet__vec_push(&e->pass);

        if (name == NULL)
            return out_of_memory(err);
        *name = o->pass[i];
    }
    e->request = (struct whet_run_request){.cache = is_set(e, WHET_EXECUTOR_CACHE),
                                           .force = is_set(e, WHET_EXECUTOR_FORCE),
                                           .cache_failures = is_set(e, WHET_EXECUTOR_FAILURES),
                                           .anywhere = is_set(e, WHET_EXECUTOR_ANYWHERE),
                                           .strict = is_set(e, WHET_EXECUTOR_STRICT),
                                           .cache_dir = o->cache_dir,
                                           .cache_size = o->cache_bytes,
                                           .remote = o->remote,
                                           .pass = &e->pass};
    if (!e->request.strict)
        return 0;
    e->in.like.base = whet__run_cache_environment(&e->in.base, &e->request);
    return e->in.like.base != NULL ? 0 : out_of_memory(err);
}

int whet_executor_new(struct whet_executor **out, const struct whet_executor_options *options,
                      struct whet_error *err)
{
    struct whet_executor *e = whet__mem_zalloc(1, sizeof(*e));
    int rc;

    if (e == NULL)
        return out_of_memory(err);
    e->options = options != NULL ? *options : defaults;
    whet__vec_init(&e->pass, sizeof(const char *), PASS_MAX);
    whet__arena_init(&e->in.base, BASE_BYTES);
    whet__jobs_init(&e->in.jobs, NULL);
    e->in.jobs_open = 1;
    rc = take_options(e, err);
    if (rc == 0)
        *out = e;
    else
        whet_executor_free(e);
    return rc;
}

void whet_executor_free(struct whet_executor *executor)
{
    if (executor == NULL)
        return;
    whet__run_input_close(&executor->in);
    whet__vec_clear(&executor->pass);
    whet__mem_free(executor);
}

/* Copies into the arena of the jobs; *failed becomes 1 where there is no room. */
static const char *copy_text(struct whet_arena *arena, const char *text, int *failed)
{
    const char *made = text != NULL ? whet__arena_strndup(arena, text, strlen(text)) : NULL;

    *failed |= text != NULL && made == NULL;
    return made;
}

static const char *const *copy_list(struct whet_arena *arena, const char *const *list,
                                    int *failed)
{
    const char **made;
    size_t count = 0;

    if (list == NULL)
        return NULL;
    while (list[count] != NULL)
        count++;
    made = whet__arena_zalloc(arena, count + 1, sizeof(*made));
    for (size_t i = 0; made != NULL && i < count; i++)
        made[i] = copy_text(arena, list[i], failed);
    *failed |= made == NULL;
    return made;
}

static int check_command(const struct whet_executor_command *c, struct whet_error *err)
{
    const char *name = c->name != NULL ? c->name : c->line != NULL ? c->line : "";

    if ((c->line != NULL) == (c->argv != NULL && c->argv[0] != NULL))
        return whet_error_set(err, -EINVAL,
                              "a line or words are expected, and not both: '%.200s'", name);
    if (c->shell && c->line == NULL)
        return whet_error_set(err, -EINVAL, "a line is expected for a shell: '%.200s'", name);
    if ((unsigned)c->type > WHET_SIZING_MIXED)
        return whet_error_set(err, -EINVAL, "no such type: %u: '%.200s'", (unsigned)c->type,
                              name);
    for (size_t i = 0; c->env != NULL && c->env[i] != NULL; i++)
        if (c->env[i][0] == '=' || strchr(c->env[i], '=') == NULL)
            return whet_error_set(err, -EINVAL, "NAME=value is expected: '%.200s': '%.200s'",
                                  c->env[i], name);
    return 0;
}

int whet_executor_add(struct whet_executor *executor,
                      const struct whet_executor_command *command, struct whet_error *err)
{
    struct whet_arena *arena = &executor->in.jobs.arena;
    struct whet_run_job job = executor->in.like;
    int failed = 0, rc = is_running(executor, err);
    const char *line;

    if (rc == 0)
        rc = check_command(command, err);
    if (rc != 0)
        return rc;
    line = copy_text(arena, command->line, &failed);
    job.name = copy_text(arena, command->name, &failed);
    job.category = copy_text(arena, command->category, &failed);
    job.argv = copy_list(arena, command->argv, &failed);
    job.type = (enum whet_job_type)command->type;
    job.env = copy_list(arena, command->env, &failed);
    job.cwd = copy_text(arena, command->cwd, &failed);
    job.inputs = copy_list(arena, command->inputs, &failed);
    job.outputs = copy_list(arena, command->outputs, &failed);
    job.depfile = copy_text(arena, command->depfile, &failed);
    job.needs = copy_list(arena, command->needs, &failed);
    job.timeout_ns = command->timeout_ns;
    job.memory_bytes = command->memory_bytes;
    job.retries = command->retries;
    job.retry_delay_ns = command->retry_delay_ns;
    if (failed)
        return out_of_memory(err);
    if (line != NULL)
        rc = whet__command_words(line, command->shell, NULL, 0, arena, &job.argv, err);
    return rc == 0 ? whet__jobs_add(&executor->in.jobs, &job, err) : rc;
}

/* It is as if nobody had asked for it: another may be. */
static void project_drop(struct whet_executor *e, size_t commands)
{
    e->in.jobs.items.len = commands;
    e->in.jobs.file = NULL;
    e->in.tuned_jobs = 0;
    if (e->in.project_open)
        whet__project_clear(&e->in.project);
    e->in.project_open = 0;
}

int whet_executor_add_project(struct whet_executor *executor, const char *path,
                              const char *const *names, struct whet_error *err)
{
    struct whet_run_request *r = &executor->request;
    size_t before = executor->in.jobs.items.len;
    int rc = is_running(executor, err);

    if (rc != 0)
        return rc;
    if (executor->in.project_open)
        return whet_error_set(err, -EALREADY, "commands of a whet.yaml are there: '%.200s'",
                              whet__text_str(&executor->in.path));
    r->operands = names;
    for (r->operand_count = 0; names != NULL && names[r->operand_count] != NULL;)
        r->operand_count++;
    rc = whet__run_input_commands(&executor->in, r, path, err);
    if (rc != 0)
        project_drop(executor, before);
    return rc;
}

static int run(struct whet_executor *e, struct whet_results *results, unsigned jobs,
               struct whet_executor_counts *out, struct whet_error *err)
{
    const struct whet_executor_options *o = &e->options;
    int given = o->jobs != 0 || e->in.tuned_jobs != 0;
    int keep_going = is_set(e, WHET_EXECUTOR_KEEP_GOING);
    struct whet_run_counts counts = {0};
    struct whet_run_pace_keeper pace;
    struct whet_executor_told told;
    int rc = whet__run_pace_open(&pace, jobs, is_set(e, WHET_EXECUTOR_ADAPT));

    if (rc != 0)
        return out_of_memory(err);
    whet__executor_told_init(&told, o, results);
    rc = whet__executor_run(
        &(struct whet_run_options){
            .source = e->in.source,
            .hooks = whet__executor_told_hooks(&told),
            .jobs = jobs,
            .pace = pace.adapt != NULL ? whet__run_pace(&pace) : (struct whet_run_pace){0},
            .io_jobs = given ? 0 : whet__run_pace_io(&e->in.jobs),
            .halt = keep_going ? WHET_RUN_HALT_NEVER : WHET_RUN_HALT_SOON,
            .order = WHET_SHOW_FINISH,
            .grace_ns = o->grace_ns,
            .sink = {.write = whet__executor_told_nothing},
            .keep_bytes = WHET_RESULTS_PRINTED},
        &counts, err);
    if (rc == 0)
        whet__executor_told_counts(&counts, e->in.jobs.items.len, 1, out);
    whet__executor_told_clear(&told);
    whet__run_pace_close(&pace);
    return rc;
}

int whet_executor_run(struct whet_executor *executor, struct whet_executor_counts *out,
                      struct whet_error *err)
{
    struct whet_executor *e = executor;
    unsigned jobs = e->options.jobs != 0 ? e->options.jobs
                    : e->in.tuned_jobs   ? e->in.tuned_jobs
                                         : whet_pool_cores();
    struct whet_run_cache cache = {0};
    int rc = is_running(e, err);

    if (rc != 0)
        return rc;
    if (e->in.jobs.items.len == 0) {
        *out = (struct whet_executor_counts){0};
        return 0;
    }
    e->running = 1;
    e->note[0] = '\0';
    rc = whet__run_input_graph(&e->in, err);
    if (rc == 0)
        rc = whet__run_cache_open(&cache, &e->request, 1, err);
    if (rc == 0)
        rc = run(e, cache.results, jobs, out, err);
    whet__run_cache_close(&cache, e->note, sizeof(e->note));
    whet__needs_clear(&e->in.needs);
    e->running = 0;
    return rc;
}

const char *whet_executor_note(const struct whet_executor *executor)
{
    return executor->note[0] != '\0' ? executor->note : NULL;
}
