/* result/depfile.h - what a compiler says that it has read: rules for make.
 *
 * Shape    the text of a file that `gcc -MMD` or another tool wrote, to a list of names.
 * Units    bytes.
 * Memory   names are in the caller's arena.
 * Errors   -EINVAL: it is no such text; -ENOMEM; -EFBIG: too many names.
 * Threads  safe from any.
 *
 * Of each rule what stands behind its colon counts. A backslash before a line's end goes on
 * with the line, before a blank or '#' it makes that part of the name, and "$$" is '$'.
 */
#ifndef WHET_RESULT_DEPFILE_H
#define WHET_RESULT_DEPFILE_H

#include <stddef.h>

#include <whet/api.h>

#include "base/arena.h"
#include "base/vec.h"

/* Appends each name to `out`, a vector of const char *, in the order of the text, with
 * those that come twice. */
WHET_MUST_USE int whet__depfile_read(const char *text, size_t len, struct whet_arena *arena,
                                     struct whet_vec *out);

#endif
