/* cache/disk/batch.h - entries that are written in one transaction.
 *
 * Shape    made from entries, which it borrows; its large values are written to files, then
 *          its rows into the tables.
 * Units    bytes; nanoseconds since 1970.
 * Memory   freed by _clear, also after a failed _init.
 * Errors   -ENOMEM; those of the store and of files.
 * Threads  write_lock is held (disk/parts.h).
 */
#ifndef WHET_CACHE_DISK_BATCH_H
#define WHET_CACHE_DISK_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/vec.h"
#include "cache/disk/large.h"
#include "cache/disk/parts.h"
#include "cache/disk/row.h"

#define WHET_DISK_BATCH ((size_t)1000) /* entries at most */

/* An entry on its way in. */
struct whet_disk_arrival {
    struct whet_entry *entry;
    int64_t id;               /* 0: it is not written */
    const unsigned char *row; /* in `rows` of the batch */
    size_t row_len;
    uint64_t disk_bytes;
    char large[WHET_LARGE_NAME]; /* its file; "": none */
};

/* Where it goes; the number stands here as all of them are sorted by it. */
struct whet_disk_goal {
    int64_t place;
    struct whet_disk_arrival *arrival;
};

struct whet_disk_batch {
    struct whet_disk_arrival *items; /* in order of arrival */
    size_t count;
    struct whet_disk_goal *goals; /* in order of place, one of each */
    size_t goal_count;
    unsigned char *rows;
    struct whet_vec old_files; /* of what is replaced */
    uint64_t now_ns;           /* of the transaction */
};

/* All that takes time and nobody has to wait for: rows are packed, places sorted. */
WHET_MUST_USE int whet__disk_batch_init(struct whet_disk *d, struct whet_disk_batch *b,
                                        struct whet_entry **entries, size_t count);
void whet__disk_batch_clear(struct whet_disk_batch *b);

/* The files of large values, before the transaction; and what is to be done if that fails. */
WHET_MUST_USE int whet__disk_batch_write_files(struct whet_disk *d, struct whet_disk_batch *b);
void whet__disk_batch_remove_files(struct whet_disk *d, const struct whet_disk_batch *b);

/* A whet_disk_deed that writes a struct whet_disk_batch; the files of what it replaces are in
 * old_files then. In disk/batch_put.c. */
WHET_MUST_USE int whet__disk_batch_put(struct whet_disk *d, struct whet_disk_link *l,
                                       void *ctx);

#endif
