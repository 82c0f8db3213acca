/* 2Q: new entries pass a FIFO of a quarter of the cache; only a key that comes back after
 * it left there (it is remembered, as many as fill half of the cache) is taken into the
 * LRU that is the rest.
 *
 * Source   Johnson, Shasha, "2Q: a low overhead high performance buffer management
 *          replacement algorithm", VLDB 1994; the full version. */
#include "evict/policy_list.h"
#include "evict/policy_replay.h"

enum { IN, MAIN, OUT };

static int init(struct whet_policy *p)
{
    p->lists[OUT].where = WHET_POLICY_GHOST;
    return 0;
}

static inline void hit(struct whet_policy *p, uint32_t id)
{
    if (p->nodes[id].where == p->lists[MAIN].where)
        whet__policy_renew(p, &p->lists[MAIN], id);
}

static void take_out(struct whet_policy *p, uint32_t id)
{
    whet__policy_leave(p, id, OUT);
}

static int evict(struct whet_policy *p)
{
    const struct whet_policy_list *in = &p->lists[IN];
    const struct whet_policy_list *main = &p->lists[MAIN];
    uint32_t id;

    if (in->size > p->capacity / 4 || whet__policy_list_empty(p, main)) {
        if (whet__policy_list_empty(p, in))
            return 0;
        id = whet__policy_list_last(p, in);
        take_out(p, id);
        whet__policy_remember(p, &p->lists[OUT], id, p->capacity / 2);
    } else {
        id = whet__policy_list_last(p, main);
        take_out(p, id);
        whet__policy_forget(p, id);
    }
    return 1;
}

static void insert(struct whet_policy *p, uint32_t id, uint32_t size)
{
    int known = p->nodes[id].where == WHET_POLICY_GHOST;

    if (size > p->capacity)
        return;
    if (known)
        take_out(p, id);
    while (p->used + size > p->capacity)
        evict(p);
    whet__policy_enter(p, &p->lists[known ? MAIN : IN], id, size);
}

static void adopt(struct whet_policy *p, uint32_t id, uint32_t size, unsigned uses)
{
    whet__policy_enter(p, &p->lists[uses != 0 ? MAIN : IN], id, size);
}

static int forget(struct whet_policy *p)
{
    return whet__policy_forget_one(p, &p->lists[OUT]);
}

static void replay(struct whet_policy *p, struct whet_replay *r)
{
    whet__policy_replay_with(p, r, hit, insert);
}

const struct whet_policy_ops whet__policy_2q = {
    .name = "2q",
    .title = "2Q",
    .summary = "a FIFO of newcomers before an LRU of what came back",
    .flags = WHET_POLICY_GHOSTS,
    .state_size = sizeof(struct whet_policy),
    .init = init,
    .hit = hit,
    .insert = insert,
    .adopt = adopt,
    .remove = take_out,
    .evict = evict,
    .forget = forget,
    .replay = replay,
};
