/* The exact sign test: it needs independent values and nothing else. */
#include "stat/sign_test.h"

#include <errno.h>
#include <math.h>

#include "stat/special.h"

int whet__sign_test(struct whet_sign_test *out, const double *values, size_t n, double median)
{
    struct whet_sign_test t = {0};
    size_t signs;

    if (n == 0 || isnan(median))
        return -EINVAL;
    for (size_t i = 0; i < n; i++) {
        if (isnan(values[i]))
            return -EINVAL;
        t.below += values[i] < median;
        t.above += values[i] > median;
    }
    signs = t.below + t.above;
    t.ties = n - signs;
    t.p_above = whet__binomial_cdf(t.below, signs, 0.5);
    t.p_below = whet__binomial_cdf(t.above, signs, 0.5);
    t.p = fmin(1, 2 * fmin(t.p_above, t.p_below));
    *out = t;
    return 0;
}
