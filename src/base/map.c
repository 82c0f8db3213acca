/* From a key of bytes to a pointer. Open addressing with linear probing at most
 * half full; entries live in an array, so iteration is in order of insertion. */
#include "base/map.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

void whet__map_init(struct whet_map *m, size_t max)
{
    memset(m, 0, sizeof(*m));
    whet__vec_init(&m->entries, sizeof(struct whet_map_entry),
                   max < INT32_MAX ? max : INT32_MAX);
}

void whet__map_clear(struct whet_map *m)
{
    whet__vec_clear(&m->entries);
    whet__mem_free(m->slots);
    m->slots = NULL;
    m->slot_count = 0;
}

/* The slot that holds the key, or the empty one where it belongs. */
static uint32_t *slot_find(const struct whet_map *m, const void *key, size_t key_len,
                           uint64_t hash)
{
    const struct whet_map_entry *entries = m->entries.items;
    size_t mask = m->slot_count - 1;

    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        const struct whet_map_entry *e;

        if (m->slots[i] == 0)
            return &m->slots[i];
        e = &entries[m->slots[i] - 1];
        if (e->hash == hash && e->key_len == key_len && memcmp(e->key, key, key_len) == 0)
            return &m->slots[i];
    }
}

void *whet__map_get(const struct whet_map *m, const void *key, size_t key_len)
{
    const struct whet_map_entry *entries = m->entries.items;
    uint32_t slot;

    if (m->slot_count == 0)
        return NULL;
    slot = *slot_find(m, key, key_len, whet__hash64(key, key_len));
    return slot == 0 ? NULL : entries[slot - 1].value;
}

static int slots_grow(struct whet_map *m)
{
    const struct whet_map_entry *entries = m->entries.items;
    size_t count = m->slot_count ? m->slot_count * 2 : 16;
    uint32_t *slots = whet__mem_zalloc(count, sizeof(*slots));

    if (slots == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < m->entries.len; i++) {
        size_t at = entries[i].hash & (count - 1);

        while (slots[at] != 0)
            at = (at + 1) & (count - 1);
        slots[at] = (uint32_t)i + 1;
    }
    whet__mem_free(m->slots);
    m->slots = slots;
    m->slot_count = count;
    return 0;
}

int whet__map_put(struct whet_map *m, const void *key, size_t key_len, void *value)
{
    uint64_t hash = whet__hash64(key, key_len);
    struct whet_map_entry *entry;
    uint32_t *slot;

    if ((m->entries.len + 1) * 2 > m->slot_count) {
        int rc = slots_grow(m);

        if (rc != 0)
            return rc;
    }
    slot = slot_find(m, key, key_len, hash);
    if (*slot != 0) {
        entry = whet__vec_at(&m->entries, *slot - 1);
        entry->value = value;
        return 0;
    }
    if (m->entries.len == m->entries.max)
        return -EFBIG;
    entry = whet__vec_push(&m->entries);
    if (entry == NULL)
        return -ENOMEM;
    *entry = (struct whet_map_entry){key, key_len, hash, value};
    *slot = (uint32_t)m->entries.len;
    return 0;
}

void *whet__map_get_str(const struct whet_map *m, const char *key)
{
    return whet__map_get(m, key, strlen(key));
}

int whet__map_put_str(struct whet_map *m, const char *key, void *value)
{
    return whet__map_put(m, key, strlen(key), value);
}
