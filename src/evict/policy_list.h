/* evict/policy_list.h - lists of ids, for policies.
 *
 * Shape    rings through the nodes of a policy; each has its head, a node behind those of
 *          the ids, so that linking needs no condition. The first is the newest.
 * Units    sizes as the policy's.
 * Memory   none of its own.
 * Errors   none.
 * Threads  as the policy.
 */
#ifndef WHET_EVICT_POLICY_LIST_H
#define WHET_EVICT_POLICY_LIST_H

#include "evict/policy.h"

static inline int whet__policy_list_empty(const struct whet_policy *p,
                                          const struct whet_policy_list *l)
{
    return p->nodes[l->head].next == l->head;
}

/* The oldest; the head if there is none. */
static inline uint32_t whet__policy_list_last(const struct whet_policy *p,
                                              const struct whet_policy_list *l)
{
    return p->nodes[l->head].prev;
}

static inline void whet__policy_unlink(struct whet_policy *p, uint32_t id)
{
    const struct whet_policy_node *n = &p->nodes[id];

    p->nodes[n->prev].next = n->next;
    p->nodes[n->next].prev = n->prev;
}

/* Links an id that is in no list in as the newest; `where` and the sizes are not touched. */
static inline void whet__policy_link(struct whet_policy *p, const struct whet_policy_list *l,
                                     uint32_t id)
{
    struct whet_policy_node *n = &p->nodes[id];
    struct whet_policy_node *head = &p->nodes[l->head];

    n->prev = l->head;
    n->next = head->next;
    p->nodes[head->next].prev = id;
    head->next = id;
}

static inline void whet__policy_push(struct whet_policy *p, struct whet_policy_list *l,
                                     uint32_t id)
{
    whet__policy_link(p, l, id);
    l->size += p->nodes[id].size;
    p->nodes[id].where = l->where;
}

static inline void whet__policy_pull(struct whet_policy *p, struct whet_policy_list *l,
                                     uint32_t id)
{
    whet__policy_unlink(p, id);
    l->size -= p->nodes[id].size;
}

/* To the front of the list that it is in. */
static inline void whet__policy_renew(struct whet_policy *p, const struct whet_policy_list *l,
                                      uint32_t id)
{
    if (p->nodes[l->head].next == id)
        return;
    whet__policy_unlink(p, id);
    whet__policy_link(p, l, id);
}

/* A resident comes in, as the newest of a list. */
static inline void whet__policy_enter(struct whet_policy *p, struct whet_policy_list *l,
                                      uint32_t id, uint32_t size)
{
    p->nodes[id].size = size;
    whet__policy_push(p, l, id);
    p->used += size;
}

/* Takes an id out of the list it is in, where lists[ghosts] and those behind it hold ghosts. */
static inline void whet__policy_leave(struct whet_policy *p, uint32_t id, unsigned ghosts)
{
    unsigned where = p->nodes[id].where;
    unsigned list = where < WHET_POLICY_GHOST ? where - 1 : where - WHET_POLICY_GHOST + ghosts;

    if (where < WHET_POLICY_GHOST)
        p->used -= p->nodes[id].size;
    whet__policy_pull(p, &p->lists[list], id);
}

/* Tells the owner that an id has left, for good or as a ghost. Its node must be right. */
static inline void whet__policy_tell(struct whet_policy *p, uint32_t id, int remembered)
{
    if (p->dropped != NULL)
        p->dropped(p->ctx, id, remembered);
}

/* An id that is in no list any more and is not to be remembered. */
static inline void whet__policy_forget(struct whet_policy *p, uint32_t id)
{
    p->nodes[id].where = WHET_POLICY_NOWHERE;
    whet__policy_tell(p, id, 0);
}

/* Takes the oldest of a list of ghosts, which is not empty, out for good. */
static inline void whet__policy_forget_last(struct whet_policy *p, struct whet_policy_list *l)
{
    uint32_t id = whet__policy_list_last(p, l);

    whet__policy_pull(p, l, id);
    whet__policy_forget(p, id);
}

/* The same of any list of ghosts; 0 when it is empty. */
static inline int whet__policy_forget_one(struct whet_policy *p, struct whet_policy_list *l)
{
    if (whet__policy_list_empty(p, l))
        return 0;
    whet__policy_forget_last(p, l);
    return 1;
}

/* One that has left the cache stays known, in a list of ghosts of which those over `max` are
 * forgotten. */
static inline void whet__policy_remember(struct whet_policy *p, struct whet_policy_list *ghosts,
                                         uint32_t id, uint64_t max)
{
    whet__policy_push(p, ghosts, id);
    whet__policy_tell(p, id, 1);
    while (ghosts->size > max)
        whet__policy_forget_last(p, ghosts);
}

#endif
