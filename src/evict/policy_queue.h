/* evict/policy_queue.h - what policies with a single queue share.
 *
 * Shape    inserting at the front and taking out of list 0.
 * Units    sizes as the policy's.
 * Memory   none of its own.
 * Errors   none.
 * Threads  as the policy.
 */
#ifndef WHET_EVICT_POLICY_QUEUE_H
#define WHET_EVICT_POLICY_QUEUE_H

#include "evict/policy_list.h"

static inline void whet__policy_queue_remove(struct whet_policy *p, uint32_t id)
{
    whet__policy_pull(p, &p->lists[0], id);
    p->used -= p->nodes[id].size;
}

static inline void whet__policy_queue_drop(struct whet_policy *p, uint32_t id)
{
    whet__policy_queue_remove(p, id);
    whet__policy_forget(p, id);
}

/* Evicts what is last, the oldest. */
static inline int whet__policy_queue_evict(struct whet_policy *p)
{
    if (whet__policy_list_empty(p, &p->lists[0]))
        return 0;
    whet__policy_queue_drop(p, whet__policy_list_last(p, &p->lists[0]));
    return 1;
}

static inline void whet__policy_queue_insert(struct whet_policy *p, uint32_t id, uint32_t size,
                                             int (*evict)(struct whet_policy *p))
{
    if (size > p->capacity)
        return;
    while (p->used + size > p->capacity)
        evict(p);
    p->nodes[id].mark = 0;
    whet__policy_enter(p, &p->lists[0], id, size);
}

#endif
