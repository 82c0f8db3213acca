/* From throughputs at some five numbers of workers to a law. */
#include "stat/usl.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define TERMS 3

/* n / X = a + b (n - 1) + c n (n - 1): the three are 1 / rate, contention / rate and
 * coherence / rate. */
static void terms_at(double workers, double terms[TERMS])
{
    terms[0] = 1;
    terms[1] = workers - 1;
    terms[2] = workers * (workers - 1);
}

/* Solves m x = v, m positive semidefinite, for the terms that `used` names; the others are 0.
 * 0 when it has no single solution. */
static int solve(double m[TERMS][TERMS], const double v[TERMS], unsigned used, double x[TERMS])
{
    double a[TERMS][TERMS + 1];
    size_t rows[TERMS], n = 0;

    for (size_t i = 0; i < TERMS; i++) {
        x[i] = 0;
        if (used >> i & 1)
            rows[n++] = i;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            a[i][j] = m[rows[i]][rows[j]];
        a[i][n] = v[rows[i]];
    }
    for (size_t k = 0; k < n; k++) { /* no pivoting: it is symmetric and not negative */
        if (!(a[k][k] > 1e-12 * m[rows[k]][rows[k]]))
            return 0;
        for (size_t i = k + 1; i < n; i++) {
            double f = a[i][k] / a[k][k];

            for (size_t j = k; j <= n; j++)
                a[i][j] -= f * a[k][j];
        }
    }
    for (size_t k = n; k-- > 0;) {
        double sum = a[k][n];

        for (size_t j = k + 1; j < n; j++)
            sum -= a[k][j] * x[rows[j]];
        x[rows[k]] = sum / a[k][k];
    }
    return 1;
}

static int point_is_fine(const struct whet_usl_point *p)
{
    return p->workers >= 1 && isfinite(p->workers) && p->throughput > 0 &&
           isfinite(p->throughput);
}

/* Different numbers of workers, counted up to 3. */
static unsigned count_different(const struct whet_usl_point *points, size_t n)
{
    double first = points[0].workers, second = first;

    for (size_t i = 1; i < n; i++) {
        double w = points[i].workers;

        if (second == first)
            second = w;
        else if (w != first && w != second)
            return 3;
    }
    return second == first ? 1 : 2;
}

/* Of the relative residuals of X. */
static double error_of(const struct whet_usl *u, const struct whet_usl_point *points, size_t n)
{
    double sum = 0;

    if (u->spare == 0)
        return 0;
    for (size_t i = 0; i < n; i++) {
        double d = points[i].throughput / whet__usl_at(u, points[i].workers) - 1;

        sum += d * d;
    }
    return sqrt(sum / u->spare);
}

static void sums_of(const struct whet_usl_point *points, size_t n, double m[TERMS][TERMS],
                    double v[TERMS])
{
    memset(m, 0, sizeof(double[TERMS][TERMS]));
    memset(v, 0, sizeof(double[TERMS]));
    for (size_t k = 0; k < n; k++) {
        double y = points[k].workers / points[k].throughput, terms[TERMS];

        terms_at(points[k].workers, terms);
        for (size_t i = 0; i < TERMS; i++) {
            for (size_t j = 0; j < TERMS; j++)
                m[i][j] += terms[i] * terms[j] / (y * y);
            v[i] += terms[i] * y / (y * y);
        }
    }
}

static size_t terms_in(unsigned used)
{
    size_t count = 0;

    for (; used != 0; used >>= 1)
        count += used & 1;
    return count;
}

/* The best of the fits whose terms are not negative; the best of all is among them. */
int whet__usl_fit(struct whet_usl *out, const struct whet_usl_point *points, size_t n)
{
    double m[TERMS][TERMS], v[TERMS], x[TERMS], best = INFINITY;
    struct whet_usl u = {0};
    unsigned different;

    for (size_t i = 0; i < n; i++) {
        if (!point_is_fine(&points[i]))
            return -EINVAL;
    }
    different = n > 0 ? count_different(points, n) : 0;
    if (different < 2)
        return -EINVAL;
    sums_of(points, n, m, v);
    for (unsigned used = 1; used < 1u << different; used += 2) {
        double left; /* weighted squares of residuals, without what is the same for all */

        if (!solve(m, v, used, x) || !(x[0] > 0) || x[1] < 0 || x[2] < 0)
            continue;
        left = -(x[0] * v[0] + x[1] * v[1] + x[2] * v[2]);
        if (left < best) {
            best = left;
            u = (struct whet_usl){1 / x[0], x[1] / x[0], x[2] / x[0], 0,
                                  (unsigned)(n - terms_in(used))};
        }
    }
    u.error = error_of(&u, points, n);
    *out = u;
    return 0;
}

double whet__usl_speedup(const struct whet_usl *u, double workers)
{
    return workers /
           (1 + u->contention * (workers - 1) + u->coherence * workers * (workers - 1));
}

double whet__usl_at(const struct whet_usl *u, double workers)
{
    return u->rate * whet__usl_speedup(u, workers);
}

double whet__usl_peak(const struct whet_usl *u)
{
    if (u->coherence <= 0)
        return INFINITY;
    return u->contention < 1 ? fmax(sqrt((1 - u->contention) / u->coherence), 1) : 1;
}

unsigned whet__usl_best(const struct whet_usl *u, unsigned most, double gain)
{
    unsigned n = 1;

    while (n < most && whet__usl_speedup(u, n + 1.0) - whet__usl_speedup(u, n) >= gain)
        n++;
    return n;
}
