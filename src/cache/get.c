/* Getting: level after level. Load: hits of memory are all of it, tens of millions per second;
 * they take a shard's lock at most, and look at no clock unless entries end. */
#include "cache/engine.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

void whet__cache_answer(struct whet_cache_value *out, struct whet_entry *entry,
                        enum whet_cache_level level, unsigned flags)
{
    if (entry->flags & WHET_ENTRY_NEGATIVE)
        flags |= WHET_CACHE_NEGATIVE;
    *out = (struct whet_cache_value){
        .data = whet__entry_value(entry),
        .len = entry->value_len,
        .flags = flags,
        .level = level,
        .made_ns = entry->made_ns,
        .cost_ns = entry->cost_ns,
        .held = entry,
    };
}

void whet_cache_value_clear(struct whet_cache_value *value)
{
    if (value == NULL)
        return;
    whet__entry_drop(value->held);
    memset(value, 0, sizeof(*value));
}

void whet__cache_found(struct whet_cache *c, const struct whet_found *found)
{
    whet__cache_count(c, WHET_COUNT_HITS, 1);
    if (found->entry->flags & WHET_ENTRY_NEGATIVE)
        whet__cache_count(c, WHET_COUNT_NEGATIVE, 1);
    if (found->entry->cost_ns != 0)
        whet__cache_count(c, WHET_COUNT_SAVED_NS + found->level, found->entry->cost_ns);
}

/* It may still be served while a new one is computed: it has ended, but nothing that it was
 * made of has changed. */
static int is_stale(struct whet_cache *c, const struct whet_ask *ask, struct whet_entry *e)
{
    uint64_t stale_ns = c->options.stale_ns;

    return stale_ns != 0 && e->end_ns != 0 && ask->now_ns >= e->end_ns &&
           ask->now_ns - e->end_ns < stale_ns && whet__validity_check(c->validity, e, NULL);
}

/* Asks one level in memory. 1: it is true, and counted. */
static int find_in(struct whet_cache *c, struct whet_memory *m, const struct whet_ask *ask,
                   struct whet_found *out)
{
    int sure = 0, reason = -1;
    struct whet_entry *e = whet__memory_get(m, ask, &sure);

    if (e == NULL)
        return 0;
    if (!sure)
        reason = whet__cache_judge(c, ask, e);
    if (reason < 0) {
        if (!sure)
            whet__memory_confirm(m, ask, e);
        out->entry = e;
    } else {
        struct whet_turn *t = whet__cache_turn(c, &ask->hash);
        int keep = reason == WHET_CACHE_EXPIRED && is_stale(c, ask, e);

        /* Who has the turn may be waiting for a disk: then it stays for the next to find. */
        int turn = whet__turn_try(t);

        whet__memory_refuse(m, ask, e, (enum whet_cache_reason)reason, keep || !turn);
        if (turn)
            whet__cache_give(c, t);
        if (keep && out->stale == NULL)
            out->stale = e;
        else
            whet__entry_drop(e);
    }
    return reason < 0;
}

/* What was found packed is expanded, if it was compressed, and moves up. */
static int unpack(struct whet_cache *c, const struct whet_ask *ask, unsigned group,
                  struct whet_found *out)
{
    struct whet_entry *packed = out->entry;
    int rc = 0;

    out->entry = NULL;
    out->level = WHET_CACHE_PACKED;
    if (packed->raw_len == 0)
        out->entry = whet__entry_take(packed);
    else
        rc = whet__entry_unpack(packed, &out->entry);
    if (rc == -EBADMSG) {
        struct whet_turn *t = whet__cache_turn(c, &ask->hash);

        whet__turn_take(t);
        whet__memory_refuse(c->packed, ask, packed, WHET_CACHE_REMOVED, 0);
        whet__cache_give(c, t);
    }
    whet__entry_drop(packed);
    if (rc == 0)
        (void)whet__cache_promote(c, ask, out->entry, group, WHET_CACHE_PACKED);
    return rc == 0;
}

static int find_once(struct whet_cache *c, const struct whet_ask *ask, struct whet_found *out)
{
    unsigned group;

    out->level = WHET_CACHE_MEMORY;
    if (c->memory != NULL && find_in(c, c->memory, ask, out))
        return 1;
    if (c->packed == NULL)
        return 0;
    group = whet__cache_group(c, ask);
    return find_in(c, c->packed, ask, out) && unpack(c, ask, group, out);
}

/* It may have been moved from the one to the other between the two questions; with the turn
 * held, nothing moves. A miss is better than a long wait for it. */
static int is_near(struct whet_cache *c, const struct whet_ask *ask, struct whet_turn *t)
{
    struct whet_entry *e;

    if (!whet__turn_wait(t))
        return 0;
    e = whet__memory_peek(c->memory, ask);
    if (e == NULL)
        e = whet__memory_peek(c->packed, ask);
    whet__cache_give(c, t);
    whet__entry_drop(e);
    return e != NULL;
}

int whet__cache_find_near(struct whet_cache *c, const struct whet_ask *ask,
                          struct whet_found *out)
{
    struct whet_turn *t = whet__cache_turn(c, &ask->hash);
    unsigned moves = atomic_load(&t->moves);

