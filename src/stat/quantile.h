/* stat/quantile.h - quantiles of sorted numbers, and the sorting.
 *
 * Shape    functions over arrays of doubles.
 * Units    those of the values; q is a ratio 0..1.
 * Memory   none is allocated; sorting is in place.
 * Errors   -EINVAL: a value is NaN. Quantiles answer NaN for n == 0 or a q
 *          outside 0..1.
 * Threads  safe from any.
 *
 * Source   Hyndman and Fan, "Sample Quantiles in Statistical Packages",
 *          The American Statistician 50(4), 1996.
 */
#ifndef WHET_STAT_QUANTILE_H
#define WHET_STAT_QUANTILE_H

#include <stddef.h>

#include <whet/api.h>

/* Type 7 is what R, NumPy and Python's "inclusive" answer by default. Type 8 is
 * approximately median-unbiased whatever the distribution; its authors advise it. */
enum whet_quantile_type { WHET_QUANTILE_TYPE_7, WHET_QUANTILE_TYPE_8 };

/* Ascending, in place, in O(n log n) at worst. On -EINVAL nothing has moved. */
WHET_MUST_USE int whet__doubles_sort(double *values, size_t n);

/* The q-quantile of `n` values in ascending order. */
double whet__quantile_sorted(const double *sorted, size_t n, double q,
                             enum whet_quantile_type type);

/* The same as q = 0.5 of any type: the middle, or the mean of the middle two. */
double whet__median_sorted(const double *sorted, size_t n);

#endif
