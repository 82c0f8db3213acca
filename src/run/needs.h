/* run/needs.h - jobs that need each other, as a source: each is given out once all that it
 * needs have ended well.
 *
 * Shape    made of known jobs (run/jobs.h), then a source (run/source.h).
 * Units    none.
 * Memory   a few numbers for each job and each need.
 * Errors   -EINVAL with a message and the job's line: a name that nobody has, or several, or a
 *          circle, which is named; -ENOMEM.
 * Threads  one at a time.
 *
 * What needs a job that did not end well is given out to be skipped, with the reason.
 */
#ifndef WHET_RUN_NEEDS_H
#define WHET_RUN_NEEDS_H

#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "run/jobs.h"
#include "run/source.h"

struct whet_needs {
    const struct whet_jobs *jobs;
    size_t count;
    uint32_t *waits; /* for how many others each still waits */
    uint32_t
        *first; /* of each: where those that need it begin in `edges`; one more at the end */
    uint32_t *edges;  /* jobs */
    uint32_t *ready;  /* jobs in the order in which they became ready */
    uint32_t *failed; /* of each: 1 + a job that it needs and that did not end well; 0: none */
    size_t ready_count;
    size_t given;
};

/* The jobs are borrowed, and no more may be added. */
WHET_MUST_USE int whet__needs_init(struct whet_needs *g, const struct whet_jobs *jobs,
                                   struct whet_error *err);
void whet__needs_clear(struct whet_needs *g);

struct whet_job_source whet__needs_source(struct whet_needs *g);

#endif
