/* Horizontal bars with whiskers. Names stand in a gutter at the left and figures in one at
 * the right, so nothing can lie over anything. Expected load: six bars. */
#include <errno.h>
#include <math.h>

#include "view/plot_parts.h"

#define ROW        32.0
#define BAR        16.0
#define CAP        4.0 /* half the height of a whisker's end */
#define BELOW_LAST 6.0

struct layout {
    double left, right; /* of the bars */
    double figures;     /* values end there; intervals follow */
    double top, bottom;
    struct whet_axis axis;
};

static int bars_ok(const struct whet_plot_bars *plot)
{
    if (plot->count > WHET_PLOT_MAX_ITEMS || !whet__axis_takes(plot->reference, 0))
        return 0;
    for (size_t i = 0; i < plot->count; i++) {
        const struct whet_plot_bar *bar = &plot->bars[i];

        if (!whet__plot_interval_ok(bar->value, bar->low, bar->high, 0))
            return 0;
    }
    return 1;
}

/* Widths of what stands at the sides of the bars. */
static void lay_out_sides(struct whet_svg *s, const struct whet_plot_bars *plot,
                          struct layout *l)
{
    double names = 0, values = 0, ranges = 0;

    for (size_t i = 0; i < plot->count; i++) {
        const struct whet_plot_bar *bar = &plot->bars[i];
        const char *label = whet__plot_value(s, plot->unit, bar->value);

        names = fmax(names, whet__svg_text_width(bar->name, WHET_SVG_TEXT_SIZE));
        values = fmax(values, whet__svg_text_width(label, WHET_SVG_TEXT_SIZE));
        if (!whet__plot_has_interval(bar->low, bar->high))
            continue;
        label = whet__plot_range(s, plot->unit, bar->low, bar->high);
        ranges = fmax(ranges, whet__svg_text_width(label, WHET_SVG_TICK_SIZE));
    }
    l->left = whet__plot_gutter(names);
    l->figures = WHET_SVG_WIDTH - ranges - (ranges > 0 ? 4 : 0);
    l->right = l->figures - values - 12;
}

static void lay_out(struct whet_svg *s, const struct whet_plot_bars *plot, struct layout *l)
{
    double low = fmin(0, plot->reference), high = fmax(0, plot->reference);

    for (size_t i = 0; i < plot->count; i++) {
        low = fmin(low, fmin(plot->bars[i].value, plot->bars[i].low));
        high = fmax(high, fmax(plot->bars[i].value, plot->bars[i].high));
    }
    lay_out_sides(s, plot, l);
    l->top = WHET_SVG_TITLE + (plot->reference_label != NULL ? 16 : 0);
    l->bottom = l->top + ROW * (double)plot->count + BELOW_LAST;
    whet__axis_init(&l->axis, plot->unit, 0, low, high, (unsigned)((l->right - l->left) / 75));
    l->axis.from = l->left;
    l->axis.to = l->right;
}

/* The figures beside a bar. */
static void draw_figures(struct whet_svg *s, const struct whet_plot_bars *plot,
                         const struct layout *l, const struct whet_plot_bar *bar, double y)
{
    whet__svg_text(s, NULL, l->figures, y, WHET_SVG_END,
                   whet__plot_value(s, plot->unit, bar->value), l->figures - l->right);
    if (whet__plot_has_interval(bar->low, bar->high))
        whet__svg_text(s, "tick", WHET_SVG_WIDTH, y, WHET_SVG_END,
                       whet__plot_range(s, plot->unit, bar->low, bar->high),
                       WHET_SVG_WIDTH - l->figures);
}

/* At least a pixel, so that a small value is there. */
static void draw_bar(struct whet_svg *s, const struct whet_plot_bars *plot,
                     const struct layout *l, size_t i)
{
    const struct whet_plot_bar *bar = &plot->bars[i];
    double middle = l->top + ROW * ((double)i + 0.5) + BELOW_LAST / 2;
    double zero = whet__axis_at(&l->axis, 0), end = whet__axis_at(&l->axis, bar->value);
    double low = whet__axis_at(&l->axis, bar->low), high = whet__axis_at(&l->axis, bar->high);

    whet__svg_text(s, NULL, l->left - 14, middle + 4.5, WHET_SVG_END, bar->name, l->left - 14);
    whet__svg_group(s, whet__plot_colour(bar->role, 0));
    whet__svg_rect(s, "fill", fmin(zero, end), middle - BAR / 2, fmax(fabs(end - zero), 1), BAR,
                   bar->name);
    whet__svg_group_end(s);
    if (whet__plot_has_interval(bar->low, bar->high)) {
        whet__svg_line(s, "whisker", low, middle, high, middle);
        whet__svg_line(s, "whisker", low, middle - CAP, low, middle + CAP);
        whet__svg_line(s, "whisker", high, middle - CAP, high, middle + CAP);
    }
    draw_figures(s, plot, l, bar, middle + 4.5);
}

static void draw_reference(struct whet_svg *s, const struct whet_plot_bars *plot,
                           const struct layout *l)
{
    double x = whet__axis_at(&l->axis, plot->reference);
    double half;

    if (plot->reference == 0)
        return;
    whet__svg_line(s, "mark", x, l->top - 2, x, l->bottom);
    if (plot->reference_label == NULL)
        return;
    half = fmin(whet__svg_text_width(plot->reference_label, WHET_SVG_TICK_SIZE) / 2,
                WHET_SVG_WIDTH / 2);
    whet__svg_text(s, "tick", fmin(fmax(x, half), WHET_SVG_WIDTH - half), l->top - 7,
                   WHET_SVG_MIDDLE, plot->reference_label, WHET_SVG_WIDTH);
}

int whet__plot_bars(struct whet_text *out, const struct whet_plot_bars *plot)
{
    double below = WHET_PLOT_AXIS_ROOM + (plot->axis != NULL ? WHET_PLOT_TITLE_ROOM : 0);
    struct whet_svg s;
    struct layout l;

    if (!bars_ok(plot))
        return -EINVAL;
    if (plot->count == 0)
        return whet__svg_empty(out, &plot->frame);
    whet__svg_init(&s, out);
    lay_out(&s, plot, &l);
    whet__svg_begin(&s, &plot->frame, l.bottom + below);
    whet__plot_axis_below(&s, &l.axis, l.top, l.bottom, plot->axis);
    for (size_t i = 0; i < plot->count; i++)
        draw_bar(&s, plot, &l, i);
    draw_reference(&s, plot, &l);
    return whet__svg_end(&s, 0);
}
