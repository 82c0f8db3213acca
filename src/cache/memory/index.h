/* cache/memory/index.h - from hash to slot and entry, for one shard.
 *
 * Shape    open addressing with linear probing; an item is half of a hash, a slot and its
 * entry, so that a hit touches one line here. Removing shifts back what follows, so nothing is
 * left behind. Items with the same tag may be several: the caller looks. Units    slots; `size`
 * is any number above that of the slots that are in. Memory   one block, the owner's. Errors
 * none. Threads  the shard's lock.
 */
#ifndef WHET_CACHE_MEMORY_INDEX_H
#define WHET_CACHE_MEMORY_INDEX_H

#include <stdint.h>

#define WHET_SLOT_NONE UINT32_MAX

struct whet_entry;

struct whet_index_item {
    struct whet_entry *entry; /* NULL: a ghost, or not there yet */
    uint32_t tag;
    uint32_t slot; /* WHET_SLOT_NONE: the item is free */
};

struct whet_index {
    struct whet_index_item *items;
    uint32_t size;
};

/* Three quarters full at most. */
static inline uint32_t whet__index_size(uint32_t slots)
{
    return slots + slots / 3 + 1;
}

static inline void whet__index_init(struct whet_index *x, struct whet_index_item *items,
                                    uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        items[i] = (struct whet_index_item){.slot = WHET_SLOT_NONE};
    x->items = items;
    x->size = size;
}

static inline uint32_t whet__index_home(const struct whet_index *x, uint32_t tag)
{
    return (uint32_t)((uint64_t)tag * x->size >> 32);
}

static inline uint32_t whet__index_after(const struct whet_index *x, uint32_t at)
{
    return at + 1 == x->size ? 0 : at + 1;
}

static inline void whet__index_add(struct whet_index *x, const struct whet_index_item *item)
{
    uint32_t at = whet__index_home(x, item->tag);

    while (x->items[at].slot != WHET_SLOT_NONE)
        at = whet__index_after(x, at);
    x->items[at] = *item;
}

/* Where the item of this slot is; it is in. */
static inline uint32_t whet__index_at(const struct whet_index *x, uint32_t tag, uint32_t slot)
{
    uint32_t at = whet__index_home(x, tag);

    while (x->items[at].slot != slot)
        at = whet__index_after(x, at);
    return at;
}

/* How far `at` is behind `from`. */
static inline uint32_t whet__index_distance(const struct whet_index *x, uint32_t from,
                                            uint32_t at)
{
    return at >= from ? at - from : at + x->size - from;
}

static inline void whet__index_remove(struct whet_index *x, uint32_t hole)
{
    uint32_t at = hole;

    for (;;) {
        uint32_t home;

        at = whet__index_after(x, at);
        if (x->items[at].slot == WHET_SLOT_NONE)
            break;
        home = whet__index_home(x, x->items[at].tag);
        if (whet__index_distance(x, home, at) >= whet__index_distance(x, hole, at)) {
            x->items[hole] = x->items[at];
            hole = at;
        }
    }
    x->items[hole].slot = WHET_SLOT_NONE;
}

#endif
