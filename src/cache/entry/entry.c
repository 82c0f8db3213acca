/* Entries: made at every put and at every hit in a slower level, dropped by whoever is the
 * last to let go. */
#include "cache/entry/entry.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

#define ABOUT_MAX ((size_t)1 << 30)

uint64_t whet__key_seed(const char *client)
{
    return whet__hash64(client, strlen(client));
}

/* From the head of the entry to its value. */
static size_t value_offset(size_t key_len, size_t about_len)
{
    return (offsetof(struct whet_entry, bytes) + key_len + about_len + 15) & ~(size_t)15;
}

int whet__entry_new(struct whet_entry **out, const struct whet_hash128 *hash, const void *key,
                    size_t key_len, const void *about, size_t about_len, size_t value_len)
{
    struct whet_entry *e;

    if (key_len > WHET_CACHE_KEY_MAX || about_len > ABOUT_MAX ||
        value_len > WHET_CACHE_VALUE_MAX)
        return -EFBIG;
    e = whet__mem_alloc(value_offset(key_len, about_len) + value_len);
    if (e == NULL)
        return -ENOMEM;
    memset(e, 0, offsetof(struct whet_entry, bytes));
    atomic_init(&e->refs, 1);
    e->hash = *hash;
    e->key_len = (uint16_t)key_len;
    e->about_len = (uint32_t)about_len;
    e->value_len = (uint32_t)value_len;
    memcpy(e->bytes, key, key_len);
    if (about_len != 0)
        memcpy(e->bytes + key_len, about, about_len);
    *out = e;
    return 0;
}

int whet__entry_like(struct whet_entry **out, const struct whet_entry *from, size_t value_len)
{
    struct whet_entry *e;
    int rc = whet__entry_new(&e, &from->hash, whet__entry_key(from), from->key_len,
                             whet__entry_about(from), from->about_len, value_len);

    if (rc != 0)
        return rc;
    e->epoch = from->epoch;
    e->made_ns = from->made_ns;
    e->cost_ns = from->cost_ns;
    e->end_ns = from->end_ns;
    e->idle_ns = from->idle_ns;
    e->flags = from->flags;
    atomic_init(&e->used_ns, atomic_load_explicit(&from->used_ns, memory_order_relaxed));
    atomic_init(&e->checked, atomic_load_explicit(&from->checked, memory_order_relaxed));
    *out = e;
    return 0;
}

int whet__entry_shorten(struct whet_entry **entry, size_t value_len)
{
    struct whet_entry *e = *entry;

    e = whet__mem_resize(e, 1, value_offset(e->key_len, e->about_len) + value_len);
    if (e == NULL)
        return -ENOMEM;
    e->value_len = (uint32_t)value_len;
    *entry = e;
    return 0;
}

size_t whet__entry_bytes(const struct whet_entry *e)
{
    return whet__mem_bytes(value_offset(e->key_len, e->about_len) + e->value_len);
}

void whet__entry_drop(struct whet_entry *e)
{
    if (e != NULL && atomic_fetch_sub_explicit(&e->refs, 1, memory_order_acq_rel) == 1)
        whet__mem_free(e);
}
