/* Durations, sizes and percentages as people write them: <whet/units.h>. Exact integer
 * arithmetic throughout, so that neither rounding nor the locale has a say. Expected
 * load: options, config files, and every line of a table. */
#include <whet/units.h>

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

/* A decimal as written: whole + fraction / scale. Digits of the fraction behind the
 * 18th are dropped: they are below 1e-4 of the finest unit of any result. */
struct number {
    uint64_t whole;
    uint64_t fraction;
    uint64_t scale;
    int too_large;
};

struct unit {
    const char *name;
    uint64_t factor;
};

#define SECOND_NS UINT64_C(1000000000)

static const struct unit duration_units[] = {
    {"d", 86400 * SECOND_NS},
    {"h", 3600 * SECOND_NS},
    {"min", 60 * SECOND_NS},
    {"m", 60 * SECOND_NS},
    {"s", SECOND_NS},
    {"ms", 1000000},
    {"us", 1000},
    {"\xc2\xb5s", 1000}, /* micro sign ... */
    {"\xce\xbcs", 1000}, /* ... and Greek mu */
    {"ns", 1},
    {NULL, 0},
};

/* The letter is followed by "", "i" or "iB" (powers of 1024) or by "B" (of 1000). */
static const char size_letters[] = "kmgtpe";

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static const char *skip_blanks(const char *at)
{
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

/* Reads "12", "12.5" or ".5" and moves *at behind it; 0 if there is none. */
static int number_read(const char **at, struct number *n)
{
    const char *p = *at;
    int digits = 0;

    *n = (struct number){0, 0, 1, 0};
    for (; is_digit(*p); p++, digits++) {
        unsigned digit = (unsigned)(*p - '0');

        n->too_large |= n->whole > (UINT64_MAX - digit) / 10;
        n->whole = n->whole * 10 + digit;
    }
    if (*p == '.')
        for (p++; is_digit(*p); p++, digits++) {
            if (n->scale > UINT64_MAX / 100)
                continue;
            n->fraction = n->fraction * 10 + (unsigned)(*p - '0');
            n->scale *= 10;
        }
    if (digits == 0)
        return 0;
    *at = p;
    return 1;
}

/* n * factor to the nearest integer, halves up; -ERANGE if it does not fit. */
static int number_scale(const struct number *n, uint64_t factor, uint64_t *out)
{
    wide value = (wide)n->whole * factor;

    value += ((wide)n->fraction * factor + n->scale / 2) / n->scale;
    if (n->too_large || value > UINT64_MAX)
        return -ERANGE;
    *out = (uint64_t)value;
    return 0;
}

/* 1 if `text` starts with `name` in any letter case and the word ends there. */
static int word_is(const char *text, const char *name)
{
    while (*name != '\0')
        if (lower(*text++) != *name++)
            return 0;
    return !is_letter(*text);
}

/* A person's text in a message: as much of it as says which one is meant. */
#define SUBJECT            "'%.80s%s'"
#define SUBJECT_ARGS(text) (text), strlen(text) > 80 ? "..." : ""

static int fail_negative(const char *what, const char *text, struct whet_error *err)
{
    return whet_error_set(err, -ERANGE, "%s is negative: " SUBJECT, what, SUBJECT_ARGS(text));
}

static int fail_large(const char *what, const char *text, struct whet_error *err)
{
    return whet_error_set(err, -ERANGE, "%s is too large: " SUBJECT, what, SUBJECT_ARGS(text));
}

static int fail_duration(const char *text, struct whet_error *err)
{
    return whet_error_set(err, -EINVAL,
                          "not a duration: " SUBJECT
                          ": write a number with ns, us, ms, s, min, h or d, like 250ms",
                          SUBJECT_ARGS(text));
}

/* The unit at *at, which is moved behind it; 0 if there is none that is known. At the
 * end of the text it is `bare`. */
static uint64_t duration_unit(const char **at, uint64_t bare)
{
    const char *p = skip_blanks(*at);

    if (*p == '\0')
        return bare;
    for (const struct unit *u = duration_units; u->name != NULL; u++)
        if (word_is(p, u->name)) {
            *at = p + strlen(u->name);
            return u->factor;
        }
    return 0;
}

int whet_duration_parse(const char *text, uint64_t *out_ns, struct whet_error *err)
{
    const char *at = skip_blanks(text);
    uint64_t sum = 0, last = UINT64_MAX;

    if (*at == '-')
        return fail_negative("duration", text, err);
    do {
        struct number n;
        uint64_t factor, ns;

        if (!number_read(&at, &n))
            return fail_duration(text, err);
        /* Only a number that stands alone can do without a unit. */
        factor = duration_unit(&at, last == UINT64_MAX ? SECOND_NS : 0);
        at = skip_blanks(at);
        if (factor == 0 || factor >= last)
            return fail_duration(text, err);
        last = factor;
        if (number_scale(&n, factor, &ns) != 0 || ns > UINT64_MAX - sum)
            return fail_large("duration", text, err);
        sum += ns;
    } while (*at != '\0');
    *out_ns = sum;
    return 0;
}

/* What a size is multiplied with for the letters at `at`; 0 if they mean nothing.
 * "" and "b" are bytes. */
static uint64_t size_factor(const char *at)
{
    const char *letter;
    uint64_t factor = 1, base;

    if (*at == '\0' || word_is(at, "b"))
        return 1;
    letter = strchr(size_letters, lower(*at));
    if (letter == NULL)
        return 0;
    at++;
    if (!is_letter(*at) || word_is(at, "i") || word_is(at, "ib"))
        base = 1024;
    else if (word_is(at, "b"))
        base = 1000;
    else
        return 0;
    for (const char *p = size_letters; p <= letter; p++)
        factor *= base;
    return factor;
}

int whet_size_parse(const char *text, uint64_t *out_bytes, struct whet_error *err)
{
    const char *at = skip_blanks(text);
    struct number n;
    uint64_t factor = 0;

    if (*at == '-')
        return fail_negative("size", text, err);
    if (number_read(&at, &n)) {
        at = skip_blanks(at);
        factor = size_factor(at);
        while (is_letter(*at))
            at++;
    }
    if (factor == 0 || *skip_blanks(at) != '\0')
        return whet_error_set(err, -EINVAL,
                              "not a size: " SUBJECT
                              ": write a number with K, M, G, MB, GiB or alone, like 64K",
                              SUBJECT_ARGS(text));
    if (number_scale(&n, factor, out_bytes) != 0)
        return fail_large("size", text, err);
    return 0;
}

/* The double nearest to digits / 10^places, of at most 15 digits: the division of two
 * exact doubles rounds once. */
static double number_ratio(const struct number *n, int percent)
{
    uint64_t digits = n->fraction, scale = n->scale;

    while (scale > 1 &&
           (digits % 10 == 0 || (wide)n->whole * scale + digits >= (wide)1000000000000000)) {
        digits /= 10;
        scale /= 10;
    }
    return (double)(n->whole * scale + digits) / ((double)scale * (percent ? 100 : 1));
}

/* "10" is 10 % to some and 1000 % to others. */
static int fail_bare(const char *text, double ratio, struct whet_error *err)
{
    if (ratio <= 1)
        return whet_error_set(err, -EINVAL,
                              "percentage without %%: " SUBJECT ": write 1%% or 100%%",
                              SUBJECT_ARGS(text));
    return whet_error_set(err, -EINVAL,
                          "percentage without %%: " SUBJECT ": write it as %.80s%%",
                          SUBJECT_ARGS(text), text);
}

int whet_percent_parse(const char *text, double max, double *out_ratio, struct whet_error *err)
{
    const char *at = skip_blanks(text);
    struct number n;
    int percent, ok;
    double ratio;

    if (*at == '-')
        return fail_negative("percentage", text, err);
    ok = number_read(&at, &n);
    at = skip_blanks(at);
    percent = *at == '%';
    if (!ok || *skip_blanks(at + percent) != '\0')
        return whet_error_set(err, -EINVAL,
                              "not a percentage: " SUBJECT
                              ": write a number with %% or a ratio, like 5%% or 0.05",
                              SUBJECT_ARGS(text));
    ratio = number_ratio(&n, percent);
    if (!percent && (n.too_large || ratio >= 1))
        return fail_bare(text, ratio, err);
    if (n.too_large || !(ratio <= max)) {
        char limit[16];

        return whet_error_set(
            err, -ERANGE, "percentage is too large: " SUBJECT ": at most %s is possible",
            SUBJECT_ARGS(text), whet_percent_format(max, limit, sizeof(limit)));
    }
    *out_ratio = ratio;
    return 0;
}

/* value / unit with three significant digits, as "d.dd", "dd.d" or "ddd" and more; 0 if
 * that would round up to `limit` units or more. */
static int digits_format(uint64_t value, uint64_t unit, uint64_t limit, const char *name,
                         char *out, size_t size)
{
    wide hundredths = ((wide)value * 100 + unit / 2) / unit;
    wide tenths = ((wide)value * 10 + unit / 2) / unit;
    wide whole = ((wide)value + unit / 2) / unit;

    if (tenths >= 1000 ? whole >= limit : tenths >= (wide)limit * 10)
        return 0;
    if (unit == 1 || tenths >= 1000)
        snprintf(out, size, "%" PRIu64 " %s", (uint64_t)whole, name);
    else if (hundredths >= 1000)
        snprintf(out, size, "%u.%u %s", (unsigned)tenths / 10, (unsigned)tenths % 10, name);
    else
        snprintf(out, size, "%u.%02u %s", (unsigned)hundredths / 100,
                 (unsigned)hundredths % 100, name);
    return 1;
}

/* value as "A big BB small", rounded to the small unit. */
static void pair_format(uint64_t value, const struct unit *big, const struct unit *small,
                        char *out, size_t size)
{
    uint64_t count = value / small->factor + (value % small->factor >= small->factor / 2);
    uint64_t per_big = big->factor / small->factor;

    snprintf(out, size, "%" PRIu64 " %s %02" PRIu64 " %s", count / per_big, big->name,
             count % per_big, small->name);
}

const char *whet_duration_format(uint64_t ns, char *out, size_t size)
{
    static const struct unit day = {"d", 86400 * SECOND_NS}, hour = {"h", 3600 * SECOND_NS},
                             minute = {"min", 60 * SECOND_NS}, second = {"s", SECOND_NS};

    if (digits_format(ns, 1, 1000, "ns", out, size) ||
        digits_format(ns, 1000, 1000, "us", out, size) ||
        digits_format(ns, 1000000, 1000, "ms", out, size))
        return out;
    /* A minute starts where two digits behind "59." would round up to it. */
    if (ns < 60 * SECOND_NS - SECOND_NS / 20)
        (void)digits_format(ns, SECOND_NS, 60, "s", out, size);
    else if (ns < 3600 * SECOND_NS - SECOND_NS / 2)
        pair_format(ns, &minute, &second, out, size);
    else if (ns < 48 * 3600 * SECOND_NS - 30 * SECOND_NS)
        pair_format(ns, &hour, &minute, out, size);
    else
        pair_format(ns, &day, &hour, out, size);
    return out;
}

const char *whet_size_format(uint64_t bytes, char *out, size_t size)
{
    static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    uint64_t unit = 1;

    for (int i = 0; !digits_format(bytes, unit, 1024, names[i], out, size); i++)
        unit *= 1024;
    return out;
}

const char *whet_percent_format(double ratio, char *out, size_t size)
{
    double percent = fabs(ratio) * 100;
    const char *sign = ratio < 0 ? "-" : "";
    unsigned hundredths, tenths;

    if (isnan(ratio))
        snprintf(out, size, "n/a");
    else if (percent > 1e12)
        snprintf(out, size, ratio > 0 ? ">1e12%%" : "<-1e12%%");
    else if (percent == 0)
        snprintf(out, size, "0%%");
    else if (percent >= 99.95)
        snprintf(out, size, "%s%.0f%%", sign, percent);
    else {
        hundredths = (unsigned)lround(percent * 100);
        tenths = (unsigned)lround(percent * 10);
        if (hundredths >= 100)
            snprintf(out, size, "%s%u.%u%%", sign, tenths / 10, tenths % 10);
        else
            snprintf(out, size, "%s0.%02u%%", hundredths != 0 ? sign : "", hundredths);
    }
    return out;
}
