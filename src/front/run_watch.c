/* What a run shows. A command's own output goes where the command sent it: stdout to stdout,
 * stderr to stderr; everything that whet says goes to stderr, but the answer of --json, for
 * which stdout is kept free. */
#include "front/run_watch.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <whet/units.h>

#include "base/json.h"
#include "base/log.h"
#include "front/terminal.h"
#include "os/clock.h"
#include "os/signal.h"

#define DESCRIBE_MAX 4096
#define NAME_SHOWN   200
#define SUMMARY_MAX  ((size_t)256 << 20)

void whet__run_watch_init(struct whet_run_watch *w, const struct whet_run_request *r,
                          uint64_t total, unsigned workers, struct whet_job_log *log)
{

    memset(w, 0, sizeof(*w));
    w->request = r;
    w->log = log;
    w->total = total;
    w->workers = workers;
    w->start_ns = whet__clock_now_ns();
    whet__terminal_progress(&w->line, r->global, "running", "jobs");
}

void whet__run_watch_end(struct whet_run_watch *w)
{
    whet__progress_end(&w->line);
}

/* Not by stdio: where stdout does not block (a terminal that others use so) it drops what
 * finds no room. */
static int write_all(const struct whet_run_watch *w, int fd, const char *bytes, size_t len)
{
    struct pollfd room = {fd, POLLOUT, 0};

    while (len > 0) {
        ssize_t n;

        if (w->pause.take != NULL)
            w->pause.take(w->pause.ctx);
        n = write(fd, bytes, len);
        if (n < 0 && errno == EAGAIN)
            (void)poll(&room, 1, -1);
        else if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        } else if (whet__interrupted() != 0) {
            return -EINTR; /* nobody may ever read it */
        }
    }
    return 0;
}

static int write_bytes(void *ctx, enum whet_stream stream, const char *bytes, size_t len)
{
    struct whet_run_watch *w = ctx;
    FILE *to = stream == WHET_STREAM_OUT && !w->request->json ? w->request->out : stderr;
    int rc;

    whet__progress_step_aside(&w->line);
    if (fflush(to) != 0)
        return errno != 0 ? -errno : -EIO;
    whet__suspend_breaks(1);
    rc = write_all(w, fileno(to), bytes, len);
    whet__suspend_breaks(0);
    if (rc == -EPIPE) { /* the driver asks stdio how stdout is */
        (void)fputc('\n', to);
        (void)fflush(to);
    }
    return rc;
}

/* Whether who read our answer has gone away: a pipe tells before it is written to. */
static int is_gone(void *ctx)
{
    const struct whet_run_watch *w = ctx;
    FILE *stream = w->request->json ? stderr : w->request->out;
    struct pollfd to = {fileno(stream), 0, 0};

    if (poll(&to, 1, 0) != 1 || (to.revents & POLLERR) == 0)
        return 0;
    /* For nobody; the stream then knows what became of it, and the driver asks that. */
    (void)fputc('\n', stream);
    return fflush(stream) != 0;
}

static int write_nothing(void *ctx, enum whet_stream stream, const char *bytes, size_t len)
{
    (void)ctx;
    (void)stream;
    (void)bytes;
    (void)len;
    return 0;
}

static int is_cached(const struct whet_run_watch *w)
{
    return w->cache != NULL && w->cache->results != NULL;
}

/* Why the job is, or is not, to be run. */
static void explain(struct whet_run_watch *w, const struct whet_run_job *job)
{
    struct whet_text text;

    whet__text_init(&text, DESCRIBE_MAX);
    whet__job_describe(job, &text);
    whet__progress_step_aside(&w->line);
    fprintf(stderr, "%.200s: %s\n", whet__text_str(&text), whet__text_str(&w->cache->why));
    whet__text_clear(&text);
}

static int on_look_up(void *ctx, const struct whet_run_job *job, struct whet_job_result *result,
                      struct whet_printed printed[WHET_STREAMS], struct whet_spool *spool,
                      struct whet_error *err)
{
    struct whet_run_watch *w = ctx;
    int rc = w->log != NULL ? whet__job_log_look_up(w->log, job, result, err) : 0;

    if (rc == 1 && w->part != NULL && !whet__run_part_has(w->part, result)) {
        memset(result, 0, sizeof(*result)); /* a node fell before it was all written */
        rc = 0;
    }
    if (rc != 0 || !is_cached(w))
        return rc;
    rc = whet__results_look_up(w->cache->results, job, result, printed, spool);
    if (rc < 0)
        return whet_error_set(err, rc, "cannot look up what is cached: %s", strerror(-rc));
    if (w->cache->explain)
        explain(w, job);
    return rc;
}

