/* The exact interval of the median: the one that holds without assuming a shape. */
#include "stat/interval.h"

#include <errno.h>
#include <math.h>

#include "stat/quantile.h"
#include "stat/special.h"

/* Levels like 0.9375 are reached exactly by some n; sums of powers miss them by a rounding. */
#define ROUNDING 1e-12

static double coverage(size_t rank, size_t n)
{
    return 1 - 2 * whet__binomial_cdf(rank - 1, n, 0.5);
}

/* Rank of the lower bound, counted from 1. */
static size_t median_rank(size_t n, double level)
{
    size_t rank = (size_t)whet__binomial_quantile((1 - level) / 2, n, 0.5);

    if (2 * (rank + 1) <= n + 1 && coverage(rank + 1, n) >= level - ROUNDING)
        rank++;
    return rank > 0 ? rank : 1;
}

int whet__interval_median(struct whet_interval *out, const double *sorted, size_t n,
                          double level)
{
    size_t rank;

    if (n == 0 || !(level > 0 && level < 1) || isnan(sorted[0]))
        return -EINVAL;
    for (size_t i = 1; i < n; i++) {
        if (!(sorted[i] >= sorted[i - 1]))
            return -EINVAL;
    }
    rank = median_rank(n, level);
    *out = (struct whet_interval){.estimate = whet__median_sorted(sorted, n),
                                  .low = sorted[rank - 1],
                                  .high = sorted[n - rank],
                                  .level = coverage(rank, n)};
    return 0;
}

size_t whet__interval_median_needs(double level)
{
    size_t n = 1;

    if (!(level > 0 && level < 1))
        return 0;
    while (coverage(1, n) < level - ROUNDING)
        n++;
    return n;
}
