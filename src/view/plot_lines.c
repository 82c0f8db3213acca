/* Lines through points, each named at its end instead of in a legend. Expected load:
 * three lines of ten points. */
#include <errno.h>
#include <math.h>

#include "view/plot_parts.h"

#define HEIGHT    250.0
#define HEADROOM  18.0 /* for the name of the vertical axis */
#define NAME_ROOM 190.0
#define NAME_GAP  16.0
#define RADIUS    3.5
#define DOTS_MAX  64 /* points of a line; more would run together, and are a curve */
#define CAP       3.5

struct layout {
    double top, bottom, names; /* names begin there */
    struct whet_axis x, y;
};

static int line_ok(const struct whet_plot_lines *plot, const struct whet_plot_line *line)
{
    for (size_t i = 0; i < line->count; i++) {
        const struct whet_plot_point *p = &line->points[i];

        if (!whet__axis_takes(p->x, plot->x_log) ||
            !whet__plot_interval_ok(p->y, p->low, p->high, plot->y_log) ||
            (i > 0 && p->x < p[-1].x))
            return 0;
    }
    return 1;
}

struct range {
    double low, high;
};

static void range_add(struct range *r, double value)
{
    r->low = fmin(r->low, value);
    r->high = fmax(r->high, value);
}

static void ranges_of(const struct whet_plot_lines *plot, struct range *x, struct range *y)
{
    for (size_t n = 0; n < plot->count; n++)
        for (size_t i = 0; i < plot->lines[n].count; i++) {
            const struct whet_plot_point *p = &plot->lines[n].points[i];

            range_add(x, p->x);
            range_add(y, p->y);
            if (whet__plot_has_interval(p->low, p->high)) {
                range_add(y, p->low);
                range_add(y, p->high);
            }
        }
}

/* A linear vertical axis starts at 0, so that twice as high is twice as much. */
static void lay_out(struct whet_svg *s, const struct whet_plot_lines *plot, struct range x,
                    struct range y, struct layout *l)
{
    double names = 0, height = fmax(HEIGHT, NAME_GAP * (double)plot->count);

    for (size_t n = 0; n < plot->count; n++)
        names = fmax(names, whet__svg_text_width(plot->lines[n].name, WHET_SVG_TEXT_SIZE));
    if (!plot->y_log)
        range_add(&y, 0);
    l->top = WHET_SVG_TITLE + HEADROOM;
    l->bottom = l->top + height;
    whet__axis_init(&l->y, plot->y_unit, plot->y_log, y.low, y.high, 5);
    l->y.from = l->bottom;
    l->y.to = l->top;
    l->names = WHET_SVG_WIDTH - fmin(names, NAME_ROOM);
    whet__axis_init(&l->x, plot->x_unit, plot->x_log, x.low, x.high, 8);
    l->x.from = whet__plot_axis_left_room(s, &l->y) + 4;
    l->x.to = l->names - 18;
}

static void draw_whiskers(struct whet_svg *s, const struct layout *l,
                          const struct whet_plot_point *p)
{
    double x = whet__axis_at(&l->x, p->x);
    double low, high;

    if (!whet__plot_has_interval(p->low, p->high))
        return;
    low = whet__axis_at(&l->y, p->low);
    high = whet__axis_at(&l->y, p->high);
    whet__svg_line(s, "thin", x, low, x, high);
    whet__svg_line(s, "thin", x - CAP, low, x + CAP, low);
    whet__svg_line(s, "thin", x - CAP, high, x + CAP, high);
}

/* "4, 1.95×" */
static const char *tip_of(struct whet_svg *s, const struct whet_plot_lines *plot,
                          const struct whet_plot_point *p)
{
    struct whet_text *label = whet__svg_label(s);

    whet__number_value(label, plot->x_unit, p->x);
    whet__text_puts(label, ", ");
    whet__number_value(label, plot->y_unit, p->y);
    return whet__text_str(label);
}

