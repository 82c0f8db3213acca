/* cache/memory/level.h - a level in memory from inside: its shards, their locks, and what is
 * told when they are released; for the files of cache/memory/memory.h.
 *
 * Shape    struct whet_memory: shards and readers behind it in one block.
 * Units    bytes.
 * Memory   as cache/memory/memory.h says.
 * Errors   none.
 * Threads  what is in here does not change, but for what shards and readers say of theirs.
 */
#ifndef WHET_CACHE_MEMORY_LEVEL_H
#define WHET_CACHE_MEMORY_LEVEL_H

#include "cache/memory/memory.h"
#include "cache/memory/readers.h"
#include "cache/memory/shard.h"

struct whet_memory {
    struct whet_shard *shards; /* aligned */
    unsigned shard_count;      /* a power of two */
    struct whet_readers readers;
    struct whet_memory_options options;
    size_t own_bytes; /* of this block */
};

/* Not by the bits that the index goes by. */
static inline struct whet_shard *whet__memory_shard(const struct whet_memory *m,
                                                    const struct whet_hash128 *hash)
{
    uint16_t bits;

    memcpy(&bits, hash->bytes + 8, sizeof(bits));
    return &m->shards[bits & (m->shard_count - 1)];
}

static inline struct whet_shard *whet__memory_lock(struct whet_memory *m,
                                                   const struct whet_hash128 *hash)
{
    struct whet_shard *s = whet__memory_shard(m, hash);

    (void)pthread_mutex_lock(&s->lock);
    return s;
}

/* ---- memory/memory.c ---- */

/* What has left by a call of its own; `at` WHET_LINE_NONE: nothing, NULL. */
WHET_MUST_USE struct whet_entry *whet__memory_take_out(struct whet_shard *s, uint32_t at,
                                                       enum whet_cache_reason reason);

/* An entry has left: its reference goes on. */
void whet__memory_tell(struct whet_memory *m, struct whet_entry *e,
                       enum whet_cache_reason reason);
void whet__memory_tell_all(struct whet_memory *m, struct whet_entry *gone);

static inline void whet__memory_unlock(struct whet_memory *m, struct whet_shard *s)
{
    struct whet_entry *gone = whet__shard_gone(s);

    (void)pthread_mutex_unlock(&s->lock);
    if (gone != NULL)
        whet__memory_tell_all(m, gone);
}

#endif
