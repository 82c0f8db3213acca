/* evict/policy.h - which entry has to go: eviction policies behind one struct of functions.
 *
 * Shape    a policy decides on ids, small numbers that its owner gives to keys: the slot
 *          of an entry in a live cache, the number of a key in a trace. It keeps one node
 *          per id, never a key or a value.
 * Units    sizes and capacities in whatever the owner counts: entries (each of size 1) or
 *          bytes. The sum of the sizes of resident ids never exceeds the capacity.
 * Memory   all of it is allocated by _new and _grow: a hit or an insert never allocates.
 * Errors   0 or a negative errno value; on error nothing has changed.
 * Threads  one at a time per policy; the owner's lock guards it.
 *
 * To add one: policy_NAME.c with one const struct whet_policy_ops, a line in policy.c and
 * in meson.build, expected numbers in tests/unit/cache.
 *
 * Ghosts: some policies remember ids that were evicted. An id may be given to another key
 * only after `dropped` was called for it with remembered == 0; when its key comes
 * back before that, the owner inserts it under the same id and the policy knows it again.
 */
#ifndef WHET_EVICT_POLICY_H
#define WHET_EVICT_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#define WHET_POLICY_IDS_MAX  0xfffffff0u
#define WHET_POLICY_LISTS    6 /* list heads behind the nodes of the ids */
#define WHET_POLICY_PARTS    5 /* policies that share the nodes of another */
#define WHET_POLICY_AHEAD    12
#define WHET_POLICY_SIZE_MAX UINT32_MAX

/* Where an id is. 1 to 7 are places in the cache and 8 up are ghosts; which is which
 * differs by policy. */
enum whet_policy_where { WHET_POLICY_NOWHERE = 0, WHET_POLICY_GHOST = 8 };

struct whet_policy_node {
    uint32_t prev, next; /* in the list it is in */
    uint32_t size;
    uint8_t where;
    uint8_t mark;  /* the policy's own */
    uint16_t note; /* of a policy that has parts */
};

/* A ring through nodes, the first is the newest (evict/policy_list.h). */
struct whet_policy_list {
    uint64_t size; /* sum of what is in it */
    uint32_t head; /* its node, behind those of the ids */
    uint8_t where; /* what is in it has this in its node */
};

struct whet_policy_ops;
struct whet_replay;

/* What all policies have; each one's own struct begins with it. Read `used` freely. */
struct whet_policy {
    const struct whet_policy_ops *ops;
    struct whet_policy_node *nodes; /* id_count, then the list heads */
    void *extra;                    /* id_count items of ops->extra_size */
    uint32_t id_count;
    uint64_t capacity;
    uint64_t used; /* by residents */
    struct whet_policy_list lists[WHET_POLICY_LISTS];
    uint64_t ghost_max;     /* bounds the ghosts of LIRS, which are not otherwise; 0: none */
    const uint64_t *hashes; /* of the keys, by id; NULL: made from the id */

    /* `id` has left the cache. With `remembered` it stays known as a ghost; without, it is
     * free for another key (a ghost that is forgotten is dropped once more, then). May be
     * NULL. Must not call the policy. */
    void (*dropped)(void *ctx, uint32_t id, int remembered);
    void *ctx;

    /* How often a resident was used since this was last called, besides what `hit` was told.
     * An owner whose policy has WHET_POLICY_LATER may count uses where it has its hand
     * anyway, and spare itself the node's line. NULL: all were told. */
    unsigned (*uses)(void *ctx, uint32_t id);

    struct whet_policy *parts[WHET_POLICY_PARTS]; /* see whet__policy_part */
    unsigned lead;                                /* the part that is followed at present */
    int is_part;
};

enum whet_policy_flags {
    WHET_POLICY_FUTURE = 1 << 0, /* has to know what comes: only prepare and replay */
    WHET_POLICY_GHOSTS = 1 << 1, /* remembers evicted ids */
    WHET_POLICY_HASHES = 1 << 2, /* wants `hashes` where ids are used again */
    WHET_POLICY_PARTED = 1 << 3, /* has parts */
    WHET_POLICY_LATER = 1 << 4   /* asks for `uses` when it decides, not before */
};

struct whet_policy_ops {
    const char *name;    /* as typed: "s3fifo" */
    const char *title;   /* as printed: "S3-FIFO" */
    const char *summary; /* lower case, no full stop */
    unsigned flags;
    int value; /* parameter that entries of one file differ in */
    size_t state_size;
    size_t extra_size;

