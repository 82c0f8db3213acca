/* One attempt. Expected load: a hundred thousand, most of them over in a millisecond, so
 * nothing is allocated for one that prints little. */
#include "run/attempt.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <whet/units.h>

#include "os/clock.h"
#include "os/environ.h"
#include "os/pipe.h"
#include "os/proc.h"
#include "os/ram.h"
#include "os/signal.h"

#define NEVER    UINT64_MAX
#define LOOK_NS  UINT64_C(20000000)
#define READ_MAX ((size_t)64 * 1024)

void whet__attempt_init(struct whet_attempt *a, struct whet_workshop *shop, unsigned slot)
{
    *a = (struct whet_attempt){.shop = shop, .slot = slot};
    for (int i = 0; i < WHET_STREAMS; i++)
        whet__printed_init(&a->printed[i]);
}

void whet__attempt_clear(struct whet_attempt *a)
{
    for (int i = 0; i < WHET_STREAMS; i++)
        whet__printed_clear(&a->printed[i], &a->shop->spool);
    whet__trace_free(a->trace);
    a->trace = NULL;
}

uint64_t whet__attempt_tag(const struct whet_attempt *a, enum whet_attempt_part part)
{
    return (uint64_t)a->turn << 32 | ((uint64_t)a->slot * WHET_ATTEMPT_PARTS + part);
}

unsigned whet__attempt_tag_slot(uint64_t tag)
{
    return (uint32_t)tag / WHET_ATTEMPT_PARTS;
}

enum whet_attempt_part whet__attempt_tag_part(const struct whet_attempt *a, uint64_t tag)
{
    if (tag >> 32 != a->turn)
        return WHET_ATTEMPT_PARTS;
    return (enum whet_attempt_part)((uint32_t)tag % WHET_ATTEMPT_PARTS);
}

static int watch(struct whet_attempt *a)
{
    const int fds[] = {a->child.pidfd, a->child.out_fd, a->child.err_fd};
    int rc = 0;

    a->turn++;
    for (unsigned i = 0; rc == 0 && i < WHET_ATTEMPT_PARTS; i++)
        rc = whet__events_add(&a->shop->events, fds[i],
                              whet__attempt_tag(a, (enum whet_attempt_part)i));
    return rc;
}

/* Events and, if it is traced, files are from now on told. What cannot be looked after is not
 * left alone. */
static int look_after(struct whet_attempt *a)
{
    int listener = a->child.listener, rc = 0, reap;
    struct whet_reaped reaped;

    whet__trace_free(a->trace);
    a->trace = NULL;
    a->files = (struct whet_trace_files){NULL, 0, 0};
    a->child.listener = -1;
    if (listener >= 0)
        rc = whet__trace_begin(a->shop->tracer, listener, &a->trace);
    if (rc == 0)
        rc = watch(a);
    if (rc == 0)
        return 0;
    whet__launch_signal(&a->child, SIGKILL);
    reap = whet__launch_reap(&a->shop->launcher, a->slot, &a->child, &reaped);
    return reap != 0 ? reap : rc;
}

int whet__attempt_start(struct whet_attempt *a, const struct whet_run_job *job,
                        struct whet_arena *arena, struct whet_job_result *result)
{
    struct whet_launch launch = {.argv = job->argv, .cwd = job->cwd, .slot = a->slot};
    struct whet_error why = {0};
    int rc;

    result->start_wall_ns = whet__clock_wall_ns();
    launch.env = job->base != NULL ? job->base : whet__environ();
    if (job->env != NULL)
        launch.env = whet__job_env(arena, launch.env, job->env);
    if (launch.env == NULL)
        return -ENOMEM;
    if (a->shop->tracer != NULL)
        launch.traced = whet__tracer_filter(a->shop->tracer);
    rc = whet__workshop_find(a->shop, job->argv[0], &launch.program, &why);
    if (rc == 0)
        rc = whet__launch(&a->shop->launcher, &launch, &a->child, &why);
    if (rc != 0) {
        result->end = WHET_JOB_NOT_STARTED;
        result->exit_code = -1;
        snprintf(result->reason, sizeof(result->reason), "%.199s", why.text);
        return rc == -EAGAIN ? rc : 0;
    }
    a->job = job;
    a->cause = WHET_JOB_OK;
    a->killed = 0;
    a->terminal = 0;
    a->waits = 0;
    a->seen_bytes = 0;
    a->deadline_ns = job->timeout_ns != 0 && job->timeout_ns < NEVER - a->child.start_ns
                         ? a->child.start_ns + job->timeout_ns
                         : NEVER;
    a->look_ns = job->memory_bytes != 0 ? a->child.start_ns + LOOK_NS / 4 : NEVER;
    rc = look_after(a);
    return rc == 0 ? 1 : rc;
}

