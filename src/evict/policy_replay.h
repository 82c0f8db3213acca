/* evict/policy_replay.h - a trace through a policy, as fast as its own file can be.
 *
 * Shape    one loop, inlined into each policy's file with the hit and the insert that the
 *          live cache calls through its ops: one implementation, two drivers.
 * Units    requests by their place in the trace; sizes as the policy's.
 * Memory   none is allocated.
 * Errors   none.
 * Threads  as the policy; the trace is only read.
 */
#ifndef WHET_EVICT_POLICY_REPLAY_H
#define WHET_EVICT_POLICY_REPLAY_H

#include "evict/policy.h"

/* A part of a trace, and what came of it. Parts are replayed in order. */
struct whet_replay {
    const uint32_t *ids;
    const uint32_t *sizes; /* of each request; NULL: 1 each */
    const uint32_t *next;  /* for each, the next request of the same id, or UINT32_MAX; only
                              for policies with WHET_POLICY_FUTURE */
    size_t at, end;        /* at == end afterwards */
    uint64_t misses;       /* added to */
    uint64_t missed_size;
};

typedef void (*whet_policy_hit)(struct whet_policy *p, uint32_t id);
typedef void (*whet_policy_insert)(struct whet_policy *p, uint32_t id, uint32_t size);

/* What comes is known, so its nodes are fetched before their turn: with more keys than fit
 * the processor's caches this is half the time. */
static inline __attribute__((always_inline)) void
whet__policy_replay_with(struct whet_policy *p, struct whet_replay *r, whet_policy_hit hit,
                         whet_policy_insert insert)
{
    const uint32_t *ids = r->ids;
    size_t end = r->end;
    uint64_t misses = 0;
    uint64_t missed_size = 0;

    for (size_t i = r->at; i < end; i++) {
        uint32_t id = ids[i];

        __builtin_prefetch(
            &p->nodes[ids[i + WHET_POLICY_AHEAD < end ? i + WHET_POLICY_AHEAD : i]]);
        if (whet__policy_resident(p, id)) {
            hit(p, id);
        } else {
            uint32_t size = r->sizes != NULL ? r->sizes[i] : 1;

            misses++;
            missed_size += size;
            insert(p, id, size);
        }
    }
    r->at = end;
    r->misses += misses;
    r->missed_size += missed_size;
}

#endif
