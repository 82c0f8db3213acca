/* From a YAML mapping into a struct. Every message names the key, says what is expected
 * and where it stands; most of this file is that care. */
#include "data/yaml_table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <whet/units.h>

#include "base/double.h"
#include "base/nearest.h"
#include "base/text.h"

#define ROWS_MAX 64
#define DEPTH    8

struct reader {
    const struct whet_yaml *y;
    struct whet_error *err;
};

static int fail_at(const struct reader *r, const struct whet_yaml_node *at, int code)
{
    whet_error_at(r->err, whet__yaml_file(r->y), at->line, at->column);
    return code;
}

/* Names joined by ", " into a fixed buffer; as many as have room. */
static const char *join(const char *const *names, size_t count, char *out, size_t size)
{
    size_t at = 0;

    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(names[i]) + (i > 0 ? 2 : 0);

        if (at + len >= size)
            break;
        memcpy(out + at, i > 0 ? ", " : "", i > 0 ? 2 : 0);
        memcpy(out + at + len - strlen(names[i]), names[i], strlen(names[i]) + 1);
        at += len;
    }
    return out;
}

static int refuse_word(const struct reader *r, const struct whet_yaml_node *at,
                       const char *what, const char *const *names, size_t count)
{
    const char *near = whet__nearest(at->text, names, count);
    char known[256];

    if (near != NULL)
        whet_error_set(r->err, -EINVAL, "unknown %s: '%s': did you mean '%s'?", what, at->text,
                       near);
    else
        whet_error_set(r->err, -EINVAL, "unknown %s: '%s': it may be one of: %s", what,
                       at->text, join(names, count, known, sizeof(known)));
    return fail_at(r, at, -EINVAL);
}

static int expect(const struct reader *r, const struct whet_yaml_node *node,
                  const char *expected)
{
    if (node->kind == WHET_YAML_SCALAR)
        whet_error_set(r->err, -EINVAL, "wrong value for '%s': '%s': %s is expected",
                       node->key->text, node->text, expected);
    else
        whet_error_set(r->err, -EINVAL, "wrong value for '%s': %s is expected", node->key->text,
                       expected);
    return fail_at(r, node, -EINVAL);
}

static int read_bool(const struct reader *r, const struct whet_yaml_node *node, int *out)
{
    int yes = strcmp(node->text, "true") == 0;

    if (!node->plain || (!yes && strcmp(node->text, "false") != 0))
        return expect(r, node, "true or false");
    *out = yes;
    return 0;
}

static int read_enum(const struct reader *r, const struct whet_yaml_node *node,
                     const char *const *names, int *out)
{
    size_t count = 0;

    for (; names[count] != NULL; count++) {
        if (strcmp(names[count], node->text) == 0) {
            *out = (int)count;
            return 0;
        }
    }
    return refuse_word(r, node, node->key->text, names, count);
}

/* Digits only: YAML knows many ways to write a number, and we need one. */
static int parse_uint(const char *text, uint64_t *out)
{
    uint64_t value = 0;

    if (text[0] == '\0' || strlen(text) > 19)
        return -EINVAL;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return -EINVAL;
        value = value * 10 + (uint64_t)(*text - '0');
    }
    *out = value;
    return 0;
}

static int check_range(const struct reader *r, const struct whet_yaml_node *node,
                       const struct whet_yaml_row *row, uint64_t value)
{
    if (value >= row->min && (row->max == 0 || value <= row->max))
        return 0;
    if (row->max != 0)
        whet_error_set(r->err, -ERANGE, "out of range for '%s': '%s': it must be in %llu..%llu",
                       row->key, node->text, (unsigned long long)row->min,
                       (unsigned long long)row->max);
    else
        whet_error_set(r->err, -ERANGE, "out of range for '%s': '%s': the least is %llu",
                       row->key, node->text, (unsigned long long)row->min);
    return fail_at(r, node, -ERANGE);
}

static int read_number(const struct reader *r, const struct whet_yaml_node *node,
                       const struct whet_yaml_row *row, uint64_t *out)
{
    uint64_t value = 0;
    int rc;

    if (row->type == WHET_YAML_SIZE)
        rc = whet_size_parse(node->text, &value, NULL);
    else if (row->type == WHET_YAML_DURATION)
        rc = whet_duration_parse(node->text, &value, NULL);
    else
        rc = parse_uint(node->text, &value);
    if (rc != 0)
        return expect(r, node,
                      row->type == WHET_YAML_SIZE       ? "a size such as 64MiB"
                      : row->type == WHET_YAML_DURATION ? "a duration such as 250ms"
                                                        : "a number");
    rc = check_range(r, node, row, value);
    if (rc == 0)
        *out = value;
    return rc;
}

static int read_percent(const struct reader *r, const struct whet_yaml_node *node, double *out)
{
    if (whet_percent_parse(node->text, 1.0, out, NULL) != 0)
        return expect(r, node, "a percentage such as 5%");
    return 0;
}

/* Digits with a point at most: no exponents, signs, infinities. */
static int read_decimal(const struct reader *r, const struct whet_yaml_node *node, double *out)
{
    size_t whole = strspn(node->text, "0123456789"), end = whole;

    if (node->text[whole] == '.')
        end += 1 + strspn(node->text + whole + 1, "0123456789");
    if (whole == 0 || end > 32 || node->text[end] != '\0' || node->text[end - 1] == '.')
        return expect(r, node, "a number");
    return whet__double_parse(node->text, out) == 0 ? 0 : expect(r, node, "a number");
}

