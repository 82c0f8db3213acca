/* scan/syntax.h - functions and their complexity, from the syntax tree: the one
 * door to tree-sitter.
 *
 * Shape    an analyser per thread; one call per file fills a list of functions.
 * Units    lines count from 1; bytes.
 * Memory   the analyser keeps one pool of memory per thread, reused from file to
 *          file and bounded by WHET_TREE_MEMORY_MAX; names go into the caller's arena.
 * Errors   -ENOMEM.  Input that cannot be parsed within its budget is no error:
 *          WHET_SYNTAX_STOPPED is set and the functions are none.
 * Threads  one analyser per thread.
 */
#ifndef WHET_SCAN_SYNTAX_H
#define WHET_SCAN_SYNTAX_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/scan.h>

#include "base/arena.h"
#include "base/vec.h"

struct whet_grammar; /* in grammar_table.c; language.h names one per language */
struct whet_syntax;

enum whet_syntax_flags { WHET_SYNTAX_ERRORS = 1 << 0, WHET_SYNTAX_STOPPED = 1 << 1 };

WHET_MUST_USE int whet__syntax_new(struct whet_syntax **out);
void whet__syntax_free(struct whet_syntax *s);

/* Appends struct whet_scan_function items to *functions, by line (outer before
 * inner); names are copied into *names. The answer depends on the bytes alone:
 * budgets count work and memory, not time. *flags is set. */
WHET_MUST_USE int whet__syntax_analyse(struct whet_syntax *s,
                                       const struct whet_grammar *grammar, const char *data,
                                       size_t len, struct whet_vec *functions,
                                       struct whet_arena *names, unsigned *flags);

#endif
