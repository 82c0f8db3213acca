/* data/project_parts.h - values that more than one section of whet.yaml has: lists of texts,
 * names, variables.
 *
 * Shape    a node in, an array ended by NULL out.
 * Units    none.
 * Memory   arrays are in the reader's arena, texts borrowed from the tree.
 * Errors   -EINVAL with a message that has the place; -ENOMEM.
 * Threads  safe from any.
 */
#ifndef WHET_DATA_PROJECT_PARTS_H
#define WHET_DATA_PROJECT_PARTS_H

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "data/yaml.h"

#define WHET_PROJECT_ITEMS_MAX 256 /* in a list */
#define WHET_PROJECT_NAME_MAX  64  /* bytes of a name */

struct whet_project_reader {
    const struct whet_yaml *y;
    struct whet_arena *arena;
    struct whet_error *err;
};

/* Both say it, and return the number. */
int whet__project_no_memory(const struct whet_project_reader *r);
int whet__project_refuse(const struct whet_project_reader *r, const struct whet_yaml_node *at,
                         const char *says);

/* A sequence of scalars that is not too long, or (with `one`) a single scalar. */
WHET_MUST_USE int whet__project_check_list(const struct whet_project_reader *r,
                                           const struct whet_yaml_node *node, int one,
                                           const char *expected);

/* The texts of such a list, or the one text. */
WHET_MUST_USE int whet__project_read_texts(const struct whet_project_reader *r,
                                           const struct whet_yaml_node *node, int one,
                                           const char *expected, const char *const **out);

/* `what` is what the key names: "suite". */
WHET_MUST_USE int whet__project_check_name(const struct whet_project_reader *r,
                                           const struct whet_yaml_node *key, const char *what);

/* A mapping of scalars as "NAME=value". */
WHET_MUST_USE int whet__project_read_env(const struct whet_project_reader *r,
                                         const struct whet_yaml_node *env,
                                         const char *const **out);

#endif