static int read_string(const struct reader *r, const struct whet_yaml_node *node,
                       const struct whet_yaml_row *row, const char **out)
{
    if (row->max != 0 && node->len > row->max) {
        whet_error_set(r->err, -ERANGE, "too long for '%s': at most %llu bytes", row->key,
                       (unsigned long long)row->max);
        return fail_at(r, node, -ERANGE);
    }
    *out = node->text;
    return 0;
}

static int read_scalars(const struct reader *r, const struct whet_yaml_node *node,
                        const struct whet_yaml_node **out)
{
    for (const struct whet_yaml_node *n = node->first; n != NULL; n = n->next) {
        if (n->kind == WHET_YAML_SCALAR)
            continue;
        whet_error_set(r->err, -EINVAL, "wrong value in '%s': no lists or mappings go here",
                       node->key->text);
        return fail_at(r, n, -EINVAL);
    }
    *out = node;
    return 0;
}

static int read_rows(const struct reader *r, const struct whet_yaml_node *mapping,
                     const struct whet_yaml_row *rows, void *out, unsigned depth);

static int read_collection(const struct reader *r, const struct whet_yaml_node *node,
                           const struct whet_yaml_row *row, void *field, unsigned depth)
{
    if (row->type == WHET_YAML_LIST && node->kind != WHET_YAML_SEQUENCE)
        return expect(r, node, "a list");
    if (row->type != WHET_YAML_LIST && node->kind != WHET_YAML_MAPPING)
        return expect(r, node, "keys and values below it");
    if (row->type == WHET_YAML_TABLE)
        return read_rows(r, node, row->rows, field, depth + 1);
    return read_scalars(r, node, field);
}

static int read_value(const struct reader *r, const struct whet_yaml_node *node,
                      const struct whet_yaml_row *row, void *field, unsigned depth)
{
    if (row->type == WHET_YAML_NODE) {
        *(const struct whet_yaml_node **)field = node;
        return 0;
    }
    if (row->type >= WHET_YAML_LIST)
        return read_collection(r, node, row, field, depth);
    if (node->kind != WHET_YAML_SCALAR)
        return expect(r, node, "a single value");
    switch (row->type) {
    case WHET_YAML_BOOL:
        return read_bool(r, node, field);
    case WHET_YAML_ENUM:
        return read_enum(r, node, row->names, field);
    case WHET_YAML_PERCENT:
        return read_percent(r, node, field);
    case WHET_YAML_NUMBER:
        return read_decimal(r, node, field);
    case WHET_YAML_UINT:
    case WHET_YAML_SIZE:
    case WHET_YAML_DURATION:
        return read_number(r, node, row, field);
    case WHET_YAML_STRING:
    case WHET_YAML_LIST:
    case WHET_YAML_MAP:
    case WHET_YAML_TABLE:
    case WHET_YAML_NODE:
    default:
        return read_string(r, node, row, field);
    }
}

static int refuse_key(const struct reader *r, const struct whet_yaml_node *key,
                      const struct whet_yaml_row *rows)
{
    const char *names[ROWS_MAX];
    size_t count = 0;

    for (; rows[count].key != NULL && count < ROWS_MAX; count++)
        names[count] = rows[count].key;
    return refuse_word(r, key, "key", names, count);
}

static int require_keys(const struct reader *r, const struct whet_yaml_node *mapping,
                        const struct whet_yaml_row *rows)
{
    for (; rows->key != NULL; rows++) {
        if (!rows->required || whet__yaml_get(mapping, rows->key) != NULL)
            continue;
        whet_error_set(r->err, -EINVAL, "missing key: '%s'", rows->key);
        return fail_at(r, mapping, -EINVAL);
    }
    return 0;
}

/* `depth` is bounded by the nesting of the tables, which are ours. */
static int read_rows(const struct reader *r, const struct whet_yaml_node *mapping,
                     const struct whet_yaml_row *rows, void *out, unsigned depth)
{
    int rc;

    if (depth > DEPTH)
        return -E2BIG;
    for (const struct whet_yaml_node *n = mapping->first; n != NULL; n = n->next) {
        const struct whet_yaml_row *row = rows;

        while (row->key != NULL && strcmp(row->key, n->key->text) != 0)
            row++;
        if (row->key == NULL)
            return refuse_key(r, n->key, rows);
        rc = read_value(r, n, row, (char *)out + row->offset, depth);
        if (rc != 0)
            return rc;
    }
    return require_keys(r, mapping, rows);
}

int whet__yaml_table_read(const struct whet_yaml *y, const struct whet_yaml_node *mapping,
                          const struct whet_yaml_row *rows, void *out, struct whet_error *err)
{
    struct reader r = {y, err};

    if (mapping->kind != WHET_YAML_MAPPING) {
        whet_error_set(err, -EINVAL, "keys and values are expected");
        return fail_at(&r, mapping, -EINVAL);
    }
    return read_rows(&r, mapping, rows, out, 0);
}

int whet__yaml_refuse(const struct whet_yaml *y, const struct whet_yaml_node *at,
                      struct whet_error *err, int code, const char *format, ...)
{
    char text[sizeof(err->text)];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    whet_error_set(err, code, "%s", text);
    whet_error_at(err, whet__yaml_file(y), at->line, at->column);
    return code;
}
