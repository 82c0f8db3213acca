/* Histograms of one line. Expected load: tens per report, some hundred values each. */
#include "view/spark.h"

#include <math.h>

#include "stat/quantile.h"

#define LEVELS      8
#define FAR         3.0  /* times the distance of the quartiles: Tukey's outer fence */
#define LOG_FROM    10.0 /* high / low from which on a linear scale would hide the small */
#define BLOCK_BYTES 3

void whet__spark_scale_init(struct whet_spark_scale *scale)
{
    scale->low = INFINITY;
    scale->high = -INFINITY;
    scale->log = 0;
}

void whet__spark_scale_add(struct whet_spark_scale *scale, const double *sorted, size_t n)
{
    double q1 = whet__quantile_sorted(sorted, n, 0.25, WHET_QUANTILE_TYPE_7);
    double q3 = whet__quantile_sorted(sorted, n, 0.75, WHET_QUANTILE_TYPE_7);
    double reach = FAR * (q3 - q1);
    size_t first = 0, last = n;

    if (n == 0)
        return;
    while (sorted[first] < q1 - reach)
        first++;
    while (sorted[last - 1] > q3 + reach)
        last--;
    scale->low = fmin(scale->low, sorted[first]);
    scale->high = fmax(scale->high, sorted[last - 1]);
}

void whet__spark_scale_done(struct whet_spark_scale *scale)
{
    scale->log = scale->low > 0 && scale->high / scale->low >= LOG_FROM;
}

static size_t bin_of(const struct whet_spark_scale *scale, double value, unsigned bins)
{
    double at;

    if (!(scale->high > scale->low))
        return bins / 2; /* all alike: in the middle */
    at = scale->log ? log(value / scale->low) / log(scale->high / scale->low)
                    : (value - scale->low) / (scale->high - scale->low);
    if (!(at > 0))
        return 0;
    return at >= 1 ? bins - 1 : (size_t)(at * bins);
}

/* 0 for none, else 1 to LEVELS; a single value among thousands can still be seen. */
static unsigned level_of(size_t count, size_t most)
{
    return (unsigned)((count * LEVELS + most - 1) / most);
}

void whet__spark_put(struct whet_text *out, const struct whet_spark_scale *scale,
                     const double *values, size_t n, unsigned bins, int ascii)
{
    static const char blocks[] = "▁▂▃▄▅▆▇█";
    static const char twins[] = ".:-=+*#@";
    size_t counts[WHET_SPARK_BINS_MAX] = {0}, most = 1;

    bins = bins < 1 ? 1 : bins > WHET_SPARK_BINS_MAX ? WHET_SPARK_BINS_MAX : bins;
    for (size_t i = 0; i < n; i++) {
        size_t bin = bin_of(scale, values[i], bins);

        if (++counts[bin] > most)
            most = counts[bin];
    }
    for (unsigned i = 0; i < bins && n > 0; i++) {
        unsigned level = level_of(counts[i], most);

        if (level == 0)
            whet__text_putc(out, ' ');
        else if (ascii)
            whet__text_putc(out, twins[level - 1]);
        else
            whet__text_append(out, blocks + (size_t)BLOCK_BYTES * (level - 1), BLOCK_BYTES);
    }
}
