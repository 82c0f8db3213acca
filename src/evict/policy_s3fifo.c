/* S3-FIFO: a small FIFO (a tenth) in which most of what is used once is found out and
 * evicted, a main FIFO whose entries get another round per use, and a FIFO of ghosts, as
 * large as main, whose return leads into main at once. A hit writes one byte.
 *
 * Source   Yang, Zhang, Qiu, Yue, Rashmi, "FIFO queues are all you need for cache
 *          eviction", SOSP 2023; with two uses needed to move from small to main. */
#include "evict/policy_list.h"
#include "evict/policy_replay.h"

enum { SMALL, MAIN, GHOSTS };

#define USES_MAX  3
#define USES_MAIN 2 /* in small, to be moved to main */

struct s3fifo {
    struct whet_policy base;
    uint64_t small_max;
    uint64_t main_max; /* and of the ghosts */
};

static struct s3fifo *s3fifo_of(struct whet_policy *p)
{
    return (struct s3fifo *)p;
}

static int resize(struct whet_policy *p)
{
    struct s3fifo *s = s3fifo_of(p);

    s->small_max = p->capacity / 10;
    s->main_max = p->capacity - s->small_max;
    return 0;
}

static int init(struct whet_policy *p)
{
    p->lists[GHOSTS].where = WHET_POLICY_GHOST;
    return resize(p);
}

static inline void hit(struct whet_policy *p, uint32_t id)
{
    uint8_t uses = p->nodes[id].mark;

    p->nodes[id].mark = (uint8_t)(uses + (uses < USES_MAX));
}

/* What the owner counted for itself. */
static void ask_uses(struct whet_policy *p, uint32_t id)
{
    if (p->uses != NULL) {
        unsigned uses = p->nodes[id].mark + p->uses(p->ctx, id);

        p->nodes[id].mark = (uint8_t)(uses < USES_MAX ? uses : USES_MAX);
    }
}

static void take_out(struct whet_policy *p, uint32_t id)
{
    whet__policy_leave(p, id, GHOSTS);
}

/* Moves what was used to main; 1 once something is evicted, 0 when small is empty. */
static int evict_small(struct whet_policy *p)
{
    struct whet_policy_list *small = &p->lists[SMALL];

    while (!whet__policy_list_empty(p, small)) {
        uint32_t id = whet__policy_list_last(p, small);

        ask_uses(p, id);
        if (p->nodes[id].mark < USES_MAIN) {
            take_out(p, id);
            whet__policy_remember(p, &p->lists[GHOSTS], id, s3fifo_of(p)->main_max);
            return 1;
        }
        whet__policy_pull(p, small, id);
        p->nodes[id].mark = 0;
        whet__policy_push(p, &p->lists[MAIN], id);
    }
    return 0;
}

/* Owners may count uses while this runs: each id is asked about once, so that a few that are
 * used all the time cannot keep it going for ever. */
static int evict_main(struct whet_policy *p)
{
    struct whet_policy_list *main = &p->lists[MAIN];
    uint32_t first = whet__policy_list_last(p, main);
    uint32_t id = first;
    int asked = 0;

    if (whet__policy_list_empty(p, main))
        return 0;
    ask_uses(p, id);
    while (p->nodes[id].mark != 0) {
        p->nodes[id].mark--;
        whet__policy_renew(p, main, id);
        id = whet__policy_list_last(p, main);
        asked |= id == first;
        if (!asked)
            ask_uses(p, id);
    }
    take_out(p, id);
    whet__policy_forget(p, id);
    return 1;
}

static int evict(struct whet_policy *p)
{
    struct whet_policy_list *lists = p->lists;

    if (lists[MAIN].size > s3fifo_of(p)->main_max || whet__policy_list_empty(p, &lists[SMALL]))
        return evict_main(p);
    return evict_small(p) || evict_main(p);
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
    p->nodes[id].mark = 0;
    whet__policy_enter(p, &p->lists[known ? MAIN : SMALL], id, size);
}

static void adopt(struct whet_policy *p, uint32_t id, uint32_t size, unsigned uses)
{
    p->nodes[id].mark = 0;
    whet__policy_enter(p, &p->lists[uses != 0 ? MAIN : SMALL], id, size);
}

static int forget(struct whet_policy *p)
{
    return whet__policy_forget_one(p, &p->lists[GHOSTS]);
}

static void replay(struct whet_policy *p, struct whet_replay *r)
{
    whet__policy_replay_with(p, r, hit, insert);
}

const struct whet_policy_ops whet__policy_s3fifo = {
    .name = "s3fifo",
    .title = "S3-FIFO",
    .summary = "newcomers that were not used soon, then the unused of a FIFO",
    .flags = WHET_POLICY_GHOSTS | WHET_POLICY_LATER,
    .state_size = sizeof(struct s3fifo),
    .init = init,
    .resize = resize,
    .hit = hit,
    .insert = insert,
    .adopt = adopt,
    .remove = take_out,
    .evict = evict,
    .forget = forget,
    .replay = replay,
};
