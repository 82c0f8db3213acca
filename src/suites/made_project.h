/* suites/made_project.h - a made-up code base to measure on: always the same, as large as
 * asked.
 *
 * Shape    a folder of source files in a dozen languages, in the proportions, sizes and
 *          nesting of real projects, that parse without errors.
 * Units    files, bytes.
 * Memory   none is kept.
 * Errors   0 or a negative errno value with a message. What was written before stays.
 * Threads  one at a time per folder.
 *
 * The same number and seed give the same bytes, on any machine and in any version of this
 * code whose WHET_MADE_PROJECT_GENERATION is the same, so that measurements of different days
 * are of the same work.
 */
#ifndef WHET_SUITES_MADE_PROJECT_H
#define WHET_SUITES_MADE_PROJECT_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#define WHET_MADE_PROJECT_FILES_MIN  1
#define WHET_MADE_PROJECT_FILES_MAX  20000
#define WHET_MADE_PROJECT_GENERATION 1

struct whet_made_project {
    size_t files;
    uint64_t bytes;
};

/* Writes the project into `dir`, which is made. `out` may be NULL.
 * -EINVAL: `files` is out of range.  -EEXIST: there is something else in `dir`. */
WHET_MUST_USE int whet__made_project_write(const char *dir, size_t files, uint64_t seed,
                                           struct whet_made_project *out,
                                           struct whet_error *err);

#endif