static void draw_line(struct whet_svg *s, const struct whet_plot_lines *plot,
                      const struct layout *l, size_t n)
{
    const struct whet_plot_line *line = &plot->lines[n];
    int is_model = line->role == WHET_ROLE_DIM;

    whet__svg_group(s, whet__plot_colour(line->role, n));
    if (line->count > 1) {
        whet__svg_path(s, is_model ? "stroke dashed" : "stroke");
        for (size_t i = 0; i < line->count; i++)
            whet__svg_path_point(s, whet__axis_at(&l->x, line->points[i].x),
                                 whet__axis_at(&l->y, line->points[i].y), i == 0);
        whet__svg_path_end(s);
    }
    for (size_t i = 0; i < line->count && !is_model && line->count <= DOTS_MAX; i++) {
        const struct whet_plot_point *p = &line->points[i];

        draw_whiskers(s, l, p);
        whet__svg_circle(s, "point", whet__axis_at(&l->x, p->x), whet__axis_at(&l->y, p->y),
                         RADIUS, tip_of(s, plot, p));
    }
    whet__svg_group_end(s);
}

/* Models first, so that what was measured lies over them. */
static void draw_lines(struct whet_svg *s, const struct whet_plot_lines *plot,
                       const struct layout *l)
{
    for (int models = 1; models >= 0; models--)
        for (size_t n = 0; n < plot->count; n++)
            if ((plot->lines[n].role == WHET_ROLE_DIM) == models)
                draw_line(s, plot, l, n);
}

/* Where the names go: at the ends of their lines, from top to bottom, apart. */
static void draw_names(struct whet_svg *s, const struct whet_plot_lines *plot,
                       const struct layout *l)
{
    double y[WHET_PLOT_MAX_ITEMS];
    size_t order[WHET_PLOT_MAX_ITEMS];
    size_t count = 0;

    for (size_t n = 0; n < plot->count; n++) {
        const struct whet_plot_line *line = &plot->lines[n];
        size_t at = count;
        double end;

        if (line->count == 0)
            continue;
        end = whet__axis_at(&l->y, line->points[line->count - 1].y);
        for (; at > 0 && y[at - 1] > end; at--) {
            y[at] = y[at - 1];
            order[at] = order[at - 1];
        }
        y[at] = end;
        order[at] = n;
        count++;
    }
    whet__plot_spread_labels(y, count, NAME_GAP, l->top, l->bottom);
    for (size_t i = 0; i < count; i++) {
        const struct whet_plot_line *line = &plot->lines[order[i]];

        whet__svg_group(s, whet__plot_colour(line->role, order[i]));
        whet__svg_text(s, "name", l->names, y[i] + 4.5, WHET_SVG_START, line->name,
                       WHET_SVG_WIDTH - l->names + .5); /* not cut for a rounded digit */
        whet__svg_group_end(s);
    }
}

static int lines_ok(const struct whet_plot_lines *plot)
{
    if (plot->count > WHET_PLOT_MAX_ITEMS)
        return 0;
    for (size_t n = 0; n < plot->count; n++)
        if (!line_ok(plot, &plot->lines[n]))
            return 0;
    return 1;
}

int whet__plot_lines(struct whet_text *out, const struct whet_plot_lines *plot)
{
    struct range x = {INFINITY, -INFINITY}, y = {INFINITY, -INFINITY};
    struct whet_svg s;
    struct layout l;

    if (!lines_ok(plot))
        return -EINVAL;
    ranges_of(plot, &x, &y);
    if (x.low > x.high)
        return whet__svg_empty(out, &plot->frame);
    whet__svg_init(&s, out);
    lay_out(&s, plot, x, y, &l);
    whet__svg_begin(&s, &plot->frame,
                    l.bottom + WHET_PLOT_AXIS_ROOM +
                        (plot->x_axis != NULL ? WHET_PLOT_TITLE_ROOM : 0));
    whet__plot_axis_left(&s, &l.y, l.x.from, l.x.to, plot->y_axis);
    whet__plot_axis_below(&s, &l.x, l.bottom, l.bottom, plot->x_axis);
    draw_lines(&s, plot, &l);
    draw_names(&s, plot, &l);
    return whet__svg_end(&s, 0);
}
