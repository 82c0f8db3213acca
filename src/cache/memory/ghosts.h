/* cache/memory/ghosts.h - from hash to the slot of a ghost, for one shard.
 *
 * Shape    open addressing with linear probing over numbers of slots. Removing shifts back what
 *          follows, so nothing is left behind.
 * Units    slots; `size` is any number above that of the slots that are in.
 * Memory   one block, the owner's; so are `hashes`, by slot.
 * Errors   none.
 * Threads  the shard's lock.
 */
#ifndef WHET_CACHE_MEMORY_GHOSTS_H
#define WHET_CACHE_MEMORY_GHOSTS_H

#include <stdint.h>

#include "cache/memory/index.h"

struct whet_ghosts {
    uint32_t *slots; /* one more than the number of the slot; 0: free */
    uint32_t size;
};

/* Three quarters full at most. */
static inline uint32_t whet__ghosts_size(uint32_t slots)
{
    return slots + slots / 3 + 1;
}

static inline uint32_t whet__ghosts_home(const struct whet_ghosts *g, uint64_t hash)
{
    return (uint32_t)((hash >> 32) * g->size >> 32);
}

static inline uint32_t whet__ghosts_after(const struct whet_ghosts *g, uint32_t at)
{
    return at + 1 == g->size ? 0 : at + 1;
}

static inline void whet__ghosts_add(struct whet_ghosts *g, uint64_t hash, uint32_t slot)
{
    uint32_t at = whet__ghosts_home(g, hash);

    while (g->slots[at] != 0)
        at = whet__ghosts_after(g, at);
    g->slots[at] = slot + 1;
}

/* The ghost of this hash; WHET_SLOT_NONE. */
static inline uint32_t whet__ghosts_find(const struct whet_ghosts *g, const uint64_t *hashes,
                                         uint64_t hash)
{
    uint32_t at = whet__ghosts_home(g, hash);

    while (g->slots[at] != 0 && hashes[g->slots[at] - 1] != hash)
        at = whet__ghosts_after(g, at);
    return g->slots[at] - 1; /* of a free one: WHET_SLOT_NONE */
}

/* How far `at` is behind `from`. */
static inline uint32_t whet__ghosts_distance(const struct whet_ghosts *g, uint32_t from,
                                             uint32_t at)
{
    return at >= from ? at - from : at + g->size - from;
}

/* It is in. */
static inline void whet__ghosts_remove(struct whet_ghosts *g, const uint64_t *hashes,
                                       uint32_t slot)
{
    uint32_t hole = whet__ghosts_home(g, hashes[slot]);
    uint32_t at;

    while (g->slots[hole] != slot + 1)
        hole = whet__ghosts_after(g, hole);
    at = hole;
    for (;;) {
        uint32_t home;

        at = whet__ghosts_after(g, at);
        if (g->slots[at] == 0)
            break;
        home = whet__ghosts_home(g, hashes[g->slots[at] - 1]);
        if (whet__ghosts_distance(g, home, at) >= whet__ghosts_distance(g, hole, at)) {
            g->slots[hole] = g->slots[at];
            hole = at;
        }
    }
    g->slots[hole] = 0;
}

#endif
