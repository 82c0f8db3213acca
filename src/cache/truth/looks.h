/* cache/truth/looks.h - how files looked the last time, and the content they had then.
 *
 * Shape    a table from a path to its last look, in parts with a lock each.
 * Units    nanoseconds.
 * Memory   bounded by WHET_LOOKS_MAX paths: then a part forgets its own and begins anew,
 *          which costs a look at each.
 * Errors   -ENOMEM, -errno of the system: it cannot be told.
 * Threads  safe from any. No lock is held while a file is looked at.
 */
#ifndef WHET_CACHE_LOOKS_H
#define WHET_CACHE_LOOKS_H

#include <stdint.h>

#include <whet/api.h>

#include "cache/truth/inputs.h"

#define WHET_LOOKS_MAX ((size_t)65536)

struct whet_looks;

/* A look counts for `check_ns`; 0: each time anew. */
WHET_MUST_USE int whet__looks_new(struct whet_looks **out, uint64_t check_ns);
void whet__looks_free(struct whet_looks *l);

/* 1: the file has the content it had; 0: it has not; -errno. */
WHET_MUST_USE int whet__looks_same(struct whet_looks *l, const struct whet_input_file *file);

/* How `path` looks now, without regard to check_ns, with its content. The path in *out is the
 * caller's. */
WHET_MUST_USE int whet__looks_now(struct whet_looks *l, const char *path,
                                  struct whet_input_file *out);

void whet__looks_lock_all(struct whet_looks *l);
void whet__looks_unlock_all(struct whet_looks *l);

#endif
