/* The estimator behind every "x times faster" of this program. */
#include "stat/paired.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>

#include "stat/quantile.h"

static bool has_logarithm(double v)
{
    return v > 0 && isfinite(v);
}

int whet__paired_compare(struct whet_paired *out, const double *baseline,
                         const double *candidate, size_t n, double level, double *scratch)
{
    struct whet_paired p;
    int rc;

    for (size_t i = 0; i < n; i++) {
        if (!has_logarithm(baseline[i]) || !has_logarithm(candidate[i]))
            return -EDOM;
        /* Not ln(c / b): the quotient could overflow. */
        scratch[i] = log(candidate[i]) - log(baseline[i]);
    }
    rc = whet__sign_test(&p.change, scratch, n, 0);
    if (rc == 0)
        rc = whet__doubles_sort(scratch, n);
    if (rc == 0)
        rc = whet__interval_median(&p.ratio, scratch, n, level);
    if (rc != 0)
        return rc;
    p.ratio.estimate = exp(p.ratio.estimate);
    p.ratio.low = exp(p.ratio.low);
    p.ratio.high = exp(p.ratio.high);
    *out = p;
    return 0;
}
