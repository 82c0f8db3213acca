/* How many values fall into each bin. Expected load: the sizes of up to a million
 * files; one pass, no copy. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "view/plot_parts.h"

#define HEIGHT   190.0 /* of the tallest bar's room */
#define MAX_BINS 96    /* powers of two up to WHET_PLOT_MAX_VALUE, and one for 0 */
#define AIM_BINS 14    /* on a linear axis */
#define HEADROOM 18.0  /* for the name of the vertical axis */

/* Bin i counts values from edge[i] to below edge[i + 1]; the last one its end too. */
struct bins {
    double edge[MAX_BINS + 1];
    double count[MAX_BINS];
    size_t n;
};

static int values_ok(const struct whet_plot_histogram *plot)
{
    for (size_t i = 0; i < plot->count; i++)
        if (!whet__axis_takes(plot->values[i], 0) || plot->values[i] < 0)
            return 0;
    return 1;
}

/* Bin 0 is "below 1", bin i from 2^(i-1): frexp is exact where a logarithm is not. */
static size_t log_bin(double value)
{
    int exponent;

    if (value < 1)
        return 0;
    frexp(value, &exponent);
    return (size_t)exponent < MAX_BINS ? (size_t)exponent : MAX_BINS - 1;
}

static void count_log(const struct whet_plot_histogram *plot, struct bins *b)
{
    double counts[MAX_BINS] = {0};
    size_t first = MAX_BINS - 1, last = 0;

    for (size_t i = 0; i < plot->count; i++) {
        size_t bin = log_bin(plot->values[i]);

        counts[bin]++;
        first = bin < first ? bin : first;
        last = bin > last ? bin : last;
    }
    b->n = last - first + 1;
    for (size_t i = 0; i <= b->n; i++)
        b->edge[i] = first + i == 0 ? 0 : ldexp(1, (int)(first + i) - 1);
    for (size_t i = 0; i < b->n; i++)
        b->count[i] = counts[first + i];
}

/* Bins end where an axis with that many ticks has them. */
static void count_linear(const struct whet_plot_histogram *plot, struct bins *b)
{
    double low = INFINITY, high = 0;
    struct whet_axis axis;

    for (size_t i = 0; i < plot->count; i++) {
        low = fmin(low, plot->values[i]);
        high = fmax(high, plot->values[i]);
    }
    whet__axis_init_whole(&axis, plot->unit, low, high, AIM_BINS);
    b->n = axis.tick_count - 1;
    for (size_t i = 0; i <= b->n; i++)
        b->edge[i] = axis.ticks[i];
    for (size_t i = 0; i < plot->count; i++) {
        double share = (plot->values[i] - b->edge[0]) / (b->edge[b->n] - b->edge[0]);
        size_t bin = (size_t)(share * (double)b->n);

        b->count[bin < b->n ? bin : b->n - 1]++;
    }
}

/* On a log axis 0 has no place: its bin is drawn as wide as the next one. */
static double drawn_edge(const struct whet_plot_histogram *plot, double edge)
{
    return plot->log ? fmax(edge, 0.5) : edge;
}

struct layout {
    double top, bottom;
    struct whet_axis x, y;
};

static void lay_out(struct whet_svg *s, const struct whet_plot_histogram *plot,
                    const struct bins *b, struct layout *l)
{
    double most = 0;

    for (size_t i = 0; i < b->n; i++)
        most = fmax(most, b->count[i]);
    l->top = WHET_SVG_TITLE + HEADROOM;
    l->bottom = l->top + HEIGHT;
    whet__axis_init(&l->y, WHET_UNIT_COUNT, 0, 0, most, 4);
    l->y.from = l->bottom;
    l->y.to = l->top;
    whet__axis_init(&l->x, plot->unit, plot->log, drawn_edge(plot, b->edge[0]),
                    drawn_edge(plot, b->edge[b->n]), 9);
    l->x.from = whet__plot_axis_left_room(s, &l->y) + 4;
    l->x.to = WHET_SVG_WIDTH - 24;
    while (plot->log && l->x.tick_count > 1 && l->x.ticks[0] < 1) {
        l->x.tick_count--;
        memmove(l->x.ticks, l->x.ticks + 1, l->x.tick_count * sizeof(l->x.ticks[0]));
    }
}

/* "4.00 KiB to 8.00 KiB: 120" */
static const char *tip_of(struct whet_svg *s, const struct whet_plot_histogram *plot,
                          const struct bins *b, size_t i)
{
    struct whet_text *label = whet__svg_label(s);

    whet__number_value(label, plot->unit, b->edge[i]);
    whet__text_puts(label, " to ");
    whet__number_value(label, plot->unit, b->edge[i + 1]);
    whet__text_puts(label, ": ");
    whet__number_value(label, WHET_UNIT_COUNT, b->count[i]);
    return whet__text_str(label);
}

static void draw_bins(struct whet_svg *s, const struct whet_plot_histogram *plot,
                      const struct bins *b, const struct layout *l)
{
    whet__svg_group(s, whet__plot_colour(WHET_ROLE_PLAIN, 0));
    for (size_t i = 0; i < b->n; i++) {
        double x1 = whet__axis_at(&l->x, drawn_edge(plot, b->edge[i]));
        double x2 = whet__axis_at(&l->x, drawn_edge(plot, b->edge[i + 1]));
        double y = whet__axis_at(&l->y, b->count[i]);

        if (b->count[i] == 0)
            continue;
        y = fmin(y, l->bottom - 1); /* one among many still shows */
        whet__svg_rect(s, "fill", x1 + 0.7, y, fmax(x2 - x1 - 1.4, 0.7), l->bottom - y,
                       tip_of(s, plot, b, i));
        if (plot->log && b->edge[i] == 0 && x2 - x1 > 20)
            whet__svg_text(s, "tick", x1 + 2, l->bottom + 19, WHET_SVG_MIDDLE, "0", 20);
    }
    whet__svg_group_end(s);
}

int whet__plot_histogram(struct whet_text *out, const struct whet_plot_histogram *plot)
{
    struct bins bins = {.n = 0};
    struct whet_svg s;
    struct layout l;

    if (!values_ok(plot))
        return -EINVAL;
    if (plot->count == 0)
        return whet__svg_empty(out, &plot->frame);
    if (plot->log)
        count_log(plot, &bins);
    else
        count_linear(plot, &bins);
    whet__svg_init(&s, out);
    lay_out(&s, plot, &bins, &l);
    whet__svg_begin(&s, &plot->frame,
                    l.bottom + WHET_PLOT_AXIS_ROOM +
                        (plot->axis != NULL ? WHET_PLOT_TITLE_ROOM : 0));
    whet__plot_axis_left(&s, &l.y, l.x.from, l.x.to,
                         plot->count_axis != NULL ? plot->count_axis : "count");
    draw_bins(&s, plot, &bins, &l);
    whet__plot_axis_below(&s, &l.x, l.bottom, l.bottom, plot->axis);
    return whet__svg_end(&s, 0);
}
