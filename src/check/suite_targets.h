/* check/suite_targets.h - limits of a suite: read, and held against what was measured.
 *
 * Shape    `targets:` of whet.yaml to one struct whet_target for each arm and limit.
 * Units    as the metric; throughput is per second.
 * Memory   targets go into the caller's vector and borrow names from suite and result.
 * Errors   -EINVAL with the place in whet.yaml; -ENOMEM.
 * Threads  one at a time.
 *
 * A limit is held against the median. MET when the median keeps it; MISSED when the whole
 * interval is beyond it; UNKNOWN when the median is beyond but its interval is not: nothing is
 * proven, and more runs would tell.
 */
#ifndef WHET_CHECK_SUITE_TARGETS_H
#define WHET_CHECK_SUITE_TARGETS_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/vec.h"
#include "bench/report.h"
#include "data/project_suites.h"

/* Finds mistakes before anything is run: unknown metrics of commands, limits that do not
 * fit their metric, a throughput of nothing. */
WHET_MUST_USE int whet__suite_targets_check(const struct whet_yaml *yaml,
                                            const struct whet_suite *suite,
                                            struct whet_error *err);

/* Pushes to `out` (of struct whet_target) those of the first `count` arms of the result, with
 * intervals of `level`. */
WHET_MUST_USE int whet__suite_targets_judge(struct whet_vec *out, const struct whet_yaml *yaml,
                                            const struct whet_suite *suite,
                                            const struct whet_result *result, size_t count,
                                            double level, struct whet_error *err);

#endif
