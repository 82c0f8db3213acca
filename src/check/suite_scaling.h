/* check/suite_scaling.h - how the cost of a suite's commands grows with a parameter.
 *
 * Shape    arms that differ in nothing but the parameter are a series; each becomes one
 *          struct whet_scaling.
 * Units    nanoseconds, bytes; an exponent has none.
 * Memory   series go into the caller's vector, their arrays into the arena; names are
 *          borrowed from suite and result.
 * Errors   -ENOMEM; -EINVAL with a message: sizes that are no numbers, too few of them.
 * Threads  one at a time.
 *
 * The metric for time is the one that is given, else the one that verdicts take. Every sample
 * is a point of the fit. MET when the exponent is at most what is allowed; MISSED when its
 * whole interval is over that; UNKNOWN between them, and when nothing could be fitted.
 */
#ifndef WHET_CHECK_SUITE_SCALING_H
#define WHET_CHECK_SUITE_SCALING_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "base/vec.h"
#include "bench/report.h"
#include "data/project_suites.h"

/* Pushes to `out` (of struct whet_scaling) the series among the first `count` arms. Which
 * command an arm is of says `commands`; NULL: all are of the same. */
WHET_MUST_USE int whet__suite_scaling_judge(struct whet_vec *out, struct whet_arena *arena,
                                            const struct whet_suite *suite,
                                            const struct whet_result *result, size_t count,
                                            const size_t *commands, const char *metric,
                                            double level, struct whet_error *err);

#endif
