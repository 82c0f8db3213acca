/* cache/disk/row.h - what the file remembers of one entry, and whether it is what was stored.
 *
 * Shape    a struct whose bytes are borrowed from the row, or from the entry to be stored.
 * Units    nanoseconds since 1970, bytes; `used` in seconds.
 * Memory   borrowed until the statement's next step.
 * Errors   -EBADMSG: it is not what was stored; -ENOENT: the file of a large value is gone;
 *          -ENOMEM, -errno of the file.
 * Threads  as the store.
 *
 * The checksum is over all that is answered: client, key, flags, moments, what it was made of,
 * and the value, wherever that is. The form of a row is in whet-formats(5).
 */
#ifndef WHET_CACHE_DISK_ROW_H
#define WHET_CACHE_DISK_ROW_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "cache/entry/entry.h"
#include "data/store.h"

struct whet_disk_record {
    int64_t id;
    int64_t used;
    int64_t client;
    const void *key;
    size_t key_len;
    uint64_t flags;
    uint64_t epoch;
    uint64_t made;
    uint64_t ends;
    uint64_t idle;
    uint64_t cost;
    const void *about;
    size_t about_len;
    uint64_t len;
    uint64_t raw;
    const void *bytes; /* of the value; none where it is in a file */
    size_t bytes_len;
    uint64_t large_sum; /* of the file */
    const void *row;    /* all of it */
    size_t row_len;     /* 0: it is none */
};

/* Of an entry; there is no row yet. */
void whet__disk_record_of(struct whet_disk_record *r, const struct whet_entry *e,
                          int64_t client);

/* Writes the row, and returns its length. */
size_t whet__disk_record_pack(const struct whet_disk_record *r, unsigned char *out);

/* The row of an entry has at most so many bytes. */
size_t whet__disk_record_room(const struct whet_entry *e);

/* Reads a row into `r`, except for what `place` says: id, used, client. One that is none gives
 * a record that no value fits. */
void whet__disk_record_unpack(struct whet_disk_record *r, const void *row, size_t len);

/* Of the present row of WHET_DISK_ALL, or any that begins like it. */
void whet__disk_record_read(struct whet_disk_record *r, struct whet_store_stmt *st);

/* 1 where the value is in a file. */
int whet__disk_record_is_large(const struct whet_disk_record *r);

/* The entry: `large` is the path of its file, where it has one. */
WHET_MUST_USE int whet__disk_record_entry(const struct whet_disk_record *r,
                                          const struct whet_hash128 *hash, const char *large,
                                          struct whet_entry **out);

/* The row id of a key in `place`. */
int64_t whet__disk_place_of(const struct whet_hash128 *hash);

#endif
