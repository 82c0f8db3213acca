/* The text of an option to the value in its record, by type, with the range checked.
 * Expected load: a handful per command line. */
#include "option/option.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <whet/units.h>

/* The largest value of a row: its own maximum, or what fits its field. */
static uint64_t value_max(const struct whet_option *row)
{
    if (row->max != 0)
        return row->max;
    return row->size == sizeof(unsigned) ? UINT_MAX : UINT64_MAX;
}

/* As it is written in the option: with its unit. */
static const char *bound(const struct whet_option *row, uint64_t value, char *out, size_t size)
{
    if (row->type == WHET_OPTION_SIZE)
        return whet_size_format(value, out, size);
    if (row->type == WHET_OPTION_DURATION)
        return whet_duration_format(value, out, size);
    snprintf(out, size, "%" PRIu64, value);
    return out;
}

static int fail_too_large(const struct whet_option *row, const char *given, const char *text,
                          struct whet_error *err)
{
    char most[24];

    return whet_error_set(err, -ERANGE, "value too large: '%s %s': at most %s", given, text,
                          bound(row, value_max(row), most, sizeof(most)));
}

static int store_uint(const struct whet_option *row, void *place, const char *given,
                      uint64_t value, const char *text, struct whet_error *err)
{
    char least[24];

    if (value < row->min)
        return whet_error_set(err, -ERANGE, "value too small: '%s %s': at least %s", given,
                              text, bound(row, row->min, least, sizeof(least)));
    if (value > value_max(row))
        return fail_too_large(row, given, text, err);
    if (row->size == sizeof(unsigned))
        *(unsigned *)place = (unsigned)value;
    else
        *(uint64_t *)place = value;
    return 0;
}

static int store_count(const struct whet_option *row, void *place, const char *given,
                       const char *text, struct whet_error *err)
{
    uint64_t value;
    char *end;

    errno = 0;
    value = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0')
        return whet_error_set(err, -EINVAL, "not a whole number: '%s %s': write digits", given,
                              text);
    if (errno == ERANGE)
        return fail_too_large(row, given, text, err);
    return store_uint(row, place, given, value, text, err);
}

/* Puts the option before what the units' parser said about its text. */
static int explain(struct whet_error *err, int rc, const char *given)
{
    struct whet_error inner;

    if (err == NULL)
        return rc;
    inner = *err;
    return whet_error_set(err, rc, "%s: in '%s'", inner.text, given);
}

static int store_measure(const struct whet_option *row, void *place, const char *given,
                         const char *text, struct whet_error *err)
{
    uint64_t value = 0;
    double ratio = 0;
    int rc;

    if (row->type == WHET_OPTION_PERCENT) {
        rc = whet_percent_parse(text, row->max_ratio > 0 ? row->max_ratio : 1.0, &ratio, err);
        if (rc == 0)
            *(double *)place = ratio;
        return rc == 0 ? 0 : explain(err, rc, given);
    }
    if (row->type == WHET_OPTION_SIZE)
        rc = whet_size_parse(text, &value, err);
    else
        rc = whet_duration_parse(text, &value, err);
    if (rc != 0)
        return explain(err, rc, given);
    return store_uint(row, place, given, value, text, err);
}

static void list_choices(const struct whet_option *row, struct whet_text *out)
{
    for (const struct whet_option_choice *c = row->choices; c->name != NULL; c++) {
        if (c != row->choices)
            whet__text_puts(out, c[1].name == NULL ? " or " : ", ");
        whet__text_puts(out, c->name);
    }
}

static int store_choice(const struct whet_option *row, void *place, const char *given,
                        const char *text, struct whet_error *err)
{
    struct whet_text names;

    for (const struct whet_option_choice *c = row->choices; c->name != NULL; c++) {
        if (strcmp(c->name, text) == 0) {
            *(int *)place = c->value;
            return 0;
        }
    }
    whet__text_init(&names, 1024);
    list_choices(row, &names);
    whet_error_set(err, -EINVAL, "unknown choice: '%s %s': choose %s", given, text,
                   whet__text_str(&names));
    whet__text_clear(&names);
    return -EINVAL;
}

static int store_item(void *place, const char *text, struct whet_error *err)
{
    struct whet_vec *list = place;
    const char **item;

    if (list->item_size == 0)
        whet__vec_init(list, sizeof(const char *), WHET_OPTION_ITEMS_MAX);
    item = whet__vec_push(list);
    if (item == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory: '%s': too many values", text);
    *item = text;
    return 0;
}

int whet__option_store(const struct whet_option *row, void *target, const char *given,
                       const char *text, struct whet_error *err)
{
    void *place = (char *)target + row->offset;

    switch (row->type) {
    case WHET_OPTION_FLAG:
        *(int *)place = row->value != 0 ? row->value : 1;
        return 0;
    case WHET_OPTION_BIT:
        *(unsigned *)place |= (unsigned)row->value;
        return 0;
    case WHET_OPTION_SWITCH:
        *(int *)place = text[0] == 'y';
        return 0;
    case WHET_OPTION_COUNT:
        ++*(int *)place;
        return 0;
    case WHET_OPTION_UINT:
        return store_count(row, place, given, text, err);
    case WHET_OPTION_SIZE:
    case WHET_OPTION_DURATION:
    case WHET_OPTION_PERCENT:
        return store_measure(row, place, given, text, err);
    case WHET_OPTION_STRING:
        *(const char **)place = text;
        return 0;
    case WHET_OPTION_CHOICE:
        return store_choice(row, place, given, text, err);
    case WHET_OPTION_LIST:
        return store_item(place, text, err);
    }
    return -EINVAL;
}

void whet__options_clear(const struct whet_option_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->rows[i].type == WHET_OPTION_LIST)
            whet__vec_clear((struct whet_vec *)((char *)set->target + set->rows[i].offset));
    }
}

void whet__option_describe(const struct whet_option *row, struct whet_text *out)
{
    const char *before = " (";

    whet__text_puts(out, row->help);
    if (row->choices != NULL) {
        whet__text_puts(out, ": ");
        list_choices(row, out);
    }
    if (row->type == WHET_OPTION_LIST) {
        whet__text_printf(out, "%smay be given again", before);
        before = "; ";
    }
    if (row->fallback != NULL) {
        whet__text_printf(out, "%sdefault: %s", before, row->fallback);
        before = "; ";
    }
    if (before[0] == ';')
        whet__text_putc(out, ')');
}
