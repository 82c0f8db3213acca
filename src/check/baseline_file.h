/* check/baseline_file.h - where a baseline is, between the files that read and write it.
 *
 * Shape    paths made from a project's folder and a name.
 * Units    bytes.
 * Memory   the caller's texts.
 * Errors   0 or a negative errno value with a message.
 * Threads  safe from any.
 */
#ifndef WHET_CHECK_BASELINE_FILE_H
#define WHET_CHECK_BASELINE_FILE_H

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"
#include "base/vec.h"
#include "bench/result.h"

#define WHET_BASELINE_FOLDER    ".whet/baselines"
#define WHET_BASELINE_ENDING    ".json"
#define WHET_BASELINE_PROGRAMS  ".bin"
#define WHET_BASELINE_PATH_MAX  ((size_t)8192)
#define WHET_BASELINE_SUITES    1000
#define WHET_BASELINE_HASH_SIZE 33 /* 32 hex digits and a NUL */

/* DIR/.whet/baselines/NAME + `ending`.
 * -EINVAL: no name for a file, or one that could be taken for a path. */
WHET_MUST_USE int whet__baseline_path(struct whet_text *out, const char *dir, const char *name,
                                      const char *ending, struct whet_error *err);

/* Copies the program of each arm that has one to `folder`, which is made, under its hash.
 * -ENOEXEC: neither ELF nor a script; -EFBIG: larger than is sensible to commit;
 * -ESTALE: it is not the file any more that was measured. */
WHET_MUST_USE int whet__baseline_programs_keep(const char *folder,
                                               const struct whet_result *result,
                                               struct whet_error *err);

/* Removes the programs in `folder` that belong to none of the results (a vector of
 * const struct whet_result *), and the folder when nothing is left. What cannot be
 * removed stays: it harms nobody. */
void whet__baseline_programs_prune(const char *folder, const struct whet_vec *results);

/* 1: 32 lower-case hex digits. */
int whet__baseline_is_hash(const char *text);

#endif
