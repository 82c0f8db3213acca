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

#include "base/text.h"
#include "view/plot.h"

/* 1234567 as "1,234,567". */
void whet__number_count(struct whet_text *out, unsigned long long count);

/* Three significant digits in the unit that suits: "1,235", "12.3 ms", "4.50 KiB", "5.0%",
 * "2.53x". NaN and infinities as "-". */
void whet__number_value(struct whet_text *out, enum whet_unit unit, double value);

#endif
