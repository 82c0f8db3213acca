/* check/baseline.h - results kept under a name, to compare with later.
 *
 * Shape    a file for each name, DIR/.whet/baselines/NAME.json in the form of
 *          bench/result_json.h, made to be committed; with `binaries`, the programs beside it
 *          in NAME.bin/, so that they can be run again, interleaved with today's.
 * Units    none of its own.
 * Memory   whet__baseline_load allocates *out, whet__baseline_free releases it.
 * Errors   -ENOENT: no baseline of this name, with those that there are; -EINVAL: a name
 *          that is no file name; errors of reading and writing.
 * Threads  one at a time per name.
 */
#ifndef WHET_CHECK_BASELINE_H
#define WHET_CHECK_BASELINE_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "bench/report.h"

struct whet_baseline;

/* Results of suites that `report` has replace those of the same name; the others of the
 * file stay. A name is one for a file: at most 100 bytes, no '/', no '.' in front, not
 * ending in .json. Kept programs that no result of the file refers to any more are
 * removed.
 * -ENODATA: the report has no result.  Of programs, with `binaries`: -ESTALE: it is not the
 * file any more that was measured; -ENOEXEC: neither ELF nor a script; -EFBIG: over 64 MiB. */
WHET_MUST_USE int whet__baseline_save(const char *dir, const char *name,
                                      const struct whet_report *report, int binaries,
                                      struct whet_error *err);

/* `name` is a baseline of `dir`, or a path of a JSON file (it has a '/' or ends in .json). */
WHET_MUST_USE int whet__baseline_load(struct whet_baseline **out, const char *dir,
                                      const char *name, struct whet_error *err);
void whet__baseline_free(struct whet_baseline *b);

size_t whet__baseline_count(const struct whet_baseline *b);
const struct whet_result *whet__baseline_at(const struct whet_baseline *b, size_t index);
/* The result of the suite, or NULL. */
const struct whet_result *whet__baseline_find(const struct whet_baseline *b, const char *suite);

/* The full path of the kept program of an arm, or NULL. Borrowed. */
const char *whet__baseline_program(const struct whet_baseline *b, const char *suite,
                                   const char *arm);
/* 1: it kept one of any arm of the suite. */
int whet__baseline_has_program(const struct whet_baseline *b, const char *suite);

/* Judges every arm of the outcome's result against the arm of the same name in `saved`
 * (whet__judge_stored) and fills the outcome's judgements, which must be NULL and are then
 * the report's. An arm that `saved` lacks gets verdict NONE.
 * -EXDEV: measured on machines that differ, and not `any_machine`.  -EINVAL: there are
 * judgements, or no result.  -ENOMEM. */
WHET_MUST_USE int whet__baseline_judge(struct whet_outcome *outcome,
                                       const struct whet_result *saved,
                                       const struct whet_verdict_options *options,
                                       int any_machine, struct whet_error *err);

#endif
