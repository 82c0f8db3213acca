/* Decimal numbers that a person wrote into a file: a few per run. strtod wants the locale's
 * point, so it is given none: "1.25e3" goes to it as "125e1". */
#include "base/double.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DIGITS_MAX   40 /* and so many more than any double has */
#define EXPONENT_MAX 9999

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "e-3": 0 and *out where there is none, which is `text` at its end. */
static int exponent_read(const char *text, int *out)
{
    int value = 0, is_negative;

    *out = 0;
    if (*text == '\0')
        return 0;
    if (*text != 'e' && *text != 'E')
        return -EINVAL;
    text++;
    is_negative = *text == '-';
    text += *text == '-' || *text == '+';
    if (!is_digit(*text))
        return -EINVAL;
    for (; is_digit(*text); text++) {
        value = value * 10 + (*text - '0');
        if (value > EXPONENT_MAX)
            return -ERANGE;
    }
    *out = is_negative ? -value : value;
    return *text == '\0' ? 0 : -EINVAL;
}

int whet__double_parse(const char *text, double *out)
{
    char digits[DIGITS_MAX + 16], *at = digits, *first;
    int behind_point = 0, point = 0, exponent, rc;
    double value;

    if (*text == '-' || *text == '+')
        *at++ = *text++;
    first = at;
    for (; is_digit(*text) || (*text == '.' && !point && at > first && is_digit(text[1]));
         text++) {
        if (*text == '.') {
            point = 1;
            continue;
        }
        if (at - first == DIGITS_MAX)
            return -EINVAL;
        *at++ = *text;
        behind_point += point;
    }
    if (at == first)
        return -EINVAL;
    rc = exponent_read(text, &exponent);
    if (rc != 0)
        return rc;
    snprintf(at, 14, "e%d", exponent - behind_point);
    value = strtod(digits, NULL);
    if (!isfinite(value))
        return -ERANGE;
    *out = value;
    return 0;
}
