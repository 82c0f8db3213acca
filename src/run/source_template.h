/* run/source_template.h - a job for each row of inputs, or for some rows together.
 *
 * Shape    a source (run/source.h) made of a template, what its commands declare,
 *          and its inputs, all borrowed.
 * Units    none.
 * Memory   the rows of one job at a time.
 * Errors   those of run/inputs.h and run/template.h.
 * Threads  one at a time.
 */
#ifndef WHET_RUN_SOURCE_TEMPLATE_H
#define WHET_RUN_SOURCE_TEMPLATE_H

#include "base/vec.h"
#include "run/declares.h"
#include "run/inputs.h"
#include "run/source.h"
#include "run/template.h"

#define WHET_BATCH_MAX 10000

struct whet_source_template {
    const struct whet_template *of;
    struct whet_inputs *inputs;
    const struct whet_declares *declares; /* NULL: as in `like` */
    struct whet_run_job like;             /* what all jobs have */
    uint64_t number;
    unsigned batch;           /* rows for a job, at most */
    int ended;                /* there are no more rows */
    struct whet_vec rows;     /* of const char *const *: those of the next job so far ... */
    struct whet_arena values; /* ... and what they have */
};

/* With more than one row for a job (`batch`, up to WHET_BATCH_MAX) the template is one of
 * words. */
struct whet_job_source whet__source_template(struct whet_source_template *s,
                                             const struct whet_template *of,
                                             struct whet_inputs *inputs,
                                             const struct whet_declares *declares,
                                             unsigned batch, const struct whet_run_job *like);
void whet__source_template_clear(struct whet_source_template *s);

#endif
