/* FIFO: out in the order they came in. The yardstick of the others. */
#include "evict/policy_queue.h"
#include "evict/policy_replay.h"

static void hit(struct whet_policy *p, uint32_t id)
{
    (void)p;
    (void)id;
}

static void insert(struct whet_policy *p, uint32_t id, uint32_t size)
{
    whet__policy_queue_insert(p, id, size, whet__policy_queue_evict);
}

static void replay(struct whet_policy *p, struct whet_replay *r)
{
    whet__policy_replay_with(p, r, hit, insert);
}

const struct whet_policy_ops whet__policy_fifo = {
    .name = "fifo",
    .title = "FIFO",
    .summary = "in the order of arrival",
    .state_size = sizeof(struct whet_policy),
    .hit = hit,
    .insert = insert,
    .remove = whet__policy_queue_remove,
    .evict = whet__policy_queue_evict,
    .replay = replay,
};
