/* front/run_watch.h - what a person sees of a run: progress, failures, a summary.
 *
 * Shape    init; hooks for the executor (run/executor.h); end, then the answer.
 * Units    nanoseconds.
 * Memory   embedded.
 * Errors   -errno of stdout.
 * Threads  one at a time.
 */
#ifndef WHET_FRONT_RUN_WATCH_H
#define WHET_FRONT_RUN_WATCH_H

#include "front/run_cache.h"
#include "front/run_part.h"
#include "front/run_request.h"
#include "front/run_trace.h"
#include "view/progress.h"

struct whet_run_watch {
    const struct whet_run_request *request;
    struct whet_progress line;
    struct whet_job_log *log;     /* NULL: none; borrowed */
    struct whet_run_part *part;   /* NULL: what jobs print is shown; borrowed */
    struct whet_run_cache *cache; /* NULL: none; borrowed */
    struct whet_run_trace *trace; /* NULL: nothing is run; borrowed */
    uint64_t total;               /* jobs, 0: not known */
    uint64_t about;               /* then: how many there seem to be; 0: nobody knows */
    uint64_t start_ns;
    unsigned workers;
    struct whet_job_result last; /* of the job that ended last */
    struct whet_run_pause pause; /* the executor's, for the time that stdout keeps us waiting */
};

void whet__run_watch_init(struct whet_run_watch *w, const struct whet_run_request *r,
                          uint64_t total, unsigned workers, struct whet_job_log *log);
struct whet_run_hooks whet__run_watch_hooks(struct whet_run_watch *w);
struct whet_sink whet__run_watch_sink(struct whet_run_watch *w);
void whet__run_watch_end(struct whet_run_watch *w);

/* How many were never begun; 0 where that is not known. */
uint64_t whet__run_watch_left(const struct whet_run_watch *w,
                              const struct whet_run_counts *counts);

/* Says how it went, and answers the exit code. */
int whet__run_watch_answer(struct whet_run_watch *w, const struct whet_run_counts *counts);

#endif