static void prefix_of(const struct whet_run_job *job, char *out, size_t size)
{
    if (job->name != NULL)
        snprintf(out, size, "%.100s", job->name);
    else
        snprintf(out, size, "%llu", (unsigned long long)job->number);
}

static int is_full(const struct whet_attempt *a)
{
    return a->shop->spool.live >= a->shop->hold_bytes;
}

/* What fails is not shown if it is tried again, unless there is no room to wait for that. */
static int may_show(const struct whet_attempt *a)
{
    return whet__show_is_turn(&a->shop->show, a->place) && (a->is_last || is_full(a));
}

int whet__attempt_show(struct whet_attempt *a)
{
    return may_show(a) ? whet__show_more(&a->shop->show, a->printed, a->keep_bytes) : 0;
}

static int show_part(struct whet_attempt *a, enum whet_stream stream, int all)
{
    char prefix[128];

    if (a->shop->show.order != WHET_SHOW_LIVE)
        return whet__attempt_show(a);
    prefix_of(a->job, prefix, sizeof(prefix));
    return whet__show_lines(&a->shop->show, prefix, stream, &a->printed[stream], all);
}

static int *fd_of(struct whet_attempt *a, enum whet_stream stream)
{
    return stream == WHET_STREAM_OUT ? &a->child.out_fd : &a->child.err_fd;
}

/* Its pipes fill up, and it waits to write. The clock stands still for it: the order of the
 * others' output is no fault of its own. */
static void wait_for_room(struct whet_attempt *a)
{
    uint64_t now = whet__clock_now_ns();

    if (a->waits || a->cause != WHET_JOB_OK || !is_full(a) || may_show(a))
        return;
    a->waits = 1;
    a->shop->waiting++;
    a->left_ns = a->deadline_ns == NEVER ? NEVER
                 : a->deadline_ns > now  ? a->deadline_ns - now
                                         : 0;
    a->deadline_ns = NEVER;
    for (int i = 0; i < WHET_STREAMS; i++)
        if (*fd_of(a, (enum whet_stream)i) >= 0)
            whet__events_remove(&a->shop->events, *fd_of(a, (enum whet_stream)i));
}

int whet__attempt_resume(struct whet_attempt *a, uint64_t now)
{
    int rc = 0;

    if (!a->waits || (is_full(a) && !may_show(a)))
        return 0;
    a->waits = 0;
    a->shop->waiting--;
    if (a->cause == WHET_JOB_OK)
        a->deadline_ns = a->left_ns < NEVER - now ? now + a->left_ns : NEVER;
    for (unsigned i = WHET_ATTEMPT_OUT; rc == 0 && i < WHET_ATTEMPT_PARTS; i++) {
        int fd = i == WHET_ATTEMPT_OUT ? a->child.out_fd : a->child.err_fd;

        if (fd >= 0)
            rc = whet__events_add(&a->shop->events, fd,
                                  whet__attempt_tag(a, (enum whet_attempt_part)i));
    }
    return rc;
}

/* What goes to the disk may wait long, and nothing that is written tells that it is for
 * nobody. */
static int is_for_nobody(struct whet_attempt *a, uint64_t live_before)
{
    struct whet_show *show = &a->shop->show;

    if (a->shop->spool.live <= live_before || show->sink.gone == NULL ||
        !show->sink.gone(show->sink.ctx))
        return 0;
    show->error = -EPIPE;
    return 1;
}

/* Reads once. How much, 0: nothing now or never again. */
static int stream_read(struct whet_attempt *a, enum whet_stream stream, size_t max)
{
    int *fd = fd_of(a, stream), got, rc = 0;
    uint64_t live = a->shop->spool.live;

    if (*fd < 0)
        return 0;
    got = whet__printed_read(&a->printed[stream], &a->shop->spool, *fd, max);
    if (got == -EAGAIN)
        return 0;
    if (got == 0) {
        close(*fd);
        *fd = -1;
    } else if (got > 0) {
        rc = is_for_nobody(a, live) ? -EPIPE : show_part(a, stream, 0);
    }
    return rc != 0 ? rc : got;
}

