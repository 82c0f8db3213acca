/* view/number.h - numbers for people: grouped counts and values in their unit.
 *
 * Shape    a number in, appended text out; the locale is not consulted.
 * Units    enum whet_unit.
 * Memory   the text is the caller's.
 * Errors   sticky in the text (whet__text_error).
 * Threads  safe from any.
 */
#ifndef WHET_VIEW_NUMBER_H
#define WHET_VIEW_NUMBER_H

#include <stdint.h>

#include "base/text.h"

enum whet_unit {
    WHET_UNIT_COUNT,    /* 12,345 */
    WHET_UNIT_DURATION, /* nanoseconds */
    WHET_UNIT_SIZE,     /* bytes */
    WHET_UNIT_PERCENT,  /* a ratio: 0.05 is 5 % */
    WHET_UNIT_FACTOR,   /* a ratio: 2.5 is 2.5× */
    WHET_UNIT_RATE,     /* things per second: 3.40 M/s */
    WHET_UNIT_SIZE_RATE /* bytes per second: 1.20 GiB/s */
};

/* 1234567 as "1,234,567". */
void whet__number_count(struct whet_text *out, uint64_t count);

/* Three significant digits in the unit that suits: "1,235", "12.3 ms", "0.234 ns", "4.50 KiB",
 * "5.0%", "2.53×"; from a minute on "2 min 05 s". NaN and infinities as "-". */
void whet__number_value(struct whet_text *out, enum whet_unit unit, double value);

/* "38.2 to 41.4×", "11.9 to 12.8 ms", "980 µs to 1.02 ms". */
void whet__number_range(struct whet_text *out, enum whet_unit unit, double low, double high);

/* "1.52 s ± 0.04": the half width in the value's unit, with its decimals, or a digit or two
 * more where it would vanish. A half width that is not finite or is negative is left out. */
void whet__number_plus_minus(struct whet_text *out, enum whet_unit unit, double value,
                             double half_width);

/* A value in an interval: "1.52 s ± 0.04", or, where one number for both sides would not tell
 * the truth, "410 µs to 3.10 ms": one side is half as long again as the other or more, by more
 * than a twentieth of the value, or the interval is wider than twice the value. */
void whet__number_interval(struct whet_text *out, enum whet_unit unit, double value, double low,
                           double high);
/* Whether one number for both sides would not do. */
int whet__number_is_lopsided(double value, double low, double high);

/* A plain number with so many decimals (0..9), without trailing zeros: "2.5". For
 * values up to 1e9 in size; what coordinates need. */
void whet__number_fixed(struct whet_text *out, double value, unsigned decimals);

/* The step of the unit that suits values of this size: `factor` of the unit's base is
 * one `suffix`. */
struct whet_number_scale {
    double factor;
    const char *suffix; /* " ms", "%", ...; with its blank */
};
struct whet_number_scale whet__number_scale(enum whet_unit unit, double value);

#endif
