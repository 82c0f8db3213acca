/* check/baseline_fit.h - whether a baseline is fit to compare suites with.
 *
 * Shape    one question, asked before minutes are spent.
 * Units    none.
 * Memory   none is kept.
 * Errors   -errno, with the reason in `err`.
 * Threads  safe from any; the baseline is only read.
 */
#ifndef WHET_CHECK_BASELINE_FIT_H
#define WHET_CHECK_BASELINE_FIT_H

#include <whet/api.h>

#include "base/vec.h"
#include "check/baseline.h"

/* `suites` (of const struct whet_suite *) are to be run; `name` is the baseline's, for
 * messages. -ENOENT: it has none of them. -EXDEV: it was measured on another machine, which is
 * not looked at with `any_machine`. -ENOMEM. */
WHET_MUST_USE int whet__baseline_fit(const struct whet_baseline *b, const char *name,
                                     const struct whet_vec *suites, int any_machine,
                                     struct whet_error *err);

#endif
