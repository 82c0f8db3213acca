/* What other processes on the same file have put or removed leaves memory. Load: a look at one
 * counter per get; some 100 ns per key that anybody writes.
 *
 * There is no lock: each thread that finds something to hear hears all of it, for dropping a
 * key twice costs a look at the file, and nobody waits for a listener who is told of it. */
#include "cache/engine.h"

#include <errno.h>

/* As a remove does, so that nobody brings up what was read before. What was made then or later
 * stays: it is what was written, or comes after it. */
static void forget(struct whet_cache *c, const struct whet_hash128 *hash, uint64_t made_ns)
{
    struct whet_turn *t = whet__cache_turn(c, hash);
    uint64_t now_ns;

    whet__turn_take(t);
    now_ns = whet__clock_wall_ns();
    atomic_fetch_add(whet__turn_group(t, hash), 2);
    if (c->memory != NULL)
        whet__memory_forget(c->memory, hash, made_ns, now_ns);
    if (c->packed != NULL)
        whet__memory_forget(c->packed, hash, made_ns, now_ns);
    if (c->disk != NULL)
        whet__disk_doubt(c->disk, hash, made_ns);
    whet__cache_give(c, t);
}

static void tell(struct whet_cache *c, struct whet_entry *e)
{
    struct whet_cache_left left = {WHET_CACHE_REPLACED, whet__entry_key(e), e->key_len,
                                   e->raw_len == 0 ? whet__entry_value(e) : NULL,
                                   e->raw_len == 0 ? e->value_len : e->raw_len};

    if (c->options.left != NULL)
        c->options.left(c->options.ctx, &left);
    whet__entry_drop(e);
}

/* It is not known which. With all turns held nothing moves from one level to the other. */
static void forget_all(struct whet_cache *c)
{
    struct whet_entry *gone = NULL;

    whet__turns_lock_all(&c->turns);
    for (unsigned i = 0; i < c->turns.count; i++) {
        for (unsigned g = 0; g < WHET_TURN_GROUPS; g++)
            atomic_fetch_add(&c->turns.each[i].groups[g], 2);
    }
    if (c->memory != NULL)
        gone = whet__memory_empty(c->memory, gone);
    if (c->packed != NULL)
        gone = whet__memory_empty(c->packed, gone);
    if (c->disk != NULL)
        whet__disk_doubt(c->disk, NULL, 0);
    whet__turns_unlock_all(&c->turns);
    while (gone != NULL) {
        struct whet_entry *e = gone;

        gone = e->next;
        tell(c, e);
    }
}

void whet__cache_catch_up(struct whet_cache *c)
{
    struct whet_shared *s = c->shared;
    unsigned long long heard = atomic_load(&s->heard);
    uint64_t told = whet__shared_told(s);
    int rc = told - heard <= WHET_SHARED_POSTS ? 0 : -EOVERFLOW;

    for (uint64_t i = heard; i != told && rc >= 0; i++) {
        struct whet_hash128 hash;
        uint64_t made_ns;

        rc = whet__shared_hear(s, i, &hash, &made_ns);
        if (rc == 0)
            forget(c, &hash, made_ns);
    }
    if (rc < 0)
        forget_all(c);
    /* Where it fails another thread has heard some of it; the next get hears the rest. */
    (void)!atomic_compare_exchange_strong(&s->heard, &heard, told);
}
