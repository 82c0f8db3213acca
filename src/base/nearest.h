/* base/nearest.h - the known name that a mistyped word most likely meant.
 *
 * Shape    a word and a list of names to one of the names.
 * Units    edits: a byte added, dropped, changed, or two neighbours swapped.
 * Memory   none is allocated; the answer is one of `names`.
 * Errors   none: NULL when nothing is near enough.
 * Threads  safe from any.
 */
#ifndef WHET_BASE_NEAREST_H
#define WHET_BASE_NEAREST_H

#include <stddef.h>

/* The name with the fewest edits from `word`, the first of equals; upper and lower
 * case are the same. Near enough is one edit per three bytes of the word, rounded up,
 * and fewer than would replace all of it. Words over 64 bytes are near nothing. */
const char *whet__nearest(const char *word, const char *const *names, size_t count);

#endif
