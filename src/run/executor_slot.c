/* The way of a job through its slot. Expected load: hundreds of thousands, of a millisecond
 * each, most of which start one process and are over. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "os/clock.h"
#include "run/executor_inside.h"

/* Where there is no room for another process: how long a job waits before it tries again, and
 * how often it does; a minute beside others, a second alone. */
#define CROWDED_NS    UINT64_C(50000000)
#define CROWDED_MAX   1200
#define CROWDED_ALONE 20

void whet__slot_free(struct executor *x, struct slot *s)
{
    s->state = SLOT_FREE;
    s->next_free = x->free;
    x->free = (unsigned)(s - x->slots);
    x->busy--;
    x->taken_places[s->place]--;
}

void whet__executor_stop(struct executor *x, int signal)
{
    uint64_t now = whet__clock_now_ns();

    x->stopping = 1;
    x->wake_ns = now;
    for (unsigned i = 0; i < x->slot_count; i++)
        if (x->slots[i].state == SLOT_RUNNING)
            whet__attempt_stop(&x->slots[i].attempt, WHET_JOB_STOPPED, signal, now);
}

/* The first error ends the run; those who have filled *err said more than the number does. */
void whet__executor_fail(struct executor *x, int rc, const char *what)
{
    if (rc == 0 || x->error != 0)
        return;
    x->error = rc;
    if (what != NULL)
        whet_error_set(x->err, rc, "%s: %s", what, strerror(-rc));
    whet__executor_stop(x, SIGTERM);
}

/* It is the disk it waits on that fails, or else who it is shown to. */
void whet__executor_fail_printed(struct executor *x, int rc)
{
    int shown = x->shop.show.sink_failed;

    if (rc != 0 && !shown && x->error == 0)
        whet_error_set(x->err, rc,
                       "cannot keep what a command printed: '%.200s': %s: name another folder "
                       "by TMPDIR",
                       whet__spool_folder(), strerror(-rc));
    whet__executor_fail(x, rc, shown ? "cannot show what a command printed" : NULL);
}

void whet__run_counts_add(struct whet_run_counts *c, const struct whet_job_result *r)
{
    c->ended++;
    c->ok += r->end == WHET_JOB_OK;
    c->skipped += r->end == WHET_JOB_SKIPPED;
    c->stopped += r->end == WHET_JOB_STOPPED;
    c->failed = c->ended - c->ok - c->skipped - c->stopped;
    c->found += (uint64_t)(r->cached || r->resumed);
    c->cached += r->cached != 0;
    c->saved_ns += r->cached ? r->saved_ns : 0;
    c->retried += r->attempts > 1 ? r->attempts - 1 : 0;
}

static uint64_t turn_of(const struct whet_run_job *job)
{
    return job->turn != 0 ? job->turn : job->number;
}

/* The job is over, however that came. */
void whet__slot_end(struct executor *x, struct slot *s)
{
    const struct whet_run_options *o = x->options;
    const struct whet_job_result *r = &s->result;
    int good = r->end == WHET_JOB_OK, resumed = r->resumed;

    whet__run_counts_add(&x->counts, r);
    if (o->source.ended != NULL)
        o->source.ended(o->source.ctx, &s->job, r);
    if (o->hooks.record != NULL)
        whet__executor_fail(x,
                            o->hooks.record(o->hooks.ctx, &s->job, &s->result,
                                            s->attempt.printed, &x->shop.spool, x->err),
                            NULL);
    if (o->hooks.ended != NULL)
        whet__executor_fail(x, o->hooks.ended(o->hooks.ctx, &s->job, r, x->err), NULL);
    whet__text_reset(&x->said);
    if (o->hooks.say != NULL)
        o->hooks.say(o->hooks.ctx, &s->job, r, &x->said);
    whet__executor_fail_printed(
        x, whet__show_ended(&x->shop.show, turn_of(&s->job), s->attempt.printed,
                            x->said.len > 0 ? whet__text_str(&x->said) : NULL));
    whet__slot_free(x, s);
    if (good || resumed || r->end == WHET_JOB_SKIPPED || o->halt == WHET_RUN_HALT_NEVER)
        return;
    x->stopping = 1;
    x->wake_ns = 0; /* nobody waits for another attempt any more */
    if (o->halt == WHET_RUN_HALT_NOW)
        whet__executor_stop(x, SIGTERM);
}

static void rest(struct executor *x, struct slot *s, uint64_t ns)
{
    uint64_t now = whet__clock_now_ns();

    s->state = SLOT_RESTING;
    s->rest_ns = ns < UINT64_MAX - now ? now + ns : UINT64_MAX;
    if (s->rest_ns < x->wake_ns)
        x->wake_ns = s->rest_ns;
}

