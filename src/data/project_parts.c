/* Values of whet.yaml that more than one of its sections has. */
#include "data/project_parts.h"

#include <errno.h>
#include <string.h>

#include "data/yaml_table.h"

int whet__project_no_memory(const struct whet_project_reader *r)
{
    return whet_error_set(r->err, -ENOMEM, "out of memory: 'whet.yaml'");
}

int whet__project_refuse(const struct whet_project_reader *r, const struct whet_yaml_node *at,
                         const char *says)
{
    return whet__yaml_refuse(r->y, at, r->err, -EINVAL, "wrong value for '%.64s': %s",
                             at->key != NULL ? at->key->text : "it", says);
}

/* A sequence of scalars that is not too long, or (with `one`) a single scalar. */
int whet__project_check_list(const struct whet_project_reader *r,
                             const struct whet_yaml_node *node, int one, const char *expected)
{
    if (one && node->kind == WHET_YAML_SCALAR && node->len > 0)
        return 0;
    if (node->kind != WHET_YAML_SEQUENCE || node->count == 0)
        return whet__project_refuse(r, node, expected);
    if (node->count > WHET_PROJECT_ITEMS_MAX)
        return whet__project_refuse(r, node, "the list is too long");
    for (const struct whet_yaml_node *n = node->first; n != NULL; n = n->next) {
        if (n->kind != WHET_YAML_SCALAR)
            return whet__yaml_refuse(r->y, n, r->err, -EINVAL,
                                     "wrong value in '%.64s': no lists or mappings go here",
                                     node->key->text);
    }
    return 0;
}

/* The texts of a list, or the one text, ended by NULL. */
int whet__project_read_texts(const struct whet_project_reader *r,
                             const struct whet_yaml_node *node, int one, const char *expected,
                             const char *const **out)
{
    const struct whet_yaml_node *n = node->kind == WHET_YAML_SCALAR ? node : node->first;
    size_t count = node->kind == WHET_YAML_SCALAR ? 1 : node->count, at = 0;
    const char **texts;
    int rc = whet__project_check_list(r, node, one, expected);

    if (rc != 0)
        return rc;
    texts = whet__arena_zalloc(r->arena, count + 1, sizeof(*texts));
    if (texts == NULL)
        return whet__project_no_memory(r);
    for (; at < count; n = n->next)
        texts[at++] = n->text;
    *out = texts;
    return 0;
}

int whet__project_check_name(const struct whet_project_reader *r,
                             const struct whet_yaml_node *key, const char *what)
{
    int bad = key->len == 0 || key->len > WHET_PROJECT_NAME_MAX ||
              strchr("-@.", key->text[0]) != NULL;

    for (size_t i = 0; i < key->len; i++)
        bad |= (unsigned char)key->text[i] < ' ' || key->text[i] == '/';
    if (!bad)
        return 0;
    return whet__yaml_refuse(r->y, key, r->err, -EINVAL,
                             "not a name for a %s: '%.100s': use up to %d letters, digits, "
                             "'-', '_' and the like, a letter first",
                             what, key->text, WHET_PROJECT_NAME_MAX);
}

int whet__project_read_env(const struct whet_project_reader *r,
                           const struct whet_yaml_node *env, const char *const **out)
{
    const char **list = whet__arena_zalloc(r->arena, env->count + 1, sizeof(*list));
    size_t at = 0;

    if (list == NULL)
        return whet__project_no_memory(r);
    for (const struct whet_yaml_node *n = env->first; n != NULL; n = n->next) {
        size_t key_len = n->key->len;
        char *text;

        if (key_len == 0 || strchr(n->key->text, '=') != NULL)
            return whet__yaml_refuse(r->y, n->key, r->err, -EINVAL,
                                     "not a name of a variable: '%.100s'", n->key->text);
        text = whet__arena_alloc(r->arena, key_len + n->len + 2);
        if (text == NULL)
            return whet__project_no_memory(r);
        memcpy(text, n->key->text, key_len);
        text[key_len] = '=';
        memcpy(text + key_len + 1, n->text, n->len + 1);
        list[at++] = text;
    }
    *out = list;
    return 0;
}
