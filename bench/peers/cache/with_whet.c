#include <stdio.h>
#include <stdlib.h>

#include <whet/cache.h>

#include "work.h"

#define ENTRY_BYTES 240 /* a first guess, with head, tables and ghosts */
#define GUESSES     5

static struct whet_cache *cache;

static void open_with(size_t bytes, const char *policy)
{
    const struct whet_cache_options options = {.memory_bytes = bytes,
                                               .packed_bytes = WHET_CACHE_NONE,
                                               .sample_keys = UINT32_MAX,
                                               .policy = policy};

    whet_cache_free(cache);
    if (whet_cache_new(&cache, &options, NULL) != 0)
        abort();
}

/* How many it holds when it is full. */
static size_t fill(size_t entries)
{
    struct whet_cache_stats stats;

    for (uint64_t key = 0; key < 3 * entries; key++)
        peer_put(NULL, key, key);
    whet_cache_stats_read(cache, &stats);
    return (size_t)stats.levels[WHET_CACHE_MEMORY].entries;
}

/* Its capacity is in bytes: as many as hold the entries that the others are given. */
void peer_open(size_t entries, const char *argument)
{
    size_t bytes = entries * ENTRY_BYTES, held = 0;

    for (int i = 0; i < GUESSES; i++) {
        open_with(bytes, argument);
        held = fill(entries);
        if (i + 1 < GUESSES)
            bytes = (size_t)((double)bytes * (double)entries / (double)held);
    }
    open_with(bytes, argument);
    printf("held %zu %zu 0\n", held, bytes / held);
}

void *peer_attach(void)
{
    return NULL;
}

int peer_get(void *attached, uint64_t key, uint64_t *value)
{
    size_t len;

    (void)attached;
    return whet_cache_read(cache, &key, sizeof(key), value, sizeof(*value), &len) == 1;
}

size_t peer_get_many(void *attached, const uint64_t *keys, uint64_t *values)
{
    struct whet_cache_key names[MANY];
    struct whet_cache_room rooms[MANY];

    (void)attached;
    for (size_t i = 0; i < MANY; i++) {
        names[i] = (struct whet_cache_key){&keys[i], sizeof(keys[i])};
        rooms[i] = (struct whet_cache_room){.data = &values[i], .size = sizeof(values[i])};
    }
    return whet_cache_read_many(cache, names, MANY, rooms);
}

void peer_put(void *attached, uint64_t key, uint64_t value)
{
    (void)attached;
    if (whet_cache_put(cache, &key, sizeof(key), &value, sizeof(value), NULL) != 0)
        abort();
}