/* 1: it gets another attempt. */
static int retry(struct executor *x, struct slot *s)
{
    if (s->result.end == WHET_JOB_OK || s->result.end == WHET_JOB_STOPPED || x->stopping ||
        s->result.attempts > s->job.retries)
        return 0;
    for (int i = 0; i < WHET_STREAMS; i++)
        whet__printed_reset(&s->attempt.printed[i], &x->shop.spool);
    rest(x, s, s->job.retry_delay_ns);
    return 1;
}

/* Where there is no room for another process, one that ends makes some: 1: it is started
 * later, and this was no attempt. Those that run may themselves wait for this one, so not for
 * ever. */
static int wait_for_room(struct executor *x, struct slot *s)
{
    if (x->stopping || s->crowded >= (x->counts.running > 0 ? CROWDED_MAX : CROWDED_ALONE))
        return 0;
    s->crowded++;
    s->result.attempts--;
    rest(x, s, CROWDED_NS);
    return 1;
}

void whet__slot_attempt(struct executor *x, struct slot *s)
{
    int rc;

    s->result.attempts++;
    s->attempt.place = turn_of(&s->job);
    s->attempt.is_last = s->result.attempts > s->job.retries;
    s->attempt.keep_bytes = x->options->hooks.keep != NULL ? x->options->keep_bytes : 0;
    rc = whet__attempt_start(&s->attempt, &s->job, &s->arena, &s->result);
    if (rc == 1) {
        uint64_t due = s->attempt.deadline_ns < s->attempt.look_ns ? s->attempt.deadline_ns
                                                                   : s->attempt.look_ns;

        s->state = SLOT_RUNNING;
        s->crowded = 0;
        x->counts.running++;
        x->wake_ns = due < x->wake_ns ? due : x->wake_ns;
        return;
    }
    if (rc == -EAGAIN && wait_for_room(x, s))
        return;
    rc = rc == -EAGAIN ? 0 : rc;
    whet__executor_fail(x, rc, "cannot start a command");
    if (rc != 0)
        s->result.end = WHET_JOB_STOPPED;
    if (!retry(x, s))
        whet__slot_end(x, s);
}

static void keep(struct executor *x, struct slot *s)
{
    const struct whet_run_hooks *hooks = &x->options->hooks;

    if (hooks->keep != NULL)
        hooks->keep(hooks->ctx, &s->job, &s->result, s->attempt.printed, &x->shop.spool);
}

/* It has ended by itself, and a part of what it printed is lost: who goes on with this run has
 * to run it again. Where it is nobody who reads it, nothing is missed. */
static void note_lost(struct executor *x, struct slot *s)
{
    struct whet_job_result *r = &s->result;

    if (x->shop.show.sink_failed || x->shop.show.error == -EPIPE)
        return;
    r->end = WHET_JOB_STOPPED;
    snprintf(r->reason, sizeof(r->reason), "stopped: what it printed could not be held");
}

void whet__slot_attempt_ended(struct executor *x, struct slot *s)
{
    int rc = whet__attempt_end(&s->attempt, &s->result);
    const struct whet_run_hooks *hooks = &x->options->hooks;
    int good;

    s->state = SLOT_ENDED;
    x->counts.running--;
    x->counts.user_ns += s->result.user_ns;
    x->counts.sys_ns += s->result.sys_ns;
    whet__executor_fail_printed(x, rc);
    if (rc != 0)
        note_lost(x, s);
    good = s->result.end == WHET_JOB_OK;
    if (good && rc == 0) /* as far as its exit code tells */
        keep(x, s);
    if (retry(x, s))
        return;
    if (hooks->traced != NULL && s->attempt.trace != NULL)
        hooks->traced(hooks->ctx, &s->job, &s->result, &s->attempt.files);
    if (!good && rc == 0)
        keep(x, s);
    whet__slot_end(x, s);
}

void whet__slot_begin(struct executor *x, struct slot *s)
{
    const struct whet_run_hooks *hooks = &x->options->hooks;
    int found = 0;

    memset(&s->result, 0, sizeof(s->result));
    s->crowded = 0;
    if (s->job.skip != NULL) {
        s->result.end = WHET_JOB_SKIPPED;
        s->result.exit_code = -1;
        snprintf(s->result.reason, sizeof(s->result.reason), "%.199s", s->job.skip);
        whet__slot_end(x, s);
        return;
    }
    if (hooks->look_up != NULL)
        found = hooks->look_up(hooks->ctx, &s->job, &s->result, s->attempt.printed,
                               &x->shop.spool, x->err);
    if (found < 0) {
        whet__executor_fail(x, found, NULL);
        s->result.end = WHET_JOB_STOPPED;
    }
    if (found != 0) {
        whet__slot_end(x, s);
        return;
    }
    if (hooks->started != NULL)
        hooks->started(hooks->ctx, &s->job, s->attempt.slot + 1);
    whet__slot_attempt(x, s);
}
