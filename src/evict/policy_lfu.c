/* LFU: what was used least often since it came goes; among equals, what has had that count
 * longest. Counts are forgotten on eviction, so this is rarely a good choice; it is
 * here because caches in use have it. Every step is O(1): entries of one count are a
 * class, classes are a list in order of their counts.
 *
 * Source   Shah, Mitra, Matani, "An O(1) algorithm for implementing the LFU cache eviction
 *          scheme", 2010. */
#include "evict/policy_list.h"
#include "evict/policy_replay.h"

#define NONE UINT32_MAX

/* A class; there are never more than residents, so each id lends the place of one. */
struct class
{
    uint32_t uses;
    uint32_t first, last;   /* residents: the first has been here longest */
    uint32_t lower, higher; /* classes */
    uint32_t class_of;      /* not of this class: the class that the id of this place is in */
};

struct lfu {
    struct whet_policy base;
    uint32_t lowest; /* NONE: empty */
    uint32_t free;   /* classes given back, linked by `higher` */
    uint32_t fresh;  /* places from here on were never used */
};

static struct lfu *lfu_of(struct whet_policy *p)
{
    return (struct lfu *)p;
}

static struct class *class_at(const struct whet_policy *p, uint32_t c)
{
    return (struct class *)p->extra + c;
}

static int init(struct whet_policy *p)
{
    lfu_of(p)->lowest = lfu_of(p)->free = NONE;
    return 0;
}

/* A new class between two neighbours; each may be NONE. */
static uint32_t class_new(struct whet_policy *p, uint32_t lower, uint32_t higher, uint32_t uses)
{
    struct lfu *f = lfu_of(p);
    uint32_t c = f->free;
    struct class *at;

    if (c != NONE)
        f->free = class_at(p, c)->higher;
    else
        c = f->fresh++;
    at = class_at(p, c);
    at->uses = uses;
    at->first = at->last = NONE;
    at->lower = lower;
    at->higher = higher;
    if (lower != NONE)
        class_at(p, lower)->higher = c;
    else
        f->lowest = c;
    if (higher != NONE)
        class_at(p, higher)->lower = c;
    return c;
}

static void class_drop(struct whet_policy *p, uint32_t c)
{
    struct lfu *f = lfu_of(p);
    struct class *at = class_at(p, c);

    if (at->lower != NONE)
        class_at(p, at->lower)->higher = at->higher;
    else
        f->lowest = at->higher;
    if (at->higher != NONE)
        class_at(p, at->higher)->lower = at->lower;
    at->higher = f->free;
    f->free = c;
}

static void append(struct whet_policy *p, uint32_t c, uint32_t id)
{
    struct class *at = class_at(p, c);

    p->nodes[id].prev = at->last;
    p->nodes[id].next = NONE;
    if (at->last != NONE)
        p->nodes[at->last].next = id;
    else
        at->first = id;
    at->last = id;
    class_at(p, id)->class_of = c;
}

/* The class may be empty afterwards. */
static void detach(struct whet_policy *p, uint32_t c, uint32_t id)
{
    const struct whet_policy_node *n = &p->nodes[id];
    struct class *at = class_at(p, c);

    if (n->prev != NONE)
        p->nodes[n->prev].next = n->next;
    else
        at->first = n->next;
    if (n->next != NONE)
        p->nodes[n->next].prev = n->prev;
    else
        at->last = n->prev;
}

static inline void hit(struct whet_policy *p, uint32_t id)
{
    uint32_t c = class_at(p, id)->class_of;
    struct class *at = class_at(p, c);
    uint32_t uses = at->uses + (at->uses != UINT32_MAX);
    uint32_t to = at->higher;
    int fits = to != NONE && class_at(p, to)->uses == uses;

    if (uses == at->uses)
        return;
    if (!fits && at->first == at->last) {
        at->uses = uses; /* alone in its class: the class moves */
        return;
    }
    detach(p, c, id);
    if (!fits)
        to = class_new(p, c, to, uses);
    append(p, to, id);
    if (class_at(p, c)->first == NONE)
        class_drop(p, c);
}

static void take_out(struct whet_policy *p, uint32_t id)
{
    uint32_t c = class_at(p, id)->class_of;

    p->used -= p->nodes[id].size;
    detach(p, c, id);
    if (class_at(p, c)->first == NONE)
        class_drop(p, c);
}

static int evict(struct whet_policy *p)
{
    uint32_t lowest = lfu_of(p)->lowest;
    uint32_t id;

    if (lowest == NONE)
        return 0;
    id = class_at(p, lowest)->first;
    take_out(p, id);
    whet__policy_forget(p, id);
    return 1;
}

static void insert(struct whet_policy *p, uint32_t id, uint32_t size)
{
    uint32_t lowest;

    if (size > p->capacity)
        return;
    while (p->used + size > p->capacity)
        evict(p);
    p->nodes[id].size = size;
    p->nodes[id].where = 1;
    p->used += size;
    lowest = lfu_of(p)->lowest;
    if (lowest == NONE || class_at(p, lowest)->uses != 1)
        lowest = class_new(p, NONE, lowest, 1);
    append(p, lowest, id);
}

static void replay(struct whet_policy *p, struct whet_replay *r)
{
    whet__policy_replay_with(p, r, hit, insert);
}

const struct whet_policy_ops whet__policy_lfu = {
    .name = "lfu",
    .title = "LFU",
    .summary = "what was used least often since it came",
    .state_size = sizeof(struct lfu),
    .extra_size = sizeof(struct class),
    .init = init,
    .hit = hit,
    .insert = insert,
    .remove = take_out,
    .evict = evict,
    .replay = replay,
};
