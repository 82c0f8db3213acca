/* SIEVE: a FIFO whose hand moves from the oldest to the newest and takes the first entry
 * that was not used since it last came by. Survivors stay where they are, so what is new
 * is sifted early. A hit writes one byte. Not made for scans longer than the cache.
 *
 * Source   Zhang, Yang, Yue, Vigfusson, Rashmi, "SIEVE is simpler than LRU", NSDI 2024. */
#include "evict/policy_queue.h"
#include "evict/policy_replay.h"

struct sieve {
    struct whet_policy base;
    uint32_t hand; /* where to look next; NO_HAND: at the oldest */
};

#define NO_HAND UINT32_MAX

static struct sieve *sieve_of(struct whet_policy *p)
{
    return (struct sieve *)p;
}

static int init(struct whet_policy *p)
{
    sieve_of(p)->hand = NO_HAND;
    return 0;
}

static inline void hit(struct whet_policy *p, uint32_t id)
{
    p->nodes[id].mark = 1;
}

/* The next towards the newest. */
static uint32_t after(const struct whet_policy *p, uint32_t id)
{
    uint32_t next = p->nodes[id].prev;

    return next == p->lists[0].head ? NO_HAND : next;
}

static void take_out(struct whet_policy *p, uint32_t id)
{
    struct sieve *s = sieve_of(p);

    if (s->hand == id)
        s->hand = after(p, id);
    whet__policy_queue_remove(p, id);
}

static int evict(struct whet_policy *p)
{
    struct sieve *s = sieve_of(p);
    uint32_t last = whet__policy_list_last(p, &p->lists[0]);
    uint32_t id = s->hand != NO_HAND ? s->hand : last;

    if (whet__policy_list_empty(p, &p->lists[0]))
        return 0;
    while (p->nodes[id].mark != 0) {
        p->nodes[id].mark = 0;
        id = after(p, id);
        if (id == NO_HAND)
            id = last;
    }
    s->hand = id;
    take_out(p, id);
    whet__policy_forget(p, id);
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

const struct whet_policy_ops whet__policy_sieve = {
    .name = "sieve",
    .title = "SIEVE",
    .summary = "the first that a moving hand finds unused",
    .state_size = sizeof(struct sieve),
    .init = init,
    .hit = hit,
    .insert = insert,
    .remove = take_out,
    .evict = evict,
    .replay = replay,
};
