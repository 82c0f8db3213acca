/* CLOCK: a FIFO in which a use since arrival earns another round. A hit writes one byte.
 *
 * Source   Corbato, "A paging experiment with the Multics system", 1968. */
#include "evict/policy_queue.h"
#include "evict/policy_replay.h"

static inline void hit(struct whet_policy *p, uint32_t id)
{
    p->nodes[id].mark = 1;
}

static int evict(struct whet_policy *p)
{
    const struct whet_policy_list *queue = &p->lists[0];
    uint32_t id = whet__policy_list_last(p, queue);

    if (whet__policy_list_empty(p, queue))
        return 0;
    while (p->nodes[id].mark != 0) {
        p->nodes[id].mark = 0;
        whet__policy_renew(p, queue, id);
        id = whet__policy_list_last(p, queue);
    }
    whet__policy_queue_drop(p, id);
    return 1;
}

static void insert(struct whet_policy *p, uint32_t id, uint32_t size)
{
    whet__policy_queue_insert(p, id, size, evict);
}

static void replay(struct whet_policy *p, struct whet_replay *r)
{
    whet__policy_replay_with(p, r, hit, insert);
}

const struct whet_policy_ops whet__policy_clock = {
    .name = "clock",
    .title = "CLOCK",
    .summary = "in the order of arrival, with another round for what was used",
    .state_size = sizeof(struct whet_policy),
    .hit = hit,
    .insert = insert,
    .remove = whet__policy_queue_remove,
    .evict = evict,
    .replay = replay,
};
