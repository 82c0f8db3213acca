/* run/source_template.h - a job for each row of inputs.
 *
 * Shape    a source (run/source.h) made of a template, what its commands declare,
 *          and its inputs, all borrowed.
 * Units    none.
 * Memory   one row at a time.
 * Errors   those of run/inputs.h and run/template.h.
 * Threads  one at a time.
 */
#ifndef WHET_RUN_SOURCE_TEMPLATE_H
#define WHET_RUN_SOURCE_TEMPLATE_H

#include "run/declares.h"
#include "run/inputs.h"
#include "run/source.h"
#include "run/template.h"

struct whet_source_template {
    const struct whet_template *of;
    struct whet_inputs *inputs;
    const struct whet_declares *declares; /* NULL: as in `like` */
    struct whet_run_job like;             /* what all jobs have */
    uint64_t number;
};

struct whet_job_source whet__source_template(struct whet_source_template *s,
                                             const struct whet_template *of,
                                             struct whet_inputs *inputs,
                                             const struct whet_declares *declares,
                                             const struct whet_run_job *like);

#endif
