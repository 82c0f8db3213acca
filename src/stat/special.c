/* Normal and binomial distributions, as exact as doubles allow: they decide which
 * order statistics bound an interval. Called a few times per answer, n up to millions. */
#include "stat/special.h"

#include <math.h>

#define PI         3.14159265358979323846
#define SQRT_2     1.41421356237309504880
#define SQRT_2PI   2.50662827463100050242
#define NEGLIGIBLE 1e-18

double whet__normal_cdf(double z)
{
    return 0.5 * erfc(-z / SQRT_2);
}

/* p in (0, 0.5]: absolute error below 4.5e-4. */
static double lower_quantile_start(double p)
{
    double t = sqrt(-2 * log(p));
    double above = 2.515517 + t * (0.802853 + t * 0.010328);
    double below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));

    return above / below - t;
}

static double lower_quantile(double p)
{
    double z = lower_quantile_start(p);

    /* Each step cubes the error: 4.5e-4 needs two, the third is for the far tail. */
    for (int i = 0; i < 3; i++) {
        double density = exp(-z * z / 2) / SQRT_2PI;
        double step = (whet__normal_cdf(z) - p) / density;

        z -= step / (1 + z * step / 2);
    }
    return z;
}

double whet__normal_quantile(double p)
{
    if (!(p >= 0 && p <= 1))
        return NAN;
    if (p == 0)
        return -INFINITY;
    if (p == 1)
        return INFINITY;
    return p <= 0.5 ? lower_quantile(p) : -lower_quantile(1 - p);
}

/* P(|T| <= t), t >= 0: sums in powers of cos(theta), theta = atan(t / sqrt(freedom)). */
static double student_within(double t, size_t freedom)
{
    double theta = atan(t / sqrt((double)freedom)), c = cos(theta), term, sum = 0;
    size_t first = freedom % 2;

    if (freedom == 1)
        return 2 * theta / PI;
    term = first == 1 ? c : 1;
    for (size_t k = first; k + 2 <= freedom && term > NEGLIGIBLE; k += 2) {
        sum += term;
        term *= c * c * (double)(k + 1) / (double)(k + 2);
    }
    return first == 1 ? 2 / PI * (theta + sin(theta) * sum) : sin(theta) * sum;
}

double whet__student_quantile(double p, size_t freedom)
{
    double low = 0, high = 1, within = 2 * fabs(p - 0.5);

    if (freedom == 0 || !(p >= 0 && p <= 1))
        return NAN;
    if (p == 0 || p == 1)
        return p == 0 ? -INFINITY : INFINITY;
    while (student_within(high, freedom) < within && high < 1e15)
        high *= 2;
    for (int i = 0; i < 100 && high - low > 1e-15 * high; i++) {
        double middle = (low + high) / 2;

        if (student_within(middle, freedom) < within)
            low = middle;
        else
            high = middle;
    }
    return p < 0.5 ? -high : high;
}

/* ln(n!) minus Stirling's formula. Up to 18 the factorial is exact in a double; above,
 * five terms of the series leave less than 1e-17. */
static double stirling_error(double n)
{
    double factorial = 1, m = n * n;

    if (n > 18)
        return (1.0 / 12 -
                (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / m) / m) / m) / m) /
               n;
    for (double i = 2; i <= n; i++)
        factorial *= i;
    return log(factorial) - (n + 0.5) * log(n) + n - 0.5 * log(2 * PI);
}

/* x ln(x/mean) + mean - x without the cancellation near x = mean. */
static double deviance(double x, double mean)
{
    double d = x - mean, v = d / (x + mean), sum = d * v, term = 2 * x * v;

    if (fabs(v) > 0.1)
        return x * log(x / mean) + mean - x;
    for (int j = 3;; j += 2) {
        double before = sum;

        term *= v * v;
        sum += term / j;
        if (sum == before)
            return sum;
    }
}

double whet__binomial_pmf(uint64_t k, uint64_t n, double p)
{
    double dk = (double)k, dn = (double)n, rest = dn - dk, exponent;

    if (!(p >= 0 && p <= 1))
        return NAN;
    if (k > n)
        return 0;
    if (p == 0 || p == 1)
        return (p == 0 ? k == 0 : k == n) ? 1 : 0;
    if (k == 0)
        return exp(dn * log1p(-p));
    if (k == n)
        return exp(dn * log(p));
    exponent = stirling_error(dn) - stirling_error(dk) - stirling_error(rest) -
               deviance(dk, dn * p) - deviance(rest, dn * (1 - p));
    return exp(exponent) * sqrt(dn / (2 * PI * dk * rest));
}

/* P(X <= k) for k at or below the mean: terms shrink downwards. */
static double lower_tail(uint64_t k, uint64_t n, double p)
{
    double term = whet__binomial_pmf(k, n, p), sum = term, odds = (1 - p) / p;

    for (uint64_t i = k; i > 0 && term > sum * NEGLIGIBLE; i--) {
        term *= (double)i / (double)(n - i + 1) * odds;
        sum += term;
    }
    return sum;
}

double whet__binomial_cdf(uint64_t k, uint64_t n, double p)
{
    if (!(p >= 0 && p <= 1))
        return NAN;
    if (k >= n || p == 0)
        return 1;
    if (p == 1)
        return 0;
    if ((double)k <= (double)n * p)
        return lower_tail(k, n, p);
    /* More than k successes are fewer than n - k failures. */
    return 1 - lower_tail(n - k - 1, n, 1 - p);
}

uint64_t whet__binomial_quantile(double q, uint64_t n, double p)
{
    uint64_t low = 0, high = n;

    if (!(q >= 0 && q <= 1) || !(p >= 0 && p <= 1))
        return n;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (whet__binomial_cdf(middle, n, p) >= q)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
