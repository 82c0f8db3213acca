/* evict/trials.h - small caches of several policies side by side, and which misses least.
 *
 * Shape    every request to a cache is shown to it, by the hash of its key; of the keys with
 *          the lowest hashes it remembers hash and size, and which of them each policy would
 *          keep in a cache that is smaller by as much. Nothing else is kept of a key.
 * Units    sizes and capacity as those of the cache that it stands for; ratios 0..1.
 * Memory   120 bytes per key with five policies, a key for every 4 ids, at most
 *          WHET_TRIALS_KEYS: 1 MB. A request never allocates.
 * Errors   -ENOMEM: nothing has changed.
 * Threads  one at a time.
 *
 * It begins with all keys. Each time that they do not fit, the sample and the small caches
 * become half as large: a cache of few entries is simulated whole, one of millions by some
 * thousand keys.
 *
 * Source   Waldspurger, Saemundsson, Ahmad, Park, "Cache modeling and optimization using
 *          miniature simulations", ATC 2017; with the falling threshold of SHARDS
 *          (replay/sampler.h).
 */
#ifndef WHET_EVICT_TRIALS_H
#define WHET_EVICT_TRIALS_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "evict/policy.h"

#define WHET_TRIALS_KEYS     8192
#define WHET_TRIALS_POLICIES WHET_POLICY_PARTS

struct whet_trials;

/* For a cache of `capacity` that has ids below `id_count`. */
WHET_MUST_USE int whet__trials_new(struct whet_trials **out,
                                   const struct whet_policy_ops *const *policies,
                                   unsigned count, uint32_t id_count, uint64_t capacity);
void whet__trials_free(struct whet_trials *t);

/* What all of it takes of memory, at most. */
size_t whet__trials_bytes(const struct whet_policy_ops *const *policies, unsigned count,
                          uint32_t id_count);

WHET_MUST_USE int whet__trials_grow(struct whet_trials *t, uint32_t id_count);
WHET_MUST_USE int whet__trials_resize(struct whet_trials *t, uint64_t capacity);

/* A request, whatever came of it; 1 when it ends a round: then _judge is called. */
int whet__trials_use(struct whet_trials *t, uint64_t hash, uint32_t size);

/* At the end of a round: the policy to follow by one who follows `now`, another one only if
 * it is clearly better. What was counted before this round counts less from now on. */
unsigned whet__trials_judge(struct whet_trials *t, unsigned now);

/* What a policy missed of late, older requests counting less; the share of keys in the
 * sample. */
double whet__trials_miss_ratio(const struct whet_trials *t, unsigned policy);
double whet__trials_rate(const struct whet_trials *t);

#endif
