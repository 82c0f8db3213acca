/* ARC: an LRU of what was used once (T1) and one of what was used again (T2), each with
 * the ghosts of what it evicted (B1, B2). A request for a ghost says which of the two is
 * too small, and moves the target `p` of T1's size. What is in T1, T2, B1, B2 together is
 * never more than twice the cache.
 *
 * Source   Megiddo, Modha, "ARC: a self-tuning, low overhead replacement cache", FAST
 *          2003, figure 4, with a real-valued p; sizes other than 1 move p by as much. */
#include "evict/policy_list.h"
#include "evict/policy_replay.h"

enum { T1, T2, B1, B2 };

struct arc {
    struct whet_policy base;
    double target; /* of T1's size: p of the paper */
};

static struct arc *arc_of(struct whet_policy *p)
{
    return (struct arc *)p;
}

static int init(struct whet_policy *p)
{
    p->lists[B1].where = WHET_POLICY_GHOST;
    p->lists[B2].where = WHET_POLICY_GHOST + 1;
    return 0;
}

static int resize(struct whet_policy *p)
{
    if (arc_of(p)->target > (double)p->capacity)
        arc_of(p)->target = (double)p->capacity;
    return 0;
}

static inline void hit(struct whet_policy *p, uint32_t id)
{
    if (p->nodes[id].where == p->lists[T2].where) {
        whet__policy_renew(p, &p->lists[T2], id);
        return;
    }
    whet__policy_pull(p, &p->lists[T1], id);
    whet__policy_push(p, &p->lists[T2], id);
}

static void take_out(struct whet_policy *p, uint32_t id)
{
    whet__policy_leave(p, id, B1);
}

/* The paper's REPLACE: from T1 or T2 to its ghosts. */
static int replace(struct whet_policy *p, int from_b2)
{
    double t1 = (double)p->lists[T1].size;
    double target = arc_of(p)->target;
    int first = !whet__policy_list_empty(p, &p->lists[T1]) &&
                (t1 > target || (from_b2 && t1 >= target));
    unsigned from;
    uint32_t id;

    if (!first && whet__policy_list_empty(p, &p->lists[T2]))
        first = 1;
    from = first ? T1 : T2;
    if (whet__policy_list_empty(p, &p->lists[from]))
        return 0;
    id = whet__policy_list_last(p, &p->lists[from]);
    take_out(p, id);
    whet__policy_push(p, &p->lists[from + B1], id);
    whet__policy_tell(p, id, 1);
    return 1;
}

static int evict(struct whet_policy *p)
{
    return replace(p, 0);
}

/* Cases II and III: a ghost comes back. */
static void insert_ghost(struct whet_policy *p, uint32_t id, uint32_t size)
{
    struct arc *a = arc_of(p);
    double b1 = (double)p->lists[B1].size;
    double b2 = (double)p->lists[B2].size;
    int from_b2 = p->nodes[id].where == p->lists[B2].where;

    if (from_b2) {
        a->target -= b2 >= b1 ? size : size * b1 / b2;
        if (a->target < 0)
            a->target = 0;
    } else {
        a->target += b1 >= b2 ? size : size * b2 / b1;
        if (a->target > (double)p->capacity)
            a->target = (double)p->capacity;
    }
    take_out(p, id);
    while (p->used + size > p->capacity)
        replace(p, from_b2);
}

/* Case IV: nobody knows it. Makes room in T1 and B1 together, and in all four. */
static void make_room(struct whet_policy *p, uint32_t size)
{
    struct whet_policy_list *lists = p->lists;

    while (lists[T1].size + lists[B1].size + size > p->capacity &&
           !whet__policy_list_empty(p, &lists[B1]))
        whet__policy_forget_last(p, &lists[B1]);
    while (lists[T1].size + size > p->capacity) {
        uint32_t id = whet__policy_list_last(p, &lists[T1]);

        take_out(p, id);
        whet__policy_forget(p, id);
    }
    while (p->used + lists[B1].size + lists[B2].size + size > 2 * p->capacity &&
           !whet__policy_list_empty(p, &lists[B2]))
        whet__policy_forget_last(p, &lists[B2]);
    while (p->used + size > p->capacity)
        replace(p, 0);
}

static void insert(struct whet_policy *p, uint32_t id, uint32_t size)
{
    int known = p->nodes[id].where != WHET_POLICY_NOWHERE;

    if (size > p->capacity)
        return;
    if (known)
        insert_ghost(p, id, size);
    else
        make_room(p, size);
    whet__policy_enter(p, &p->lists[known ? T2 : T1], id, size);
}

static void adopt(struct whet_policy *p, uint32_t id, uint32_t size, unsigned uses)
{
    whet__policy_enter(p, &p->lists[uses != 0 ? T2 : T1], id, size);
}

static int forget(struct whet_policy *p)
{
    return whet__policy_forget_one(p, &p->lists[B1]) ||
           whet__policy_forget_one(p, &p->lists[B2]);
}

static void replay(struct whet_policy *p, struct whet_replay *r)
{
    whet__policy_replay_with(p, r, hit, insert);
}

const struct whet_policy_ops whet__policy_arc = {
    .name = "arc",
    .title = "ARC",
    .summary = "recent or frequent, balanced by what it should not have evicted",
    .flags = WHET_POLICY_GHOSTS,
    .state_size = sizeof(struct arc),
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
