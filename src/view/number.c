/* Numbers for people. printf is kept away from fractions, because a comma as the decimal
 * point of a user's locale would break an SVG. Expected load: thousands per report. */
#include "view/number.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <whet/units.h>

#define LOPSIDED 1.5  /* one side of an interval / the other */
#define ROUGH    0.05 /* of the value: from where a difference of the sides is worth telling */
#define LARGEST  1e15 /* beyond, doubles have no digits left for a fraction */

static const struct whet_number_scale durations[] = {
    {1, " ns"}, {1e3, " µs"}, {1e6, " ms"}, {1e9, " s"}, {60e9, " min"}, {3600e9, " h"},
};
static const struct whet_number_scale sizes[] = {
    {1, " B"},
    {1024.0, " KiB"},
    {1048576.0, " MiB"},
    {1073741824.0, " GiB"},
    {1099511627776.0, " TiB"},
};
static const struct whet_number_scale counts[] = {
    {1, ""}, {1e3, "k"}, {1e6, "M"}, {1e9, "G"}, {1e12, "T"}};
static const struct whet_number_scale percent[] = {{0.01, "%"}};
static const struct whet_number_scale factor[] = {{1, "×"}};
static const struct whet_number_scale rates[] = {
    {1, " /s"}, {1e3, " k/s"}, {1e6, " M/s"}, {1e9, " G/s"}, {1e12, " T/s"}};
static const struct whet_number_scale size_rates[] = {
    {1, " B/s"},
    {1024.0, " KiB/s"},
    {1048576.0, " MiB/s"},
    {1073741824.0, " GiB/s"},
    {1099511627776.0, " TiB/s"},
};

static const struct {
    const struct whet_number_scale *steps;
    size_t count;
} units[] = {
    [WHET_UNIT_COUNT] = {counts, sizeof(counts) / sizeof(counts[0])},
    [WHET_UNIT_DURATION] = {durations, sizeof(durations) / sizeof(durations[0])},
    [WHET_UNIT_SIZE] = {sizes, sizeof(sizes) / sizeof(sizes[0])},
    [WHET_UNIT_PERCENT] = {percent, 1},
    [WHET_UNIT_FACTOR] = {factor, 1},
    [WHET_UNIT_RATE] = {rates, sizeof(rates) / sizeof(rates[0])},
    [WHET_UNIT_SIZE_RATE] = {size_rates, sizeof(size_rates) / sizeof(size_rates[0])},
};

void whet__number_count(struct whet_text *out, uint64_t count)
{
    char digits[24];
    size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, count);

    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            whet__text_putc(out, ',');
        whet__text_putc(out, digits[i]);
    }
}

/* Half a thousandth below a step already prints as that step. */
struct whet_number_scale whet__number_scale(enum whet_unit unit, double value)
{
    const struct whet_number_scale *steps = units[unit].steps;
    size_t i = units[unit].count - 1;

    while (i > 0 && fabs(value) < steps[i].factor * 0.9995)
        i--;
    return steps[i];
}

static void put_fraction(struct whet_text *out, uint64_t fraction, unsigned decimals, int strip)
{
    char digits[24];
    size_t len =
        (size_t)snprintf(digits, sizeof(digits), "%0*" PRIu64, (int)decimals, fraction);

    while (strip && len > 0 && digits[len - 1] == '0')
        len--;
    if (len == 0)
        return;
    whet__text_putc(out, '.');
    whet__text_append(out, digits, len);
}

static void put_decimal(struct whet_text *out, double value, unsigned decimals, int strip)
{
    uint64_t power = 1, scaled;
    double size = fabs(value);

    for (unsigned i = 0; i < decimals; i++)
        power *= 10;
    if (size * (double)power >= 1e18) /* only past LARGEST: whole numbers are enough */
        size = 1e18 / (double)power;
    scaled = (uint64_t)(size * (double)power + 0.5);
    if (value < 0 && scaled != 0)
        whet__text_putc(out, '-');
    whet__text_printf(out, "%" PRIu64, scaled / power);
    if (decimals > 0)
        put_fraction(out, scaled % power, decimals, strip);
}

void whet__number_fixed(struct whet_text *out, double value, unsigned decimals)
{
    put_decimal(out, value, decimals > 9 ? 9 : decimals, 1);
}

/* So many that three digits count, after rounding; 0 needs none. Below 1 only durations
 * have more than two: nothing is shorter than a nanosecond but an iteration of a loop. */
