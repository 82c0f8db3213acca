/* What the plots share. Expected load: as view/plot.h. */
#include "view/plot_parts.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "stat/quantile.h"

/* Room of a tick label; and from the axis to it. */
#define TICK_LABEL_ROOM 84.0
#define TICK_GAP        6.0
#define MARK            4.0 /* of a tick, below the axis */

const char *whet__plot_value(struct whet_svg *s, enum whet_unit unit, double value)
{
    struct whet_text *label = whet__svg_label(s);

    whet__number_value(label, unit, value);
    return whet__text_str(label);
}

const char *whet__plot_range(struct whet_svg *s, enum whet_unit unit, double low, double high)
{
    struct whet_text *label = whet__svg_label(s);

    whet__number_range(label, unit, low, high);
    return whet__text_str(label);
}

int whet__plot_has_interval(double low, double high)
{
    return low != 0 || high != 0;
}

int whet__plot_interval_ok(double value, double low, double high, int log)
{
    if (!whet__axis_takes(value, log))
        return 0;
    if (!whet__plot_has_interval(low, high))
        return 1;
    return whet__axis_takes(low, log) && whet__axis_takes(high, log) && low <= value &&
           value <= high;
}

double whet__plot_gutter(double widest)
{
    return fmin(fmax(widest, 40), WHET_PLOT_GUTTER_MAX) + 14;
}

static const char *tick_label(struct whet_svg *s, const struct whet_axis *axis, size_t index)
{
    struct whet_text *label = whet__svg_label(s);

    whet__axis_label(label, axis, index);
    return whet__text_str(label);
}

/* Labels that would touch the one before are left out; at the picture's edges they are
 * moved inside. */
void whet__plot_axis_below(struct whet_svg *s, const struct whet_axis *axis, double top,
                           double bottom, const char *name)
{
    double taken = -1;

    for (size_t i = 0; i < axis->tick_count; i++) {
        double x = whet__axis_at(axis, axis->ticks[i]);
        const char *label = tick_label(s, axis, i);
        double half = whet__svg_text_width(label, WHET_SVG_TICK_SIZE) / 2;
        double middle = fmin(fmax(x, half), WHET_SVG_WIDTH - half);

        whet__svg_line(s, top < bottom ? "grid" : "axis", x, top, x, bottom + MARK);
        if (middle - half < taken)
            continue;
        whet__svg_text(s, "tick", middle, bottom + MARK + 15, WHET_SVG_MIDDLE, label,
                       TICK_LABEL_ROOM);
        taken = middle + half + TICK_GAP;
    }
    whet__svg_line(s, "axis", fmin(axis->from, axis->to), bottom, fmax(axis->from, axis->to),
                   bottom);
    if (name != NULL)
        whet__svg_text(s, "tick", (axis->from + axis->to) / 2, bottom + MARK + 34,
                       WHET_SVG_MIDDLE, name, fabs(axis->to - axis->from));
}

void whet__plot_axis_left(struct whet_svg *s, const struct whet_axis *axis, double axis_x,
                          double right, const char *name)
{
    double top = fmin(axis->from, axis->to);

    for (size_t i = 0; i < axis->tick_count; i++) {
        double y = whet__axis_at(axis, axis->ticks[i]);

        whet__svg_line(s, "grid", axis_x, y, right, y);
        whet__svg_text(s, "tick", axis_x - TICK_GAP, y + 4, WHET_SVG_END,
                       tick_label(s, axis, i), TICK_LABEL_ROOM);
    }
    if (name != NULL)
        whet__svg_text(s, "tick", 0, top - 14, WHET_SVG_START, name, WHET_SVG_WIDTH);
}

double whet__plot_axis_left_room(struct whet_svg *s, const struct whet_axis *axis)
{
    double widest = 0;

    for (size_t i = 0; i < axis->tick_count; i++)
        widest = fmax(widest, whet__svg_text_width(tick_label(s, axis, i), WHET_SVG_TICK_SIZE));
    return fmin(widest, TICK_LABEL_ROOM) + TICK_GAP;
}

const char *whet__plot_colour(enum whet_role role, size_t index)
{
    static const char *const turns[] = {"c-0", "c-1", "c-2", "c-3", "c-4", "c-5", "c-6", "c-7"};
    static const char *const roles[WHET_ROLES] = {
        [WHET_ROLE_HEADING] = "c-heading", [WHET_ROLE_GOOD] = "c-good",
        [WHET_ROLE_WARN] = "c-warn",       [WHET_ROLE_BAD] = "c-bad",
        [WHET_ROLE_DIM] = "c-dim",         [WHET_ROLE_ACCENT] = "c-accent",
    };

    if ((unsigned)role < WHET_ROLES && roles[role] != NULL)
        return roles[role];
    return turns[index % 8];
}

void whet__plot_spread_labels(double *y, size_t count, double gap, double low, double high)
{
    for (size_t i = 0; i < count; i++)
        y[i] = fmax(y[i], i > 0 ? y[i - 1] + gap : low);
    for (size_t i = count; i-- > 0;)
        y[i] = fmin(y[i], i + 1 < count ? y[i + 1] - gap : high);
}

int whet__plot_samples_ok(const struct whet_plot_samples *plot, int log)
{
    if (plot->count > WHET_PLOT_MAX_ITEMS)
        return 0;
    for (size_t s = 0; s < plot->count; s++)
        for (size_t i = 0; i < plot->samples[s].count; i++) {
            const double *order = plot->samples[s].order;

            if (!whet__axis_takes(plot->samples[s].values[i], log) ||
                (order != NULL && !whet__axis_takes(order[i], 0)))
                return 0;
        }
    return 1;
}

size_t whet__plot_samples_total(const struct whet_plot_samples *plot)
{
    size_t total = 0;

    for (size_t s = 0; s < plot->count; s++)
        total += plot->samples[s].count;
    return total;
}

double *whet__plot_sorted(const double *values, size_t count)
{
    double *sorted = whet__mem_zalloc(count > 0 ? count : 1, sizeof(*sorted));

    if (sorted == NULL)
        return NULL;
    if (count > 0)
        memcpy(sorted, values, count * sizeof(*sorted));
    if (whet__doubles_sort(sorted, count) != 0) { /* only NaN, which was refused */
        whet__mem_free(sorted);
        return NULL;
    }
    return sorted;
}
