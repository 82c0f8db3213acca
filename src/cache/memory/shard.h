/* cache/memory/shard.h - one part of a level in memory, for the files of cache/memory/memory.h.
 *
 * Shape    slots, which are the ids of the policy; an index from keys to slots and entries. A
 *          slot is free, or has an entry, or is a ghost: the policy remembers its key.
 * Units    bytes. Of the policy they are those of the entries; its capacity is what tables
 *          and pinned entries leave of the shard's.
 * Memory   tables grow with the slots that are used, and go back when the shard is made
 *          smaller (memory/size.c).
 * Errors   -ENOMEM, -EINVAL.
 * Threads  all under `lock`, but for the counters and what is shown of the index, which are
 * also read without.
 */
#ifndef WHET_CACHE_MEMORY_SHARD_H
#define WHET_CACHE_MEMORY_SHARD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <whet/api.h>
#include <whet/cache.h>

#include "cache/entry/entry.h"
#include "cache/memory/ghosts.h"
#include "cache/memory/index.h"
#include "cache/memory/memory.h"
#include "cache/memory/readers.h"
#include "cache/memory/tables.h"
#include "evict/policy.h"

#define WHET_SLOTS_MIN 16u

enum whet_shard_count {
    WHET_SHARD_HITS,
    WHET_SHARD_MISSES,
    WHET_SHARD_EVICTIONS,
    WHET_SHARD_EXPIRATIONS,
    WHET_SHARD_INVALIDATIONS,
    WHET_SHARD_ENTRIES,
    WHET_SHARD_BYTES, /* tables included */
    WHET_SHARD_CAPACITY,
    WHET_SHARD_PINNED,
    WHET_SHARD_SAVED,
    WHET_SHARD_NEGATIVE,
    WHET_SHARD_COUNTS
};

struct whet_shard {
    /* The index for readers without the lock; NULL: the policy has to be told of each hit. */
    _Alignas(64) _Atomic(struct whet_index *) shown;
    const struct whet_readers *readers;
    struct whet_index *kept; /* was shown, and readers may be in it still; beyond `capacity` */

    _Alignas(64) pthread_mutex_t lock;
    int settling; /* it was made smaller and is not there yet */
    uint32_t ghost_count;
    struct whet_tables tables;
    atomic_ullong counts[WHET_SHARD_COUNTS];
    uint64_t entry_bytes;  /* of all entries; those of the policy and ... */
    uint64_t pinned_bytes; /* ... these */
    uint64_t capacity;
    uint64_t step;           /* while it settles: bytes less per call */
    uint32_t slots_wanted;   /* ... and how many slots it shall have then */
    uint32_t hand;           /* where the search for a ghost goes on */
    struct whet_entry *gone; /* evicted by this call, told when the lock is released */
    struct whet_entry **gone_end;
};

/* One writer: the lock's. */
static inline void whet__shard_add(struct whet_shard *s, enum whet_shard_count which,
                                   uint64_t more)
{
    atomic_ullong *c = &s->counts[which];

    atomic_store_explicit(c, atomic_load_explicit(c, memory_order_relaxed) + more,
                          memory_order_relaxed);
}

static inline uint64_t whet__shard_count(const struct whet_shard *s,
                                         enum whet_shard_count which)
{
    return atomic_load_explicit(&s->counts[which], memory_order_relaxed);
}

/* In the index, where the policy may be told later; else in the policy, which a pinned entry is
 * unknown to. */
static inline void whet__shard_use(struct whet_shard *s, uint32_t at)
{
    struct whet_policy *p = s->tables.policy;
    uint32_t slot = whet__line_slot(s->tables.index, at);

    if (p->uses != NULL)
        whet__index_use(s->tables.index, at);
    else if (whet__policy_resident(p, slot))
        p->ops->hit(p, slot);
}

/* ---- memory/shard.c ---- */

/* The shard's reference is the caller's then. 1: it is in; 0: it is too large. What was there
 * under its key is in *old (NULL: nothing). */
WHET_MUST_USE int whet__shard_put(struct whet_shard *s, struct whet_entry *entry,
                                  struct whet_entry **old);

/* What is in this line of the index. The reference goes to the caller. */
WHET_MUST_USE struct whet_entry *whet__shard_take_out(struct whet_shard *s, uint32_t at);

/* Puts an entry whose key is not there, without growing. */
WHET_MUST_USE int whet__shard_insert(struct whet_shard *s, struct whet_entry *entry);

/* The policy gets what tables and pinned entries leave of `capacity`, and evicts what is
 * over it. */
void whet__shard_fit(struct whet_shard *s, uint64_t capacity);

/* What policies call. */
void whet__shard_dropped(void *ctx, uint32_t slot, int remembered);
unsigned whet__shard_uses(void *ctx, uint32_t slot);

/* Into the list of what is told when the lock is released. */
static inline void whet__shard_tell(struct whet_shard *s, struct whet_entry *e)
{
    *s->gone_end = e;
    s->gone_end = &e->next;
}

static inline void whet__shard_leave(struct whet_shard *s, struct whet_entry *e)
{
    whet__shard_add(s, WHET_SHARD_EVICTIONS, 1);
    whet__shard_tell(s, e);
}

/* What was evicted until now, in this order; NULL. */
static inline struct whet_entry *whet__shard_gone(struct whet_shard *s)
{
    struct whet_entry *gone = s->gone;

    if (gone != NULL) {
        *s->gone_end = NULL;
        s->gone = NULL;
        s->gone_end = &s->gone;
    }
    return gone;
}

/* ---- memory/size.c ---- */

WHET_MUST_USE int whet__shard_init(struct whet_shard *s, const struct whet_policy_ops *policy,
                                   uint64_t capacity, uint32_t slots,
                                   const struct whet_readers *readers);

/* Drops its entries. */
void whet__shard_clear(struct whet_shard *s);

/* The least that whet__shard_init and _resize take. */
uint64_t whet__shard_least(const struct whet_policy_ops *policy, uint32_t slots);

/* What the smallest tables leave for an entry. */
uint64_t whet__shard_largest(const struct whet_policy_ops *policy, uint64_t capacity);

/* Room for more slots, if there are bytes for it without evicting. */
void whet__shard_grow(struct whet_shard *s);

/* Gradual when smaller. */
void whet__shard_resize(struct whet_shard *s, uint64_t capacity);

/* A step of it; 1 while there is more to do. */
int whet__shard_settle(struct whet_shard *s);

#endif
