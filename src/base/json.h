/* base/json.h - JSON out, streaming, always valid.
 *
 * Shape    begin/end pairs and values, appended to a text; commas, indentation
 *          and escapes are the writer's.
 * Units    doubles are written in the fewest digits that read back the same;
 *          NaN and infinities, which JSON lacks, as null.
 * Memory   the text is the caller's; at most WHET_JSON_DEPTH levels deep.
 * Errors   sticky in the text (whet__text_error); deeper than the limit: -E2BIG; a
 *          value without its key, a key without its value, an end without its begin,
 *          a second root: -EINVAL. What is written is valid up to there.
 * Threads  one at a time.
 */
#ifndef WHET_BASE_JSON_H
#define WHET_BASE_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define WHET_JSON_DEPTH 32

struct whet_json {
    struct whet_text *text;
    unsigned indent; /* blanks per level; 0 writes all on one line */
    unsigned depth;
    unsigned char after_key;
    struct {
        unsigned char used;   /* a value was written at this level */
        unsigned char object; /* else an array; level 0 is the document */
    } levels[WHET_JSON_DEPTH + 1];
};

/* Appends to what is in the text already. */
void whet__json_init(struct whet_json *j, struct whet_text *text, unsigned indent);

void whet__json_object(struct whet_json *j);
void whet__json_object_end(struct whet_json *j);
void whet__json_array(struct whet_json *j);
void whet__json_array_end(struct whet_json *j);

/* The key of the next value, inside an object. */
void whet__json_key(struct whet_json *j, const char *key);

/* Bytes that are not UTF-8 become U+FFFD (base/utf8.h: whet__utf8_valid tells
 * beforehand). NULL is written as null. */
void whet__json_string(struct whet_json *j, const char *value);
void whet__json_string_n(struct whet_json *j, const char *value, size_t len);
void whet__json_uint(struct whet_json *j, uint64_t value);
void whet__json_int(struct whet_json *j, int64_t value);
void whet__json_double(struct whet_json *j, double value);
void whet__json_bool(struct whet_json *j, int value);
void whet__json_null(struct whet_json *j);

/* Key and value in one call. */
void whet__json_put_string(struct whet_json *j, const char *key, const char *value);
void whet__json_put_string_n(struct whet_json *j, const char *key, const char *value,
                             size_t len);
void whet__json_put_uint(struct whet_json *j, const char *key, uint64_t value);
void whet__json_put_int(struct whet_json *j, const char *key, int64_t value);
void whet__json_put_double(struct whet_json *j, const char *key, double value);
void whet__json_put_bool(struct whet_json *j, const char *key, int value);

#endif
