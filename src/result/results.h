/* result/results.h - results of jobs, kept, and given back as long as all that they were made
 * of is the same.
 *
 * Shape    opened over a cache; asked before a job (the executor's look_up), told when it ran
 *          to its end (keep) and when it is over (drop).
 * Units    bytes, nanoseconds.
 * Memory   what a job prints, and each file it makes, is in memory once while it is stored
 *          or restored.
 * Errors   a job is run, and not kept, wherever something cannot be found out or the cache
 *          fails: the reason is said with -v. -errno is for want of memory alone.
 * Threads  one at a time.
 *
 * Only jobs that declare inputs, outputs or a depfile take part: of another nobody said what
 * its answer depends on. A job that prints more than WHET_RESULTS_PRINTED or makes a file
 * larger than WHET_RESULTS_FILE is not kept, nor is what result/fit.h says no to.
 *
 * What is not declared and only found to have been read is told by its times (result/begun.h).
 * A job with a depfile so begins one tick, some milliseconds, after this was opened, or after
 * what it needs has ended, if that was a moment ago: its look-up waits for it.
 */
#ifndef WHET_RESULT_RESULTS_H
#define WHET_RESULT_RESULTS_H

#include <whet/api.h>
#include <whet/cache.h>
#include <whet/error.h>

#include "result/fit.h"
#include "result/recipe.h"
#include "run/executor.h"

#define WHET_RESULTS_PRINTED ((size_t)64 << 20)
#define WHET_RESULTS_FILE    ((size_t)1 << 30)

struct whet_results_options {
    struct whet_cache *cache; /* borrowed */
    struct whet_recipe_setting setting;
    struct whet_fit fit; /* its texts are borrowed */
    int failures;        /* an exit code other than 0 is kept, too */
    int force;           /* what is kept is not looked at, and stored anew */
    int write;           /* 0: files and cache stay as they are: hits are told, not restored */
    /* Told of each job whether it is a hit, and if not, why. NULL: nobody listens. */
    void (*explain)(void *ctx, const struct whet_run_job *job, int hit, const char *why);
    void *ctx;
};

struct whet_results;

/* -ENOMEM. */
WHET_MUST_USE int whet__results_open(struct whet_results **out,
                                     const struct whet_results_options *options);
void whet__results_close(struct whet_results *r);

/* Nobody makes files between two look-ups but the commands of this run: all jobs are known, and
 * no code of others is called. Until one is to be run, a file is looked at once, and again when
 * a second has gone by. */
void whet__results_steady(struct whet_results *r);

/* 1: *result, `printed` and the job's outputs are as if it had run. 0: it is to be run. */
WHET_MUST_USE int whet__results_look_up(struct whet_results *r, const struct whet_run_job *job,
                                        struct whet_job_result *result,
                                        struct whet_printed printed[WHET_STREAMS],
                                        struct whet_spool *spool);

/* It has run. Keeps its result if that may be kept, or *result says why not (not_kept); a job
 * that did not make what it declares has failed: *result says so then. */
void whet__results_keep(struct whet_results *r, const struct whet_run_job *job,
                        struct whet_job_result *result,
                        const struct whet_printed printed[WHET_STREAMS],
                        const struct whet_spool *spool);

/* The job is over: forgets what a look-up has found out about it. */
void whet__results_drop(struct whet_results *r, const struct whet_run_job *job);

#endif
