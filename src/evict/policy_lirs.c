/* LIRS: what came back after few other keys (LIR) holds 99 % of the cache; the rest (HIR)
 * pass through a short queue. The stack has, by last use, all that was used since the LIR
 * entry that was used least recently, evicted keys too: a HIR key found in it came back
 * sooner than that entry, and takes its place.
 *
 * Source   Jiang, Zhang, "LIRS: an efficient low inter-reference recency set replacement
 *          policy", SIGMETRICS 2002; HIR is 1 %, at least 2 entries; repeated uses count. */
#include "evict/policy_list.h"
#include "evict/policy_replay.h"

#define NONE UINT32_MAX

enum { LIR = 1, HIR = 2 };

/* Links of a second ring: the queue, for HIR entries, or the ghosts by age. */
struct lirs_link {
    uint32_t prev, next;
};

struct lirs_ring {
    uint32_t first, last; /* the first is the oldest; NONE: empty */
    uint64_t size;
};

struct lirs {
    struct whet_policy base; /* list 0 is the stack; `mark` of HIR: it is in there */
    struct lirs_ring queue, ghosts;
    uint64_t lir_size, lir_max;
};

static struct lirs *lirs_of(struct whet_policy *p)
{
    return (struct lirs *)p;
}

static int resize(struct whet_policy *p)
{
    uint64_t hir = p->capacity / 100;

    if (hir < 2)
        hir = p->capacity < 4 ? p->capacity - 1 : 2;
    lirs_of(p)->lir_max = p->capacity > hir ? p->capacity - hir : 1;
    return 0;
}

static int init(struct whet_policy *p)
{
    struct lirs *l = lirs_of(p);

    l->queue.first = l->queue.last = l->ghosts.first = l->ghosts.last = NONE;
    return 0;
}

static void ring_push(struct whet_policy *p, struct lirs_ring *r, uint32_t id)
{
    struct lirs_link *links = p->extra;

    links[id] = (struct lirs_link){r->last, NONE};
    if (r->last != NONE)
        links[r->last].next = id;
    else
        r->first = id;
    r->last = id;
    r->size += p->nodes[id].size;
}

static void ring_pull(struct whet_policy *p, struct lirs_ring *r, uint32_t id)
{
    struct lirs_link *links = p->extra;
    struct lirs_link link = links[id];

    if (link.prev != NONE)
        links[link.prev].next = link.next;
    else
        r->first = link.next;
    if (link.next != NONE)
        links[link.next].prev = link.prev;
    else
        r->last = link.prev;
    r->size -= p->nodes[id].size;
}

static void forget_ghost(struct whet_policy *p, uint32_t id)
{
    ring_pull(p, &lirs_of(p)->ghosts, id);
    whet__policy_unlink(p, id);
    whet__policy_forget(p, id);
}

/* Below the last LIR entry the stack says nothing. */
static void prune(struct whet_policy *p)
{
    const struct whet_policy_list *stack = &p->lists[0];

    while (!whet__policy_list_empty(p, stack)) {
        uint32_t id = whet__policy_list_last(p, stack);

        if (p->nodes[id].where == LIR)
            return;
        if (p->nodes[id].where == HIR) {
            p->nodes[id].mark = 0;
            whet__policy_unlink(p, id);
        } else {
            forget_ghost(p, id);
        }
    }
}

/* The LIR entries used least recently become HIR until the share holds. */
static void demote(struct whet_policy *p, uint64_t max)
{
    struct lirs *l = lirs_of(p);

    while (l->lir_size > max) {
        uint32_t id = whet__policy_list_last(p, &p->lists[0]);

        whet__policy_unlink(p, id);
        l->lir_size -= p->nodes[id].size;
        p->nodes[id].where = HIR;
        p->nodes[id].mark = 0;
        ring_push(p, &l->queue, id);
        prune(p);
    }
}

static void make_lir(struct whet_policy *p, uint32_t id)
{
    struct lirs *l = lirs_of(p);

    whet__policy_link(p, &p->lists[0], id);
    p->nodes[id].where = LIR;
    l->lir_size += p->nodes[id].size;
    demote(p, l->lir_max);
}

