/* view/plot_parts.h - what the plots share: axes drawn, labels in gutters, checks.
 *
 * Shape    functions over view/svg.h and view/axis.h.
 * Units    pixels as in view/svg.h.
 * Memory   the text is the caller's.
 * Errors   as in view/plot.h.
 * Threads  safe from any.
 */
#ifndef WHET_VIEW_PLOT_PARTS_H
#define WHET_VIEW_PLOT_PARTS_H

#include <stddef.h>

#include <whet/api.h>

#include "view/axis.h"
#include "view/plot.h"
#include "view/svg.h"

#define WHET_PLOT_GUTTER_MAX 232.0 /* of names at the left */
#define WHET_PLOT_AXIS_ROOM  28.0  /* tick labels below */
#define WHET_PLOT_TITLE_ROOM 20.0  /* the axis' name below them */

/* Values as labels: "12.3 ms" and "11.9 to 12.8 ms"; borrowed until the next one. */
const char *whet__plot_value(struct whet_svg *s, enum whet_unit unit, double value);
const char *whet__plot_range(struct whet_svg *s, enum whet_unit unit, double low, double high);

/* Whether low..high is an interval around the value, or absent. */
int whet__plot_has_interval(double low, double high);
int whet__plot_interval_ok(double value, double low, double high, int log);

/* Widest of the names, within the gutter. */
double whet__plot_gutter(double widest);

/* Grid lines, tick labels and the axis' name. The horizontal axis is at y = bottom; lines
 * run up to top (equal: short marks only). The vertical one is at x = axis_x; lines run to
 * right. */
void whet__plot_axis_below(struct whet_svg *s, const struct whet_axis *axis, double top,
                           double bottom, const char *name);
void whet__plot_axis_left(struct whet_svg *s, const struct whet_axis *axis, double axis_x,
                          double right, const char *name);

/* Room that the labels of a vertical axis take. */
double whet__plot_axis_left_room(struct whet_svg *s, const struct whet_axis *axis);

/* The colour class of the index-th thing: its role's, or one of eight in turn. */
const char *whet__plot_colour(enum whet_role role, size_t index);

/* Whether there are not too many samples and every value can stand on the axis. */
int whet__plot_samples_ok(const struct whet_plot_samples *plot, int log);

/* How many values there are in all samples together. */
size_t whet__plot_samples_total(const struct whet_plot_samples *plot);

/* A sorted copy, freed with whet__mem_free; NULL: no memory. */
WHET_MUST_USE double *whet__plot_sorted(const double *values, size_t count);

/* Pushes label positions (rising) apart to at least `gap`, within low..high as far as
 * they fit. */
void whet__plot_spread_labels(double *y, size_t count, double gap, double low, double high);

#endif
