/* Typed fields with the way to them. Expected load: some hundred fields and, as items of
 * arrays, up to some million numbers; the way is only written out for a message. */
#include "data/json_fields.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 32

static const char *kind_name(enum whet_json_kind kind)
{
    static const char *const names[] = {
        [WHET_JSON_NOTHING] = "anything",   [WHET_JSON_NULL] = "null",
        [WHET_JSON_BOOL] = "true or false", [WHET_JSON_INT] = "a whole number",
        [WHET_JSON_REAL] = "a number",      [WHET_JSON_STRING] = "a text",
        [WHET_JSON_ARRAY] = "an array",     [WHET_JSON_OBJECT] = "an object",
    };

    return names[kind];
}

/* "outcomes[2].name"; what does not fit is cut. */
static void way_write(char *out, size_t size, const struct whet_json_place *place)
{
    const struct whet_json_place *steps[DEPTH_MAX];
    size_t count = 0, len = 0;

    for (; place->up != NULL && count < DEPTH_MAX; place = place->up)
        steps[count++] = place;
    out[0] = '\0';
    while (count > 0 && len < size) {
        const struct whet_json_place *step = steps[--count];
        int n = step->key != NULL
                    ? snprintf(out + len, size - len, "%s%s", len > 0 ? "." : "", step->key)
                    : snprintf(out + len, size - len, "[%zu]", step->index);

        len += n > 0 ? (size_t)n : 0;
    }
}

void whet__json_refuse(struct whet_json_fields *f, const struct whet_json_place *place,
                       int code, const char *why)
{
    char way[160];

    if (f->error != 0)
        return;
    way_write(way, sizeof(way), place);
    f->error = code;
    whet_error_set(f->err, code, "%s%s%.200s", way, way[0] != '\0' ? ": " : "", why);
    whet_error_at(f->err, f->name, 0, 0);
}

static void refuse_kind(struct whet_json_fields *f, const struct whet_json_place *place,
                        enum whet_json_kind kind)
{
    char why[64];

    snprintf(why, sizeof(why), "must be %s", kind_name(kind));
    whet__json_refuse(f, place, -EBADMSG, why);
}

/* A whole number is a number too. */
static int is_kind(const struct whet_json_node *node, enum whet_json_kind kind)
{
    enum whet_json_kind is = whet__json_in_kind(node);

    return is == kind || (kind == WHET_JSON_REAL && is == WHET_JSON_INT);
}

/* The place with its node, if that may be read. */
static struct whet_json_place place_take(struct whet_json_fields *f,
                                         struct whet_json_place place, enum whet_json_kind kind)
{
    if (f->error != 0 || whet__json_in_kind(place.node) == WHET_JSON_NULL)
        place.node = NULL;
    if (place.node != NULL && !is_kind(place.node, kind)) {
        refuse_kind(f, &place, kind);
        place.node = NULL;
    }
    return place;
}

struct whet_json_place whet__json_root(struct whet_json_fields *f,
                                       const struct whet_json_in *json,
                                       enum whet_json_kind kind)
{
    struct whet_json_place place = {.node = whet__json_in_root(json)};

    if (!is_kind(place.node, kind))
        refuse_kind(f, &place, kind);
    return place_take(f, place, kind);
}

struct whet_json_place whet__json_field(struct whet_json_fields *f,
                                        const struct whet_json_place *object, const char *key,
                                        enum whet_json_kind kind)
{
    struct whet_json_place place = {
        .node = whet__json_in_get(object->node, key), .up = object, .key = key};

    return place_take(f, place, kind);
}

struct whet_json_place whet__json_item(struct whet_json_fields *f,
                                       const struct whet_json_place *array, size_t index,
                                       enum whet_json_kind kind)
{
    struct whet_json_place place = {
        .node = whet__json_in_at(array->node, index), .up = array, .index = index};

    if (f->error == 0 && !is_kind(place.node, kind))
        refuse_kind(f, &place, kind);
    return place_take(f, place, kind);
}

const char *whet__json_take_string(struct whet_json_fields *f,
                                   const struct whet_json_place *object, const char *key,
                                   const char *otherwise)
{
    struct whet_json_place at = whet__json_field(f, object, key, WHET_JSON_STRING);

    return whet__json_in_string(at.node, otherwise);
}

double whet__json_take_double(struct whet_json_fields *f, const struct whet_json_place *object,
                              const char *key, double otherwise)
{
    struct whet_json_place at = whet__json_field(f, object, key, WHET_JSON_REAL);

    return whet__json_in_number(at.node, otherwise);
}

uint64_t whet__json_take_uint(struct whet_json_fields *f, const struct whet_json_place *object,
                              const char *key, uint64_t max, uint64_t otherwise)
{
    struct whet_json_place at = whet__json_field(f, object, key, WHET_JSON_INT);

    if (at.node == NULL)
        return otherwise;
    if (whet__json_in_int(at.node, 0) < 0 || whet__json_in_uint(at.node, 0) > max) {
        whet__json_refuse(f, &at, -EBADMSG, "is out of range");
        return otherwise;
    }
    return whet__json_in_uint(at.node, otherwise);
}

int whet__json_take_bool(struct whet_json_fields *f, const struct whet_json_place *object,
                         const char *key, int otherwise)
{
    struct whet_json_place at = whet__json_field(f, object, key, WHET_JSON_BOOL);

    return whet__json_in_bool(at.node, otherwise);
}

double whet__json_item_double(struct whet_json_fields *f, const struct whet_json_place *array,
                              size_t index, double otherwise)
{
    const struct whet_json_node *node = whet__json_in_at(array->node, index);

    if (whet__json_in_kind(node) == WHET_JSON_NULL)
        return otherwise;
    return whet__json_in_number(whet__json_item(f, array, index, WHET_JSON_REAL).node,
                                otherwise);
}

int64_t whet__json_item_int(struct whet_json_fields *f, const struct whet_json_place *array,
                            size_t index, int64_t min, int64_t max)
{
    struct whet_json_place at = whet__json_item(f, array, index, WHET_JSON_INT);
    int64_t value = whet__json_in_int(at.node, min);

    if (value >= min && value <= max)
        return value;
    whet__json_refuse(f, &at, -EBADMSG, "is out of range");
    return min;
}

size_t whet__json_take_word(struct whet_json_fields *f, const struct whet_json_place *object,
                            const char *key, const char *const *words, size_t count,
                            size_t otherwise)
{
    struct whet_json_place at = whet__json_field(f, object, key, WHET_JSON_STRING);
    const char *word = whet__json_in_string(at.node, NULL);

    if (word == NULL)
        return otherwise;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], word) == 0)
            return i;
    }
    whet__json_refuse(f, &at, -EBADMSG, "is no word that is known here");
    return otherwise;
}

void whet__json_require(struct whet_json_fields *f, const struct whet_json_place *place)
{
    if (place->node == NULL)
        whet__json_refuse(f, place, -EBADMSG, "is missing");
}
