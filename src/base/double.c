/* Shortest decimal digits of a double. Expected load: every measured value of every
 * report, some ten thousand per file; nearly all between 1e-20 and 2^53, which the
 * exact 128-bit way below does in well under a microsecond. The rest takes its digits
 * from the C library, one more each time until they read back.
 *
 * Source   Steele and White, "How to print floating-point numbers accurately", PLDI
 *          1990, their free-format algorithm on a denominator that is a power of two. */
#include "base/double.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 17 /* always enough for a double */

__extension__ typedef unsigned __int128 wide;

/* 0.d1d2d3... * 10^point */
struct decimal {
    char digits[24];
    int count;
    int point;
};

static void digit_put(struct decimal *d, unsigned digit)
{
    if (d->count == 0 && digit == 0)
        d->point--;
    else
        d->digits[d->count++] = (char)('0' + digit);
}

static void integer_digits(struct decimal *d, uint64_t value)
{
    char reversed[24];
    int count = 0;

    for (; value != 0; value /= 10)
        reversed[count++] = (char)('0' + value % 10);
    d->point = count;
    while (count > 0)
        d->digits[d->count++] = reversed[--count];
}

/* The digits of rest / 2^shift, up to where they tell this double from both of its
 * neighbours, whose midpoints are `up` and `down` away. With `even` a midpoint itself
 * reads back as this double. They cannot carry into the integer part: that would put
 * an integer, which is another double, nearer than a midpoint. */
static void fraction_digits(struct decimal *d, wide rest, int shift, wide up, wide down,
                            int even)
{
    wide one = (wide)1 << shift;

    for (;;) {
        unsigned digit;
        int low, high;

        rest *= 10;
        up *= 10;
        down *= 10;
        digit = (unsigned)(rest >> shift);
        rest &= one - 1;
        low = even ? rest <= down : rest < down;
        high = even ? rest + up >= one : rest + up > one;
        if (high && (!low || rest * 2 > one || (rest * 2 == one && digit % 2 == 1)))
            digit++;
        digit_put(d, digit);
        if (low || high)
            return;
    }
}

/* value = mantissa * 2^exponent, exactly, with -120 <= exponent <= 0. */
static void digits_exact(struct decimal *d, uint64_t mantissa, int exponent)
{
    /* One bit more than the fraction has: a midpoint is half a unit away, a quarter
     * below a power of two, where the neighbours get twice as dense. */
    int shift = 2 - exponent;
    wide scaled = (wide)mantissa << 2;
    wide rest = scaled & (((wide)1 << shift) - 1);
    wide down = mantissa == UINT64_C(1) << 52 ? 1 : 2;

    d->count = d->point = 0;
    integer_digits(d, (uint64_t)(scaled >> shift));
    if (rest != 0)
        fraction_digits(d, rest, shift, 2, down, mantissa % 2 == 0);
}

/* Takes the digits out of "d.ddde+xx"; whatever the locale puts for the point is passed
 * over. */
static void digits_take(struct decimal *d, const char *text)
{
    d->count = 0;
    for (; *text != 'e'; text++)
        if (*text >= '0' && *text <= '9')
            d->digits[d->count++] = *text;
    d->point = (int)strtol(text + 1, NULL, 10) + 1;
}

static int reads_back(const struct decimal *d, double value)
{
    char text[48];

    /* Without a point no locale has a say. */
    snprintf(text, sizeof(text), "%.*se%d", d->count, d->digits, d->point - d->count);
    return strtod(text, NULL) == value;
}

/* The next decimal of as many digits; 0 if there is none. */
static int digits_step_up(struct decimal *d)
{
    if (d->digits[d->count - 1] == '9')
        return 0;
    d->digits[d->count - 1]++;
    return 1;
}

static void digits_search(struct decimal *d, double value)
{
    for (int count = 1;; count++) {
        char text[48];

        snprintf(text, sizeof(text), "%.*e", count - 1, value);
        digits_take(d, text);
        /* Above a power of two there is more room than below: there the nearest decimal
         * can miss when the next one up does not. */
        if (count == DIGITS_MAX || reads_back(d, value) ||
            (digits_step_up(d) && reads_back(d, value)))
            return;
    }
}

static size_t decimal_write(const struct decimal *d, char *out)
{
    char *at = out;
    int count = d->count;

    if (d->point < -4 || d->point > 17) {
        *at++ = d->digits[0];
        if (count > 1) {
            *at++ = '.';
            memcpy(at, d->digits + 1, (size_t)count - 1);
            at += count - 1;
        }
        return (size_t)(at - out) + (size_t)snprintf(at, 8, "e%d", d->point - 1);
    }
    if (d->point <= 0) {
        *at++ = '0';
        *at++ = '.';
        memset(at, '0', (size_t)-d->point);
        at += -d->point;
    }
    for (int i = 0; i < count || i < d->point; i++) {
        if (i == d->point && i != 0)
            *at++ = '.';
        *at++ = i < count ? d->digits[i] : '0';
    }
    *at = '\0';
    return (size_t)(at - out);
}

static void digits_find(struct decimal *d, double value)
{
    int exponent;
    double fraction = frexp(value, &exponent);

    exponent -= 53;
    if (exponent >= -120 && exponent <= 0)
        digits_exact(d, (uint64_t)ldexp(fraction, 53), exponent);
    else
        digits_search(d, value);
    while (d->count > 1 && d->digits[d->count - 1] == '0')
        d->count--;
}

size_t whet__double_format(double value, char out[WHET_DOUBLE_SIZE])
{
    size_t sign = signbit(value) && !isnan(value);
    struct decimal d;

    if (!isfinite(value))
        return (size_t)snprintf(out, WHET_DOUBLE_SIZE, "%s",
                                isnan(value) ? "nan"
                                : value > 0  ? "inf"
                                             : "-inf");
    if (value == 0)
        return (size_t)snprintf(out, WHET_DOUBLE_SIZE, "%s", sign ? "-0.0" : "0");
    out[0] = '-';
    digits_find(&d, fabs(value));
    return sign + decimal_write(&d, out + sign);
}
