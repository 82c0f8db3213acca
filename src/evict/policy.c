/* Every policy, in byte order of names, and what they have in common: nodes, list heads,
 * room for more. Called when a cache is made, resized or grown, never per request. */
#include "evict/policy.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "evict/policy_list.h"

extern const struct whet_policy_ops whet__policy_2q;
extern const struct whet_policy_ops whet__policy_adaptive;
extern const struct whet_policy_ops whet__policy_arc;
extern const struct whet_policy_ops whet__policy_belady;
extern const struct whet_policy_ops whet__policy_clock;
extern const struct whet_policy_ops whet__policy_fifo;
extern const struct whet_policy_ops whet__policy_gdsf;
extern const struct whet_policy_ops whet__policy_lfu;
extern const struct whet_policy_ops whet__policy_lirs;
extern const struct whet_policy_ops whet__policy_lru;
extern const struct whet_policy_ops whet__policy_s3fifo;
extern const struct whet_policy_ops whet__policy_sieve;
extern const struct whet_policy_ops whet__policy_tinylfu;
extern const struct whet_policy_ops whet__policy_tinylfu1;
extern const struct whet_policy_ops whet__policy_tinylfu10;

/* Keep sorted: lists and reports are in this order. */
static const struct whet_policy_ops *const policies[] = {
    &whet__policy_2q,      &whet__policy_adaptive, &whet__policy_arc,
    &whet__policy_belady,  &whet__policy_clock,    &whet__policy_fifo,
    &whet__policy_gdsf,    &whet__policy_lfu,      &whet__policy_lirs,
    &whet__policy_lru,     &whet__policy_s3fifo,   &whet__policy_sieve,
    &whet__policy_tinylfu, &whet__policy_tinylfu1, &whet__policy_tinylfu10,
};

#define POLICY_COUNT (sizeof(policies) / sizeof(policies[0]))

size_t whet__policy_count(void)
{
    return POLICY_COUNT;
}

const struct whet_policy_ops *whet__policy_at(size_t index)
{
    return index < POLICY_COUNT ? policies[index] : NULL;
}

const struct whet_policy_ops *whet__policy_find(const char *name)
{
    for (size_t i = 0; i < POLICY_COUNT; i++) {
        if (strcmp(policies[i]->name, name) == 0)
            return policies[i];
    }
    return NULL;
}

const struct whet_policy_ops *whet__policy_need(const char *name, struct whet_error *err)
{
    const struct whet_policy_ops *found = whet__policy_find(name);
    const char *names[POLICY_COUNT];
    const char *nearest;

    if (found != NULL)
        return found;
    for (size_t i = 0; i < POLICY_COUNT; i++)
        names[i] = policies[i]->name;
    nearest = whet__nearest(name, names, POLICY_COUNT);
    if (nearest != NULL)
        whet_error_set(err, -EINVAL, "unknown policy: '%.64s': did you mean '%s'?", name,
                       nearest);
    else
        whet_error_set(err, -EINVAL, "unknown policy: '%.64s': the manual lists them", name);
    return NULL;
}

/* Nodes with the list heads of a policy, and of its parts. */
static size_t node_count(const struct whet_policy_ops *ops, uint32_t id_count)
{
    size_t owners = ops->flags & WHET_POLICY_PARTED ? 1 + WHET_POLICY_PARTS : 1;

    return id_count + owners * WHET_POLICY_LISTS;
}

/* Empty rings at the heads behind the nodes, from the head `first` on. */
static void init_lists(struct whet_policy *p, uint32_t first)
{
    for (uint32_t i = 0; i < WHET_POLICY_LISTS; i++) {
        struct whet_policy_list *l = &p->lists[i];

        l->head = p->id_count + first + i;
        l->where = (uint8_t)(i + 1);
        p->nodes[l->head].prev = p->nodes[l->head].next = l->head;
    }
}

/* The heads of p's lists move up by `more` nodes. From the last to the first, so that a short
 * way does not overwrite what has not moved yet. */
static void move_lists(struct whet_policy *p, uint32_t more)
{
    for (uint32_t i = WHET_POLICY_LISTS; i-- > 0;) {
        struct whet_policy_list *l = &p->lists[i];
        struct whet_policy_node head = p->nodes[l->head];
        uint32_t to = l->head + more;

        if (head.next == l->head)
            head.next = head.prev = to;
        p->nodes[to] = head;
        p->nodes[head.next].prev = to;
        p->nodes[head.prev].next = to;
        l->head = to;
    }
}

/* What is a policy's own: its memory, its lists, its shares. */
static int set_up(struct whet_policy *p, uint32_t first_head)
{
    const struct whet_policy_ops *ops = p->ops;
    int rc = 0;

    if (ops->extra_size != 0) {
        p->extra = whet__mem_zalloc((size_t)p->id_count + 1, ops->extra_size);
        if (p->extra == NULL)
            return -ENOMEM;
    }
    init_lists(p, first_head);
    if (ops->init != NULL)
        rc = ops->init(p);
    if (rc == 0 && ops->resize != NULL)
        rc = ops->resize(p);
    return rc;
}

