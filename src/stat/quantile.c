/* Sorting and quantiles of samples: some ten to some thousand doubles, often thousands
 * of times in a row (resampling), hence no qsort, which may allocate. */
#include "stat/quantile.h"

#include <errno.h>
#include <float.h>
#include <math.h>

#define SMALL 32 /* up to here insertion is the fastest */

static void sort_by_insertion(double *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double moving = v[i];
        size_t j = i;

        for (; j > 0 && v[j - 1] > moving; j--)
            v[j] = v[j - 1];
        v[j] = moving;
    }
}

/* Lets v[root] sink to its place in the heap of n values. */
static void heap_sink(double *v, size_t root, size_t n)
{
    double moving = v[root];

    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && v[child + 1] > v[child])
            child++;
        if (v[child] <= moving)
            break;
        v[root] = v[child];
    }
    v[root] = moving;
}

static void sort_by_heap(double *v, size_t n)
{
    for (size_t i = n / 2; i > 0; i--)
        heap_sink(v, i - 1, n);
    for (size_t last = n - 1; last > 0; last--) {
        double largest = v[0];

        v[0] = v[last];
        v[last] = largest;
        heap_sink(v, 0, last);
    }
}

int whet__doubles_sort(double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (isnan(values[i]))
            return -EINVAL;
    }
    if (n <= SMALL)
        sort_by_insertion(values, n);
    else
        sort_by_heap(values, n);
    return 0;
}

/* Position of the quantile among the order statistics, counted from 0. */
static double quantile_position(size_t n, double q, enum whet_quantile_type type)
{
    double position = 0;

    switch (type) {
    case WHET_QUANTILE_TYPE_7:
        position = ((double)n - 1) * q;
        break;
    case WHET_QUANTILE_TYPE_8:
        position = ((double)n + 1.0 / 3) * q - 2.0 / 3;
        break;
    }
    return fmin(fmax(position, 0), (double)n - 1);
}

double whet__quantile_sorted(const double *sorted, size_t n, double q,
                             enum whet_quantile_type type)
{
    double position, part;
    size_t below;

    if (n == 0 || !(q >= 0 && q <= 1))
        return NAN;
    position = quantile_position(n, q, type);
    below = (size_t)position;
    part = position - (double)below;
    /* Rounding in the position must not mix in a neighbour (Hyndman and Fan, section 4). */
    if (part < 4 * DBL_EPSILON * (double)n)
        return sorted[below];
    return sorted[below] + part * (sorted[below + 1] - sorted[below]);
}

double whet__median_sorted(const double *sorted, size_t n)
{
    if (n == 0)
        return NAN;
    if (n % 2 == 1)
        return sorted[n / 2];
    return sorted[n / 2 - 1] + (sorted[n / 2] - sorted[n / 2 - 1]) / 2;
}
