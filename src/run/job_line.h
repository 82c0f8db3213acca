/* run/job_line.h - the line that a log has about one job.
 *
 * Shape    one call: a job and what became of it in, an object of JSON out.
 * Units    nanoseconds, bytes; times of day as RFC 3339, in UTC.
 * Memory   the caller's text; long argv and lists of names are shown in part.
 * Errors   the text keeps them, as base/text.h says.
 * Threads  one at a time for each text.
 *
 * The form is in whet-formats(5). Whoever reads it back is run/job_log.h.
 */
#ifndef WHET_RUN_JOB_LINE_H
#define WHET_RUN_JOB_LINE_H

#include "base/text.h"
#include "run/job.h"

/* Appends it, with its newline. `id`: its identity, in hex. */
void whet__job_line_put(struct whet_text *out, const struct whet_run_job *job, const char *id,
                        const struct whet_job_result *result);

#endif
