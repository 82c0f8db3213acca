/* front/run_trace.h - `whet run --trace-inputs`: from what commands used to what a person is
 * told.
 *
 * Shape    opened before the run, told of each command that has ended, closed after it.
 * Units    none.
 * Memory   a line for each undeclared file of the whole run.
 * Errors   -errno with a message: it cannot trace here. Later what cannot be kept is said.
 * Threads  one at a time.
 *
 * A file is told once, with the first command that used it, and so is each reason why not all
 * could be seen; the log has them all.
 */
#ifndef WHET_FRONT_RUN_TRACE_H
#define WHET_FRONT_RUN_TRACE_H

#include "base/json.h"
#include "base/map.h"
#include "front/run_request.h"
#include "result/undeclared.h"

struct whet_run_trace {
    struct whet_tracer *tracer; /* NULL: nobody wants to know */
    struct whet_text here;
    struct whet_vec ignored; /* of const char *, resolved */
    struct whet_map files;   /* from path to what is known of it */
    struct whet_map absent;  /* paths */
    struct whet_arena arena;
    struct whet_undeclared last; /* of the job that has just ended ... */
    int last_open;
    struct whet_job_traced names; /* ... as its result has it */
    uint64_t jobs;                /* that were traced */
    uint64_t partial;             /* those of them of which not all was seen */
    unsigned unseen;              /* the reasons that were told */
    struct whet_looks looks;
};

WHET_MUST_USE int whet__run_trace_open(struct whet_run_trace *t,
                                       const struct whet_run_request *r,
                                       struct whet_error *err);
void whet__run_trace_close(struct whet_run_trace *t);

/* Says what is new, and notes all of it in *result, until the next. */
void whet__run_trace_job(struct whet_run_trace *t, const struct whet_run_job *job,
                         struct whet_job_result *result, const struct whet_trace_files *seen);

/* Says how many there were; `cached` commands were not run. */
void whet__run_trace_answer(const struct whet_run_trace *t, uint64_t cached);

/* The keys of the summary. */
void whet__run_trace_put(const struct whet_run_trace *t, struct whet_json *j);

#endif