int whet__policy_new(struct whet_policy **out, const struct whet_policy_ops *ops,
                     uint32_t id_count, uint64_t capacity)
{
    struct whet_policy *p;
    int rc = -ENOMEM;

    if (capacity == 0 || id_count > WHET_POLICY_IDS_MAX)
        return -EINVAL;
    p = whet__mem_zalloc(1, ops->state_size);
    if (p == NULL)
        return -ENOMEM;
    p->ops = ops;
    p->id_count = id_count;
    p->capacity = capacity;
    p->nodes = whet__mem_zalloc(node_count(ops, id_count), sizeof(*p->nodes));
    if (p->nodes != NULL)
        rc = set_up(p, 0);
    if (rc != 0) {
        whet__policy_free(p);
        return rc;
    }
    *out = p;
    return 0;
}

int whet__policy_part(struct whet_policy *whole, unsigned index,
                      const struct whet_policy_ops *ops)
{
    struct whet_policy *p = whet__mem_zalloc(1, ops->state_size);
    int rc;

    if (p == NULL)
        return -ENOMEM;
    p->ops = ops;
    p->id_count = whole->id_count;
    p->capacity = whole->capacity;
    p->nodes = whole->nodes;
    p->is_part = 1;
    rc = set_up(p, WHET_POLICY_LISTS * (1 + index));
    if (rc != 0)
        whet__policy_free(p);
    else
        whole->parts[index] = p;
    return rc;
}

void whet__policy_free(struct whet_policy *p)
{
    if (p == NULL)
        return;
    for (unsigned i = 0; i < WHET_POLICY_PARTS; i++)
        whet__policy_free(p->parts[i]);
    if (p->ops->clear != NULL)
        p->ops->clear(p);
    whet__mem_free(p->extra);
    if (!p->is_part)
        whet__mem_free(p->nodes);
    whet__mem_free(p);
}

/* Room beside the nodes for more ids; of no effect if growing fails later. */
static int grow_own(struct whet_policy *p, uint32_t id_count)
{
    size_t extra_size = p->ops->extra_size;
    uint32_t more = id_count - p->id_count;
    char *extra;

    if (extra_size != 0) {
        extra = whet__mem_resize(p->extra, (size_t)id_count + 1, extra_size);
        if (extra == NULL)
            return -ENOMEM;
        p->extra = extra;
        memset(extra + ((size_t)p->id_count + 1) * extra_size, 0, more * extra_size);
    }
    return p->ops->grow != NULL ? p->ops->grow(p, id_count) : 0;
}

static void use_nodes(struct whet_policy *p, struct whet_policy_node *nodes, uint32_t id_count)
{
    p->nodes = nodes;
    move_lists(p, id_count - p->id_count);
    p->id_count = id_count;
}

int whet__policy_grow(struct whet_policy *p, uint32_t id_count)
{
    uint32_t before = p->id_count;
    struct whet_policy_node *nodes;
    int rc;

    if (id_count < before || id_count > WHET_POLICY_IDS_MAX)
        return -EINVAL;
    rc = grow_own(p, id_count);
    for (unsigned i = 0; rc == 0 && i < WHET_POLICY_PARTS; i++)
        rc = p->parts[i] != NULL ? grow_own(p->parts[i], id_count) : 0;
    if (rc != 0)
        return rc;
    nodes = whet__mem_resize(p->nodes, node_count(p->ops, id_count), sizeof(*nodes));
    if (nodes == NULL)
        return -ENOMEM;
    for (unsigned i = WHET_POLICY_PARTS; i-- > 0;) { /* their heads are behind p's own */
        if (p->parts[i] != NULL)
            use_nodes(p->parts[i], nodes, id_count);
    }
    use_nodes(p, nodes, id_count);
    memset(&nodes[before], 0, (size_t)(id_count - before) * sizeof(*nodes));
    return 0;
}

size_t whet__policy_part_bytes(const struct whet_policy_ops *ops, uint32_t id_count)
{
    size_t bytes = whet__mem_bytes(ops->state_size);

    if (ops->extra_size != 0)
        bytes += whet__mem_bytes(((size_t)id_count + 1) * ops->extra_size);
    if (ops->bytes != NULL)
        bytes += ops->bytes(id_count);
    return bytes;
}

size_t whet__policy_bytes(const struct whet_policy_ops *ops, uint32_t id_count)
{
    return whet__policy_part_bytes(ops, id_count) +
           whet__mem_bytes(node_count(ops, id_count) * sizeof(struct whet_policy_node));
}

int whet__policy_resize(struct whet_policy *p, uint64_t capacity)
{
    uint64_t before = p->capacity;
    int rc = 0;

    if (capacity == 0)
        return -EINVAL;
    p->capacity = capacity;
    if (p->ops->resize != NULL)
        rc = p->ops->resize(p);
    if (rc != 0)
        p->capacity = before;
    return rc;
}

int whet__policy_shrink(struct whet_policy *p, unsigned count)
{
    while (p->used > p->capacity && count-- != 0 && p->ops->evict(p))
        continue;
    return p->used > p->capacity;
}

void whet__policy_remove(struct whet_policy *p, uint32_t id)
{
    if (p->nodes[id].where == WHET_POLICY_NOWHERE)
        return;
    p->ops->remove(p, id);
    p->nodes[id].where = WHET_POLICY_NOWHERE;
}
