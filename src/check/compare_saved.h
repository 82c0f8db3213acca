/* check/compare_saved.h - two saved results against each other, suite by suite.
 *
 * Shape    two names in, a report out: what is in both is judged, what is in one only is
 *          listed.
 * Units    as bench/verdict.h.
 * Memory   whet__compare_saved_new allocates *out, whet__compare_saved_free releases it with
 *          the report and all that it refers to.
 * Errors   as whet__baseline_load and whet__baseline_judge; -ENODATA: they have no arm in
 *          common.
 * Threads  one at a time; read by any afterwards.
 *
 * Saved numbers were not measured together: at most WARN for what depends on load.
 */
#ifndef WHET_CHECK_COMPARE_SAVED_H
#define WHET_CHECK_COMPARE_SAVED_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "bench/report.h"

struct whet_compare_saved;

/* `before` and `after` are names of baselines of `dir`, or paths of JSON files. The report's
 * results are those of `after`. Where both have one arm only in a suite, these two are
 * compared whatever their names. */
WHET_MUST_USE int whet__compare_saved_new(struct whet_compare_saved **out, const char *dir,
                                          const char *before, const char *after,
                                          const struct whet_verdict_options *options,
                                          int any_machine, struct whet_error *err);
void whet__compare_saved_free(struct whet_compare_saved *c);

const struct whet_report *whet__compare_saved_report(const struct whet_compare_saved *c);

/* What is in one only. */
struct whet_compare_only {
    const char *suite;
    const char *arm; /* NULL: the whole suite */
    int after;       /* 1: in `after`; 0: in `before` */
};
size_t whet__compare_saved_only_count(const struct whet_compare_saved *c);
const struct whet_compare_only *whet__compare_saved_only(const struct whet_compare_saved *c,
                                                         size_t index);

#endif
