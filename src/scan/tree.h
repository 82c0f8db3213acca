/* scan/tree.h - the door to tree-sitter: parse, walk, ask.
 *
 * Shape    one parser state per thread; a tree lives from whet__tree_parse until
 *          whet__tree_drop.
 * Units    bytes; rows count from 0.
 * Memory   all that the parser, its scanner and the tree take comes from one pool per
 *          thread (scan/tree_pool.h) and goes at once.
 * Errors   -ENOMEM; -EFBIG: over the budget of memory or work.
 * Threads  one at a time.
 */
#ifndef WHET_SCAN_TREE_H
#define WHET_SCAN_TREE_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

struct TSLanguage; /* the type behind tree_sitter_c() and its sisters */
struct whet_tree;

struct whet_tree_node {
    const void *id;
    uint32_t symbol; /* the one the grammar's author would see: aliases are applied */
    uint32_t alias;
    uint32_t start;
    uint32_t end;
    uint32_t row;
    uint32_t end_row;
};

/* What the walk does at a symbol. */
enum whet_tree_action {
    WHET_TREE_VISIT = 1 << 0,  /* call the visitor */
    WHET_TREE_PARENT = 1 << 1, /* its children may have the next one */
    WHET_TREE_TOKEN = 1 << 2   /* call the visitor, if the parent has the last one */
};

typedef void (*whet_tree_visit)(void *ctx, const struct whet_tree_node *node);

WHET_MUST_USE int whet__tree_new(struct whet_tree **out);
void whet__tree_free(struct whet_tree *t);

/* *errors is 1 when parts of the text did not fit the grammar. On failure there is no
 * tree, and nothing to drop. */
WHET_MUST_USE int whet__tree_parse(struct whet_tree *t, const struct TSLanguage *language,
                                   const char *data, size_t len, int *errors);
void whet__tree_drop(struct whet_tree *t);

/* Every node in order, outer before inner; `actions` has one byte per symbol, made of
 * enum whet_tree_action. -EFBIG, -ENOMEM: it ended early. */
WHET_MUST_USE int whet__tree_walk(struct whet_tree *t, const unsigned char *actions,
                                  whet_tree_visit visit, void *ctx);

/* The child of that field, or of that number among the named ones; 0: there is none. */
int whet__tree_field(const struct whet_tree *t, const struct whet_tree_node *node,
                     const char *field, struct whet_tree_node *out);
int whet__tree_child(const struct whet_tree *t, const struct whet_tree_node *node,
                     uint32_t index, struct whet_tree_node *out);

/* The name of the node's symbol in its grammar. */
const char *whet__tree_kind(const struct whet_tree *t, const struct whet_tree_node *node);

/* Of a language: how many symbols, and the name of one and its sort. */
enum whet_tree_sort { WHET_TREE_HIDDEN, WHET_TREE_NAMED, WHET_TREE_LITERAL };
uint32_t whet__tree_symbol_count(const struct TSLanguage *language);
const char *whet__tree_symbol_name(const struct TSLanguage *language, uint32_t symbol,
                                   enum whet_tree_sort *sort);
/* 1 when this build of the core can use the language's tables. */
int whet__tree_language_fits(const struct TSLanguage *language);

#endif
