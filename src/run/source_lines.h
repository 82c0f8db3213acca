/* run/source_lines.h - a job for each line: of a file, of a pipe, or of the command line.
 *
 * Shape    opened once, then a source (run/source.h); closed after the run.
 * Units    none.
 * Memory   one line at a time.
 * Errors   those of run/lines.h and run/command.h, with the number of the line.
 * Threads  one at a time.
 *
 * Empty lines and lines that begin with '#' are passed over.
 */
#ifndef WHET_RUN_SOURCE_LINES_H
#define WHET_RUN_SOURCE_LINES_H

#include <whet/api.h>
#include <whet/error.h>

#include "run/lines.h"
#include "run/source.h"

struct whet_source_lines {
    struct whet_lines *lines; /* NULL: from the array */
    const char *const *array;
    size_t count;
    int shell;
    struct whet_run_job like; /* what all jobs have: limits, folder, environment */
    size_t at;
    uint64_t number;
};

/* `lines` is borrowed until the run is over, and closed by whoever opened it. */
struct whet_job_source whet__source_lines(struct whet_source_lines *s, struct whet_lines *lines,
                                          int shell, const struct whet_run_job *like);

/* Each text is a line. */
struct whet_job_source whet__source_array(struct whet_source_lines *s, const char *const *array,
                                          size_t count, int shell,
                                          const struct whet_run_job *like);

#endif
