/* JSON in, through jansson. Expected load: answers of child processes and saved reports,
 * up to some megabytes. */
#include "data/json_in.h"

#include <errno.h>

#include <jansson.h>

/* The tree is jansson's own; our names for it are opaque. */

int whet__json_in_parse(struct whet_json_in **out, const char *text, size_t len,
                        const char *name, struct whet_error *err)
{
    json_error_t why;
    json_t *root = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);

    if (root == NULL) {
        int rc = json_error_code(&why) == json_error_out_of_memory ? -ENOMEM : -EBADMSG;

        whet_error_set(err, rc, "not JSON: '%.200s': %.200s", name, why.text);
        whet_error_at(err, name, why.line > 0 ? (unsigned)why.line : 0,
                      why.column > 0 ? (unsigned)why.column : 0);
        return rc;
    }
    *out = (struct whet_json_in *)root;
    return 0;
}

void whet__json_in_free(struct whet_json_in *json)
{
    json_decref((json_t *)json);
}

static const json_t *value(const struct whet_json_node *node)
{
    return (const json_t *)node;
}

const struct whet_json_node *whet__json_in_root(const struct whet_json_in *json)
{
    return (const struct whet_json_node *)json;
}

enum whet_json_kind whet__json_in_kind(const struct whet_json_node *node)
{
    if (node == NULL)
        return WHET_JSON_NOTHING;
    switch (json_typeof(value(node))) {
    case JSON_OBJECT:
        return WHET_JSON_OBJECT;
    case JSON_ARRAY:
        return WHET_JSON_ARRAY;
    case JSON_STRING:
        return WHET_JSON_STRING;
    case JSON_INTEGER:
        return WHET_JSON_INT;
    case JSON_REAL:
        return WHET_JSON_REAL;
    case JSON_TRUE:
    case JSON_FALSE:
        return WHET_JSON_BOOL;
    case JSON_NULL:
        break;
    }
    return WHET_JSON_NULL;
}

const struct whet_json_node *whet__json_in_get(const struct whet_json_node *node,
                                               const char *key)
{
    return (const struct whet_json_node *)json_object_get(value(node), key);
}

size_t whet__json_in_count(const struct whet_json_node *array)
{
    return json_array_size(value(array));
}

const struct whet_json_node *whet__json_in_at(const struct whet_json_node *array, size_t index)
{
    return (const struct whet_json_node *)json_array_get(value(array), index);
}

const char *whet__json_in_next(const struct whet_json_node *object, const char *key,
                               const struct whet_json_node **member)
{
    json_t *from =
        (json_t *)value(object); /* its iterators are not for const, nor do they write */
    void *at;

    at = key == NULL ? json_object_iter(from)
                     : json_object_iter_next(from, json_object_iter_at(from, key));
    if (at == NULL)
        return NULL;
    *member = (const struct whet_json_node *)json_object_iter_value(at);
    return json_object_iter_key(at);
}

const char *whet__json_in_string(const struct whet_json_node *node, const char *otherwise)
{
    return json_is_string(value(node)) ? json_string_value(value(node)) : otherwise;
}

double whet__json_in_number(const struct whet_json_node *node, double otherwise)
{
    return json_is_number(value(node)) ? json_number_value(value(node)) : otherwise;
}

int64_t whet__json_in_int(const struct whet_json_node *node, int64_t otherwise)
{
    return json_is_integer(value(node)) ? json_integer_value(value(node)) : otherwise;
}

int whet__json_in_bool(const struct whet_json_node *node, int otherwise)
{
    return json_is_boolean(value(node)) ? json_is_true(value(node)) : otherwise;
}

uint64_t whet__json_in_uint(const struct whet_json_node *node, uint64_t otherwise)
{
    json_int_t got = json_is_integer(value(node)) ? json_integer_value(value(node)) : -1;

    return got >= 0 ? (uint64_t)got : otherwise;
}
