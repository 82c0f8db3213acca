/* Values of parameters. A few short texts per session. */
#include "bench/parameter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MAX 18 /* of a number: what an int64_t holds for sure */
#define NUMBER_MAX INT64_C(1000000000000000000)
#define ITEM_MAX   4096

/* digits / 10^scale, exactly. */
struct decimal {
    int64_t digits;
    unsigned scale;
};

struct range {
    struct decimal at, end, step;
    int factor; /* the step multiplies */
};

struct values {
    struct whet_parameter *p;
    struct whet_arena *strings;
    const char *given; /* "jobs=1..8", for messages */
    struct whet_error *err;
};

static int fail(const struct values *v, const char *what)
{
    return whet_error_set(v->err, -EINVAL, "%s: '%.100s=%.200s'", what, v->p->name, v->given);
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "12", "-0.5": reads the number at *text and steps behind it. A point needs a digit behind
 * it, so that "1..8" is read as 1 up to its "..". */
static int decimal_read(const char **text, struct decimal *out)
{
    const char *at = *text + (**text == '-');
    struct decimal d = {0};
    unsigned count = 0;
    int point = 0;

    while (is_digit(*at) || (*at == '.' && !point && count > 0 && is_digit(at[1]))) {
        if (*at == '.') {
            point = 1;
            at++;
        }
        if (++count > DIGITS_MAX)
            return 0;
        d.digits = d.digits * 10 + (*at++ - '0');
        d.scale += (unsigned)point;
    }
    if (count == 0)
        return 0;
    if (**text == '-')
        d.digits = -d.digits;
    *text = at;
    *out = d;
    return 1;
}

/* Drops zeros behind the point. */
static void decimal_trim(struct decimal *d)
{
    while (d->scale > 0 && d->digits % 10 == 0) {
        d->digits /= 10;
        d->scale--;
    }
}

/* Brings both to the same scale; 0: the numbers do not fit. */
static int decimal_align(struct decimal *a, struct decimal *b)
{
    struct decimal *low = a->scale < b->scale ? a : b, *high = low == a ? b : a;

    while (low->scale < high->scale) {
        if (low->digits > NUMBER_MAX / 10 || low->digits < -NUMBER_MAX / 10)
            return 0;
        low->digits *= 10;
        low->scale++;
    }
    return 1;
}

/* Negative, 0 or positive, as a is less than, equal to or greater than b. What is too large
 * to be brought to the scale of the other is the greater: values only grow here. */
static int decimal_compare(struct decimal a, struct decimal b)
{
    if (!decimal_align(&a, &b))
        return a.scale < b.scale ? 1 : -1;
    return (a.digits > b.digits) - (a.digits < b.digits);
}

/* The value after `at`; 0: it has too many digits. */
static int range_next(struct range *r)
{
    struct decimal step = r->step;

    if (!r->factor) {
        if (!decimal_align(&r->at, &step))
            return 0;
        r->at.digits += step.digits;
        return 1;
    }
    if (r->at.digits > NUMBER_MAX / step.digits)
        return 0;
    r->at.digits *= step.digits;
    r->at.scale += step.scale;
    decimal_trim(&r->at);
    return r->at.scale <= DIGITS_MAX;
}

static int push(struct values *v, const char *text, size_t len)
{
    char *copy;

    if (v->p->count == WHET_PARAMETER_VALUES_MAX)
        return fail(v, "more than 1024 values");
    copy = whet__arena_strndup(v->strings, text, len);
    if (copy == NULL)
        return whet_error_set(v->err, -ENOMEM, "out of memory: '%.100s'", v->p->name);
    v->p->values[v->p->count++] = copy;
    return 0;
}

static int push_decimal(struct values *v, struct decimal d)
{
    char text[48];
    uint64_t size, unit = 1;

    decimal_trim(&d);
    size = (uint64_t)(d.digits < 0 ? -d.digits : d.digits);
    for (unsigned i = 0; i < d.scale; i++)
        unit *= 10;
    snprintf(text, sizeof(text), "%s%" PRIu64, d.digits < 0 ? "-" : "", size / unit);
    if (d.scale > 0) {
        size_t len = strlen(text);

        snprintf(text + len, sizeof(text) - len, ".%0*" PRIu64, (int)d.scale, size % unit);
    }
    return push(v, text, strlen(text));
}

/* Whether `item` is "LOW..HIGH" with or without a step; *rest is what follows HIGH. */
static int range_read(const char *item, struct range *out, const char **rest)
{
    struct range r = {.step = {1, 0}};

    if (!decimal_read(&item, &r.at) || strncmp(item, "..", 2) != 0)
        return 0;
    item += 2;
    if (!decimal_read(&item, &r.end) || (*item != '\0' && *item != '+' && *item != '*'))
        return 0;
    *rest = item;
    *out = r;
    return 1;
}

static int step_read(const struct values *v, const char *text, struct range *r)
{
    static const struct decimal one = {1, 0}, zero = {0, 0};

    if (*text == '\0')
        return 0;
    r->factor = *text++ == '*';
    if (!decimal_read(&text, &r->step) || *text != '\0')
        return fail(v, "not a number behind the step");
    if (decimal_compare(r->step, r->factor ? one : zero) <= 0)
        return fail(v, r->factor ? "the factor must be more than 1"
                                 : "the step must be more than 0");
    if (r->factor && r->at.digits <= 0)
        return fail(v, "only what is more than 0 can be multiplied");
    return 0;
}

static int push_range(struct values *v, struct range *r, const char *step)
{
    int rc = step_read(v, step, r);

    if (rc == 0 && decimal_compare(r->at, r->end) > 0)
        return fail(v, "the smaller number comes first");
    while (rc == 0 && decimal_compare(r->at, r->end) <= 0) {
        rc = push_decimal(v, r->at);
        if (rc == 0 && !range_next(r))
            rc = fail(v, "numbers with too many digits");
    }
    return rc;
}

static int push_item(struct values *v, const char *item, size_t len)
{
    const char *step;
    struct range r;

    return range_read(item, &r, &step) ? push_range(v, &r, step) : push(v, item, len);
}

/* Takes the next item of the list at *text, without its '\', and steps behind its comma. */
static int item_read(const struct values *v, const char **text, char *item, size_t *len)
{
    const char *at = *text;

    *len = 0;
    for (; *at != '\0' && *at != ','; at++) {
        if (*at == '\\' && at[1] == ',')
            at++;
        if (*len == ITEM_MAX - 1)
            return fail(v, "a value is too long");
        item[(*len)++] = *at;
    }
    item[*len] = '\0';
    if (*len == 0)
        return fail(v, "an empty value");
    *text = *at == ',' ? at + 1 : at;
    return *at == ',' && at[1] == '\0' ? fail(v, "an empty value") : 0;
}

static int check_name(const char *name, struct whet_error *err)
{
    int good = (name[0] >= 'a' && name[0] <= 'z') || (name[0] >= 'A' && name[0] <= 'Z') ||
               name[0] == '_';

    for (const char *at = name; good && *at != '\0'; at++)
        good = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || is_digit(*at) ||
               *at == '_' || *at == '-';
    if (good)
        return 0;
    return whet_error_set(err, -EINVAL,
                          "not a name: '%.100s': a parameter is a letter, then letters, "
                          "digits, '_' and '-'",
                          name);
}

int whet__parameter_parse(struct whet_parameter *out, struct whet_arena *strings,
                          const char *name, const char *values, struct whet_error *err)
{
    struct whet_parameter p = {.name = whet__arena_strndup(strings, name, strlen(name))};
    struct values v = {.p = &p, .strings = strings, .given = values, .err = err};
    int rc = check_name(name, err);
    char item[ITEM_MAX] = "";
    size_t len;

    if (rc != 0)
        return rc;
    p.values = whet__arena_zalloc(strings, WHET_PARAMETER_VALUES_MAX, sizeof(*p.values));
    if (p.name == NULL || p.values == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory: '%.100s'", name);
    do {
        rc = item_read(&v, &values, item, &len);
        if (rc == 0)
            rc = push_item(&v, item, len);
    } while (rc == 0 && *values != '\0');
    if (rc == 0)
        *out = p;
    return rc;
}