static unsigned decimals_of(enum whet_unit unit, double scaled)
{
    double size = fabs(scaled);

    if (size == 0)
        return 0;
    if (unit == WHET_UNIT_PERCENT)
        return size < 0.995 ? 2 : size < 99.95 ? 1 : 0;
    if (unit == WHET_UNIT_DURATION && size < 0.9995)
        return size < 0.09995 ? 4 : 3;
    return size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
}

/* Digits only, in a scale. Counts and bytes have no fraction when they are whole. */
static void put_digits(struct whet_text *out, enum whet_unit unit,
                       const struct whet_number_scale *scale, double value)
{
    int is_whole = scale->factor == 1 && (unit == WHET_UNIT_COUNT || unit == WHET_UNIT_SIZE);

    value /= scale->factor;
    if (scale->factor == 1 && fabs(value) >= 999.5 && fabs(value) < LARGEST) {
        whet__text_puts(out, value < 0 ? "-" : "");
        whet__number_count(out, (uint64_t)(fabs(value) + 0.5));
        return;
    }
    put_decimal(out, value, decimals_of(unit, value), is_whole);
}

/* The scale of a value in a text: counts are written out. */
static struct whet_number_scale text_scale(enum whet_unit unit, double value)
{
    return whet__number_scale(unit,
                              unit == WHET_UNIT_COUNT && fabs(value) < LARGEST ? 0 : value);
}

/* From a minute on, durations are written as whet/units.h does: "2 min 05 s". */
static int is_long(enum whet_unit unit, double value)
{
    return unit == WHET_UNIT_DURATION && fabs(value) >= 59.95e9 && fabs(value) < 1e18;
}

static void put_long(struct whet_text *out, double value)
{
    char text[32];

    whet__text_puts(out, value < 0 ? "-" : "");
    whet__text_puts(out, whet_duration_format((uint64_t)fabs(value), text, sizeof(text)));
}

void whet__number_value(struct whet_text *out, enum whet_unit unit, double value)
{
    struct whet_number_scale scale;

    if (!isfinite(value)) {
        whet__text_putc(out, '-');
        return;
    }
    if (is_long(unit, value)) {
        put_long(out, value);
        return;
    }
    scale = text_scale(unit, value);
    put_digits(out, unit, &scale, value);
    whet__text_puts(out, scale.suffix);
}

void whet__number_range(struct whet_text *out, enum whet_unit unit, double low, double high)
{
    struct whet_number_scale of_low = text_scale(unit, low), of_high = text_scale(unit, high);

    if (isfinite(low) && isfinite(high) && of_low.factor == of_high.factor &&
        !is_long(unit, low))
        put_digits(out, unit, &of_low, low);
    else
        whet__number_value(out, unit, low);
    whet__text_puts(out, " to ");
    whet__number_value(out, unit, high);
}

void whet__number_plus_minus(struct whet_text *out, enum whet_unit unit, double value,
                             double half_width)
{
    struct whet_number_scale scale = text_scale(unit, value);
    double half = half_width / scale.factor, scaled = value / scale.factor;
    unsigned decimals = decimals_of(unit, scaled), more = 0;

    if (!isfinite(value) || !isfinite(half_width) || half_width < 0) {
        whet__number_value(out, unit, value);
        return;
    }
    while (half > 0 && more < 2 && half * pow(10, decimals + more) < 0.95)
        more++;
    if (more == 0)
        put_digits(out, unit, &scale, value);
    else
        put_decimal(out, scaled, decimals + more, 0);
    whet__text_printf(out, "%s \xC2\xB1 ", scale.suffix);
    put_decimal(out, half, decimals + more, 0);
}

int whet__number_is_lopsided(double value, double low, double high)
{
    double below = value - low, above = high - value;
    double less = fmin(below, above), more = fmax(below, above);

    if (below + above > 2 * fabs(value))
        return 1;
    return more > LOPSIDED * less && more - less > ROUGH * fabs(value);
}

void whet__number_interval(struct whet_text *out, enum whet_unit unit, double value, double low,
                           double high)
{
    if (!isfinite(value) || !(high > low))
        whet__number_value(out, unit, value);
    else if (whet__number_is_lopsided(value, low, high))
        whet__number_range(out, unit, low, high);
    else
        whet__number_plus_minus(out, unit, value, (high - low) / 2);
}
