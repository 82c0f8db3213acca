/* run/executor.h - runs jobs, many at once, and accounts for each.
 *
 * Shape    one call from the first job to the last. One thread looks after all: it sleeps in
 *          one system call until a child prints, ends, or is out of time.
 * Units    nanoseconds, bytes.
 * Memory   a few kilobytes for each job that runs at once; what waits to be shown is bounded
 *          (run/show.h).
 * Errors   -errno with a message: the run as a whole could not go on (the source has a fault,
 *          nobody reads the output: -EPIPE, no room for it). What ran was ended first. A job
 *          that fails is no error of the run.
 * Threads  one call per thread.
 *
 * The way of a job:
 *
 *     source.next -> hooks.look_up -> started, with retries -> hooks.keep -> hooks.ended ->
 * shown
 *                          \--------------- found --------------------/
 *
 * hooks.traced is told what it has read. hooks.look_up and hooks.keep are the place of a cache
 * of results. Telemetry goes to hooks.started and hooks.ended, where the job log and the
 * progress line live, too. Work for other machines is cut by the source (run/source_shard.h),
 * and hooks.record keeps what they print.
 */
#ifndef WHET_RUN_EXECUTOR_H
#define WHET_RUN_EXECUTOR_H

#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "os/tracer.h"
#include "run/job.h"
#include "run/show.h"
#include "run/source.h"

/* What has happened so far. */
struct whet_run_counts {
    uint64_t ended; /* the sum of all below */
    uint64_t ok;    /* those found by look_up among them */
    uint64_t failed;
    uint64_t skipped;
    uint64_t stopped;
    uint64_t found;    /* by look_up ... */
    uint64_t cached;   /* ... of them, those whose answer was kept by a cache, and ... */
    uint64_t saved_ns; /* ... what those took when they were run */
    uint64_t retried;  /* attempts beyond the first */
    uint64_t running;  /* now */
    uint64_t user_ns;  /* of all that ran */
    uint64_t sys_ns;
};

/* Adds a job that has ended, but not its processor time, which is that of all attempts. */
void whet__run_counts_add(struct whet_run_counts *c, const struct whet_job_result *r);

/* Each may be NULL. All are called by the thread that runs the executor, which looks after
 * nobody meanwhile. */
struct whet_run_hooks {
    void *ctx;

    /* Before a job is started. 1: it need not be; *result is filled, and `printed` with what
     * is to be shown. 0: run it. -errno with *err ends the run. */
    int (*look_up)(void *ctx, const struct whet_run_job *job, struct whet_job_result *result,
                   struct whet_printed printed[WHET_STREAMS], struct whet_spool *spool,
                   struct whet_error *err);

    /* It ran to its end, well or not, and this is what it printed (not with live output); what
     * was more than keep_bytes is cut. May find that it did not end well after all. */
    void (*keep)(void *ctx, const struct whet_run_job *job, struct whet_job_result *result,
                 const struct whet_printed printed[WHET_STREAMS],
                 const struct whet_spool *spool);

    /* It ran to its end, however that came, and these are the files that it named; only with a
     * tracer. Before keep. */
    void (*traced)(void *ctx, const struct whet_run_job *job, struct whet_job_result *result,
                   const struct whet_trace_files *files);

    /* It has ended, and this is what is to be shown of it (not with live output); what it says
     * of where that is kept goes into the result. -errno with *err ends the run. */
    int (*record)(void *ctx, const struct whet_run_job *job, struct whet_job_result *result,
                  const struct whet_printed printed[WHET_STREAMS],
                  const struct whet_spool *spool, struct whet_error *err);

    void (*started)(void *ctx, const struct whet_run_job *job, unsigned slot);

    /* However it came to that. -errno with *err ends the run. */
    int (*ended)(void *ctx, const struct whet_run_job *job,
                 const struct whet_job_result *result, struct whet_error *err);

    /* The same, for people: appends the line that is said of it, behind what it printed, or
     * nothing. */
    void (*say)(void *ctx, const struct whet_run_job *job, const struct whet_job_result *result,
                struct whet_text *out);

    /* Some ten times a second. */
    void (*tick)(void *ctx, const struct whet_run_counts *counts);

    /* The number of the signal that asks to stop, or 0. */
    int (*stop)(void *ctx);

    /* 1, once: all is to stand still. What runs does when `suspend` is called, which returns
     * when all is to go on. The time between counts for nobody. */
    int (*suspend_asked)(void *ctx);
    void (*suspend)(void *ctx);
};

/* For a hook or a sink that is kept waiting: it calls `take`, which returns when all is to go
 * on, as often as a signal may have come. Filled in while the executor runs. */
struct whet_run_pause {
    void (*take)(void *ctx); /* NULL: nothing runs */
    void *ctx;
};

/* How many run at once while time goes by. */
struct whet_run_pace {
    /* How many now? Asked twice a second; `busy` of `now` run. NULL: as at the start. */
    unsigned (*ask)(void *ctx, unsigned now, unsigned busy);
    void *ctx;
    unsigned most; /* that it may answer; as many as open files allow */
};

enum whet_run_halt {
    WHET_RUN_HALT_SOON, /* after a failure no more are started; those that run may finish */
    WHET_RUN_HALT_NOW,  /* those are ended, too */
    WHET_RUN_HALT_NEVER /* all are run, but for what needs the failed one */
};

struct whet_run_options {
    struct whet_job_source source;
    struct whet_sink sink;
    struct whet_run_hooks hooks;
    struct whet_run_pause *pause; /* NULL: nobody is kept waiting */
    unsigned jobs;                /* at once; 0: whet_pool_cores() */
    struct whet_run_pace pace;
    unsigned io_jobs; /* of type WHET_JOB_IO, at once beside them; 0: they are like any */
    enum whet_run_halt halt;
    enum whet_show_order order;
    struct whet_tracer *tracer; /* of what jobs read; NULL: none; borrowed */
    uint64_t grace_ns;          /* between SIGTERM and SIGKILL; 0: 2 s */
    /* Of what waits to be shown, on the disk; 0: WHET_RUN_HOLD. Who prints more than that is
     * not read until it is its turn, or there is room; where neither can come, it is ended. */
    uint64_t hold_bytes;
    size_t keep_bytes; /* of what a job prints hooks.keep gets all, if it is no more */
};

#define WHET_RUN_HOLD (UINT64_C(4) << 30)

WHET_MUST_USE int whet__executor_run(const struct whet_run_options *options,
                                     struct whet_run_counts *out, struct whet_error *err);

#endif
