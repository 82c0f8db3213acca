/* What a level in memory has done. Load: read now and then; nobody waits for it. */
#include "cache/memory/level.h"

static uint64_t sum_of(struct whet_memory *m, enum whet_shard_count which)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < m->shard_count; i++)
        sum += whet__shard_count(&m->shards[i], which);
    return sum;
}

void whet__memory_stats(struct whet_memory *m, struct whet_cache_level_stats *out)
{
    out->present = 1;
    out->hits += sum_of(m, WHET_SHARD_HITS) + whet__readers_hits(&m->readers);
    out->misses += sum_of(m, WHET_SHARD_MISSES);
    out->evictions += sum_of(m, WHET_SHARD_EVICTIONS);
    out->expirations += sum_of(m, WHET_SHARD_EXPIRATIONS);
    out->invalidations += sum_of(m, WHET_SHARD_INVALIDATIONS);
    out->entries += sum_of(m, WHET_SHARD_ENTRIES);
    out->bytes += sum_of(m, WHET_SHARD_BYTES) + m->own_bytes;
    out->capacity_bytes += sum_of(m, WHET_SHARD_CAPACITY) + m->own_bytes;
}

void whet__memory_sums(struct whet_memory *m, struct whet_memory_sums *out)
{
    out->pinned_bytes = sum_of(m, WHET_SHARD_PINNED);
    out->saved_ns = sum_of(m, WHET_SHARD_SAVED);
    out->negative = sum_of(m, WHET_SHARD_NEGATIVE);
}
