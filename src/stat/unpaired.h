/* stat/unpaired.h - how much more or less of two arms that were not measured together.
 *
 * Shape    a plain struct, filled in one call.
 * Units    ratios candidate / baseline: 0.8 is a fifth less, 1.25 a quarter more.
 * Memory   none is allocated; both arrays are sorted in place.
 * Errors   0 or a negative errno value; on error *out is untouched.
 * Threads  safe from any.
 *
 * The ratio of the medians, between the exact intervals of both (stat/interval.h): lowest of
 * one over highest of the other. Each misses its median in half of 1 - level at most, so both
 * hold together in at least `level` (Bonferroni), whatever the two distributions are, at any
 * n, without resampling. The price is width: about half as much again as needed when both are
 * equally uncertain: numbers of different days drift by more than resampling would say, so this
 * errs on the wide side.
 *
 * Over 10,000 draws each: 99.9 of 100 and more at 99 % (tests/unit/stat/test_slope.c).
 *
 * It answers for the two samples. Whether the machine was the same is another matter.
 */
#ifndef WHET_STAT_UNPAIRED_H
#define WHET_STAT_UNPAIRED_H

#include <stddef.h>

#include <whet/api.h>

#include "stat/interval.h"

/* Values may be 0: 0 / 0 is 1, anything else over 0 is infinite.
 * -EINVAL: n or m is 0, or level is not inside 0..1.
 * -EDOM: a value is negative or not finite. */
WHET_MUST_USE int whet__unpaired_compare(struct whet_interval *out, double *baseline, size_t n,
                                         double *candidate, size_t m, double level);

#endif
