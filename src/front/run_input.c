/* From what stands on the command line to a source of jobs. */
#include "front/run_cache.h"
#include "front/run_request.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <whet/pool.h>
#include <whet/units.h>

#include "base/log.h"
#include "base/mem.h"
#include "cluster/shard.h"
#include "run/overlap.h"

#define JOBS_MAX     4096
#define BASE_BYTES   ((size_t)64 << 20)
#define DESCRIBE_MAX ((size_t)4096)

int whet__run_jobs_parse(const char *text, unsigned *out, struct whet_error *err)
{
    unsigned cores = whet_pool_cores();
    size_t len = text != NULL ? strlen(text) : 0;
    double ratio = 0;
    unsigned long count = 0;

    if (text == NULL || strcmp(text, "auto") == 0) {
        *out = cores;
        return 0;
    }
    if (len > 1 && text[len - 1] == '%') {
        if (whet_percent_parse(text, JOBS_MAX, &ratio, NULL) == 0 && ratio > 0 &&
            ratio * cores <= JOBS_MAX)
            count = ratio * cores < 1 ? 1 : (unsigned long)(ratio * cores + 0.5);
    } else if (len > 0 && len <= 4 && strspn(text, "0123456789") == len) {
        count = strtoul(text, NULL, 10);
    }
    if (count == 0 || count > JOBS_MAX)
        return whet_error_set(
            err, -EINVAL,
            "wrong value for --jobs: '%.64s': auto, a number from 1 to %d, or "
            "a percentage of the cores is expected",
            text, JOBS_MAX);
    *out = (unsigned)count;
    return 0;
}

/* Of several for one name the last counts, as with env(1). */
static int is_overridden(const char *const *given, size_t at, size_t count)
{
    size_t name = strcspn(given[at], "=") + 1;

    for (size_t i = at + 1; i < count; i++)
        if (strncmp(given[at], given[i], name) == 0)
            return 1;
    return 0;
}

/* Limits and surroundings that all jobs share. */
static int like_make(struct whet_run_input *in, const struct whet_run_request *r,
                     struct whet_error *err)
{
    const char *const *given = r->env != NULL ? r->env->items : NULL;
    size_t count = r->env != NULL ? r->env->len : 0, kept = 0;

    in->like = (struct whet_run_job){.cwd = r->cwd,
                                     .timeout_ns = r->timeout_ns,
                                     .memory_bytes = r->memory_bytes,
                                     .retries = r->retries,
                                     .retry_delay_ns = r->retry_delay_ns};
    if (r->strict) {
        in->like.base = whet__run_cache_environment(&in->base, r);
        if (in->like.base == NULL)
            return whet_error_set(err, -ENOMEM, "out of memory: '--strict'");
    }
    if (count == 0)
        return 0;
    in->env = whet__mem_zalloc(count + 1, sizeof(*in->env));
    if (in->env == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory: '--env'");
    for (size_t i = 0; i < count; i++) {
        const char *equals = strchr(given[i], '=');

        if (equals == NULL || equals == given[i])
            return whet_error_set(err, -EINVAL,
                                  "wrong value for --env: '%.200s': NAME=VALUE is expected",
                                  given[i]);
        if (!is_overridden(given, i, count))
            in->env[kept++] = given[i];
    }
    in->like.env = in->env;
    return 0;
}

/* What commands declare that do not say so themselves; with a template it has places. */
static int declares_make(struct whet_run_input *in, const struct whet_run_request *r,
                         size_t lists, struct whet_error *err)
{
    const char *const *none = NULL;
    int rc = whet__declares_init(&in->declares, r->inputs, r->outputs, r->depfile, lists, err);

    in->declares_open = rc == 0;
    if (rc != 0 || lists > 0)
        return rc;
    return whet__declares_fill(&in->declares, &none, 1, 0, 0, &in->base, &in->like, err);
}

static void note_overlap(const struct whet_run_job *reader, const struct whet_run_job *maker,
                         const char *name)
{
    struct whet_text one, two;

    whet__text_init(&one, DESCRIBE_MAX);
    whet__text_init(&two, DESCRIBE_MAX);
    whet__job_describe(reader, &one);
    whet__job_describe(maker, &two);
    whet__log(WHET_LOG_WARNING,
              "'%.200s' reads '%.200s', which '%.200s' makes, and may run before it: say so by "
              "needs",
              whet__text_str(&one), name, whet__text_str(&two));
    whet__text_clear(&one);
    whet__text_clear(&two);
}

int whet__run_input_graph(struct whet_run_input *in, struct whet_error *err)
{
    int rc = whet__needs_init(&in->needs, &in->jobs, err);

    if (rc == 0)
        rc = whet__overlap_check(&in->needs, note_overlap, err);
    if (rc == 0)
        in->source = whet__needs_source(&in->needs);
    return rc;
}

/* All of them, before the first is run: any may need any other. */
static int read_json(struct whet_run_input *in, const struct whet_run_request *r,
                     struct whet_error *err)
{
    struct pollfd ready = {in->lines.fd, POLLIN, 0};
    const char *line;
    size_t len;
    int rc;

