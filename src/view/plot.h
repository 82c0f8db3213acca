/* view/plot.h - pictures of measurements, as SVG.
 *
 * Shape    one struct and one call per kind of plot; each appends one <svg>
 *          element, well-formed as XML, whose colours are CSS variables of the page
 *          (view/html.h) or, with `standalone`, its own.
 * Units    by enum whet_unit: durations in nanoseconds, sizes in bytes, ratios 0..1.
 * Memory   the text is the caller's; the data is only read.
 * Errors   -EINVAL: a value is NaN or infinite, an interval is upside down, a value
 *          is not positive on a log axis or over WHET_PLOT_MAX_VALUE in size, or there
 *          are more than WHET_PLOT_MAX_ITEMS items.
 *          -ENOMEM, -EFBIG: as the text says. On error nothing was appended.
 * Threads  safe from any.
 *
 * No items at all is fine: the picture says "no data".
 */
#ifndef WHET_VIEW_PLOT_H
#define WHET_VIEW_PLOT_H

#include <stddef.h>

#include <whet/api.h>

#include "base/text.h"
#include "view/colour.h"
#include "view/number.h"

#define WHET_PLOT_MAX_ITEMS 64 /* bars, rows or lines; points are not limited */
#define WHET_PLOT_MAX_VALUE 1e24

struct whet_plot_frame {
    const char *id;          /* unique in the page; letters, digits, '-'; must be set */
    const char *title;       /* for all readers; must be set */
    const char *description; /* for readers who do not see it; NULL: the title */
    int standalone;          /* a file of its own: brings its colours along */
};

/* Horizontal bars with whiskers: an estimate and its interval per name. */
struct whet_plot_bar {
    const char *name;
    double value;
    double low, high;    /* the interval; both 0: none */
    enum whet_role role; /* PLAIN, GOOD, WARN, BAD, DIM, ACCENT */
};

struct whet_plot_bars {
    struct whet_plot_frame frame;
    const char *axis; /* "speed-up"; NULL: none */
    enum whet_unit unit;
    const struct whet_plot_bar *bars;
    size_t count;
    double reference; /* a line across all bars, such as 1x; 0: none */
    const char *reference_label;
};
WHET_MUST_USE int whet__plot_bars(struct whet_text *out, const struct whet_plot_bars *plot);

/* Many values under one name. */
struct whet_plot_sample {
    const char *name;
    const double *values;
    const double *order; /* when each was measured (run number); NULL: 1, 2, 3 ... */
    size_t count;
    enum whet_role role;
};

struct whet_plot_samples {
    struct whet_plot_frame frame;
    const char *axis;       /* of the values; NULL: none; only whet__plot_spread */
    const char *order_axis; /* of the order; NULL: "run"; only whet__plot_runs */
    enum whet_unit unit;
    int log;      /* a log axis for the values; only whet__plot_spread */
    int relative; /* values as differences from the median of their row, which must not
                     be 0: rows of different scale compare; only whet__plot_spread */
    const struct whet_plot_sample *samples;
    size_t count;
};

/* Every run in the order of measurement, a row per name, and a line at its median:
 * drift and outliers show. Each row has a scale of its own, written at its end, never
 * narrower than a tenth of the median, so that calm looks calm. */
WHET_MUST_USE int whet__plot_runs(struct whet_text *out, const struct whet_plot_samples *plot);

/* One row per name: every value as a dot, stacked where they are dense, over a box of
 * quartiles with whiskers to the last value within 1.5 times its width (Tukey 1977). */
WHET_MUST_USE int whet__plot_spread(struct whet_text *out,
                                    const struct whet_plot_samples *plot);

/* How many values fall into each bin. On a log axis a bin is a power of two, and
 * values below 1 are counted in a bin of their own in front. */
struct whet_plot_histogram {
    struct whet_plot_frame frame;
    const char *axis;       /* of the values */
    const char *count_axis; /* "files"; NULL: "count" */
    enum whet_unit unit;
    int log;
    const double *values; /* not negative */
    size_t count;
};
WHET_MUST_USE int whet__plot_histogram(struct whet_text *out,
                                       const struct whet_plot_histogram *plot);

/* Lines through points, with an interval at each: growth over jobs or size. A line of more
 * than 64 points is a curve: neither points nor intervals are drawn. */
struct whet_plot_point {
    double x, y;
    double low, high; /* the interval of y; both 0: none */
};

struct whet_plot_line {
    const char *name;
    const struct whet_plot_point *points; /* x rising */
    size_t count;
    enum whet_role role; /* DIM is drawn dashed: a model or an ideal */
};

struct whet_plot_lines {
    struct whet_plot_frame frame;
    const char *x_axis, *y_axis; /* NULL: none */
    enum whet_unit x_unit, y_unit;
    int x_log, y_log;
    const struct whet_plot_line *lines;
    size_t count;
};
WHET_MUST_USE int whet__plot_lines(struct whet_text *out, const struct whet_plot_lines *plot);

#endif
