/* data/json_in.h - JSON in: the one door to jansson.
 *
 * Shape    strict RFC 8259 text to a tree that is only read.
 * Units    numbers as they stand; integers up to INT64_MAX.
 * Memory   whet__json_in_parse allocates *out, whet__json_in_free releases it with all
 *          that was lent from it.
 * Errors   -EBADMSG with line and column: not JSON, a key twice, or too deep.  -ENOMEM.
 * Threads  a tree may be read from any.
 */
#ifndef WHET_DATA_JSON_IN_H
#define WHET_DATA_JSON_IN_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

struct whet_json_in;   /* a whole text */
struct whet_json_node; /* a value in it; NULL stands for "not there" everywhere */

/* `name` is what messages call the text (a file name). */
WHET_MUST_USE int whet__json_in_parse(struct whet_json_in **out, const char *text, size_t len,
                                      const char *name, struct whet_error *err);
void whet__json_in_free(struct whet_json_in *json);

const struct whet_json_node *whet__json_in_root(const struct whet_json_in *json);

enum whet_json_kind {
    WHET_JSON_NOTHING, /* not there */
    WHET_JSON_NULL,
    WHET_JSON_BOOL,
    WHET_JSON_INT,  /* a number without fraction and exponent ... */
    WHET_JSON_REAL, /* ... and with */
    WHET_JSON_STRING,
    WHET_JSON_ARRAY,
    WHET_JSON_OBJECT
};
enum whet_json_kind whet__json_in_kind(const struct whet_json_node *node);

/* A member of an object, an item of an array: NULL when it is not there, or when `node`
 * is something else. */
const struct whet_json_node *whet__json_in_get(const struct whet_json_node *node,
                                               const char *key);
size_t whet__json_in_count(const struct whet_json_node *array);
const struct whet_json_node *whet__json_in_at(const struct whet_json_node *array, size_t index);

/* The key behind `key` in an object, in the order of the text, and its value; NULL starts.
 * Borrowed; NULL: there are no more, or `object` is something else. */
const char *whet__json_in_next(const struct whet_json_node *object, const char *key,
                               const struct whet_json_node **value);

/* Values, or what stands in for one that is missing or of another type. */
const char *whet__json_in_string(const struct whet_json_node *node, const char *otherwise);
double whet__json_in_number(const struct whet_json_node *node, double otherwise);
int64_t whet__json_in_int(const struct whet_json_node *node, int64_t otherwise);
int whet__json_in_bool(const struct whet_json_node *node, int otherwise);

/* A whole number, not negative. */
uint64_t whet__json_in_uint(const struct whet_json_node *node, uint64_t otherwise);

#endif
