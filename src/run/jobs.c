/* Jobs kept in memory, and jobs as JSON. Expected load: up to a hundred thousand lines. */
#include "run/jobs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <whet/units.h>

#include "base/nearest.h"
#include "data/json_in.h"
#include "run/command.h"

#define ARENA_MAX   ((size_t)4 << 30)
#define RETRIES_MAX 1000
#define SECOND_NS   1e9

enum key {
    KEY_ARGV,
    KEY_CATEGORY,
    KEY_COMMAND,
    KEY_CWD,
    KEY_DEPFILE,
    KEY_ENV,
    KEY_INPUTS,
    KEY_MEMORY,
    KEY_NAME,
    KEY_NEEDS,
    KEY_OUTPUTS,
    KEY_RETRIES,
    KEY_RETRY_DELAY,
    KEY_SHELL,
    KEY_TIMEOUT,
    KEY_TYPE,
    KEYS
};

static const char *const keys[KEYS] = {
    [KEY_ARGV] = "argv",
    [KEY_CATEGORY] = "category",
    [KEY_COMMAND] = "command",
    [KEY_CWD] = "cwd",
    [KEY_DEPFILE] = "depfile",
    [KEY_ENV] = "env",
    [KEY_INPUTS] = "inputs",
    [KEY_MEMORY] = "memory",
    [KEY_NAME] = "name",
    [KEY_NEEDS] = "needs",
    [KEY_OUTPUTS] = "outputs",
    [KEY_RETRIES] = "retries",
    [KEY_RETRY_DELAY] = "retry_delay",
    [KEY_SHELL] = "shell",
    [KEY_TIMEOUT] = "timeout",
    [KEY_TYPE] = "type",
};

/* One object while it is read. */
struct reader {
    struct whet_jobs *jobs;
    struct whet_run_job job;
    const char *command;
    int shell;
    struct whet_error *err;
};

void whet__jobs_init(struct whet_jobs *j, const char *file)
{
    whet__vec_init(&j->items, sizeof(struct whet_run_job), WHET_JOBS_MAX);
    whet__arena_init(&j->arena, ARENA_MAX);
    j->file = file;
}

void whet__jobs_clear(struct whet_jobs *j)
{
    whet__vec_clear(&j->items);
    whet__arena_clear(&j->arena);
}

int whet__jobs_add(struct whet_jobs *j, const struct whet_run_job *job, struct whet_error *err)
{
    struct whet_run_job *slot = whet__vec_push(&j->items);

    if (slot == NULL)
        return whet_error_set(err, j->items.len == WHET_JOBS_MAX ? -EFBIG : -ENOMEM,
                              "too many jobs, or out of memory: %zu are held", j->items.len);
    *slot = *job;
    slot->number = j->items.len;
    return 0;
}

static int refuse(const struct reader *r, const char *key, const char *expected)
{
    return whet_error_set(r->err, -EINVAL, "wrong value for '%s': %s", key, expected);
}

static int no_memory(const struct reader *r)
{
    return whet_error_set(r->err, -ENOMEM, "out of memory: 'jobs'");
}

static int copy(const struct reader *r, const char *text, const char **out)
{
    *out = whet__arena_strndup(&r->jobs->arena, text, strlen(text));
    return *out != NULL ? 0 : no_memory(r);
}

static int read_text(const struct reader *r, const char *key, const struct whet_json_node *node,
                     const char **out)
{
    const char *text = whet__json_in_string(node, NULL);

    if (text == NULL || text[0] == '\0')
        return refuse(r, key, "a text is expected");
    return copy(r, text, out);
}

static int read_list(const struct reader *r, const char *key, const struct whet_json_node *node,
                     const char *const **out)
{
    size_t count = whet__json_in_count(node);
    const char **list = whet__arena_zalloc(&r->jobs->arena, count + 1, sizeof(*list));
    int rc = list != NULL ? 0 : no_memory(r);

    if (whet__json_in_kind(node) != WHET_JSON_ARRAY)
        return refuse(r, key, "a list of texts is expected");
    for (size_t i = 0; i < count && rc == 0; i++) {
        const char *text = whet__json_in_string(whet__json_in_at(node, i), NULL);

        rc = text != NULL ? copy(r, text, &list[i])
                          : refuse(r, key, "a list of texts is expected");
    }
    if (rc == 0)
        *out = list;
    return rc;
}

