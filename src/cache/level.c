/* Entries on their way between levels: what memory lets go is packed, what a slower level
 * answers is brought up. Load: one per eviction, and one per hit of a slower level. */
#include "cache/engine.h"

#include <errno.h>
#include <string.h>

struct whet_turn *whet__cache_turn(struct whet_cache *c, const struct whet_hash128 *hash)
{
    const struct whet_memory *first = c->memory != NULL ? c->memory : c->packed;
    unsigned at = first != NULL ? whet__memory_shard_of(first, hash) : hash->bytes[0];

    return &c->turns.each[at % c->turns.count];
}

void whet__cache_give(struct whet_cache *c, struct whet_turn *t)
{
    whet__turn_give(t, c->options.left, c->options.ctx);
}

int whet__cache_judge(struct whet_cache *c, const struct whet_ask *ask,
                      struct whet_entry *entry)
{
    if (whet__entry_ended(entry, ask->now_ns))
        return WHET_CACHE_EXPIRED;
    if (atomic_load_explicit(&entry->checked, memory_order_relaxed) == ask->changes ||
        whet__validity_check(c->validity, entry, NULL))
        return -1;
    return WHET_CACHE_INVALIDATED;
}

/* An entry that others hold too may be on its way out of memory; its copy is not. */
static struct whet_entry *own_copy(struct whet_entry *entry)
{
    struct whet_entry *copy;

    if (atomic_load(&entry->refs) == 1)
        return whet__entry_take(entry);
    if (whet__entry_like(&copy, entry, entry->value_len) != 0)
        return NULL;
    copy->raw_len = entry->raw_len;
    memcpy(whet__entry_value(copy), whet__entry_value(entry), entry->value_len);
    return copy;
}

/* What does not shrink is taken too: as it is it answers as fast, and room left empty answers
 * nothing. */
static int keep_packed(struct whet_cache *c, struct whet_entry *entry)
{
    struct whet_entry *packed = NULL;
    int in;

    if (whet__entry_pack(entry, &packed) != 0)
        packed = own_copy(entry);
    in = packed != NULL && whet__memory_put(c->packed, packed) == 1;
    whet__entry_drop(packed);
    return in;
}

/* Moves what is still good for something. 1: it is in the packed level. */
static int demote(struct whet_cache *c, struct whet_entry *entry,
                  enum whet_cache_reason *reason)
{
    struct whet_ask ask;
    int judged;

    whet__ask_init(c, &ask, whet__entry_key(entry), entry->key_len);
    judged = whet__cache_judge(c, &ask, entry);
    if (judged >= 0) {
        *reason = (enum whet_cache_reason)judged;
        return 0;
    }
    return keep_packed(c, entry);
}

void whet__cache_memory_left(void *ctx, struct whet_entry *entry, enum whet_cache_reason reason)
{
    struct whet_cache *c = ctx;

    if (reason == WHET_CACHE_EVICTED && c->packed != NULL && demote(c, entry, &reason))
        whet__entry_drop(entry);
    else
        whet__turn_gone(whet__turn_mine(), entry, reason);
}

void whet__cache_packed_left(void *ctx, struct whet_entry *entry, enum whet_cache_reason reason)
{
    (void)ctx;
    whet__turn_gone(whet__turn_mine(), entry, reason);
}

int whet__cache_keep(struct whet_cache *c, const struct whet_ask *ask, struct whet_entry *entry)
{
    int in = 0;

    if (entry->end_ns != 0 || entry->idle_ns != 0)
        atomic_fetch_or(&c->watch, WHET_WATCH_ENDS);
    if (c->memory != NULL)
        in = whet__memory_put(c->memory, entry) == 1;
    if (c->packed == NULL)
        return in;
    if (!in && keep_packed(c, entry))
        return 1;
    /* The older one, which this very put may have evicted to there. */
    (void)whet__memory_remove(c->packed, ask, WHET_CACHE_REPLACED, NULL);
    return in;
}

void whet__cache_take_out(struct whet_cache *c, const struct whet_ask *ask,
                          enum whet_cache_reason reason)
{
    if (c->memory != NULL)
        (void)whet__memory_remove(c->memory, ask, reason, NULL);
    if (c->packed != NULL)
        (void)whet__memory_remove(c->packed, ask, reason, NULL);
}

int whet__cache_is_near(struct whet_cache *c, const struct whet_ask *ask)
{
    struct whet_entry *e = c->memory != NULL ? whet__memory_peek(c->memory, ask) : NULL;

    if (e == NULL && c->packed != NULL)
        e = whet__memory_peek(c->packed, ask);
    whet__entry_drop(e);
    return e != NULL;
}

/* The turn is held. What is still in the packed level moves, and is nowhere twice. */
static int bring_up(struct whet_cache *c, const struct whet_ask *ask, struct whet_entry *entry,
                    enum whet_cache_level from)
{
    struct whet_entry *old = NULL;
    struct whet_entry *own;
    int in;

    if (from == WHET_CACHE_PACKED) {
        if (c->memory == NULL || !whet__memory_remove(c->packed, ask, WHET_CACHE_EVICTED, &old))
            return 0;
    } else if (whet__cache_is_near(c, ask)) {
        return 1; /* another get has brought it */
    }
    own = own_copy(entry); /* of `old` itself, too, which others may be looking at */
    whet__entry_drop(old);
    if (own == NULL)
        return 0;
    in = whet__cache_keep(c, ask, own);
    if (from == WHET_CACHE_REMOTE && c->disk != NULL)
        whet__disk_put(c->disk, own);
    whet__entry_drop(own);
    return in;
}

int whet__cache_promote(struct whet_cache *c, const struct whet_ask *ask,
                        struct whet_entry *entry, unsigned group, enum whet_cache_level from)
{
    struct whet_turn *t = whet__cache_turn(c, &ask->hash);
    atomic_uint *now = whet__turn_group(t, &ask->hash);
    int in = 0;

    if (group % 2 != 0 || !whet__turn_try(t))
        return 0;
    if (atomic_load(now) == group &&
        (from != WHET_CACHE_DISK ||
         !whet__shared_is_former(c->shared, ask->settled, &ask->hash, entry->made_ns)))
        in = bring_up(c, ask, entry, from);
    whet__cache_give(c, t);
    if (from == WHET_CACHE_REMOTE && c->disk != NULL)
        whet__disk_pace(c->disk);
    return in;
}
