/* cache/memory/tables.h - what a shard finds its entries by: an index from keys to slots, the
 * policy, whose ids the slots are, ghosts, and the hash of each slot's key.
 *
 * Shape    made for so many slots; grown step by step, so that what could be had stays when the
 *          next step fails.
 * Units    slots; bytes as malloc counts them.
 * Memory   each table a block of its own.
 * Errors   -ENOMEM: what was there is as good as before.
 * Threads  under the shard's lock; readers look at an index until they are told of the next.
 */
#ifndef WHET_CACHE_MEMORY_TABLES_H
#define WHET_CACHE_MEMORY_TABLES_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "cache/memory/ghosts.h"
#include "cache/memory/index.h"
#include "evict/policy.h"

struct whet_tables {
    struct whet_index *index;
    struct whet_ghosts ghosts;
    uint64_t *hashes; /* of each slot's key; of a free one the next that is free */
    struct whet_policy *policy;
    uint32_t slot_count;
    uint32_t entry_max; /* that the index has room for */
    uint32_t fresh;     /* slots from here on were never used */
    uint32_t free_slot; /* ... and these are free again; WHET_SLOT_NONE: none */
    size_t bytes;       /* of all of it, at most */
};

/* 1: the policy remembers keys, as many as there are entries. */
int whet__tables_ghosts(const struct whet_policy_ops *ops);

/* Of so many slots: how many are for entries. */
uint32_t whet__tables_entries(const struct whet_policy_ops *ops, uint32_t slots);

/* What tables for so many slots take at most; and the largest block of them. */
size_t whet__tables_bytes(const struct whet_policy_ops *ops, uint32_t slots);
size_t whet__tables_largest(const struct whet_policy_ops *ops, uint32_t slots);

WHET_MUST_USE int whet__tables_init(struct whet_tables *out, const struct whet_policy_ops *ops,
                                    uint32_t slots, uint64_t capacity);
void whet__tables_clear(struct whet_tables *t);

/* More slots, for all but index and policy; slot_count is the caller's to set, when all has
 * grown. */
WHET_MUST_USE int whet__tables_grow_slots(struct whet_tables *t, uint32_t slots);

/* Another index with the same entries; *old is the one that was, which readers may still look
 * at: the caller frees it. */
WHET_MUST_USE int whet__tables_grow_index(struct whet_tables *t, uint32_t slots,
                                          struct whet_index **old);

#endif
