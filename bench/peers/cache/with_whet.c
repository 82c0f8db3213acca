#include <stdlib.h>

#include <whet/cache.h>

#include "work.h"

#define ENTRY_BYTES 240 /* with head, tables and ghosts */

static struct whet_cache *cache;

void peer_open(size_t entries, const char *argument)
{
    const struct whet_cache_options options = {.memory_bytes = entries * ENTRY_BYTES,
                                               .packed_bytes = WHET_CACHE_NONE,
                                               .sample_keys = UINT32_MAX,
                                               .policy = argument};

    if (whet_cache_new(&cache, &options, NULL) != 0)
        abort();
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

void peer_put(void *attached, uint64_t key, uint64_t value)
{
    (void)attached;
    if (whet_cache_put(cache, &key, sizeof(key), &value, sizeof(value), NULL) != 0)
        abort();
}
