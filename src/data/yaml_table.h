/* data/yaml_table.h - from a YAML mapping into a struct, by a table of keys.
 *
 * Shape    one row per key: its type, its range, where it goes. A key that no row has,
 *          a value of the wrong type or out of range, and a missing one that is
 *          required are errors with the place in the file.
 * Units    sizes in bytes, durations in nanoseconds, percentages as ratios.
 * Memory   texts, lists and maps are borrowed from the tree: keep it as long.
 * Errors   -EINVAL, -ERANGE; fields of keys that come before may be set then.
 * Threads  safe from any.
 */
#ifndef WHET_DATA_YAML_TABLE_H
#define WHET_DATA_YAML_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "data/yaml.h"

/* What the field at `offset` must be is said behind each. */
enum whet_yaml_type {
    WHET_YAML_STRING,   /* const char *; at most `max` bytes unless that is 0 */
    WHET_YAML_BOOL,     /* int: true or false */
    WHET_YAML_UINT,     /* uint64_t in min..max */
    WHET_YAML_SIZE,     /* uint64_t bytes in min..max: "64MiB" */
    WHET_YAML_DURATION, /* uint64_t ns in min..max: "250ms" */
    WHET_YAML_PERCENT,  /* double in 0..1: "5%" */
    WHET_YAML_NUMBER,   /* double, not negative: "1.5" */
    WHET_YAML_ENUM,     /* int: the number of the word in `names`, which NULL ends */
    WHET_YAML_LIST,     /* const struct whet_yaml_node *: a sequence of scalars */
    WHET_YAML_MAP,      /* const struct whet_yaml_node *: a mapping to scalars */
    WHET_YAML_TABLE,    /* a struct: a mapping read by `rows`, whose offsets are in it */
    WHET_YAML_NODE      /* const struct whet_yaml_node *: anything; who uses it checks it */
};

struct whet_yaml_row {
    const char *key; /* NULL ends a table */
    enum whet_yaml_type type;
    size_t offset;
    int required;
    uint64_t min;
    uint64_t max; /* 0: no bound */
    const char *const *names;
    const struct whet_yaml_row *rows;
};

/* Reads `mapping`, of the document `y`, into the struct at `out`; fields without a key
 * stay as they are. */
WHET_MUST_USE int whet__yaml_table_read(const struct whet_yaml *y,
                                        const struct whet_yaml_node *mapping,
                                        const struct whet_yaml_row *rows, void *out,
                                        struct whet_error *err);

/* For what a table cannot say: fills *err with the message and the place of `at`, and
 * returns `code`. */
WHET_PRINTF(5, 6)
int whet__yaml_refuse(const struct whet_yaml *y, const struct whet_yaml_node *at,
                      struct whet_error *err, int code, const char *format, ...);

#endif