    if (find_once(c, ask, out))
        return 1;
    if (c->memory == NULL || c->packed == NULL || out->stale != NULL)
        return 0;
    if (moves % 2 == 0 && atomic_load(&t->moves) == moves)
        return 0;
    return is_near(c, ask, t) && find_once(c, ask, out);
}

int whet__cache_accept(struct whet_cache *c, const struct whet_ask *ask, unsigned group,
                       enum whet_cache_level level, struct whet_found *out)
{
    struct whet_ask now = *ask;

    now.now_ns = whet__clock_wall_coarse_ns();
    out->level = level;
    if (whet__cache_judge(c, &now, out->entry) >= 0) {
        whet__entry_drop(out->entry);
        out->entry = NULL;
        whet__cache_count(
            c, level == WHET_CACHE_DISK ? WHET_COUNT_DISK_UNTRUE : WHET_COUNT_REMOTE_UNTRUE, 1);
        return 0;
    }
    if (out->entry->idle_ns != 0)
        atomic_store_explicit(&out->entry->used_ns, now.now_ns, memory_order_relaxed);
    (void)whet__cache_promote(c, ask, out->entry, group, level);
    return 1;
}

/* What waits to be written may be untrue, while another process has put a true one: that is in
 * the file, behind it. */
static int find_on_disk(struct whet_cache *c, const struct whet_ask *ask, unsigned group,
                        struct whet_found *out)
{
    for (;;) {
        struct whet_entry *e;
        int waits, hit;

        if (whet__disk_get(c->disk, &ask->hash, ask->key, ask->key_len, &out->entry) != 1)
            return 0;
        e = whet__entry_take(out->entry);
        waits = !(e->flags & WHET_ENTRY_ON_DISK);
        hit = whet__cache_accept(c, ask, group, WHET_CACHE_DISK, out);
        if (!hit && waits)
            whet__disk_refuse(c->disk, e);
        whet__entry_drop(e);
        if (hit || !waits)
            return hit;
    }
}

int whet__cache_find_far(struct whet_cache *c, const struct whet_ask *ask, int remote,
                         struct whet_found *out)
{
    unsigned group = whet__cache_group(c, ask);

    if (c->disk != NULL && find_on_disk(c, ask, group, out))
        return 1;
    return remote && c->remote != NULL &&
           whet__remote_get(c->remote, &ask->hash, ask->key, ask->key_len, out->waited_ns,
                            &out->entry) == 1 &&
           whet__cache_accept(c, ask, group, WHET_CACHE_REMOTE, out);
}

/* The whole way. */
static int find(struct whet_cache *c, const struct whet_ask *ask, struct whet_found *out)
{
    int hit = whet__cache_find_near(c, ask, out);

    if (!hit || out->level != WHET_CACHE_MEMORY) {
        whet__cache_count(c, WHET_COUNT_GETS, 1);
        hit = hit || whet__cache_find_far(c, ask, 1, out);
        if (hit)
            whet__cache_found(c, out);
    }
    whet__entry_drop(out->stale);
    out->stale = NULL;
    if (hit)
        whet__cache_saw(c, ask, out->entry->value_len, WHET_WATCH_ACCESS);
    else
        whet__cache_missed(c, ask);
    return hit;
}

int whet_cache_get(struct whet_cache *c, const void *key, size_t key_len,
                   struct whet_cache_value *out)
{
    struct whet_found found = {0};
    struct whet_ask a;

    if (!whet__key_ok(key, key_len))
        return -EINVAL;
    found.waited_ns = whet__cache_begin(c, &a, key, key_len);
    if (!find(c, &a, &found))
        return 0;
    whet__cache_answer(out, found.entry, found.level, 0);
    return 1;
}

static int read_slowly(struct whet_cache *c, const struct whet_ask *a, uint64_t waited_ns,
                       void *out, size_t room, size_t *len)
{
    struct whet_found found = {.waited_ns = waited_ns};
    size_t value_len;
    int rc = 1;

    if (!find(c, a, &found))
        return 0;
    if (found.entry->flags & WHET_ENTRY_NEGATIVE) {
        rc = -ENOENT;
    } else {
        value_len = found.entry->value_len;
        if (room != 0)
            memcpy(out, whet__entry_value(found.entry), value_len < room ? value_len : room);
        *len = value_len;
    }
    whet__entry_drop(found.entry);
    return rc;
}

int whet_cache_read(struct whet_cache *c, const void *key, size_t key_len, void *out,
                    size_t room, size_t *len)
{
    struct whet_ask a;
    uint64_t waited_ns;
    int rc;

    if (!whet__key_ok(key, key_len))
        return -EINVAL;
    waited_ns = whet__cache_begin(c, &a, key, key_len);
    rc = c->memory != NULL ? whet__memory_read(c->memory, &a, out, room, len) : 0;
    if (rc == 0)
        return read_slowly(c, &a, waited_ns, out, room, len);
    whet__cache_saw(c, &a, rc == 1 ? *len : 0, WHET_WATCH_ACCESS);
    return rc;
}
