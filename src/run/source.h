/* run/source.h - where jobs come from.
 *
 * Shape    the executor asks for one job whenever it could start one; so 100,000 jobs from a
 *          pipe are never in memory together.
 * Units    none.
 * Memory   a job's texts go into the arena that is given, or outlive the run.
 * Errors   -errno with a message that has the place in the input.
 * Threads  one at a time.
 *
 * Each source is one file with a function that fills a struct whet_job_source.
 */
#ifndef WHET_RUN_SOURCE_H
#define WHET_RUN_SOURCE_H

#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "run/job.h"

struct whet_job_source {
    void *ctx;
    uint64_t total; /* how many jobs there will be; 0: not known before the end */
    uint64_t about; /* then: how many there seem to be, for people; 0: nobody knows */
    int fd;         /* what the next job waits for when `next` answers -EAGAIN; -1: it waits for
                       another job's end */

    /* 1: *out is the next job; 0: there are no more; -EAGAIN: not now. `slot`, from 1, is the
     * place that the job will have among those that run at once. */
    int (*next)(void *ctx, unsigned slot, struct whet_arena *arena, struct whet_run_job *out,
                struct whet_error *err);

    /* That job has ended so; NULL: nobody needs to know. */
    void (*ended)(void *ctx, const struct whet_run_job *job,
                  const struct whet_job_result *result);
};

#endif