int whet__attempt_event(struct whet_attempt *a, enum whet_attempt_part part)
{
    int got;

    if (part == WHET_ATTEMPT_END)
        return 1;
    if (a->waits) /* told just before it began to */
        return 0;
    got =
        stream_read(a, part == WHET_ATTEMPT_OUT ? WHET_STREAM_OUT : WHET_STREAM_ERR, READ_MAX);
    if (got > 0)
        wait_for_room(a);
    return got < 0 ? got : 0;
}

void whet__attempt_stop(struct whet_attempt *a, enum whet_job_end cause, int signal,
                        uint64_t now)
{
    uint64_t grace = a->shop->grace_ns;

    /* One that has ended by itself, though nobody has looked yet, was not ended from here. */
    if (a->cause != WHET_JOB_OK || whet__launch_has_ended(&a->child))
        return;
    a->cause = cause;
    a->look_ns = NEVER;
    a->killed = signal == SIGKILL;
    whet__launch_signal(&a->child, signal);
    if (!a->killed)
        whet__launch_signal(&a->child, SIGCONT); /* a stopped process takes no other */
    a->deadline_ns = a->killed || grace >= NEVER - now ? NEVER : now + grace;
}

void whet__attempt_look_stopped(struct whet_attempt *a, uint64_t now)
{
    int signal = a->cause == WHET_JOB_OK ? whet__launch_stopped_by(&a->child) : 0;

    if (signal == 0)
        return;
    a->terminal = signal;
    whet__attempt_stop(a, WHET_JOB_SIGNAL, SIGTERM, now);
}

void whet__attempt_suspend(struct whet_attempt *a)
{
    whet__launch_signal(&a->child, SIGSTOP);
}

static uint64_t later(uint64_t at, uint64_t ns)
{
    return at < NEVER - ns ? at + ns : NEVER;
}

void whet__attempt_continue(struct whet_attempt *a, uint64_t ns)
{
    a->child.start_ns += ns;
    a->deadline_ns = later(a->deadline_ns, ns);
    a->look_ns = later(a->look_ns, ns);
    whet__launch_signal(&a->child, SIGCONT);
}

/* What it and all below it have. What each has is quickly added up, but pages that they share
 * are in each: whether they are too many then is looked at more closely. */
static int memory_find(struct whet_attempt *a, uint64_t *out)
{
    struct whet_proc_tree tree;
    int rc = whet__proc_tree(a->child.pid, &tree);

    if (rc == 0)
        *out = tree.rss_bytes;
    if (rc == 0 && tree.processes > 1 && tree.rss_bytes > a->job->memory_bytes)
        rc = whet__proc_tree_own(a->child.pid, out);
    return rc;
}

static void memory_look(struct whet_attempt *a, uint64_t now)
{
    uint64_t bytes = 0;
    int rc = memory_find(a, &bytes);

    /* A close look must not take more than a tenth of the time. */
    a->look_ns = now + LOOK_NS + 10 * (whet__clock_now_ns() - now);
    if (rc != 0)
        return;
    if (bytes > a->seen_bytes)
        a->seen_bytes = bytes;
    /* At once: with a grace it would take more. */
    if (bytes > a->job->memory_bytes)
        whet__attempt_stop(a, WHET_JOB_MEMORY, SIGKILL, now);
}

uint64_t whet__attempt_tend(struct whet_attempt *a, uint64_t now)
{
    if (a->look_ns <= now)
        memory_look(a, now);
    if (a->deadline_ns <= now && a->cause == WHET_JOB_OK) {
        a->deadline_ns = NEVER;
        whet__attempt_stop(a, WHET_JOB_TIMEOUT, SIGTERM, now);
    } else if (a->deadline_ns <= now) {
        whet__launch_signal(&a->child, SIGKILL);
        a->killed = 1;
        a->deadline_ns = NEVER;
    }
    return a->deadline_ns < a->look_ns ? a->deadline_ns : a->look_ns;
}

/* What it left in the pipe. What its own children may still write, without end perhaps, is
 * not waited for. */
