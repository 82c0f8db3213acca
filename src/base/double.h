/* base/double.h - doubles as text that reads back the same, and out of text.
 *
 * Shape    one call, one number.
 * Units    none.
 * Memory   none is allocated; the text goes into the caller's buffer.
 * Errors   0 or a negative errno value; on error *out is untouched.
 * Threads  safe from any; the locale is not consulted.
 */
#ifndef WHET_BASE_DOUBLE_H
#define WHET_BASE_DOUBLE_H

#include <stddef.h>

#include <whet/api.h>

#define WHET_DOUBLE_SIZE 32

/* Writes the fewest digits that a correct reader turns into `value` again, and of those
 * the nearest to it: "0.1", "12", "-0.0", "1e-7", "1.7976931348623157e308". From 1e-5 to
 * below 1e17 without an exponent. Not a number and the infinities: "nan", "inf", "-inf".
 * Returns its length. */
size_t whet__double_format(double value, char out[WHET_DOUBLE_SIZE]);

/* Reads "12", "-0.5", "+2.5e-3": all of `text`, of at most 40 digits.
 * -EINVAL: not such a number.  -ERANGE: it is beyond all doubles. */
WHET_MUST_USE int whet__double_parse(const char *text, double *out);

#endif
