/* Centre and spread of a sample, robust ones beside the usual ones. */
#include "stat/summary.h"

#include <errno.h>
#include <math.h>

#include "stat/quantile.h"

#define MAD_TO_SD 1.482602218505602 /* 1 / normal quantile of 3/4 */

/* Ascending input keeps small values from being lost in a large sum. */
static double mean_of(const double *sorted, size_t n)
{
    double sum = 0, lost = 0;

    for (size_t i = 0; i < n; i++)
        sum += sorted[i];
    for (size_t i = 0; i < n; i++)
        lost += sorted[i] - sum / (double)n;
    return (sum + lost) / (double)n;
}

static double sd_of(const double *values, size_t n, double mean)
{
    double squares = 0, drift = 0;

    if (n < 2)
        return NAN;
    for (size_t i = 0; i < n; i++) {
        double d = values[i] - mean;

        squares += d * d;
        drift += d;
    }
    return sqrt((squares - drift * drift / (double)n) / (double)(n - 1));
}

int whet__summary_of(struct whet_summary *out, const double *values, size_t n, double *scratch)
{
    struct whet_summary s = {.n = n};

    if (n == 0)
        return -EINVAL;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]))
            return -EINVAL;
        scratch[i] = values[i];
    }
    if (whet__doubles_sort(scratch, n) != 0)
        return -EINVAL;
    s.min = scratch[0];
    s.max = scratch[n - 1];
    s.mean = mean_of(scratch, n);
    s.sd = sd_of(scratch, n, s.mean);
    s.median = whet__median_sorted(scratch, n);
    s.q1 = whet__quantile_sorted(scratch, n, 0.25, WHET_QUANTILE_TYPE_7);
    s.q3 = whet__quantile_sorted(scratch, n, 0.75, WHET_QUANTILE_TYPE_7);
    s.p95 = whet__quantile_sorted(scratch, n, 0.95, WHET_QUANTILE_TYPE_7);
    for (size_t i = 0; i < n; i++)
        scratch[i] = fabs(scratch[i] - s.median);
    if (whet__doubles_sort(scratch, n) != 0)
        return -EINVAL;
    s.mad_raw = whet__median_sorted(scratch, n);
    s.mad = s.mad_raw * MAD_TO_SD;
    *out = s;
    return 0;
}
