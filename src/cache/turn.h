/* cache/turn.h - whose turn it is to change what is under a key.
 *
 * Shape    one turn per shard of memory (cache/memory/memory.h). Who puts, removes, moves
 *          between levels or takes out has the turn of the key's shard; gets and hits do not
 *          need it. As evictions stay in their shard, what is evicted can be moved on under the
 *          same turn, and no later put is overtaken by an older value. Nobody who has a turn
 *          waits for the file of the level on disk.
 * Units    none.
 * Memory   2 counts and 64 groups each; entries that have left wait here to be told of.
 * Errors   -ENOMEM.
 * Threads  safe from any. A thread has one turn at a time, of one cache.
 */
#ifndef WHET_CACHE_TURN_H
#define WHET_CACHE_TURN_H

#include <pthread.h>
#include <stdatomic.h>

#include <whet/api.h>
#include <whet/cache.h>

#include "base/hash.h"
#include "cache/entry/entry.h"

#define WHET_TURN_GROUPS 64

struct whet_turn {
    pthread_mutex_t lock;
    atomic_uint moves;                    /* odd while somebody has the turn */
    atomic_uint groups[WHET_TURN_GROUPS]; /* odd while a key of this group is changed */
    struct whet_entry *gone[WHET_CACHE_REMOVED + 1]; /* by reason, through `next` */
};

struct whet_turns {
    struct whet_turn *each;
    unsigned count;
};

WHET_MUST_USE int whet__turns_init(struct whet_turns *t, unsigned count);
void whet__turns_clear(struct whet_turns *t);

static inline atomic_uint *whet__turn_group(struct whet_turn *t,
                                            const struct whet_hash128 *hash)
{
    return &t->groups[hash->bytes[15] % WHET_TURN_GROUPS];
}

void whet__turn_take(struct whet_turn *t);

/* 0: somebody else has it. */
WHET_MUST_USE int whet__turn_try(struct whet_turn *t);

/* 0: somebody else has had it for some 20 ms. */
WHET_MUST_USE int whet__turn_wait(struct whet_turn *t);

/* Tells `left` (may be NULL) of all that has left, after the turn was given on. */
void whet__turn_give(struct whet_turn *t,
                     void (*left)(void *ctx, const struct whet_cache_left *entry), void *ctx);

/* The turn that this thread has, or NULL. */
struct whet_turn *whet__turn_mine(void);

/* An entry has left: its reference is the turn's now. */
void whet__turn_gone(struct whet_turn *t, struct whet_entry *entry,
                     enum whet_cache_reason reason);

void whet__turns_lock_all(struct whet_turns *t);
void whet__turns_unlock_all(struct whet_turns *t);

#endif
