/* From the executor's hooks to a caller's. Expected load: a call for each command, with the
 * line or so that it printed. */
#include "front/executor_told.h"

#include <signal.h>
#include <string.h>

#define PRINTED_MAX ((size_t)1 << 20)

_Static_assert((int)WHET_EXECUTOR_OK == (int)WHET_JOB_OK &&
                   (int)WHET_EXECUTOR_MEMORY == (int)WHET_JOB_MEMORY &&
                   (int)WHET_EXECUTOR_NOT_STARTED == (int)WHET_JOB_NOT_STARTED &&
                   (int)WHET_EXECUTOR_ENDS == (int)WHET_JOB_END_WORDS,
               "both lists are one");

const char *whet_executor_end_name(enum whet_executor_end end)
{
    return (unsigned)end < WHET_EXECUTOR_ENDS ? whet__job_end_words[end] : "unknown";
}

void whet__executor_told_init(struct whet_executor_told *t,
                              const struct whet_executor_options *options,
                              struct whet_results *results)
{
    size_t max = options->printed_max != 0 ? options->printed_max : PRINTED_MAX;

    *t = (struct whet_executor_told){.options = options, .results = results};
    for (int i = 0; i < WHET_STREAMS; i++)
        whet__text_init(&t->printed[i], max);
}

void whet__executor_told_clear(struct whet_executor_told *t)
{
    for (int i = 0; i < WHET_STREAMS; i++)
        whet__text_clear(&t->printed[i]);
}

void whet__executor_told_counts(const struct whet_run_counts *c, uint64_t count, int over,
                                struct whet_executor_counts *out)
{
    *out = (struct whet_executor_counts){.ended = c->ended,
                                         .ok = c->ok,
                                         .failed = c->failed,
                                         .skipped = c->skipped,
                                         .stopped = c->stopped,
                                         .not_started = over ? count - c->ended : 0,
                                         .cached = c->cached,
                                         .saved_ns = c->saved_ns,
                                         .user_ns = c->user_ns,
                                         .sys_ns = c->sys_ns};
}

int whet__executor_told_nothing(void *ctx, enum whet_stream stream, const char *bytes,
                                size_t len)
{
    (void)ctx;
    (void)stream;
    (void)bytes;
    (void)len;
    return 0;
}

static int on_look_up(void *ctx, const struct whet_run_job *job, struct whet_job_result *result,
                      struct whet_printed printed[WHET_STREAMS], struct whet_spool *spool,
                      struct whet_error *err)
{
    const struct whet_executor_told *t = ctx;
    int rc = whet__results_look_up(t->results, job, result, printed, spool);

    return rc >= 0
               ? rc
               : whet_error_set(err, rc, "cannot look up what is cached: %s", strerror(-rc));
}

static void on_keep(void *ctx, const struct whet_run_job *job, struct whet_job_result *result,
                    const struct whet_printed printed[WHET_STREAMS],
                    const struct whet_spool *spool)
{
    const struct whet_executor_told *t = ctx;

    whet__results_keep(t->results, job, result, printed, spool);
}

static void on_started(void *ctx, const struct whet_run_job *job, unsigned slot)
{
    const struct whet_executor_told *t = ctx;

    (void)slot;
    t->options->started(t->options->ctx, (size_t)job->number - 1);
}

/* Where a piece goes, and how much still may. */
struct taking {
    struct whet_text *text;
    size_t left;
    int cut;
};

static int take(void *ctx, const char *bytes, size_t len)
{
    struct taking *to = ctx;
    size_t some = len < to->left ? len : to->left;

    whet__text_append(to->text, bytes, some);
    to->left -= some;
    to->cut = some < len;
    return to->cut || whet__text_error(to->text) != 0;
}

static int on_record(void *ctx, const struct whet_run_job *job, struct whet_job_result *result,
                     const struct whet_printed printed[WHET_STREAMS],
                     const struct whet_spool *spool, struct whet_error *err)
{
    struct whet_executor_told *t = ctx;

    (void)job;
    (void)result;
    t->cut = 0;
    for (int i = 0; i < WHET_STREAMS; i++) {
        struct taking to = {&t->printed[i], t->printed[i].max, 0};
        int rc;

        whet__text_reset(to.text);
        rc = whet__printed_each(&printed[i], spool, take, &to);
        if (rc > 0)
            rc = whet__text_error(to.text);
        if (rc != 0)
            return whet_error_set(err, rc, "cannot read what a command printed: %s",
                                  strerror(-rc));
        t->cut |= to.cut;
    }
    return 0;
}

static int on_ended(void *ctx, const struct whet_run_job *job, const struct whet_job_result *r,
                    struct whet_error *err)
{
    struct whet_executor_told *t = ctx;

    (void)err;
    if (t->results != NULL)
        whet__results_drop(t->results, job);
    if (t->options->ended == NULL)
        return 0;
    t->options->ended(t->options->ctx,
                      &(struct whet_executor_result){.index = (size_t)job->number - 1,
                                                     .name = job->name,
                                                     .category = job->category,
                                                     .end = (enum whet_executor_end)r->end,
                                                     .reason = r->reason,
                                                     .not_kept = r->not_kept,
                                                     .exit_code = r->exit_code,
                                                     .signal = r->signal,
                                                     .cached = r->cached,
                                                     .attempts = r->attempts,
                                                     .start_wall_ns = r->start_wall_ns,
                                                     .wall_ns = r->wall_ns,
                                                     .user_ns = r->user_ns,
                                                     .sys_ns = r->sys_ns,
                                                     .max_rss_bytes = r->max_rss_bytes,
                                                     .saved_ns = r->saved_ns,
                                                     .out = whet__text_str(&t->printed[0]),
                                                     .out_len = t->printed[0].len,
                                                     .err = whet__text_str(&t->printed[1]),
                                                     .err_len = t->printed[1].len,
                                                     .cut = t->cut});
    return 0;
}

static void on_tick(void *ctx, const struct whet_run_counts *counts)
{
    const struct whet_executor_told *t = ctx;
    struct whet_executor_counts now;

    whet__executor_told_counts(counts, 0, 0, &now);
    t->options->tick(t->options->ctx, &now);
}

static int on_stop(void *ctx)
{
    const struct whet_executor_told *t = ctx;

    return t->options->stop(t->options->ctx) ? SIGTERM : 0;
}

struct whet_run_hooks whet__executor_told_hooks(struct whet_executor_told *t)
{
    const struct whet_executor_options *o = t->options;

    return (struct whet_run_hooks){.ctx = t,
                                   .look_up = t->results != NULL ? on_look_up : NULL,
                                   .keep = t->results != NULL ? on_keep : NULL,
                                   .record = o->ended != NULL ? on_record : NULL,
                                   .started = o->started != NULL ? on_started : NULL,
                                   .ended = on_ended,
                                   .tick = o->tick != NULL ? on_tick : NULL,
                                   .stop = o->stop != NULL ? on_stop : NULL};
}
