/* Time over iterations: once for each function benchmark, over some ten to some hundred runs.
 */
#include "stat/slope.h"

#include <errno.h>
#include <math.h>

#include "stat/quantile.h"
#include "stat/special.h"

/* Sum of the x of all runs whose y / x is at most `slope`. */
static double weight_up_to(const double *x, const double *y, size_t n, double slope)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += y[i] / x[i] <= slope ? x[i] : 0;
    return sum;
}

/* The smallest of the slopes that has at least `weight` up to it. */
static double slope_at(const double *sorted, const double *x, const double *y, size_t n,
                       double weight)
{
    size_t low = 0, high = n - 1;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (weight_up_to(x, y, n, sorted[middle]) >= weight)
            high = middle;
        else
            low = middle + 1;
    }
    return sorted[low];
}

int whet__slope_fit(struct whet_interval *out, const double *x, const double *y, size_t n,
                    double level, double *scratch)
{
    double total = 0, squares = 0, reach, least;
    struct whet_interval i = {.level = level};

    if (n == 0 || !(level > 0 && level < 1))
        return -EINVAL;
    for (size_t k = 0; k < n; k++) {
        if (!(x[k] > 0 && isfinite(x[k])) || !isfinite(y[k]))
            return -EINVAL;
        total += x[k];
        squares += x[k] * x[k];
        scratch[k] = y[k] / x[k];
    }
    if (whet__doubles_sort(scratch, n) != 0)
        return -EINVAL;
    /* Signs of coins, each times its x, add up to a sum of this deviation around 0. */
    reach = whet__normal_quantile((1 + level) / 2) * sqrt(squares);
    least = (total - reach) / 2;
    i.estimate = slope_at(scratch, x, y, n, total / 2);
    i.low = least > 0 ? slope_at(scratch, x, y, n, least) : scratch[0];
    i.high = least > 0 ? slope_at(scratch, x, y, n, total - least) : scratch[n - 1];
    /* There is nothing further out to make up for what coins of few runs are not normal. */
    if (i.low == scratch[0] && i.high == scratch[n - 1])
        i.level = fmin(level, 1 - 2 * pow(0.5, (double)n));
    *out = i;
    return 0;
}
