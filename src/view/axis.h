/* view/axis.h - from values to pixels, with ticks at numbers that people like.
 *
 * Shape    a range and ticks in it: steps of 1, 2 or 5 times a power of ten, in the unit
 *          shown; on a log axis powers of ten, or of two for sizes and small counts.
 * Units    by enum whet_unit; pixels may run in either direction.
 * Memory   none is allocated.
 * Errors   none: values are checked before (whet__axis_takes).
 * Threads  safe from any.
 */
#ifndef WHET_VIEW_AXIS_H
#define WHET_VIEW_AXIS_H

#include <stddef.h>

#include "base/text.h"
#include "view/number.h"

#define WHET_AXIS_TICKS 32

struct whet_axis {
    enum whet_unit unit;
    int log;
    double low, high; /* of the axis, low < high */
    double from, to;  /* pixels of low and high */
    double ticks[WHET_AXIS_TICKS];
    size_t tick_count;
    struct whet_number_scale scale; /* of all labels, on a linear axis */
    unsigned decimals;
};

/* Whether a value can stand on an axis: finite, of sane size, positive if `log`. */
int whet__axis_takes(double value, int log);

/* An axis over low..high (equal is fine) with about `ticks` ticks (2..16) and a little room
 * at both ends, but not on the other side of 0. */
void whet__axis_init(struct whet_axis *axis, enum whet_unit unit, int log, double low,
                     double high, unsigned ticks);

/* A linear axis from one tick to another, around low..high. */
void whet__axis_init_whole(struct whet_axis *axis, enum whet_unit unit, double low, double high,
                           unsigned ticks);

double whet__axis_at(const struct whet_axis *axis, double value);

/* The label of ticks[index]. */
void whet__axis_label(struct whet_text *out, const struct whet_axis *axis, size_t index);

#endif
