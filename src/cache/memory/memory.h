/* cache/memory/memory.h - the levels in memory: a bounded table of entries in parts with a lock
 * each.
 *
 * Shape    shards, chosen by bits of the key's hash; in each an open-addressed index from keys
 *          to slots and entries, and an eviction policy (evict/policy.h) over the slots. The
 *          compressed level is another one of these (cache/memory/packed.h).
 * Units    bytes: of entries as malloc takes them, of tables and of the policy's nodes. Their
 *          sum never exceeds the capacity, but for what callers hold on to, while the level
 *          settles after it was made smaller, and by an index per shard where the process was
 *          forbidden its barrier since (cache/memory/readers.h).
 * Memory   an entry in here holds one reference; what is answered is one for the caller. An
 *          entry is put into one level once in its life.
 * Errors   -ENOMEM. A put has none: without memory for larger tables it evicts.
 * Threads  safe from any. `left` is called after the shard's lock was released.
 */
#ifndef WHET_CACHE_MEMORY_H
#define WHET_CACHE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/cache.h>

#include "cache/entry/entry.h"
#include "cache/memory/ask.h"
#include "evict/policy.h"

struct whet_memory;

struct whet_memory_options {
    const struct whet_policy_ops *policy;
    uint64_t bytes;
    unsigned shards;  /* 0: by processors and bytes; rounded up to a power of two */
    uint32_t entries; /* room in the tables from the start, ghosts too; 0: it grows */

    /* An entry has left; its reference goes to the callee, which drops it, and may use its
     * `next`. Called by _put, _remove, _refuse and _settle, on their thread, in the shard of
     * the key that they were called with. */
    void (*left)(void *ctx, struct whet_entry *entry, enum whet_cache_reason reason);
    void *ctx;
};

/* -EINVAL: too small for its tables; -ENOMEM. */
WHET_MUST_USE int whet__memory_new(struct whet_memory **out,
                                   const struct whet_memory_options *options);

/* Which keys share a shard: an eviction takes only those of the shard that is put to. */
unsigned whet__memory_shards(const struct whet_memory *m);
unsigned whet__memory_shard_of(const struct whet_memory *m, const struct whet_hash128 *hash);

/* Entries (whet__entry_bytes) above this are too large for _put. */
uint64_t whet__memory_largest(const struct whet_memory *m);

/* Drops all entries without telling `left`. */
void whet__memory_free(struct whet_memory *m);

/* The entry, or NULL. *sure = 1: it is true (checked == changes) and has not ended: it was
 * counted as a hit and its policy told. Else the caller decides, and says so by _confirm or
 * _refuse. NULL is counted as a miss. */
WHET_MUST_USE struct whet_entry *whet__memory_get(struct whet_memory *m,
                                                  const struct whet_ask *ask, int *sure);

/* A sure hit, copied, a small one without the lock: 1, *len is set; -ENOENT when it is
 * negative. 0: anything else; ask _get, nothing was counted. `out` may be NULL when room is 0.
 */
int whet__memory_read(struct whet_memory *m, const struct whet_ask *ask, void *out, size_t room,
                      size_t *len);

/* Brings near what looks at these, at most WHET_MEMORY_AHEAD, are going to touch; `entries`:
 * those too, for _get. Says nothing of what is there. */
#define WHET_MEMORY_AHEAD 16
void whet__memory_expect(const struct whet_memory *m, const struct whet_ask *asks, size_t count,
                         int entries);

/* It was true after all: counts a hit, tells the policy. (At which count of changes, _check of
 * cache/truth/validity.h has noted.) */
void whet__memory_confirm(struct whet_memory *m, const struct whet_ask *ask,
                          struct whet_entry *entry);

/* It was not: counts a miss, and takes it out if it is still there; `left` is told. `keep`: it
 * may be served stale for a while, so it stays. */
void whet__memory_refuse(struct whet_memory *m, const struct whet_ask *ask,
                         struct whet_entry *entry, enum whet_cache_reason reason, int keep);

/* Takes a reference of its own. What was there goes as WHET_CACHE_REPLACED. One with
 * WHET_ENTRY_PINNED is not evicted, as long as such are no more than half of its shard.
 * Answers 1 when it is in, 0 when it is too large or not admitted. */
WHET_MUST_USE int whet__memory_put(struct whet_memory *m, struct whet_entry *entry);

/* 1: it was there and is gone. The reference goes to *out, or, when NULL, to `left`. */
int whet__memory_remove(struct whet_memory *m, const struct whet_ask *ask,
                        enum whet_cache_reason reason, struct whet_entry **out);

/* What is here under a key that only its hash is known of goes as WHET_CACHE_REPLACED, if it
 * was made before `made_ns` or, as the clock was set back, after `now_ns`. */
void whet__memory_forget(struct whet_memory *m, const struct whet_hash128 *hash,
                         uint64_t made_ns, uint64_t now_ns);

/* Takes all out. They are in a list, through `next`, which goes to the caller in front of
 * `gone`; `left` is not told. */
WHET_MUST_USE struct whet_entry *whet__memory_empty(struct whet_memory *m,
                                                    struct whet_entry *gone);

/* The entry without any counting or use; NULL. */
WHET_MUST_USE struct whet_entry *whet__memory_peek(struct whet_memory *m,
                                                   const struct whet_ask *ask);

/* Gradual when smaller: each _put and _settle evicts a bit of what is over it, gets and reads
 * do not. -EINVAL: too small for its tables. */
WHET_MUST_USE int whet__memory_resize(struct whet_memory *m, uint64_t bytes);

/* Such a step in one shard; 1 while there is more to do in it. */
int whet__memory_settle(struct whet_memory *m, unsigned shard);

/* Adds what this level knows to *out. */
void whet__memory_stats(struct whet_memory *m, struct whet_cache_level_stats *out);

/* What level_stats has no place for. */
struct whet_memory_sums {
    uint64_t pinned_bytes;
    uint64_t saved_ns; /* the cost of all hits */
    uint64_t negative; /* hits of entries with WHET_ENTRY_NEGATIVE */
};

void whet__memory_sums(struct whet_memory *m, struct whet_memory_sums *out);

/* Around a fork (pthread_atfork): all locks are taken before, given back in both. In the child
 * the parent's other threads no longer look. */
void whet__memory_lock_all(struct whet_memory *m);
void whet__memory_unlock_all(struct whet_memory *m, int in_child);

#endif
