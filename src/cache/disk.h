/* cache/disk.h - values by key in one SQLite file, bounded, expendable.
 *
 * Shape    key spaces of 16-byte keys; values are bytes with a checksum.
 * Units    bytes.
 * Memory   values are copied out into the caller's text.
 * Errors   a cache never fails its user: a damaged, locked or full file turns
 *          into misses, and whet__disk_cache_note says so once.
 * Threads  one handle per thread; handles on one file may be used at the same
 *          time, from several processes too.
 */
#ifndef WHET_CACHE_DISK_H
#define WHET_CACHE_DISK_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/hash.h"
#include "base/text.h"

struct whet_disk_cache;

/* One value to be stored. */
struct whet_disk_entry {
    unsigned space; /* 0..255 */
    struct whet_hash128 key;
    const void *value;
    size_t len;
};

/* Opens or makes the file, and its folder. A file that is not a sound cache is
 * renamed to PATH.bad-N and a new one is made. `max_bytes` bounds the file; 0 is
 * 1 GiB. When nothing helps, the handle is still made and only misses.
 * -ENOMEM: no handle. */
WHET_MUST_USE int whet__disk_cache_open(struct whet_disk_cache **out, const char *path,
                                        uint64_t max_bytes);
void whet__disk_cache_free(struct whet_disk_cache *c);

/* 1 and the value in *out (reset first): a hit. 0: a miss. */
int whet__disk_cache_get(struct whet_disk_cache *c, unsigned space,
                         const struct whet_hash128 *key, struct whet_text *out);

/* Stores all entries in one transaction, replacing older ones. Returns how many
 * were stored: all or 0. */
size_t whet__disk_cache_put(struct whet_disk_cache *c, const struct whet_disk_entry *entries,
                            size_t count);

/* Marks the keys as used now, so that the least recently used go first when the
 * file outgrows its bound; then removes what is over it. Called once per scan. */
void whet__disk_cache_trim(struct whet_disk_cache *c);

/* Why the cache does not answer as it should, for a person; NULL when it does. */
const char *whet__disk_cache_note(const struct whet_disk_cache *c);

#endif
