/* replay/simulate.h - how many requests of a trace a cache of some size and policy misses.
 *
 * Shape    one call, one policy, one size; calls are independent.
 * Units    capacity in entries, or in bytes with WHET_SIMULATE_BYTES; ratios 0..1.
 * Memory   16 to 44 bytes per key of the trace, freed before the call returns.
 * Errors   -EINVAL: no capacity, sizes wanted of a trace without, or a policy of the future
 *          before whet__trace_find_next.  -ECANCELED: stopped.  -ENOMEM.
 * Threads  several at once on one trace are fine.
 *
 * The cache starts empty and every miss is inserted, unless it is larger than the cache: so
 * the first request of each key is a miss and is counted.
 */
#ifndef WHET_REPLAY_SIMULATE_H
#define WHET_REPLAY_SIMULATE_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "evict/policy.h"
#include "replay/trace.h"

enum whet_simulate_flags { WHET_SIMULATE_BYTES = 1 << 0 };

struct whet_simulate_options {
    unsigned flags; /* enum whet_simulate_flags */
    int (*stop)(void *ctx);
    void (*progress)(void *ctx, size_t more); /* requests done since it was last called */
    void *ctx;
};

#define WHET_SIMULATE_PART ((size_t)1 << 18)

/* Behind each request of a loop over a trace: now and then says how far it is. -ECANCELED: it
 * is to stop. */
static inline int whet__simulate_pause(const struct whet_simulate_options *o, size_t i)
{
    if (i % WHET_SIMULATE_PART != WHET_SIMULATE_PART - 1)
        return 0;
    if (o->progress != NULL)
        o->progress(o->ctx, WHET_SIMULATE_PART);
    return o->stop != NULL && o->stop(o->ctx) ? -ECANCELED : 0;
}

struct whet_simulation {
    const struct whet_policy_ops *policy;
    uint64_t capacity;
    size_t requests;
    uint64_t misses;
    uint64_t bytes, missed_bytes; /* 0 where the trace has no sizes or they do not count */
    double miss_ratio;
    double byte_miss_ratio; /* < 0: see bytes */
    double cpu_seconds;     /* of this thread */
};

/* `options` may be NULL. */
WHET_MUST_USE int whet__simulate(struct whet_simulation *out, const struct whet_trace *t,
                                 const struct whet_policy_ops *policy, uint64_t capacity,
                                 const struct whet_simulate_options *options);

#endif
