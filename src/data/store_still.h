/* data/store_still.h - reading a file beside which nothing can be made.
 *
 * Shape    a look at a file, taken when it is opened and compared later.
 * Units    none.
 * Memory   none.
 * Errors   -errno; -EBUSY: there is a log that it cannot be read without.
 * Threads  safe from any.
 *
 * SQLite reads a file with a write-ahead log through an index in shared memory, which it makes
 * if nobody has. Where it may not (a folder or a disk for reading only, and no writer there),
 * it can be told that the file stands still. That is a promise that whet cannot give for
 * others, so it looks again before each use.
 */
#ifndef WHET_DATA_STORE_STILL_H
#define WHET_DATA_STORE_STILL_H

#include <stdint.h>

#include <whet/api.h>

#include "base/text.h"

struct whet_store_still {
    uint64_t device, inode, size;
    int64_t changed_ns;
};

/* How the file looks now, without a log. */
WHET_MUST_USE int whet__store_still_look(const char *path, struct whet_store_still *out);

/* 1: it looks as it did. */
WHET_MUST_USE int whet__store_still_same(const char *path, const struct whet_store_still *was);

/* The name under which SQLite opens it so. */
void whet__store_still_name(struct whet_text *out, const char *path);

#endif
