/* scan/glob_set.h - the [...] of a pattern.
 *
 * Shape    text in, a set of bytes out.
 * Units    bytes.
 * Memory   none is allocated.
 * Errors   0: the bracket is not closed, or names an unknown class.
 * Threads  safe from any.
 */
#ifndef WHET_SCAN_GLOB_SET_H
#define WHET_SCAN_GLOB_SET_H

#include <stddef.h>

#include "scan/glob.h"

/* Reads the set that starts behind the '[' before `text`. Returns how many bytes it
 * takes with its ']'. The set never holds '/' nor NUL. */
size_t whet__glob_set_read(struct whet_glob_set *out, const char *text, size_t len);

#endif