static size_t member_count(const struct whet_json_node *object)
{
    const struct whet_json_node *value;
    const char *key = NULL;
    size_t count = 0;

    while ((key = whet__json_in_next(object, key, &value)) != NULL)
        count++;
    return count;
}

/* {"A": "1"} becomes "A=1". */
static int read_env(struct reader *r, const struct whet_json_node *node)
{
    static const char expected[] = "names with a text each are expected";
    const char **list =
        whet__arena_zalloc(&r->jobs->arena, member_count(node) + 1, sizeof(*list));
    const struct whet_json_node *value;
    const char *key = NULL;
    size_t at = 0;

    if (list == NULL)
        return no_memory(r);
    if (whet__json_in_kind(node) != WHET_JSON_OBJECT)
        return refuse(r, "env", expected);
    while ((key = whet__json_in_next(node, key, &value)) != NULL) {
        const char *text = whet__json_in_string(value, NULL);
        size_t size = strlen(key) + (text != NULL ? strlen(text) : 0) + 2;
        char *variable;

        if (text == NULL || key[0] == '\0' || strchr(key, '=') != NULL)
            return refuse(r, "env", expected);
        variable = whet__arena_alloc(&r->jobs->arena, size);
        if (variable == NULL)
            return no_memory(r);
        snprintf(variable, size, "%s=%s", key, text);
        list[at++] = variable;
    }
    r->job.env = whet__job_env(&r->jobs->arena, list, r->job.env);
    return r->job.env != NULL ? 0 : no_memory(r);
}

/* "1m30s", or seconds as a number. */
static int read_duration(const struct reader *r, const char *key,
                         const struct whet_json_node *node, uint64_t *out)
{
    const char *text = whet__json_in_string(node, NULL);
    double seconds = whet__json_in_number(node, -1);

    if (text != NULL && whet_duration_parse(text, out, NULL) == 0)
        return 0;
    if (text != NULL || seconds < 0 || seconds > 1e9)
        return refuse(r, key, "a time is expected: \"1m30s\", or seconds");
    *out = (uint64_t)(seconds * SECOND_NS);
    return 0;
}

/* "500MB", or bytes as a number. */
static int read_size(const struct reader *r, const char *key, const struct whet_json_node *node,
                     uint64_t *out)
{
    const char *text = whet__json_in_string(node, NULL);

    if (text != NULL && whet_size_parse(text, out, NULL) == 0)
        return 0;
    if (text != NULL || whet__json_in_int(node, -1) < 0)
        return refuse(r, key, "a size is expected: \"500MB\", or bytes");
    *out = whet__json_in_uint(node, 0);
    return 0;
}

static int read_type(const struct reader *r, const struct whet_json_node *node,
                     enum whet_job_type *out)
{
    const char *word = whet__json_in_string(node, "");

    for (int i = WHET_JOB_CPU; i < WHET_JOB_TYPE_WORDS; i++)
        if (strcmp(word, whet__job_type_words[i]) == 0) {
            *out = (enum whet_job_type)i;
            return 0;
        }
    return refuse(r, "type", "cpu, io or mixed is expected");
}

static int read_retries(const struct reader *r, const struct whet_json_node *node,
                        unsigned *out)
{
    int64_t count = whet__json_in_int(node, -1);

    if (count < 0 || count > RETRIES_MAX)
        return refuse(r, "retries", "a number from 0 to 1000 is expected");
    *out = (unsigned)count;
    return 0;
}