static int stream_finish(struct whet_attempt *a, enum whet_stream stream)
{
    int fd = *fd_of(a, stream), got = 1;
    size_t left = fd >= 0 ? whet__pipe_waiting(fd) : 0;

    while (left > 0 && got > 0) {
        got = stream_read(a, stream, left);
        left -= got > 0 ? (size_t)got : 0;
    }
    if (got >= 0)
        got = show_part(a, stream, 1);
    return got < 0 ? got : 0;
}

static void reason_of_limit(const struct whet_attempt *a, struct whet_job_result *r)
{
    char limit[24], seen[24];

    if (r->end == WHET_JOB_OUTPUT) {
        snprintf(r->reason, sizeof(r->reason),
                 "printed too much: %s waited to be shown: see --hold",
                 whet_size_format(a->shop->hold_bytes, limit, sizeof(limit)));
        return;
    }
    if (r->end == WHET_JOB_TIMEOUT) {
        snprintf(r->reason, sizeof(r->reason), "out of time: it may take %s",
                 whet_duration_format(a->job->timeout_ns, limit, sizeof(limit)));
        return;
    }
    snprintf(r->reason, sizeof(r->reason), "out of memory: it may have %s and had %s",
             whet_size_format(a->job->memory_bytes, limit, sizeof(limit)),
             whet_size_format(a->seen_bytes, seen, sizeof(seen)));
}

static void judge(struct whet_attempt *a, struct whet_job_result *r)
{
    uint64_t limit = a->job->memory_bytes;

    /* It was over between two looks, and has ended since. */
    if (limit != 0 && a->cause == WHET_JOB_OK && r->max_rss_bytes > limit &&
        r->max_rss_bytes > whet__ram_own_peak_bytes()) {
        a->cause = WHET_JOB_MEMORY;
        a->seen_bytes = r->max_rss_bytes;
    }
    r->end = r->signal != 0 ? WHET_JOB_SIGNAL : r->exit_code != 0 ? WHET_JOB_EXIT : WHET_JOB_OK;
    r->reason[0] = '\0';
    if (a->cause == WHET_JOB_MEMORY || a->cause == WHET_JOB_TIMEOUT ||
        a->cause == WHET_JOB_OUTPUT) {
        r->end = a->cause;
        reason_of_limit(a, r);
    } else if (a->cause == WHET_JOB_STOPPED) {
        /* With exit code 0, too: many programs end so when they are told to leave off. */
        r->end = WHET_JOB_STOPPED;
        snprintf(r->reason, sizeof(r->reason), "stopped");
    } else if (a->terminal != 0) {
        r->end = WHET_JOB_SIGNAL;
        r->exit_code = -1;
        r->signal = a->terminal;
        snprintf(r->reason, sizeof(r->reason),
                 "stopped by %s: it wants the terminal, which no command gets here",
                 whet__signal_name(r->signal));
    } else if (r->end == WHET_JOB_SIGNAL) {
        snprintf(r->reason, sizeof(r->reason), "killed by %s", whet__signal_name(r->signal));
    } else if (r->end == WHET_JOB_EXIT) {
        snprintf(r->reason, sizeof(r->reason), "exit code %d", r->exit_code);
    }
}

int whet__attempt_end(struct whet_attempt *a, struct whet_job_result *result)
{
    /* What is shown of it now may take long, and be suspended meanwhile. */
    uint64_t wall_ns = whet__clock_now_ns() - a->child.start_ns;
    struct whet_reaped reaped = {.exit_code = -1};
    int rc, first;

    /* Its helpers must not outlive an attempt that was ended from here. */
    if (a->cause != WHET_JOB_OK)
        whet__launch_signal(&a->child, SIGKILL);
    first = stream_finish(a, WHET_STREAM_OUT);
    rc = stream_finish(a, WHET_STREAM_ERR);
    first = first != 0 ? first : rc;
    a->shop->waiting -= (unsigned)a->waits;
    a->waits = 0;
    rc = whet__launch_reap(&a->shop->launcher, a->slot, &a->child, &reaped);
    a->files = whet__trace_end(a->trace);
    result->wall_ns = wall_ns;
    result->exit_code = reaped.exit_code;
    result->signal = reaped.signal;
    result->user_ns = reaped.user_ns;
    result->sys_ns = reaped.sys_ns;
    result->max_rss_bytes = reaped.max_rss_bytes;
    judge(a, result);
    return first != 0 ? first : rc;
}
