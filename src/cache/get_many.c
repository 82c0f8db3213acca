/* Getting many at once: memory is asked for some keys at a time, and what the nearer levels do
 * not have is asked of the server in one pipeline. Load: batches of some ten to a thousand
 * keys. */
#include "cache/engine.h"

#include <errno.h>
#include <string.h>

#include "base/vec.h"

#define PIPELINE                                                                               \
    ((size_t)65536) /* asks in one: more go one after the other, in the same time */

struct many {
    struct whet_cache *cache;
    const struct whet_cache_key *keys;
    struct whet_cache_value *out;  /* NULL: ... */
    struct whet_cache_room *rooms; /* ... here, copied */
    struct whet_vec asks;          /* of struct whet_remote_ask: what waits for the server */
    uint64_t waited_ns;
    size_t hits;
};

/* Takes the reference over. */
static void copy_out(struct whet_cache_room *room, struct whet_entry *e)
{
    size_t len = e->value_len;

    if (e->flags & WHET_ENTRY_NEGATIVE) {
        room->rc = -ENOENT;
    } else {
        if (room->size != 0)
            memcpy(room->data, whet__entry_value(e), len < room->size ? len : room->size);
        room->len = len;
        room->rc = 1;
    }
    whet__entry_drop(e);
}

static void answer(struct many *m, const struct whet_ask *ask, struct whet_found *found,
                   size_t at)
{
    if (found->level != WHET_CACHE_MEMORY)
        whet__cache_found(m->cache, found);
    whet__cache_saw(m->cache, ask, found->entry->value_len, WHET_WATCH_ACCESS);
    if (m->rooms != NULL)
        copy_out(&m->rooms[at], found->entry);
    else
        whet__cache_answer(&m->out[at], found->entry, found->level, 0);
    m->hits++;
}

static void take(struct many *m, const struct whet_remote_ask *from)
{
    struct whet_found found = {.entry = from->entry};
    struct whet_ask ask;

    whet__ask_init(m->cache, &ask, from->key, from->key_len);
    if (found.entry != NULL &&
        whet__cache_accept(m->cache, &ask, from->group, WHET_CACHE_REMOTE, &found))
        answer(m, &ask, &found, from->at);
    else
        whet__cache_missed(m->cache, &ask);
}

/* All that wait are answered, or misses. */
static void send(struct many *m)
{
    uint64_t start_ns = whet__clock_now_ns();

    if (m->asks.len == 0)
        return;
    (void)whet__remote_get_many(m->cache->remote, whet__vec_at(&m->asks, 0), m->asks.len,
                                m->waited_ns);
    m->waited_ns += whet__clock_now_ns() - start_ns;
    for (size_t i = 0; i < m->asks.len; i++)
        take(m, whet__vec_at(&m->asks, i));
    m->asks.len = 0;
}

/* Without memory for more, what there is goes first. */
static void ask_later(struct many *m, const struct whet_ask *ask, unsigned group, size_t at)
{
    struct whet_remote_ask *item;

    if (m->asks.len == PIPELINE)
        send(m);
    item = whet__vec_push(&m->asks);
    if (item == NULL && m->asks.len != 0) {
        send(m);
        item = whet__vec_push(&m->asks);
    }
    if (item == NULL) {
        whet__cache_missed(m->cache, ask);
        return;
    }
    item->hash = ask->hash;
    item->key = ask->key;
    item->key_len = ask->key_len;
    item->group = group;
    item->at = at;
}

static void get_one(struct many *m, size_t at)
{
    const struct whet_cache_key *key = &m->keys[at];
    struct whet_cache *c = m->cache;
    struct whet_found found = {0};
    struct whet_ask ask;
    unsigned group;
    int hit;

    if (!whet__key_ok(key->data, key->len))
        return;
    whet__ask_init(c, &ask, key->data, key->len);
    group = whet__cache_group(c, &ask);
    hit = whet__cache_find_near(c, &ask, &found);
    if (!hit || found.level != WHET_CACHE_MEMORY)
        whet__cache_count(c, WHET_COUNT_GETS, 1);
    hit = hit || whet__cache_find_far(c, &ask, 0, &found);
    whet__entry_drop(found.stale);
    if (hit)
        answer(m, &ask, &found, at);
    else if (c->remote != NULL)
        ask_later(m, &ask, group, at);
    else
        whet__cache_missed(c, &ask);
}

/* ---- Some keys at a time ---- */

struct batch {
    struct whet_ask asks[WHET_MEMORY_AHEAD]; /* of those keys that are keys */
    size_t at[WHET_MEMORY_AHEAD];
    size_t count;
};

/* From *next on. 0: there are no more. */
static int take_batch(const struct many *m, size_t count, size_t *next, struct batch *out)
{
    out->count = 0;
    for (; *next < count && out->count < WHET_MEMORY_AHEAD; ++*next) {
        const struct whet_cache_key *key = &m->keys[*next];

        if (!whet__key_ok(key->data, key->len))
            continue;
        whet__ask_init(m->cache, &out->asks[out->count], key->data, key->len);
        out->at[out->count++] = *next;
    }
    if (m->cache->memory != NULL)
        whet__memory_expect(m->cache->memory, out->asks, out->count, m->rooms == NULL);
    return out->count != 0;
}

static void get_batch(struct many *m, const struct batch *b)
{
    for (size_t i = 0; i < b->count; i++)
        get_one(m, b->at[i]);
}

static void read_batch(struct many *m, const struct batch *b)
{
    struct whet_memory *memory = m->cache->memory;

    for (size_t i = 0; i < b->count; i++) {
        const struct whet_ask *ask = &b->asks[i];
        struct whet_cache_room *room = &m->rooms[b->at[i]];

        if (memory != NULL)
            room->rc = whet__memory_read(memory, ask, room->data, room->size, &room->len);
        if (room->rc != 0) {
            whet__cache_saw(m->cache, ask, room->rc == 1 ? room->len : 0, WHET_WATCH_ACCESS);
            m->hits++;
        } else {
            get_one(m, b->at[i]);
        }
    }
}

static size_t ask_many(struct many *m, size_t count,
                       void (*ask)(struct many *, const struct batch *))
{
    struct whet_cache *c = m->cache;
    struct batch b;
    size_t next = 0;

    whet__vec_init(&m->asks, sizeof(struct whet_remote_ask), PIPELINE);
    if (whet__watch(c) & WHET_WATCH_TEND)
        m->waited_ns = whet__cache_tend(c, whet__clock_wall_coarse_ns());
    whet__cache_hear(c);
    while (take_batch(m, count, &next, &b))
        ask(m, &b);
    send(m);
    whet__vec_clear(&m->asks);
    return m->hits;
}

size_t whet_cache_get_many(struct whet_cache *c, const struct whet_cache_key *keys,
                           size_t count, struct whet_cache_value *out)
{
    struct many m = {.cache = c, .keys = keys, .out = out};

    memset(out, 0, count * sizeof(*out));
    return ask_many(&m, count, get_batch);
}

size_t whet_cache_read_many(struct whet_cache *c, const struct whet_cache_key *keys,
                            size_t count, struct whet_cache_room *rooms)
{
    struct many m = {.cache = c, .keys = keys, .rooms = rooms};

    for (size_t i = 0; i < count; i++)
        rooms[i].rc = whet__key_ok(keys[i].data, keys[i].len) ? 0 : -EINVAL;
    return ask_many(&m, count, read_batch);
}