static int on_record(void *ctx, const struct whet_run_job *job, struct whet_job_result *result,
                     const struct whet_printed printed[WHET_STREAMS],
                     const struct whet_spool *spool, struct whet_error *err)
{
    struct whet_run_watch *w = ctx;

    (void)job;
    return result->resumed ? 0 : whet__run_part_add(w->part, printed, spool, result, err);
}

static void on_keep(void *ctx, const struct whet_run_job *job, struct whet_job_result *result,
                    const struct whet_printed printed[WHET_STREAMS],
                    const struct whet_spool *spool)
{
    struct whet_run_watch *w = ctx;

    whet__results_keep(w->cache->results, job, result, printed, spool);
}

static void on_traced(void *ctx, const struct whet_run_job *job, struct whet_job_result *result,
                      const struct whet_trace_files *files)
{
    struct whet_run_watch *w = ctx;

    whet__run_trace_job(w->trace, job, result, files);
}

static int on_ended(void *ctx, const struct whet_run_job *job,
                    const struct whet_job_result *result, struct whet_error *err)
{
    struct whet_run_watch *w = ctx;

    w->last = *result;
    if (is_cached(w))
        whet__results_drop(w->cache->results, job);
    return w->log != NULL ? whet__job_log_add(w->log, job, result, err) : 0;
}

/* "failed: 'make': exit code 2" */
static void put_verdict(struct whet_text *out, const struct whet_run_job *job,
                        const char *verdict, const char *why)
{
    struct whet_text text;
    int cut;

    whet__text_init(&text, DESCRIBE_MAX);
    whet__job_describe(job, &text);
    cut = whet__text_error(&text) != 0 || text.len > NAME_SHOWN;
    whet__text_printf(out, "%s: '%.*s%s': %s", verdict, NAME_SHOWN, whet__text_str(&text),
                      cut ? "..." : "", why);
    whet__text_clear(&text);
}

/* What became of a job that did not end well, or will be run again though it did. Of a single
 * command, its exit code says it all.
 */
static void on_say(void *ctx, const struct whet_run_job *job,
                   const struct whet_job_result *result, struct whet_text *out)
{
    const struct whet_run_watch *w = ctx;
    int good = result->end == WHET_JOB_OK || result->end == WHET_JOB_STOPPED ||
               (result->end == WHET_JOB_EXIT && w->total == 1 && !result->resumed);

    if (!good)
        put_verdict(out, job, result->end == WHET_JOB_SKIPPED ? "skipped" : "failed",
                    result->reason);
    if (result->not_kept_said) {
        whet__text_puts(out, good ? "" : "; ");
        put_verdict(out, job, "not kept, and run each time", result->not_kept);
    }
}

static void say(void *ctx, const char *text)
{
    (void)ctx;
    whet__log(WHET_LOG_WARNING, "%s", text);
}

struct whet_sink whet__run_watch_sink(struct whet_run_watch *w)
{
    if (w->part != NULL)
        return (struct whet_sink){write_nothing, w, NULL, say};
    return (struct whet_sink){write_bytes, w, is_gone, say};
}

static void on_tick(void *ctx, const struct whet_run_counts *counts)
{
    struct whet_run_watch *w = ctx;
    uint64_t about = w->about > counts->ended ? w->about : 0;
    char failed[40];

    /* Which, is said when it is their turn. */
    snprintf(failed, sizeof(failed), "%llu failed", (unsigned long long)counts->failed);
    whet__progress_update(&w->line, whet__clock_now_ns(), counts->ended,
                          w->total != 0 ? w->total : about, counts->failed > 0 ? failed : NULL);
}

static int on_suspend_asked(void *ctx)
{
    (void)ctx;
    return whet__suspend_asked();
}

static void on_suspend(void *ctx)
{
    struct whet_run_watch *w = ctx;

    whet__progress_step_aside(&w->line);
    whet__suspend_self();
}

