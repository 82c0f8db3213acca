/* base/map.h - from a key of bytes to a pointer.
 *
 * Shape    open addressing over entries kept in the order they came.
 * Units    key lengths in bytes; at most 2^31 entries.
 * Memory   keys and values are borrowed: they must outlive the map. `max` bounds
 *          the number of entries.
 * Errors   -ENOMEM, -EFBIG; what was there stays.
 * Threads  one writer; many readers when nobody writes.
 */
#ifndef WHET_BASE_MAP_H
#define WHET_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/vec.h"

struct whet_map_entry {
    const void *key;
    size_t key_len;
    uint64_t hash;
    void *value;
};

struct whet_map {
    struct whet_vec entries; /* of struct whet_map_entry; read freely, in order */
    uint32_t *slots;         /* entry index + 1; 0 is empty */
    size_t slot_count;       /* a power of two */
};

void whet__map_init(struct whet_map *m, size_t max);
void whet__map_clear(struct whet_map *m);

/* The value, or NULL. */
void *whet__map_get(const struct whet_map *m, const void *key, size_t key_len);
void *whet__map_get_str(const struct whet_map *m, const char *key);

/* Adds or replaces. */
WHET_MUST_USE int whet__map_put(struct whet_map *m, const void *key, size_t key_len,
                                void *value);
WHET_MUST_USE int whet__map_put_str(struct whet_map *m, const char *key, void *value);

#endif
