/* Two medians, one ratio: for saved numbers. */
#include "stat/unpaired.h"

#include <errno.h>
#include <math.h>

#include "stat/quantile.h"

static double quotient(double a, double b)
{
    if (b == 0)
        return a == 0 ? 1 : INFINITY;
    return a / b;
}

static int median_of(struct whet_interval *out, double *values, size_t n, double level)
{
    for (size_t i = 0; i < n; i++) {
        if (!(values[i] >= 0 && isfinite(values[i])))
            return -EDOM;
    }
    if (whet__doubles_sort(values, n) != 0)
        return -EDOM;
    return whet__interval_median(out, values, n, level);
}

int whet__unpaired_compare(struct whet_interval *out, double *baseline, size_t n,
                           double *candidate, size_t m, double level)
{
    double each = 1 - (1 - level) / 2;
    struct whet_interval b, c;
    int rc;

    if (n == 0 || m == 0 || !(level > 0 && level < 1))
        return -EINVAL;
    rc = median_of(&b, baseline, n, each);
    if (rc == 0)
        rc = median_of(&c, candidate, m, each);
    if (rc != 0)
        return rc;
    *out = (struct whet_interval){.estimate = quotient(c.estimate, b.estimate),
                                  .low = quotient(c.low, b.high),
                                  .high = quotient(c.high, b.low),
                                  .level = fmax(0, b.level + c.level - 1)};
    return 0;
}
