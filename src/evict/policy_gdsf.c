/* GDSF: for entries of different sizes. What has few uses for its size goes; each eviction
 * raises the age that newcomers start from, so that old uses wear off. A heap with the
 * lowest priority on top.
 *
 * Source   Cherkasova, "Improving WWW proxies performance with Greedy-Dual-Size-Frequency
 *          caching policy", HP Labs 1998; with a cost of 1 for every miss. */
#include "evict/policy_list.h"
#include "evict/policy_replay.h"

/* Of an id; `heap` is of the place in the heap that has this number instead. */
struct gdsf_item {
    double priority;
    uint32_t uses;
    uint32_t place;
    uint32_t heap;
};

struct gdsf {
    struct whet_policy base;
    double age; /* priority of what was evicted last */
    uint32_t count;
};

static struct gdsf *gdsf_of(struct whet_policy *p)
{
    return (struct gdsf *)p;
}

static struct gdsf_item *items_of(const struct whet_policy *p)
{
    return p->extra;
}

static void put_at(struct gdsf_item *items, uint32_t place, uint32_t id)
{
    items[place].heap = id;
    items[id].place = place;
}

static void sift_up(struct gdsf_item *items, uint32_t place, uint32_t id)
{
    while (place != 0) {
        uint32_t parent = (place - 1) / 2;

        if (items[items[parent].heap].priority <= items[id].priority)
            break;
        put_at(items, place, items[parent].heap);
        place = parent;
    }
    put_at(items, place, id);
}

static void sift_down(struct gdsf_item *items, uint32_t count, uint32_t place, uint32_t id)
{
    for (;;) {
        uint64_t child = (uint64_t)place * 2 + 1;

        if (child >= count)
            break;
        if (child + 1 < count &&
            items[items[child + 1].heap].priority < items[items[child].heap].priority)
            child++;
        if (items[id].priority <= items[items[child].heap].priority)
            break;
        put_at(items, place, items[child].heap);
        place = (uint32_t)child;
    }
    put_at(items, place, id);
}

static void set_priority(struct whet_policy *p, uint32_t id)
{
    struct gdsf_item *item = &items_of(p)[id];
    uint32_t size = p->nodes[id].size;

    item->priority = gdsf_of(p)->age + (double)item->uses / (size != 0 ? size : 1);
}

static inline void hit(struct whet_policy *p, uint32_t id)
{
    struct gdsf_item *items = items_of(p);

    items[id].uses += items[id].uses != UINT32_MAX;
    set_priority(p, id);
    sift_down(items, gdsf_of(p)->count, items[id].place, id);
}

static void take_out(struct whet_policy *p, uint32_t id)
{
    struct gdsf *g = gdsf_of(p);
    struct gdsf_item *items = items_of(p);
    uint32_t place = items[id].place;
    uint32_t moved = items[--g->count].heap;

    p->used -= p->nodes[id].size;
    if (moved == id)
        return;
    if (items[moved].priority < items[id].priority)
        sift_up(items, place, moved);
    else
        sift_down(items, g->count, place, moved);
}

static int evict(struct whet_policy *p)
{
    struct gdsf *g = gdsf_of(p);
    uint32_t id;

    if (g->count == 0)
        return 0;
    id = items_of(p)[0].heap;
    g->age = items_of(p)[id].priority;
    take_out(p, id);
    whet__policy_forget(p, id);
    return 1;
}

static void insert(struct whet_policy *p, uint32_t id, uint32_t size)
{
    struct gdsf *g = gdsf_of(p);

    if (size > p->capacity)
        return;
    while (p->used + size > p->capacity)
        evict(p);
    p->nodes[id].size = size;
    p->nodes[id].where = 1;
    p->used += size;
    items_of(p)[id].uses = 1;
    set_priority(p, id);
    sift_up(items_of(p), g->count++, id);
}

static void replay(struct whet_policy *p, struct whet_replay *r)
{
    whet__policy_replay_with(p, r, hit, insert);
}

const struct whet_policy_ops whet__policy_gdsf = {
    .name = "gdsf",
    .title = "GDSF",
    .summary = "few uses for its size; for entries of different sizes",
    .state_size = sizeof(struct gdsf),
    .extra_size = sizeof(struct gdsf_item),
    .hit = hit,
    .insert = insert,
    .remove = take_out,
    .evict = evict,
    .replay = replay,
};
