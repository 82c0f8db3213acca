/* scan/function_name.h - what a function is called in its source.
 *
 * Shape    one call per function found, a fixed buffer.
 * Units    bytes.
 * Memory   none is allocated.
 * Errors   none: a function without a name leaves the buffer empty.
 * Threads  safe from any, one tree each.
 */
#ifndef WHET_SCAN_FUNCTION_NAME_H
#define WHET_SCAN_FUNCTION_NAME_H

#include <stddef.h>

#include "scan/grammar.h"
#include "scan/tree.h"

#define WHET_FUNCTION_NAME_MAX 256 /* longer names are cut */

struct whet_function_name {
    size_t len;
    char text[WHET_FUNCTION_NAME_MAX]; /* on one line, runs of blanks as one; no NUL */
};

/* Appends the name to the empty buffer. 0: the node is no function after all, but what
 * a macro or an error made of other code. */
int whet__function_name(struct whet_function_name *name, const struct whet_tree *tree,
                        const struct whet_grammar *grammar, const char *data,
                        const struct whet_tree_node *function);

/* The text of a node. */
void whet__function_name_add(struct whet_function_name *name, const char *data,
                             const struct whet_tree_node *node);

/* Whether a list of words, separated by blanks, has this one; a NULL list is empty. */
int whet__word_listed(const char *list, const char *word);

#endif
