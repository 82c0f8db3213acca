/* How values spread: dots over a box (Tukey, Exploratory Data Analysis, 1977), a row per
 * name on one scale. Expected load: six rows of some tens of values; of more than
 * MAX_DOTS, evenly spaced order statistics are drawn, which keeps the shape and the ends. */
#include <errno.h>
#include <math.h>

#include "base/mem.h"
#include "stat/quantile.h"
#include "view/plot_parts.h"

#define ROW      50.0
#define BOX      26.0
#define RADIUS   2.4
#define MAX_DOTS 300
#define CELL     4.0 /* dots within such a width are stacked */

struct layout {
    double left, right, top, bottom;
    double medians[WHET_PLOT_MAX_ITEMS]; /* as measured */
    struct whet_axis axis;
};

/* Where Tukey's box and whiskers end. */
struct box {
    double low, q1, median, q3, high;
};

/* The sample's values as drawn, sorted, and their median as measured. NULL: no memory, or
 * relative to 0, which `err` tells. */
static double *drawn_values(const struct whet_plot_samples *plot, size_t index, double *median,
                            int *err)
{
    const struct whet_plot_sample *sample = &plot->samples[index];
    double *sorted = whet__plot_sorted(sample->values, sample->count);

    *err = -ENOMEM;
    if (sorted == NULL)
        return NULL;
    *median = sample->count > 0 ? whet__median_sorted(sorted, sample->count) : 0;
    if (!plot->relative || sample->count == 0)
        return sorted;
    for (size_t i = 0; i < sample->count; i++)
        sorted[i] = (sorted[i] - *median) / fabs(*median);
    *err = -EINVAL;
    if (whet__axis_takes(sorted[0], 0) && whet__axis_takes(sorted[sample->count - 1], 0))
        return sorted;
    whet__mem_free(sorted);
    return NULL;
}

static int range_of(const struct whet_plot_samples *plot, struct layout *l, double *low,
                    double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < plot->count; i++) {
        size_t count = plot->samples[i].count;
        int err;
        double *sorted = drawn_values(plot, i, &l->medians[i], &err);

        if (sorted == NULL)
            return err;
        if (count > 0) {
            *low = fmin(*low, sorted[0]);
            *high = fmax(*high, sorted[count - 1]);
        }
        whet__mem_free(sorted);
    }
    return 0;
}

static int lay_out(struct whet_svg *s, const struct whet_plot_samples *plot, struct layout *l)
{
    double names = 0, figures = whet__svg_text_width("no values", WHET_SVG_TICK_SIZE);
    double low, high;
    int err = range_of(plot, l, &low, &high);

    if (err != 0)
        return err;
    for (size_t i = 0; i < plot->count; i++) {
        const char *median = whet__plot_value(s, plot->unit, l->medians[i]);

        names = fmax(names, whet__svg_text_width(plot->samples[i].name, WHET_SVG_TEXT_SIZE));
        figures = fmax(figures, whet__svg_text_width(median, WHET_SVG_TEXT_SIZE));
    }
    l->left = whet__plot_gutter(names);
    l->right = WHET_SVG_WIDTH - figures - 14;
    l->top = WHET_SVG_TITLE;
    l->bottom = l->top + ROW * (double)plot->count;
    whet__axis_init(&l->axis, plot->relative ? WHET_UNIT_PERCENT : plot->unit, plot->log, low,
                    high, (unsigned)((l->right - l->left) / 75));
    l->axis.from = l->left;
    l->axis.to = l->right;
    return 0;
}

static struct box box_of(const double *sorted, size_t count)
{
    struct box box = {
        .q1 = whet__quantile_sorted(sorted, count, 0.25, WHET_QUANTILE_TYPE_7),
        .median = whet__median_sorted(sorted, count),
        .q3 = whet__quantile_sorted(sorted, count, 0.75, WHET_QUANTILE_TYPE_7),
    };
    double reach = 1.5 * (box.q3 - box.q1);
    size_t first = 0, last = count - 1;

    while (sorted[first] < box.q1 - reach)
        first++;
    while (sorted[last] > box.q3 + reach)
        last--;
    box.low = fmin(sorted[first], box.q1);
    box.high = fmax(sorted[last], box.q3);
    return box;
}