static void make_hir(struct whet_policy *p, uint32_t id)
{
    whet__policy_link(p, &p->lists[0], id);
    p->nodes[id].where = HIR;
    p->nodes[id].mark = 1;
    ring_push(p, &lirs_of(p)->queue, id);
    if (lirs_of(p)->lir_size == 0) /* the stack always ends with a LIR entry */
        prune(p);
}

static inline void hit(struct whet_policy *p, uint32_t id)
{
    struct whet_policy_node *n = &p->nodes[id];

    if (n->where == LIR) {
        int was_last = whet__policy_list_last(p, &p->lists[0]) == id;

        whet__policy_renew(p, &p->lists[0], id);
        if (was_last)
            prune(p);
        return;
    }
    ring_pull(p, &lirs_of(p)->queue, id);
    if (n->mark) {
        whet__policy_unlink(p, id);
        make_lir(p, id);
    } else {
        make_hir(p, id);
    }
}

static void take_out(struct whet_policy *p, uint32_t id)
{
    struct lirs *l = lirs_of(p);
    struct whet_policy_node *n = &p->nodes[id];

    if (n->where == WHET_POLICY_GHOST) {
        ring_pull(p, &l->ghosts, id);
        whet__policy_unlink(p, id);
        return;
    }
    p->used -= n->size;
    if (n->where == LIR) {
        l->lir_size -= n->size;
        whet__policy_unlink(p, id);
        prune(p);
        return;
    }
    ring_pull(p, &l->queue, id);
    if (n->mark)
        whet__policy_unlink(p, id);
}

/* The HIR entry that has been longest in the queue; a ghost if the stack has it. */
static int evict(struct whet_policy *p)
{
    struct lirs *l = lirs_of(p);
    uint32_t id;

    if (l->queue.first == NONE && l->lir_size != 0)
        demote(p, l->lir_size - 1);
    id = l->queue.first;
    if (id == NONE)
        return 0;
    ring_pull(p, &l->queue, id);
    p->used -= p->nodes[id].size;
    if (!p->nodes[id].mark) {
        whet__policy_forget(p, id);
        return 1;
    }
    p->nodes[id].where = WHET_POLICY_GHOST;
    ring_push(p, &l->ghosts, id);
    whet__policy_tell(p, id, 1);
    while (p->ghost_max != 0 && l->ghosts.size > p->ghost_max)
        forget_ghost(p, l->ghosts.first);
    return 1;
}

static void insert(struct whet_policy *p, uint32_t id, uint32_t size)
{
    struct lirs *l = lirs_of(p);
    int known = p->nodes[id].where == WHET_POLICY_GHOST;

    if (size > p->capacity)
        return;
    if (known)
        take_out(p, id);
    while (p->used + size > p->capacity)
        evict(p);
    p->nodes[id].size = size;
    p->used += size;
    if (known || l->lir_size + size <= l->lir_max)
        make_lir(p, id);
    else
        make_hir(p, id);
}

static void adopt(struct whet_policy *p, uint32_t id, uint32_t size, unsigned uses)
{
    struct lirs *l = lirs_of(p);

    p->nodes[id].size = size;
    p->used += size;
    if (uses != 0 || l->lir_size + size <= l->lir_max)
        make_lir(p, id);
    else
        make_hir(p, id);
}

static int forget(struct whet_policy *p)
{
    if (lirs_of(p)->ghosts.first == NONE)
        return 0;
    forget_ghost(p, lirs_of(p)->ghosts.first);
    return 1;
}

static void replay(struct whet_policy *p, struct whet_replay *r)
{
    whet__policy_replay_with(p, r, hit, insert);
}

const struct whet_policy_ops whet__policy_lirs = {
    .name = "lirs",
    .title = "LIRS",
    .summary = "what did not come back soon after its last use",
    .flags = WHET_POLICY_GHOSTS,
    .state_size = sizeof(struct lirs),
    .extra_size = sizeof(struct lirs_link),
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