struct whet_run_hooks whet__run_watch_hooks(struct whet_run_watch *w)
{
    return (struct whet_run_hooks){.ctx = w,
                                   .look_up =
                                       w->log != NULL || is_cached(w) ? on_look_up : NULL,
                                   .keep = is_cached(w) ? on_keep : NULL,
                                   .traced = on_traced,
                                   .record = w->part != NULL ? on_record : NULL,
                                   .ended = on_ended,
                                   .say = on_say,
                                   .tick = w->line.out != NULL ? on_tick : NULL,
                                   .stop = whet__terminal_stop,
                                   .suspend_asked = on_suspend_asked,
                                   .suspend = on_suspend};
}

uint64_t whet__run_watch_left(const struct whet_run_watch *w, const struct whet_run_counts *c)
{
    return w->total > c->ended ? w->total - c->ended : 0;
}

static void answer_json(const struct whet_run_watch *w, const struct whet_run_counts *c)
{
    struct whet_text text;
    struct whet_json j;

    whet__text_init(&text, SUMMARY_MAX);
    whet__json_init(&j, &text, 2);
    whet__json_object(&j);
    whet__json_put_string(&j, "type", "run");
    whet__json_put_uint(&j, "version", 1);
    whet__json_put_uint(&j, "jobs", c->ended);
    whet__json_put_uint(&j, "ok", c->ok);
    whet__json_put_uint(&j, "failed", c->failed);
    whet__json_put_uint(&j, "skipped", c->skipped);
    whet__json_put_uint(&j, "stopped", c->stopped);
    whet__json_put_uint(&j, "not_started", whet__run_watch_left(w, c));
    whet__json_put_uint(&j, "found", c->found);
    whet__json_put_uint(&j, "cached", c->cached);
    whet__json_put_uint(&j, "saved_ns", c->saved_ns);
    whet__json_put_uint(&j, "retries", c->retried);
    whet__json_put_uint(&j, "at_once", w->workers);
    whet__json_put_uint(&j, "wall_ns", whet__clock_now_ns() - w->start_ns);
    whet__json_put_uint(&j, "user_ns", c->user_ns);
    whet__json_put_uint(&j, "sys_ns", c->sys_ns);
    if (w->trace != NULL)
        whet__run_trace_put(w->trace, &j);
    whet__json_object_end(&j);
    fwrite(whet__text_str(&text), 1, text.len, w->request->out);
    fputc('\n', w->request->out);
    whet__text_clear(&text);
}

static void put_part(struct whet_text *out, uint64_t count, const char *what)
{
    if (count > 0)
        whet__text_printf(out, ", %llu %s", (unsigned long long)count, what);
}

static void put_cached(struct whet_text *out, const struct whet_run_counts *c)
{
    char saved[24];

    if (c->cached > 0)
        whet__text_printf(out, ", %llu cached (%s saved)", (unsigned long long)c->cached,
                          whet_duration_format(c->saved_ns, saved, sizeof(saved)));
}

/* "3 of 100 failed, 2 skipped" */
static void answer_text(const struct whet_run_watch *w, const struct whet_run_counts *c)
{
    int good = c->ok == c->ended && whet__run_watch_left(w, c) == 0;
    struct whet_text text;
    char took[24];

    whet__text_init(&text, SUMMARY_MAX);
    whet__text_printf(&text, "%llu of %llu failed", (unsigned long long)c->failed,
                      (unsigned long long)c->ended + whet__run_watch_left(w, c));
    put_part(&text, c->skipped, "skipped");
    put_part(&text, c->stopped, "stopped");
    put_part(&text, whet__run_watch_left(w, c), "not started");
    put_part(&text, c->found - c->cached, "found done");
    put_cached(&text, c);
    put_part(&text, c->retried, "retries");
    if (w->trace != NULL)
        put_part(&text, w->trace->files.entries.len, "undeclared inputs");
    whet__log(good || w->total == 1 ? WHET_LOG_INFO : WHET_LOG_WARNING, "%s in %s",
              whet__text_str(&text),
              whet_duration_format(whet__clock_now_ns() - w->start_ns, took, sizeof(took)));
    whet__text_clear(&text);
}

int whet__run_watch_answer(struct whet_run_watch *w, const struct whet_run_counts *c)
{
    if (w->request->json)
        answer_json(w, c);
    if (w->trace != NULL)
        whet__run_trace_answer(w->trace, c->cached);
    answer_text(w, c);
    if (c->ended == 1 && whet__run_watch_left(w, c) == 0)
        return whet__job_exit(&w->last);
    return c->ok == c->ended && whet__run_watch_left(w, c) == 0 ? 0 : 1;
}