static void draw_box(struct whet_svg *s, const struct whet_axis *axis, const struct box *box,
                     double y)
{
    double q1 = whet__axis_at(axis, box->q1), q3 = whet__axis_at(axis, box->q3);
    double median = whet__axis_at(axis, box->median);

    whet__svg_line(s, "thin", whet__axis_at(axis, box->low), y, q1, y);
    whet__svg_line(s, "thin", q3, y, whet__axis_at(axis, box->high), y);
    whet__svg_rect(s, "box", q1, y - BOX / 2, fmax(q3 - q1, 1), BOX, NULL);
    whet__svg_line(s, "stroke", median, y - BOX / 2, median, y + BOX / 2);
}

/* Dots of one cell, next to each other in height: the middle first, then up and down in
 * turn, closer together where they are many. */
static void draw_stack(struct whet_svg *s, const double *x, size_t count, double y)
{
    double step = fmin(RADIUS * 1.7, (ROW - 10) / (double)count);

    for (size_t i = 0; i < count; i++) {
        double side = i % 2 == 0 ? 1 : -1;

        whet__svg_circle(s, "dot", x[i], y + side * step * (double)((i + 1) / 2), RADIUS, NULL);
    }
}

static void draw_dots(struct whet_svg *s, const struct whet_axis *axis, const double *sorted,
                      size_t count, double y)
{
    size_t drawn = count < MAX_DOTS ? count : MAX_DOTS;
    double stack[MAX_DOTS];
    size_t stacked = 0;

    for (size_t i = 0; i < drawn; i++) {
        size_t rank =
            drawn > 1 ? (size_t)((double)i * (double)(count - 1) / (double)(drawn - 1) + 0.5)
                      : 0;
        double x = whet__axis_at(axis, sorted[rank]);

        if (stacked > 0 && x - stack[0] > CELL) {
            draw_stack(s, stack, stacked, y);
            stacked = 0;
        }
        stack[stacked++] = x;
    }
    draw_stack(s, stack, stacked, y);
}

static void draw_row(struct whet_svg *s, const struct whet_plot_samples *plot,
                     const struct layout *l, size_t index, const double *sorted)
{
    const struct whet_plot_sample *sample = &plot->samples[index];
    double y = l->top + ROW * ((double)index + 0.5), names = l->left - 14;
    struct box box;

    whet__svg_text(s, NULL, names, y + 4.5, WHET_SVG_END, sample->name, names);
    if (sample->count == 0) {
        whet__svg_text(s, "tick", WHET_SVG_WIDTH, y + 4.5, WHET_SVG_END, "no values",
                       WHET_SVG_WIDTH - l->right);
        return;
    }
    box = box_of(sorted, sample->count);
    whet__svg_group(s, whet__plot_colour(sample->role, index));
    if (sample->count >= 4)
        draw_box(s, &l->axis, &box, y);
    draw_dots(s, &l->axis, sorted, sample->count, y);
    whet__svg_group_end(s);
    whet__svg_text(s, NULL, WHET_SVG_WIDTH, y + 4.5, WHET_SVG_END,
                   whet__plot_value(s, plot->unit, l->medians[index]),
                   WHET_SVG_WIDTH - l->right);
}

static void draw_rows(struct whet_svg *s, const struct whet_plot_samples *plot,
                      const struct layout *l)
{
    for (size_t i = 0; i < plot->count; i++) {
        double median;
        int err;
        double *sorted = drawn_values(plot, i, &median, &err);

        if (sorted == NULL) {
            whet__svg_fail(s, err);
            return;
        }
        draw_row(s, plot, l, i, sorted);
        whet__mem_free(sorted);
    }
}

static void draw(struct whet_svg *s, const struct whet_plot_samples *plot,
                 const struct layout *l)
{
    double below = WHET_PLOT_AXIS_ROOM + (plot->axis != NULL ? WHET_PLOT_TITLE_ROOM : 0);

    whet__svg_begin(s, &plot->frame, l->bottom + below);
    whet__svg_text(s, "tick", WHET_SVG_WIDTH, 15, WHET_SVG_END, "median", 100);
    whet__plot_axis_below(s, &l->axis, l->top, l->bottom, plot->axis);
    draw_rows(s, plot, l);
}

int whet__plot_spread(struct whet_text *out, const struct whet_plot_samples *plot)
{
    struct whet_svg s;
    struct layout l;
    int err;

    if (!whet__plot_samples_ok(plot, plot->log) || (plot->log && plot->relative))
        return -EINVAL;
    if (whet__plot_samples_total(plot) == 0)
        return whet__svg_empty(out, &plot->frame);
    whet__svg_init(&s, out);
    err = lay_out(&s, plot, &l);
    if (err == 0)
        draw(&s, plot, &l);
    return whet__svg_end(&s, err);
}