    /* Own memory; `where` of lists that hold ghosts. NULL where there is nothing to do. */
    int (*init)(struct whet_policy *p);
    void (*clear)(struct whet_policy *p);

    /* At most what `init` and `resize` take for so many ids, beside state, nodes and extra;
     * while `resize` runs, as much again. NULL: nothing. */
    size_t (*bytes)(uint32_t id_count);

    /* The capacity has changed: shares follow. Evicting is left to insert and evict. NULL
     * where there are no shares. -ENOMEM: nothing has changed. */
    int (*resize)(struct whet_policy *p);

    /* A use of a resident id. */
    void (*hit)(struct whet_policy *p, uint32_t id);

    /* A use of an id that is not resident, of this size: evicts first, then inserts, if
     * it is admitted at all (see whet__policy_resident). */
    void (*insert)(struct whet_policy *p, uint32_t id, uint32_t size);

    /* A resident of another policy comes over, which this one does not know; there is room.
     * `uses` since it came, as far as they were counted. NULL: nothing comes over to this. */
    void (*adopt)(struct whet_policy *p, uint32_t id, uint32_t size, unsigned uses);

    /* Takes out a known id, resident or ghost, without `dropped`; `where` is the caller's. */
    void (*remove)(struct whet_policy *p, uint32_t id);

    /* Evicts one resident id, or makes way to it; 0 when there is none. */
    int (*evict)(struct whet_policy *p);

    /* Forgets one ghost; 0 when there is none. NULL where there never is one. */
    int (*forget)(struct whet_policy *p);

    /* More ids are coming: own memory for them. NULL where there is none. -ENOMEM: nothing
     * has changed that matters. */
    int (*grow)(struct whet_policy *p, uint32_t id_count);

    /* Before the first replay of a trace of so many requests; NULL where there is nothing to
     * do. -ENOMEM. */
    int (*prepare)(struct whet_policy *p, size_t requests);

    /* The requests of a trace, one after the other (evict/policy_replay.h). */
    void (*replay)(struct whet_policy *p, struct whet_replay *r);
};

/* In byte order of names; NULL past the end. */
size_t whet__policy_count(void);
const struct whet_policy_ops *whet__policy_at(size_t index);
const struct whet_policy_ops *whet__policy_find(const char *name);

/* The same, or NULL with an error that suggests the nearest. */
const struct whet_policy_ops *whet__policy_need(const char *name, struct whet_error *err);

/* A policy over ids 0..id_count-1, all unknown to it.
 * -EINVAL: no capacity, or too many ids.  -ENOMEM. */
WHET_MUST_USE int whet__policy_new(struct whet_policy **out, const struct whet_policy_ops *ops,
                                   uint32_t id_count, uint64_t capacity);
void whet__policy_free(struct whet_policy *p);

/* A policy that has some of the residents of `whole`, and its nodes: whole->parts[index], freed
 * with it and growing with it. An id is known to at most one of all parts. -ENOMEM. */
WHET_MUST_USE int whet__policy_part(struct whet_policy *whole, unsigned index,
                                    const struct whet_policy_ops *ops);

/* More ids. What is known stays. -EINVAL: fewer than there are, or too many.  -ENOMEM. */
WHET_MUST_USE int whet__policy_grow(struct whet_policy *p, uint32_t id_count);

/* What all of it takes of memory with so many ids; and a part, which has no nodes. */
size_t whet__policy_bytes(const struct whet_policy_ops *ops, uint32_t id_count);
size_t whet__policy_part_bytes(const struct whet_policy_ops *ops, uint32_t id_count);

/* Another capacity, at least 1. What is over it is evicted by the next insert, or bit by
 * bit: _shrink evicts at most `count` ids and answers 1 while there is more to do. */
WHET_MUST_USE int whet__policy_resize(struct whet_policy *p, uint64_t capacity);
int whet__policy_shrink(struct whet_policy *p, unsigned count);

/* Takes out an id without calling `dropped`; nothing if it is not known. Afterwards it is
 * free for another key. */
void whet__policy_remove(struct whet_policy *p, uint32_t id);

static inline int whet__policy_resident(const struct whet_policy *p, uint32_t id)
{
    return (uint8_t)(p->nodes[id].where - 1) < WHET_POLICY_GHOST - 1;
}

#endif
