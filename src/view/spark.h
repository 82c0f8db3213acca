/* view/spark.h - a histogram that fits into a cell of a table: one character per bin.
 *
 * Shape    values in, blocks of an eighth to eight eighths of a line out, or their ASCII
 *          twins; the fullest bin is a whole block, an empty one a blank.
 * Units    those of the values.
 * Memory   the text is the caller's.
 * Errors   sticky in the text (whet__text_error).
 * Threads  safe from any.
 *
 * Histograms that are to be compared share a scale.
 */
#ifndef WHET_VIEW_SPARK_H
#define WHET_VIEW_SPARK_H

#include <stddef.h>

#include "base/text.h"

#define WHET_SPARK_BINS_MAX 64

struct whet_spark_scale {
    double low, high; /* what is outside is counted in the bins at the ends */
    int log;          /* bins grow by a factor; low must be positive */
};

/* No values yet: low over high. */
void whet__spark_scale_init(struct whet_spark_scale *scale);

/* Widens the scale for `n` ascending values, but not for those that lie further beyond the
 * quartiles than three times their distance: a single one would flatten all others. */
void whet__spark_scale_add(struct whet_spark_scale *scale, const double *sorted, size_t n);

/* When all are added: chooses `log` where the ends are far apart. */
void whet__spark_scale_done(struct whet_spark_scale *scale);

/* `bins` (1 to WHET_SPARK_BINS_MAX) characters; nothing when there are no values. */
void whet__spark_put(struct whet_text *out, const struct whet_spark_scale *scale,
                     const double *values, size_t n, unsigned bins, int ascii);

#endif
