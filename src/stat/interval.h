/* stat/interval.h - an estimate and the bounds it is believed to lie in.
 *
 * Shape    a plain struct; the exact interval of a median fills it.
 * Units    those of the values; `level` is a ratio, 0.95 for 95 %.
 * Memory   none is allocated.
 * Errors   0 or a negative errno value; on error *out is untouched.
 * Threads  safe from any.
 */
#ifndef WHET_STAT_INTERVAL_H
#define WHET_STAT_INTERVAL_H

#include <stddef.h>

#include <whet/api.h>

struct whet_interval {
    double estimate;
    double low, high;
    double level; /* what the bounds really have, which can be less than was asked */
};

/* The median of `n` ascending values between two of them. Right for every continuous
 * distribution, at any n: the number of values below the true median is binomial
 * (n, 1/2), so the interval of the k-th smallest and k-th largest has the coverage
 * 1 - 2 P(X <= k - 1). The largest k that reaches `level` is taken, so the real level
 * is at least that, mostly a little more. Where values tie it can only be higher.
 *
 * When even the smallest and largest value do not reach it, these two are the bounds
 * and out->level is less than `level`: 5 values have 93.75 % at best.
 *
 * Source: W. J. Conover, Practical Nonparametric Statistics, 3rd ed., section 3.2.
 * -EINVAL: n is 0, level is not inside 0..1, a value is NaN, or they do not ascend. */
WHET_MUST_USE int whet__interval_median(struct whet_interval *out, const double *sorted,
                                        size_t n, double level);

/* The smallest n at which whet__interval_median reaches `level`: 6 for 95 %, 8 for
 * 99 %. 0 when level is not inside 0..1. */
size_t whet__interval_median_needs(double level);

#endif
