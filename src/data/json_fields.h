/* data/json_fields.h - the fields of a JSON text, of the types that they must have.
 *
 * Shape    places in a tree (data/json_in.h), each of which knows the way to it, so that a
 *          message can say "outcomes[2].name: is no text".
 * Units    none.
 * Memory   a place lives on the stack and refers to the one above it; what is read is
 *          borrowed from the tree.
 * Errors   sticky in the reader: the first one stands, and whatever is read after it is what
 *          stands in for something missing. Check once, at the end of a part.
 * Threads  one at a time.
 *
 * A field that is missing or null is no error, unless it is required. Fields that nobody asks
 * for are passed over: a form may get more of them without becoming another version.
 */
#ifndef WHET_DATA_JSON_FIELDS_H
#define WHET_DATA_JSON_FIELDS_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "data/json_in.h"

struct whet_json_fields {
    const char *name; /* of the text, for messages */
    struct whet_error *err;
    int error; /* 0, or the first failure */
};

struct whet_json_place {
    const struct whet_json_node *node; /* NULL: missing, or null */
    const struct whet_json_place *up;  /* NULL: the whole text */
    const char *key;                   /* in an object; NULL: in an array ... */
    size_t index;                      /* ... here */
};

/* The whole text, which must be of this kind. */
struct whet_json_place whet__json_root(struct whet_json_fields *f,
                                       const struct whet_json_in *json,
                                       enum whet_json_kind kind);

/* What is in a place; a field that is missing or null has no node, an item must be there. */
struct whet_json_place whet__json_field(struct whet_json_fields *f,
                                        const struct whet_json_place *object, const char *key,
                                        enum whet_json_kind kind);
struct whet_json_place whet__json_item(struct whet_json_fields *f,
                                       const struct whet_json_place *array, size_t index,
                                       enum whet_json_kind kind);

/* The values of fields. Numbers that are out of range are errors. */
const char *whet__json_take_string(struct whet_json_fields *f,
                                   const struct whet_json_place *object, const char *key,
                                   const char *otherwise);
double whet__json_take_double(struct whet_json_fields *f, const struct whet_json_place *object,
                              const char *key, double otherwise);
uint64_t whet__json_take_uint(struct whet_json_fields *f, const struct whet_json_place *object,
                              const char *key, uint64_t max, uint64_t otherwise);
int whet__json_take_bool(struct whet_json_fields *f, const struct whet_json_place *object,
                         const char *key, int otherwise);

/* The same of an item of an array. */
double whet__json_item_double(struct whet_json_fields *f, const struct whet_json_place *array,
                              size_t index, double otherwise);
int64_t whet__json_item_int(struct whet_json_fields *f, const struct whet_json_place *array,
                            size_t index, int64_t min, int64_t max);

/* The number of the one of `count` words that the field is; `otherwise` if it is missing. */
size_t whet__json_take_word(struct whet_json_fields *f, const struct whet_json_place *object,
                            const char *key, const char *const *words, size_t count,
                            size_t otherwise);

/* Fails when the place is missing. */
void whet__json_require(struct whet_json_fields *f, const struct whet_json_place *place);

/* The first failure is this: at `place`, `why`. */
void whet__json_refuse(struct whet_json_fields *f, const struct whet_json_place *place,
                       int code, const char *why);

#endif
