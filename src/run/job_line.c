/* The line of one job in a log. Expected load: one for each job, as it ends. */
#include "run/job_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"

#define ARGV_MAX  ((size_t)48 * 1024) /* of it shown; the identity is of all */
#define NAMES_MAX ((size_t)12 * 1024) /* of each list of files */
#define SECOND_NS UINT64_C(1000000000)

/* "2026-11-21T14:00:00.123456789Z" */
static void put_time(struct whet_json *j, const char *key, uint64_t ns)
{
    time_t seconds = (time_t)(ns / SECOND_NS);
    char day[32] = "", text[64];
    struct tm utc;

    if (gmtime_r(&seconds, &utc) == NULL ||
        strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc) == 0)
        day[0] = '\0';
    snprintf(text, sizeof(text), "%s.%09" PRIu64 "Z", day, ns % SECOND_NS);
    whet__json_put_string(j, key, text);
}

/* As much of it as is bearable. */
static void put_argv(struct whet_json *j, const char *const *argv)
{
    size_t shown = 0;

    whet__json_key(j, "argv");
    whet__json_array(j);
    for (size_t i = 0; argv[i] != NULL && shown < ARGV_MAX; i++) {
        size_t len = strlen(argv[i]);

        len = len < ARGV_MAX - shown ? len : ARGV_MAX - shown;
        whet__json_string_n(j, argv[i], len);
        shown += len + 1;
    }
    whet__json_array_end(j);
}

static void put_job(struct whet_json *j, const struct whet_run_job *job, const char *id)
{
    whet__json_put_uint(j, "number", job->number);
    whet__json_put_string(j, "id", id);
    if (job->name != NULL)
        whet__json_put_string(j, "name", job->name);
    if (job->category != NULL)
        whet__json_put_string(j, "category", job->category);
    if (job->type != WHET_JOB_UNSAID)
        whet__json_put_string(j, "job_type", whet__job_type_words[job->type]);
    put_argv(j, job->argv);
    if (job->cwd != NULL)
        whet__json_put_string(j, "cwd", job->cwd);
}

static void put_kept(struct whet_json *j, const struct whet_job_result *r)
{
    if (!r->kept)
        return;
    whet__json_key(j, "output");
    whet__json_object(j);
    whet__json_put_uint(j, "at", r->kept_at);
    whet__json_put_uint(j, "stdout_bytes", r->kept_bytes[0]);
    whet__json_put_uint(j, "stderr_bytes", r->kept_bytes[1]);
    whet__json_object_end(j);
}

/* As much of it as is bearable; *cut: there was more. */
static void put_names(struct whet_json *j, const char *key, const char *const *names, int *cut)
{
    size_t shown = 0;

    whet__json_key(j, key);
    whet__json_array(j);
    for (; *names != NULL && shown < NAMES_MAX; names++) {
        whet__json_string(j, *names);
        shown += strlen(*names) + 1;
    }
    whet__json_array_end(j);
    *cut |= *names != NULL;
}

static void put_traced(struct whet_json *j, const struct whet_job_traced *t)
{
    int cut = 0;

    if (t == NULL)
        return;
    whet__json_key(j, "traced");
    whet__json_object(j);
    put_names(j, "undeclared", t->undeclared, &cut);
    put_names(j, "listed", t->listed, &cut);
    put_names(j, "absent", t->absent, &cut);
    whet__json_put_bool(j, "partial", t->unseen[0] != NULL);
    put_names(j, "unseen", t->unseen, &cut);
    whet__json_put_bool(j, "cut", cut);
    whet__json_object_end(j);
}

static void put_result(struct whet_json *j, const struct whet_job_result *r)
{
    whet__json_put_string(j, "end", whet__job_end_words[r->end]);
    whet__json_key(j, "exit_code");
    if (r->exit_code >= 0)
        whet__json_int(j, r->exit_code);
    else
        whet__json_null(j);
    whet__json_key(j, "signal");
    if (r->signal != 0)
        whet__json_int(j, r->signal);
    else
        whet__json_null(j);
    whet__json_put_string(j, "reason", r->reason);
    whet__json_put_uint(j, "attempts", r->attempts);
    whet__json_put_bool(j, "cached", r->cached);
    if (r->cached)
        whet__json_put_uint(j, "saved_ns", r->saved_ns);
    if (r->not_kept[0] != '\0')
        whet__json_put_string(j, "not_kept", r->not_kept);
    put_kept(j, r);
    put_traced(j, r->traced);
    if (r->attempts == 0)
        return;
    put_time(j, "start", r->start_wall_ns);
    whet__json_put_uint(j, "wall_ns", r->wall_ns);
    whet__json_put_uint(j, "user_ns", r->user_ns);
    whet__json_put_uint(j, "sys_ns", r->sys_ns);
    whet__json_put_uint(j, "max_rss_bytes", r->max_rss_bytes);
}

void whet__job_line_put(struct whet_text *out, const struct whet_run_job *job, const char *id,
                        const struct whet_job_result *result)
{
    struct whet_json j;

    whet__json_init(&j, out, 0);
    whet__json_object(&j);
    put_job(&j, job, id);
    put_result(&j, result);
    whet__json_object_end(&j);
    whet__text_putc(out, '\n');
}
