/* data/yaml.h - the only door to libfyaml: a YAML document as a tree, and scalars out.
 *
 * Shape    one document; scalars, sequences and mappings with text keys. What makes a
 *          small text mean much or many things is refused: anchors, aliases, tags,
 *          keys that are not scalars, equal keys, a second document.
 * Units    bytes; lines and columns (in characters) count from 1.
 * Memory   the tree lives until whet__yaml_free; its size is bounded by the limits.
 *          libfyaml brings its own allocator.
 * Errors   -EINVAL: not such a document.  -EFBIG: over a limit.  -ENOMEM. *err has the
 *          place in the file.
 * Threads  one at a time per tree while it is made; then it is read-only.
 */
#ifndef WHET_DATA_YAML_H
#define WHET_DATA_YAML_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"

enum whet_yaml_kind { WHET_YAML_SCALAR, WHET_YAML_SEQUENCE, WHET_YAML_MAPPING };

struct whet_yaml_node {
    enum whet_yaml_kind kind;
    unsigned line;
    unsigned column;
    int plain;        /* a scalar without quotes: `no` and "no" are not the same */
    const char *text; /* of a scalar; has no NUL inside; NULL in others */
    size_t len;
    const struct whet_yaml_node *key;   /* in a mapping */
    const struct whet_yaml_node *first; /* child */
    const struct whet_yaml_node *next;  /* sibling */
    size_t count;                       /* of children */
};

/* 0 means what is said behind each. */
struct whet_yaml_limits {
    size_t bytes;   /* 1 MiB */
    unsigned depth; /* 32 levels */
    size_t nodes;   /* 20,000, keys among them */
};

struct whet_yaml;

/* `file` is for messages and may be NULL; `limits` may be NULL. An empty document is an
 * empty mapping. */
WHET_MUST_USE int whet__yaml_parse(struct whet_yaml **out, const char *text, size_t len,
                                   const char *file, const struct whet_yaml_limits *limits,
                                   struct whet_error *err);

/* The same from a file. Further errors are those of reading; -ENOENT: there is none. */
WHET_MUST_USE int whet__yaml_read(struct whet_yaml **out, const char *path,
                                  const struct whet_yaml_limits *limits,
                                  struct whet_error *err);
void whet__yaml_free(struct whet_yaml *y);

const struct whet_yaml_node *whet__yaml_root(const struct whet_yaml *y);
const char *whet__yaml_file(const struct whet_yaml *y); /* "" if it is not known */

/* The value of a key of a mapping, or NULL. */
const struct whet_yaml_node *whet__yaml_get(const struct whet_yaml_node *mapping,
                                            const char *key);

/* 1 if both hold the same, wherever they are in their files and however quoted. */
int whet__yaml_equal(const struct whet_yaml_node *a, const struct whet_yaml_node *b);

/* Appends `value` as a scalar on one line that reads back as the same text, in quotes
 * wherever some reader could take it for anything but text. Bytes that are not UTF-8
 * become U+FFFD. */
void whet__yaml_put_string(struct whet_text *out, const char *value);

#endif
