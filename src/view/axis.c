/* Axes. A loop over ticks counts in whole steps, so that no rounding error adds up
 * and 0 is 0. Expected load: two per picture. */
#include "view/axis.h"

#include <math.h>
#include <string.h>

#include "view/plot.h"

#define SAME   1e-9 /* a narrower range than this part of its values is one value */
#define MARGIN 0.03 /* room at the ends, as a part of the range */

int whet__axis_takes(double value, int log)
{
    return isfinite(value) && fabs(value) <= WHET_PLOT_MAX_VALUE &&
           (!log || value >= 1 / WHET_PLOT_MAX_VALUE);
}

/* The nearest of 1, 2, 5 times a power of ten; the limits are geometric means. */
static double nice_step(double raw)
{
    double power = pow(10, floor(log10(raw)));
    double ratio = raw / power;

    if (ratio < 1.4142)
        return power;
    return power * (ratio < 3.1623 ? 2 : ratio < 7.0711 ? 5 : 10);
}

/* One value gets room on both sides, and 0 a range of one unit. */
static void widen(struct whet_axis *a)
{
    double size = fmax(fabs(a->low), fabs(a->high));

    if (a->high - a->low > size * SAME)
        return;
    if (size == 0) {
        a->high = a->unit == WHET_UNIT_PERCENT ? 0.01 : 1;
    } else if (a->log) {
        a->low *= 0.8;
        a->high *= 1.25;
    } else {
        a->low -= size * 0.1;
        a->high += size * 0.1;
    }
}

/* Ticks at whole steps, the first at or below the range, the last at or above it. */
static void add_steps(struct whet_axis *a, unsigned want)
{
    double size = fmax(fabs(a->low), fabs(a->high));
    double step, first, count;

    a->scale = whet__number_scale(a->unit, size);
    if (a->unit == WHET_UNIT_COUNT && size < 1e5)
        a->scale = whet__number_scale(a->unit, 0);
    step = nice_step((a->high - a->low) / a->scale.factor / want);
    if (a->unit == WHET_UNIT_COUNT && step * a->scale.factor < 1)
        step = 1 / a->scale.factor;
    a->decimals = step < 1 ? (unsigned)fmin(9, -floor(log10(step) + 1e-9)) : 0;
    step *= a->scale.factor;
    first = floor(a->low / step + 1e-6);
    count = ceil(a->high / step - 1e-6) - first;
    count = fmin(fmax(count, 1), WHET_AXIS_TICKS - 1);
    for (double i = 0; i <= count; i++)
        a->ticks[a->tick_count++] = (first + i) * step;
}

/* Drops ticks outside the range. */
static void keep_inside(struct whet_axis *a)
{
    size_t kept = 0;

    for (size_t i = 0; i < a->tick_count; i++)
        if (a->ticks[i] >= a->low && a->ticks[i] <= a->high)
            a->ticks[kept++] = a->ticks[i];
    a->tick_count = kept;
}

static void add_margin(struct whet_axis *a)
{
    double room = a->log ? pow(a->high / a->low, MARGIN) : (a->high - a->low) * MARGIN;

    if (a->log) {
        a->low /= room;
        a->high *= room;
        return;
    }
    if (a->low != 0)
        a->low = a->low > 0 ? fmax(0, a->low - room) : a->low - room;
    if (a->high != 0)
        a->high = a->high < 0 ? fmin(0, a->high + room) : a->high + room;
}

static double log_base(const struct whet_axis *a)
{
    int is_small_count = a->unit == WHET_UNIT_COUNT && a->low >= 0.8 && a->high <= 1300;

    return a->unit == WHET_UNIT_SIZE || is_small_count ? 2 : 10;
}

/* Ticks at whole powers, at a stride where there are many: 1024 and 1000 steps stay
 * the units'. */
