/* cache/former.h - values by key in one SQLite file, bounded, expendable.
 *
 * Shape    key spaces of 16-byte keys; values are bytes with a checksum.
 * Units    bytes.
 * Memory   values are copied out into the caller's text.
 * Errors   a cache never fails its user: a damaged, locked or full file turns
 *          into misses, and whet__disk_cache_note says so once.
 * Threads  one handle per thread; handles on one file may be used at the same
 *          time, from several processes too.
 */
#ifndef WHET_CACHE_FORMER_H
#define WHET_CACHE_FORMER_H

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

/* Opens or makes the file, its folder, and PATH.lock beside it. A file that is not a sound
 * cache is renamed to PATH.bad-1 or -2 and a new one is made: at once, or, while others
 * still use it, when the last of them leaves. A file of a newer version is left alone.
 * `max_bytes` bounds the file with its log; 0 is 1 GiB. When nothing helps, the handle is
 * still made and only misses. On a network filesystem a slower journal is used, as
 * write-ahead logs do not work there.
 * -ENOMEM: no handle. */
WHET_MUST_USE int whet__disk_cache_open(struct whet_disk_cache **out, const char *path,
                                        uint64_t max_bytes);
void whet__disk_cache_free(struct whet_disk_cache *c);

/* 1 and the value in *out (reset first): a hit. 0: a miss. Some hundred gets in a row
 * read one snapshot of the file, so what other handles put meanwhile may be a miss. */
int whet__disk_cache_get(struct whet_disk_cache *c, unsigned space,
                         const struct whet_hash128 *key, struct whet_text *out);

/* Stores all entries in one transaction, replacing older ones; the last of equal keys
 * counts. Batches of some thousand are best. When the file outgrows its bound, what was
 * used least recently goes, until a tenth of the bound is free. Returns how many were
 * stored: all or 0. */
size_t whet__disk_cache_put(struct whet_disk_cache *c, const struct whet_disk_entry *entries,
                            size_t count);

/* Writes down which keys this handle has used, to the hour, and only in a file more than
 * half full; then removes what is over the bound. Called once per scan; _free writes the
 * uses down, too. */
void whet__disk_cache_trim(struct whet_disk_cache *c);

/* Why the cache does not answer as it should, for a person; NULL when it does. */
const char *whet__disk_cache_note(const struct whet_disk_cache *c);

#endif
