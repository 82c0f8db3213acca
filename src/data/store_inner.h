/* data/store_inner.h - between store.c, the door to SQLite, and store_settle.c, which is
 * behind it.
 *
 * Shape    calls on an open store.
 * Units    none.
 * Memory   none.
 * Errors   as of data/store.h.
 * Threads  as of data/store.h.
 */
#ifndef WHET_DATA_STORE_INNER_H
#define WHET_DATA_STORE_INNER_H

#include <stdint.h>

#include "data/store.h"

/* The single number that a PRAGMA answers. */
WHET_MUST_USE int whet__store_number(struct whet_store *s, const char *sql, int64_t *out);

/* While others hold the file: 1 after a pause, when it is to be tried again. */
WHET_MUST_USE int whet__store_wait(struct whet_store *s);

/* What was opened is ours and of the version of the options, afterwards; an empty file is made
 * so, and an older one. -EPROTOTYPE, -ENOTSUP. */
WHET_MUST_USE int whet__store_settle(struct whet_store *s,
                                     const struct whet_store_options *options);

#endif
