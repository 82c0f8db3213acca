/* Levels on their way: until their files are there, these answer that they have nothing, and
 * are overridden by them (weak). To be deleted with the last one. */
#include "cache/engine.h"

#include <errno.h>

#define SOON __attribute__((weak))

SOON int whet__disk_each(struct whet_disk *d, const char *client,
                         int (*each)(void *ctx, const struct whet_disk_row *row), void *ctx)
{
    (void)d, (void)client, (void)each, (void)ctx;
    return 0;
}

SOON int whet__remote_new(struct whet_remote **out, const struct whet_remote_options *o,
                          struct whet_error *err)
{
    (void)out;
    return whet_error_set(err, -EINVAL, "no server can be used yet: '%s'", o->url);
}

SOON void whet__remote_free(struct whet_remote *r)
{
    (void)r;
}

SOON int whet__remote_get(struct whet_remote *r, const struct whet_hash128 *hash,
                          const void *key, size_t key_len, struct whet_entry **out)
{
    (void)r, (void)hash, (void)key, (void)key_len, (void)out;
    return 0;
}

SOON size_t whet__remote_get_many(struct whet_remote *r, struct whet_remote_ask *asks,
                                  size_t count)
{
    (void)r, (void)asks, (void)count;
    return 0;
}

SOON void whet__remote_put(struct whet_remote *r, struct whet_entry *entry)
{
    (void)r, (void)entry;
}

SOON int whet__remote_remove(struct whet_remote *r, const struct whet_hash128 *hash)
{
    (void)r, (void)hash;
    return 0;
}

SOON int whet__remote_mark(struct whet_remote *r, enum whet_mark_kind kind, const void *name,
                           size_t len)
{
    (void)r, (void)kind, (void)name, (void)len;
    return 0;
}

SOON void whet__remote_poll(struct whet_remote *r, uint64_t now_ns)
{
    (void)r, (void)now_ns;
}

SOON void whet__remote_sync(struct whet_remote *r)
{
    (void)r;
}

SOON void whet__remote_stats(struct whet_remote *r, struct whet_cache_level_stats *out)
{
    (void)r, (void)out;
}

SOON int whet__remote_note(struct whet_remote *r, char *out, size_t size)
{
    (void)r, (void)out, (void)size;
    return 0;
}

SOON void whet__remote_lock_all(struct whet_remote *r)
{
    (void)r;
}

SOON void whet__remote_unlock_all(struct whet_remote *r, int in_child)
{
    (void)r, (void)in_child;
}
