/* cache/memory/ask.h - a question, filled once and asked of level after level.
 *
 * Shape    a plain struct.
 * Units    nanoseconds of the wall clock.
 * Memory   the key is the caller's.
 * Errors   none.
 * Threads  the caller's.
 */
#ifndef WHET_CACHE_MEMORY_ASK_H
#define WHET_CACHE_MEMORY_ASK_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"

struct whet_ask {
    struct whet_hash128 hash;
    const void *key;
    size_t key_len;
    uint64_t
        changes; /* whet__shared_changes now: an entry found true at it is a hit as it is */
    uint64_t settled; /* whet__shared_settled before any level was asked */
    uint64_t now_ns;  /* wall clock, coarse; looked at only where entries end */
};

/* What tables, policies and ghosts go by; shards go by the other half. */
static inline uint64_t whet__hash_low(const struct whet_hash128 *hash)
{
    uint64_t low;

    memcpy(&low, hash->bytes, sizeof(low));
    return low;
}

#endif
