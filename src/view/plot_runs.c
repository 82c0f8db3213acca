/* Every run in its order. A row per name, each with its own scale, because drift is
 * small against the differences between configurations: on one scale it would not show.
 * Expected load: six rows of some tens of runs; thousands are thinned out. */
#include <errno.h>
#include <math.h>

#include "base/mem.h"
#include "stat/quantile.h"
#include "view/plot_parts.h"

#define ROW        58.0
#define BAND       38.0 /* of the dots, within a row */
#define RADIUS     2.6
#define MAX_DOTS   600  /* per row; about one per pixel */
#define NARROWEST  0.1  /* a row's range, as a part of its median */
#define RANGE_ROOM 76.0 /* of the figures at the right */

struct layout {
    double left, right;
    struct whet_axis order;
};

static double order_of(const struct whet_plot_sample *sample, size_t i)
{
    return sample->order != NULL ? sample->order[i] : (double)(i + 1);
}

static void lay_out(const struct whet_plot_samples *plot, struct layout *l)
{
    double names = 96; /* the median's line needs it */
    double low = INFINITY, high = -INFINITY;

    for (size_t s = 0; s < plot->count; s++) {
        const struct whet_plot_sample *sample = &plot->samples[s];

        names = fmax(names, whet__svg_text_width(sample->name, WHET_SVG_TEXT_SIZE));
        for (size_t i = 0; i < sample->count; i++) {
            low = fmin(low, order_of(sample, i));
            high = fmax(high, order_of(sample, i));
        }
    }
    l->left = whet__plot_gutter(names);
    l->right = WHET_SVG_WIDTH - RANGE_ROOM;
    whet__axis_init(&l->order, WHET_UNIT_COUNT, 0, low, high, 8);
    l->order.from = l->left + RADIUS * 2;
    l->order.to = l->right - RADIUS * 2;
}

/* The row's own scale: its range, or more around a calm median. Not widened to ticks. */
static struct whet_axis row_axis(const double *sorted, size_t count, double median)
{
    struct whet_axis axis = {.low = sorted[0], .high = sorted[count - 1]};
    double narrowest = fabs(median) * NARROWEST;

    if (axis.high - axis.low < narrowest) {
        double middle = axis.low + (axis.high - axis.low) / 2;

        axis.low = middle - narrowest / 2;
        axis.high = middle + narrowest / 2;
    }
    if (axis.high <= axis.low) { /* all are zero */
        axis.low = -1;
        axis.high = 1;
    }
    return axis;
}

/* Of many runs every k-th is drawn, and all that stand outside the middle half by more than
 * its width: what is left out looks like what is drawn. */
static int is_drawn(const double *sorted, size_t count, double value, size_t index)
{
    size_t stride = (count + MAX_DOTS - 1) / MAX_DOTS;
    double q1 = sorted[count / 4], q3 = sorted[count - 1 - count / 4];

    return index % stride == 0 || value < q1 - 3 * (q3 - q1) || value > q3 + 3 * (q3 - q1);
}

static void draw_dots(struct whet_svg *s, const struct whet_plot_sample *sample,
                      const double *sorted, const struct layout *l,
                      const struct whet_axis *values)
{
    size_t drawn = 0;

    for (size_t i = 0; i < sample->count && drawn < 4 * MAX_DOTS; i++) {
        if (!is_drawn(sorted, sample->count, sample->values[i], i))
            continue;
        whet__svg_circle(s, "dot", whet__axis_at(&l->order, order_of(sample, i)),
                         whet__axis_at(values, sample->values[i]), RADIUS, NULL);
        drawn++;
    }
}

static void draw_range(struct whet_svg *s, enum whet_unit unit, const struct whet_axis *values,
                       double top)
{
    double x = WHET_SVG_WIDTH;

    whet__svg_text(s, "tick", x, top + 8, WHET_SVG_END, whet__plot_value(s, unit, values->high),
                   RANGE_ROOM);
    whet__svg_text(s, "tick", x, top + BAND + 1, WHET_SVG_END,
                   whet__plot_value(s, unit, values->low), RANGE_ROOM);
}

static void draw_row(struct whet_svg *s, const struct whet_plot_samples *plot,
                     const struct layout *l, size_t index, const double *sorted)
{
    const struct whet_plot_sample *sample = &plot->samples[index];
    double top = WHET_SVG_TITLE + ROW * (double)index;
    double names = l->left - 14, median, y;
    struct whet_axis values;

    whet__svg_text(s, NULL, names, top + 15, WHET_SVG_END, sample->name, names);
    if (sample->count == 0) {
        whet__svg_text(s, "tick", names, top + 32, WHET_SVG_END, "no runs", names);
        return;
    }
    median = whet__median_sorted(sorted, sample->count);
    values = row_axis(sorted, sample->count, median);
    values.from = top + BAND - RADIUS;
    values.to = top + RADIUS;
    y = whet__axis_at(&values, median);
    whet__svg_text(s, "tick", names, top + 32, WHET_SVG_END,
                   whet__plot_value(s, plot->unit, median), names);
    whet__svg_group(s, whet__plot_colour(sample->role, index));
    whet__svg_line(s, "thin", l->left, y, l->right, y);
    draw_dots(s, sample, sorted, l, &values);
    whet__svg_group_end(s);
    draw_range(s, plot->unit, &values, top);
}

/* The grounds of the rows, below the grid. */
static void draw_lanes(struct whet_svg *s, const struct whet_plot_samples *plot,
                       const struct layout *l)
{
    for (size_t i = 0; i < plot->count; i++)
        whet__svg_rect(s, "lane", l->left, WHET_SVG_TITLE + ROW * (double)i - 3,
                       l->right - l->left, BAND + 6, NULL);
}

/* The rows; the first failure is the picture's. */
static void draw_rows(struct whet_svg *s, const struct whet_plot_samples *plot,
                      const struct layout *l)
{
    for (size_t i = 0; i < plot->count; i++) {
        double *sorted = whet__plot_sorted(plot->samples[i].values, plot->samples[i].count);

        if (sorted == NULL) {
            whet__svg_fail(s, -ENOMEM);
            return;
        }
        draw_row(s, plot, l, i, sorted);
        whet__mem_free(sorted);
    }
}

int whet__plot_runs(struct whet_text *out, const struct whet_plot_samples *plot)
{
    double bottom = WHET_SVG_TITLE + ROW * (double)plot->count - (ROW - BAND - 12);
    struct whet_svg s;
    struct layout l;

    if (!whet__plot_samples_ok(plot, 0))
        return -EINVAL;
    if (whet__plot_samples_total(plot) == 0)
        return whet__svg_empty(out, &plot->frame);
    lay_out(plot, &l);
    whet__svg_init(&s, out);
    whet__svg_begin(&s, &plot->frame, bottom + WHET_PLOT_AXIS_ROOM + WHET_PLOT_TITLE_ROOM);
    draw_lanes(&s, plot, &l);
    whet__plot_axis_below(&s, &l.order, WHET_SVG_TITLE - 3, bottom,
                          plot->order_axis != NULL ? plot->order_axis : "run");
    draw_rows(&s, plot, &l);
    return whet__svg_end(&s, 0);
}