    whet__jobs_init(&in->jobs, in->lines.name);
    in->jobs_open = 1;
    while ((rc = whet__lines_next(&in->lines, &line, &len, err)) != 0) {
        if (rc == -EAGAIN && poll(&ready, 1, -1) < 0)
            return whet_error_set(err, -errno, "cannot read commands: %s", strerror(errno));
        if (rc == 1 && line[strspn(line, " \t\r")] != '\0')
            rc = whet__jobs_add_json(&in->jobs, line, len, (unsigned)in->lines.number, r->shell,
                                     &in->like, err);
        if (rc < 0 && rc != -EAGAIN)
            return rc;
    }
    return rc == 0 ? whet__run_input_graph(in, err) : rc;
}

static int is_json(struct whet_run_input *in, const struct whet_run_request *r, int *out,
                   struct whet_error *err)
{
    char first = '\0';
    int rc = 0;

    if (r->format == WHET_RUN_FORMAT_AUTO)
        rc = whet__lines_peek(&in->lines, &first, err);
    *out = r->format == WHET_RUN_FORMAT_JSON || first == '{';
    if (rc >= 0 && (first == '[' || (unsigned char)first == 0xEF))
        return whet_error_set(err, -EINVAL, "%s: '%.200s': %s",
                              first == '[' ? "an array" : "a byte order mark", in->lines.name,
                              first == '[' ? "an object on each line is expected, as jq -c "
                                             "'.[]' writes them, or a command (--format lines)"
                                           : "remove it");
    return rc < 0 ? rc : 0;
}

static int open_lines(struct whet_run_input *in, const struct whet_run_request *r,
                      struct whet_error *err)
{
    int json = 0;
    int rc = whet__lines_open(&in->lines, r->file != NULL ? r->file : "-",
                              r->null_ends ? '\0' : '\n', err);

    if (rc != 0)
        return rc;
    in->lines_open = 1;
    rc = is_json(in, r, &json, err);
    if (rc != 0 || json)
        return rc != 0 ? rc : read_json(in, r, err);
    in->source = whet__source_lines(&in->from_lines, &in->lines, r->shell, &in->like);
    if (whet__global_progress(r->global))
        in->source.about = whet__lines_about(&in->lines, 1);
    return 0;
}

/* An option behind the first command is taken for a command; better said than run. */
static int check_operands(const struct whet_run_request *r, size_t count,
                          struct whet_error *err)
{
    for (size_t i = 1; i < count && !r->words; i++)
        if (r->operands[i][0] == '-' && r->operands[i][1] != '\0')
            return whet_error_set(err, -EINVAL,
                                  "an option behind a command: '%.100s': put options first, or "
                                  "-- before the words of one command",
                                  r->operands[i]);
    return 0;
}

/* The words of one command, ended by NULL. */
static int words_take(struct whet_run_input *in, const struct whet_run_request *r, size_t count,
                      struct whet_error *err)
{
    in->words = whet__mem_zalloc(count + 1, sizeof(*in->words));
    if (in->words == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory: 'command'");
    memcpy(in->words, r->operands, count * sizeof(*in->words));
    return 0;
}

static int open_template(struct whet_run_input *in, const struct whet_run_request *r,
                         size_t count, struct whet_error *err)
{
    int rc = 0;

    if (count == 0)
        return whet_error_set(err, -EINVAL,
                              "no command before '%s': whet run 'gzip {}' ::: FILE",
                              r->operands[0]);
    if (!r->words && count > 1)
        return whet_error_set(
            err, -EINVAL,
            "more than one command before '%s': '%.200s': quote it as one, or "
            "put -- before its words",
            r->operands[count], r->operands[1]);
    rc = whet__inputs_open(&in->inputs, r->operands + count, r->operand_count - count,
                           r->null_ends ? '\0' : '\n', err);
    if (rc != 0)
        return rc;
    in->inputs_open = 1;
    if (r->words) {
        rc = words_take(in, r, count, err);
        if (rc == 0)
            rc = whet__template_words(&in->template, in->words, in->inputs.list_count, err);
    } else {
        rc = whet__template_line(&in->template, r->operands[0], r->shell, in->inputs.list_count,
                                 err);
    }
    if (rc != 0)
        return rc;
    in->template_open = 1;
    if (r->max_args > 1)
        rc = whet__template_split(&in->template, err);
    if (rc != 0)
        return rc;
    rc = declares_make(in, r, in->inputs.list_count, err);
    if (rc == 0)
        in->source = whet__source_template(&in->from_template, &in->template, &in->inputs,
                                           &in->declares, r->max_args, &in->like);
    if (rc == 0 && whet__global_progress(r->global))
        in->source.about =
            whet__inputs_about(&in->inputs) / (r->max_args > 1 ? r->max_args : 1);
    in->template_rows = rc == 0;
    return rc;
}

static int next_words(void *ctx, unsigned slot, struct whet_arena *arena,
                      struct whet_run_job *out, struct whet_error *err)
{
    struct whet_run_input *in = ctx;

