/* Getting many at once: what the nearer levels do not have is asked of the server in one
 * pipeline. Load: batches of some ten to a thousand keys. */
#include "cache/engine.h"

#include <string.h>

#include "base/mem.h"

#define BATCH 64 /* asks that are kept on the stack */

struct batch {
    struct whet_remote_ask asks[BATCH];
    unsigned groups[BATCH];
    size_t at[BATCH]; /* of the answer in `out` */
    size_t count;
};

static void answer(struct whet_cache *c, const struct whet_ask *ask, struct whet_found *found,
                   struct whet_cache_value *out)
{
    if (found->level != WHET_CACHE_MEMORY)
        whet__cache_found(c, found);
    whet__cache_saw(c, ask, found->entry->value_len, WHET_WATCH_ACCESS);
    whet__cache_answer(out, found->entry, found->level, 0);
}

static size_t send(struct whet_cache *c, struct batch *b, struct whet_cache_value *out)
{
    size_t hits = 0;

    if (b->count != 0)
        (void)whet__remote_get_many(c->remote, b->asks, b->count);
    for (size_t i = 0; i < b->count; i++) {
        struct whet_found found = {.entry = b->asks[i].entry};
        struct whet_ask ask;

        whet__ask_init(c, &ask, b->asks[i].key, b->asks[i].key_len);
        if (found.entry == NULL ||
            !whet__cache_accept(c, &ask, b->groups[i], WHET_CACHE_REMOTE, &found)) {
            whet__cache_missed(c, &ask);
            continue;
        }
        answer(c, &ask, &found, &out[b->at[i]]);
        hits++;
    }
    b->count = 0;
    return hits;
}

/* 1: a hit. Else it waits for the server, if there is one. */
static size_t get_one(struct whet_cache *c, struct batch *b, const struct whet_cache_key *key,
                      size_t at, struct whet_cache_value *out)
{
    struct whet_found found = {0};
    struct whet_ask ask;
    unsigned group;
    int hit;

    whet__ask_init(c, &ask, key->data, key->len);
    group = whet__cache_group(c, &ask);
    hit = whet__cache_find_near(c, &ask, &found);
    if (!hit || found.level != WHET_CACHE_MEMORY)
        whet__cache_count(c, WHET_COUNT_GETS, 1);
    hit = hit || whet__cache_find_far(c, &ask, 0, &found);
    whet__entry_drop(found.stale);
    if (hit) {
        answer(c, &ask, &found, &out[at]);
        return 1;
    }
    if (c->remote == NULL) {
        whet__cache_missed(c, &ask);
        return 0;
    }
    b->asks[b->count] = (struct whet_remote_ask){ask.hash, key->data, key->len, NULL};
    b->groups[b->count] = group;
    b->at[b->count++] = at;
    return 0;
}

size_t whet_cache_get_many(struct whet_cache *c, const struct whet_cache_key *keys,
                           size_t count, struct whet_cache_value *out)
{
    struct batch b;
    size_t hits = 0;

    b.count = 0;
    memset(out, 0, count * sizeof(*out));
    if (whet__watch(c) & (WHET_WATCH_REMOTE | WHET_WATCH_SETTLE))
        whet__cache_tend(c, whet__clock_wall_coarse_ns());
    for (size_t i = 0; i < count; i++) {
        if (whet__key_ok(keys[i].data, keys[i].len))
            hits += get_one(c, &b, &keys[i], i, out);
        if (b.count == BATCH)
            hits += send(c, &b, out);
    }
    return hits + send(c, &b, out);
}
