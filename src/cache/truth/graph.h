/* cache/truth/graph.h - the keys that others need, each with what its entry was made of.
 *
 * Shape    a table from a key's hash to its node.
 * Units    epochs of cache/disk/shared.h; 0: never.
 * Memory   bounded by WHET_GRAPH_MAX nodes and WHET_GRAPH_BYTES: then the longest unneeded
 *          half goes, see whet__graph_cut.
 * Errors   -ENOMEM: nothing has changed.
 * Threads  one writer, or many readers. What a node was made of is counted: who takes a
 *          reference may read it when the writer goes on.
 */
#ifndef WHET_CACHE_GRAPH_H
#define WHET_CACHE_GRAPH_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/hash.h"
#include "base/map.h"

#define WHET_GRAPH_MAX   ((size_t)100000)
#define WHET_GRAPH_BYTES ((size_t)64 << 20)

/* A key, and what its entry was made of. */
struct whet_made {
    atomic_uint refs;
    uint32_t key_len;
    uint32_t about_len;
    unsigned char bytes[]; /* key, about */
};

enum whet_node_flags {
    WHET_NODE_KNOWN = 1 << 0, /* an entry was put or found since the key is needed */
    WHET_NODE_VALUE = 1 << 1  /* ... and `value` is the hash of its bytes */
};

struct whet_node {
    struct whet_hash128 id;
    unsigned flags;   /* enum whet_node_flags */
    uint64_t needed;  /* when somebody named it, give or take WHET_NODE_FRESH_NS */
    uint64_t epoch;   /* of its entry */
    uint64_t changed; /* when it became another */
    uint64_t dead;    /* since when that entry was found untrue; 0: it was not */
    struct whet_hash128 value;
    atomic_ullong clean; /* count of changes at which it, and all it needs, was found true
                            without a look at any file */
    struct whet_made *made;
};

/* How old `needed` may be before it is written anew. */
#define WHET_NODE_FRESH_NS UINT64_C(60000000000)

struct whet_graph {
    struct whet_map nodes; /* id to struct whet_node */
    size_t bytes;          /* of what they were made of */
    atomic_size_t count;
};

void whet__graph_init(struct whet_graph *g);
void whet__graph_clear(struct whet_graph *g);

struct whet_node *whet__graph_find(const struct whet_graph *g, const struct whet_hash128 *id);

/* Adds or replaces; all but `clean` and `made` is copied from `node`. */
WHET_MUST_USE int whet__graph_set(struct whet_graph *g, const struct whet_node *node,
                                  const void *key, size_t key_len, const void *about,
                                  size_t about_len);

int whet__graph_full(const struct whet_graph *g);

/* The moment up to which half of the nodes were needed. */
uint64_t whet__graph_cut(const struct whet_graph *g);

/* Drops the nodes needed up to `epoch` only. Without memory to do so they stay. */
void whet__graph_drop(struct whet_graph *g, uint64_t epoch);

struct whet_made *whet__made_take(struct whet_made *made);
void whet__made_drop(struct whet_made *made);

static inline const unsigned char *whet__made_about(const struct whet_made *made)
{
    return made->bytes + made->key_len;
}

#endif