static int read_key(struct reader *r, enum key key, const struct whet_json_node *node)
{
    struct whet_run_job *job = &r->job;

    switch (key) {
    case KEY_ARGV:
        return read_list(r, keys[key], node, &job->argv);
    case KEY_CATEGORY:
        return read_text(r, keys[key], node, &job->category);
    case KEY_COMMAND:
        return read_text(r, keys[key], node, &r->command);
    case KEY_CWD:
        return read_text(r, keys[key], node, &job->cwd);
    case KEY_DEPFILE:
        return read_text(r, keys[key], node, &job->depfile);
    case KEY_ENV:
        return read_env(r, node);
    case KEY_INPUTS:
        return read_list(r, keys[key], node, &job->inputs);
    case KEY_MEMORY:
        return read_size(r, keys[key], node, &job->memory_bytes);
    case KEY_NAME:
        return read_text(r, keys[key], node, &job->name);
    case KEY_NEEDS:
        return read_list(r, keys[key], node, &job->needs);
    case KEY_OUTPUTS:
        return read_list(r, keys[key], node, &job->outputs);
    case KEY_RETRIES:
        return read_retries(r, node, &job->retries);
    case KEY_RETRY_DELAY:
        return read_duration(r, keys[key], node, &job->retry_delay_ns);
    case KEY_SHELL:
        r->shell = whet__json_in_bool(node, -1);
        return r->shell >= 0 ? 0 : refuse(r, keys[key], "true or false is expected");
    case KEY_TIMEOUT:
        return read_duration(r, keys[key], node, &job->timeout_ns);
    case KEY_TYPE:
        return read_type(r, node, &job->type);
    case KEYS:
        break;
    }
    return -EINVAL;
}

static int read_member(struct reader *r, const char *key, const struct whet_json_node *node)
{
    const char *nearest;

    for (int i = 0; i < KEYS; i++)
        if (strcmp(key, keys[i]) == 0)
            return read_key(r, (enum key)i, node);
    nearest = whet__nearest(key, keys, KEYS);
    if (nearest != NULL)
        return whet_error_set(r->err, -EINVAL, "unknown key: '%.64s': did you mean '%s'?", key,
                              nearest);
    return whet_error_set(r->err, -EINVAL, "unknown key: '%.64s': see whet-run(1)", key);
}

/* What runs is said once. */
static int finish(struct reader *r)
{
    if ((r->job.argv != NULL) == (r->command != NULL))
        return whet_error_set(r->err, -EINVAL, "%s: give one of 'argv' and 'command'",
                              r->command != NULL ? "two commands" : "no command");
    if (r->job.argv != NULL && (r->job.argv[0] == NULL || r->job.argv[0][0] == '\0'))
        return refuse(r, "argv", "the name of a program is expected first");
    if (r->command == NULL)
        return 0;
    return whet__command_words(r->command, r->shell, NULL, 0, &r->jobs->arena, &r->job.argv,
                               r->err);
}

static int read_object(struct reader *r, const struct whet_json_node *root)
{
    const struct whet_json_node *value;
    const char *key = NULL;
    int rc = 0;

    if (whet__json_in_kind(root) != WHET_JSON_OBJECT)
        return whet_error_set(r->err, -EINVAL, "no object: '{\"argv\": [...]}' is expected");
    while (rc == 0 && (key = whet__json_in_next(root, key, &value)) != NULL)
        rc = read_member(r, key, value);
    if (rc == 0)
        rc = finish(r);
    return rc == 0 ? whet__jobs_add(r->jobs, &r->job, r->err) : rc;
}

int whet__jobs_add_json(struct whet_jobs *j, const char *text, size_t len, unsigned line,
                        int shell, const struct whet_run_job *like, struct whet_error *err)
{
    struct reader r = {.jobs = j, .job = *like, .shell = shell, .err = err};
    const char *file = j->file != NULL ? j->file : "";
    unsigned column = 0;
    struct whet_json_in *json;
    int rc = whet__json_in_parse(&json, text, len, file, err);

    r.job.line = line;
    if (rc == 0) {
        rc = read_object(&r, whet__json_in_root(json));
        whet__json_in_free(json);
    } else if (err != NULL) {
        column = err->column;
    }
    if (rc != 0)
        whet_error_at(err, file, line, column);
    return rc;
}