static void add_powers(struct whet_axis *a, double base, double first, double last,
                       unsigned want)
{
    static const double strides[2][6] = {{1, 2, 5, 10, 20, 40}, {1, 2, 3, 6, 9, 12}};
    double stride = 1;

    for (size_t i = 0; i < 6; i++) {
        stride = strides[base == 10][i];
        if ((last - first) / stride <= want)
            break;
    }
    for (double e = floor(first / stride) * stride;
         e <= last + stride && a->tick_count < WHET_AXIS_TICKS; e += stride)
        a->ticks[a->tick_count++] = pow(base, e);
}

/* Ticks at 1, 2, 5, 10, ... */
static void add_decades(struct whet_axis *a, double first, double last)
{
    static const double steps[] = {1, 2, 5};

    for (double e = first; e <= last; e++)
        for (size_t i = 0; i < 3; i++)
            a->ticks[a->tick_count++] = steps[i] * pow(10, e);
}

/* The narrower the range, the finer the kind of ticks. */
static void add_log_ticks(struct whet_axis *a, unsigned want)
{
    double base = log_base(a);
    double first = floor(log(a->low) / log(base));
    double last = ceil(log(a->high) / log(base));

    if (a->high / a->low < 4)
        add_steps(a, want);
    else if (base == 10 && last - first <= 4)
        add_decades(a, first, last);
    else
        add_powers(a, base, first, last, want);
}

static void start(struct whet_axis *axis, enum whet_unit unit, int log, double low, double high)
{
    memset(axis, 0, sizeof(*axis));
    axis->unit = unit;
    axis->log = log;
    axis->low = low;
    axis->high = high;
    widen(axis);
}

static unsigned clamp_ticks(unsigned ticks)
{
    return ticks < 2 ? 2 : ticks > 16 ? 16 : ticks;
}

void whet__axis_init(struct whet_axis *axis, enum whet_unit unit, int log, double low,
                     double high, unsigned ticks)
{
    start(axis, unit, log, low, high);
    add_margin(axis);
    if (log)
        add_log_ticks(axis, clamp_ticks(ticks));
    else
        add_steps(axis, clamp_ticks(ticks));
    keep_inside(axis);
}

void whet__axis_init_whole(struct whet_axis *axis, enum whet_unit unit, double low, double high,
                           unsigned ticks)
{
    start(axis, unit, 0, low, high);
    add_steps(axis, clamp_ticks(ticks));
    axis->low = fmin(axis->low, axis->ticks[0]);
    axis->high = fmax(axis->high, axis->ticks[axis->tick_count - 1]);
}

double whet__axis_at(const struct whet_axis *a, double value)
{
    double share = a->log ? log(value / a->low) / log(a->high / a->low)
                          : (value - a->low) / (a->high - a->low);

    return a->from + share * (a->to - a->from);
}

/* Powers of ten stay powers of ten: no minutes among them. */
static void put_log_label(struct whet_text *out, enum whet_unit unit, double value)
{
    struct whet_number_scale scale =
        whet__number_scale(unit, unit == WHET_UNIT_DURATION ? fmin(value, 1e9) : value);

    if (unit == WHET_UNIT_COUNT && value >= 1 && value < 1e5)
        scale = whet__number_scale(unit, 0);
    if (value / scale.factor >= 1000)
        whet__number_value(out, WHET_UNIT_COUNT, value / scale.factor);
    else
        whet__number_fixed(out, value / scale.factor, 9);
    whet__text_puts(out, scale.suffix);
}

void whet__axis_label(struct whet_text *out, const struct whet_axis *a, size_t index)
{
    double value = a->ticks[index];

    if (a->log) {
        put_log_label(out, a->unit, value);
    } else if (value == 0) {
        whet__text_putc(out, '0');
    } else if (a->scale.factor == 1 && a->decimals == 0) {
        whet__number_value(out, WHET_UNIT_COUNT, value);
        whet__text_puts(out, a->scale.suffix);
    } else {
        whet__number_fixed(out, value / a->scale.factor, a->decimals);
        whet__text_puts(out, a->scale.suffix);
    }
}