    (void)slot;
    (void)arena;
    (void)err;
    if (in->words_given++ > 0)
        return 0;
    *out = in->like;
    out->argv = in->words;
    out->number = 1;
    return 1;
}

/* xargs and parallel take lines of standard input as inputs; here they have to be asked for. */
static void note_place(const struct whet_run_request *r, size_t count)
{
    struct stat st;

    if (fstat(STDIN_FILENO, &st) != 0 || !(S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode)))
        return;
    for (size_t i = 0; i < count; i++)
        if (strstr(r->operands[i], "{}") != NULL) {
            whet__log(WHET_LOG_WARNING,
                      "'{}' stays as it is: put ':::: -' behind the command for inputs from "
                      "standard input");
            return;
        }
}

static int open_operands(struct whet_run_input *in, const struct whet_run_request *r,
                         struct whet_error *err)
{
    size_t count = 0;
    int rc;

    while (count < r->operand_count && !whet__inputs_is_mark(r->operands[count]))
        count++;
    rc = check_operands(r, count, err);
    if (rc != 0)
        return rc;
    if (r->file != NULL)
        return whet_error_set(err, -EINVAL,
                              "both a file of commands and a command: '%.200s': give one",
                              r->operands[0]);
    if (count < r->operand_count)
        return open_template(in, r, count, err);
    note_place(r, count);
    rc = declares_make(in, r, 0, err);
    if (rc != 0)
        return rc;
    if (!r->words) {
        in->source =
            whet__source_array(&in->from_lines, r->operands, count, r->shell, &in->like);
        return 0;
    }
    if (r->shell)
        return whet_error_set(err, -EINVAL,
                              "--shell is for a command line: '%.200s': leave out '--'",
                              r->operands[0]);
    in->source = (struct whet_job_source){.ctx = in, .total = 1, .fd = -1, .next = next_words};
    return words_take(in, r, count, err);
}

/* Leaves out what is other shards'. */
static int open_shard(struct whet_run_input *in, const struct whet_run_request *r,
                      struct whet_error *err)
{
    struct whet_shard shard;
    int rc = whet__shard_read(r->shard, &shard, err);

    if (rc != 0 || shard.number == 0)
        return rc;
    return whet__source_shard(&in->shard, &in->source, in->jobs_open ? &in->needs : NULL,
                              shard.number, shard.of, err);
}

int whet__run_input_open(struct whet_run_input *in, const struct whet_run_request *r,
                         struct whet_error *err)
{
    int rc;

    memset(in, 0, sizeof(*in));
    whet__arena_init(&in->base, BASE_BYTES);
    rc = like_make(in, r, err);
    if (rc == 0 && (r->project || r->operand_count == 0))
        rc = declares_make(in, r, 0, err);
    if (rc == 0 && r->project)
        rc = whet__run_input_project(in, r, err);
    else if (rc == 0 && r->operand_count > 0)
        rc = open_operands(in, r, err);
    else if (rc == 0 && r->file == NULL && isatty(STDIN_FILENO))
        rc = whet_error_set(err, -EINVAL,
                            "no command: 'whet run': give commands, or --file FILE");
    else if (rc == 0)
        rc = open_lines(in, r, err);
    if (rc == 0)
        rc = open_shard(in, r, err);
    if (rc != 0)
        whet__run_input_close(in);
    return rc;
}

void whet__run_input_close(struct whet_run_input *in)
{
    if (in->lines_open)
        whet__lines_close(&in->lines);
    if (in->inputs_open)
        whet__inputs_close(&in->inputs);
    if (in->template_open)
        whet__template_clear(&in->template);
    if (in->template_rows)
        whet__source_template_clear(&in->from_template);
    if (in->declares_open)
        whet__declares_clear(&in->declares);
    whet__source_shard_clear(&in->shard);
    whet__needs_clear(&in->needs);
    if (in->jobs_open)
        whet__jobs_clear(&in->jobs);
    if (in->project_open)
        whet__project_clear(&in->project);
    whet__text_clear(&in->path);
    whet__mem_free(in->words);
    whet__mem_free(in->env);
    whet__arena_clear(&in->base);
    memset(in, 0, sizeof(*in));
}
