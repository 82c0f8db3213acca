/* Warming: what slower levels have is brought up before it is asked for. Load: once, at a
 * program's start, up to what memory takes. */
#include "cache/engine.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"

#define BATCH     64
#define LIST_MAX  ((size_t)1 << 24)
#define LIST_ROOM ((size_t)1 << 30) /* bytes of keys that are listed */

/* The answer of a level has brought the key up. */
static size_t brought(struct whet_cache *c, const struct whet_ask *ask,
                      const struct whet_found *found)
{
    int near = found->entry != NULL && whet__cache_is_near(c, ask);

    whet__entry_drop(found->entry);
    return near ? 1 : 0;
}

/* From disk; 1: it is in memory. Without: whether the server is to be asked. */
static size_t warm_one(struct whet_cache *c, const struct whet_cache_key *key, int *ask_server)
{
    struct whet_found found = {0};
    struct whet_ask ask;

    *ask_server = 0;
    if (!whet__key_ok(key->data, key->len))
        return 0;
    whet__ask_init(c, &ask, key->data, key->len);
    if (whet__cache_is_near(c, &ask))
        return 1;
    if (whet__cache_find_far(c, &ask, 0, &found))
        return brought(c, &ask, &found);
    *ask_server = c->remote != NULL;
    return 0;
}

static size_t warm_far(struct whet_cache *c, struct whet_remote_ask *asks, size_t count)
{
    size_t warm = 0;
    unsigned groups[BATCH];
    struct whet_ask ask;

    for (size_t i = 0; i < count; i++) {
        whet__ask_init(c, &ask, asks[i].key, asks[i].key_len);
        asks[i].hash = ask.hash;
        groups[i] = whet__cache_group(c, &ask);
    }
    if (count != 0)
        (void)whet__remote_get_many(c->remote, asks, count, 0);
    for (size_t i = 0; i < count; i++) {
        struct whet_found found = {.entry = asks[i].entry};

        whet__ask_init(c, &ask, asks[i].key, asks[i].key_len);
        if (found.entry != NULL &&
            whet__cache_accept(c, &ask, groups[i], WHET_CACHE_REMOTE, &found))
            warm += brought(c, &ask, &found);
    }
    return warm;
}

size_t whet_cache_warm(struct whet_cache *c, const struct whet_cache_key *keys, size_t count)
{
    struct whet_remote_ask asks[BATCH];
    size_t warm = 0, waiting = 0;

    for (size_t i = 0; i < count; i++) {
        int ask_server;

        warm += warm_one(c, &keys[i], &ask_server);
        if (ask_server)
            asks[waiting++] =
                (struct whet_remote_ask){.key = keys[i].data, .key_len = keys[i].len};
        if (waiting == BATCH) {
            warm += warm_far(c, asks, waiting);
            waiting = 0;
        }
    }
    return warm + warm_far(c, asks, waiting);
}

/* Keys of the file, the one that was used last first. */
struct hot_list {
    struct whet_vec keys; /* of struct whet_cache_key */
    size_t max_entries;
    uint64_t room; /* bytes of memory that they may take, and ... */
    uint64_t bytes;
    size_t key_bytes; /* ... what the list itself takes */
};

static int list_row(void *ctx, const struct whet_disk_row *row)
{
    struct hot_list *l = ctx;
    struct whet_cache_key *key;
    uint64_t bytes = whet__access_bytes(row->key_len, row->len);
    char *copy;

    if (l->keys.len >= l->max_entries || l->bytes + bytes > l->room ||
        l->key_bytes + row->key_len > LIST_ROOM)
        return 1;
    copy = whet__mem_strndup(row->key, row->key_len);
    key = copy != NULL ? whet__vec_push(&l->keys) : NULL;
    if (key == NULL) {
        whet__mem_free(copy);
        return 1; /* fewer are warm */
    }
    *key = (struct whet_cache_key){copy, row->key_len};
    l->bytes += bytes;
    l->key_bytes += row->key_len;
    return 0;
}

static void reverse(struct whet_cache_key *keys, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        struct whet_cache_key key = keys[i];

        keys[i] = keys[count - 1 - i];
        keys[count - 1 - i] = key;
    }
}

size_t whet_cache_warm_hot(struct whet_cache *c, size_t max_entries)
{
    struct whet_memory *m = c->memory != NULL ? c->memory : c->packed;
    struct whet_cache_level_stats stats = {0};
    struct hot_list l = {.max_entries = max_entries};
    struct whet_cache_key *keys;
    size_t warm;

    if (c->disk == NULL || m == NULL)
        return 0;
    whet__memory_stats(m, &stats);
    l.room = stats.capacity_bytes > stats.bytes ? stats.capacity_bytes - stats.bytes : 0;
    whet__vec_init(&l.keys, sizeof(struct whet_cache_key), LIST_MAX);
    if (whet__disk_each(c->disk, c->options.client, list_row, &l) < 0)
        l.max_entries = 0; /* what was listed until then is as good */
    keys = l.keys.items;
    reverse(keys, l.keys.len); /* so that the newest comes in last */
    warm = whet_cache_warm(c, keys, l.keys.len);
    for (size_t i = 0; i < l.keys.len; i++)
        whet__mem_free((char *)(uintptr_t)keys[i].data);
    whet__vec_clear(&l.keys);
    return warm;
}
