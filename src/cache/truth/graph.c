/* The keys that others need. Expected load: written when such a key is put, read at each check
 * of an entry with needs, some 20 ns a need. */
#include "cache/truth/graph.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "cache/truth/median.h"

void whet__graph_init(struct whet_graph *g)
{
    whet__map_init(&g->nodes, SIZE_MAX);
    g->bytes = 0;
    atomic_init(&g->count, 0);
}

struct whet_made *whet__made_take(struct whet_made *made)
{
    atomic_fetch_add_explicit(&made->refs, 1, memory_order_relaxed);
    return made;
}

void whet__made_drop(struct whet_made *made)
{
    if (made != NULL && atomic_fetch_sub_explicit(&made->refs, 1, memory_order_acq_rel) == 1)
        whet__mem_free(made);
}

static void node_free(struct whet_node *node)
{
    whet__made_drop(node->made);
    whet__mem_free(node);
}

void whet__graph_clear(struct whet_graph *g)
{
    const struct whet_map_entry *entries = g->nodes.entries.items;

    for (size_t i = 0; i < g->nodes.entries.len; i++)
        node_free(entries[i].value);
    whet__map_clear(&g->nodes);
    g->bytes = 0;
    atomic_store(&g->count, 0);
}

struct whet_node *whet__graph_find(const struct whet_graph *g, const struct whet_hash128 *id)
{
    return whet__map_get(&g->nodes, id, sizeof(*id));
}

static struct whet_made *made_new(const void *key, size_t key_len, const void *about,
                                  size_t about_len)
{
    struct whet_made *made = whet__mem_alloc(sizeof(*made) + key_len + about_len);

    if (made == NULL)
        return NULL;
    atomic_init(&made->refs, 1);
    made->key_len = (uint32_t)key_len;
    made->about_len = (uint32_t)about_len;
    memcpy(made->bytes, key, key_len);
    if (about_len > 0)
        memcpy(made->bytes + key_len, about, about_len);
    return made;
}

static size_t made_bytes(const struct whet_made *made)
{
    return made == NULL ? 0 : sizeof(*made) + made->key_len + made->about_len;
}

static struct whet_node *node_add(struct whet_graph *g, const struct whet_hash128 *id)
{
    struct whet_node *node = whet__mem_zalloc(1, sizeof(*node));

    if (node == NULL)
        return NULL;
    node->id = *id;
    if (whet__map_put(&g->nodes, &node->id, sizeof(node->id), node) != 0) {
        whet__mem_free(node);
        return NULL;
    }
    atomic_store(&g->count, g->nodes.entries.len);
    return node;
}

int whet__graph_set(struct whet_graph *g, const struct whet_node *node, const void *key,
                    size_t key_len, const void *about, size_t about_len)
{
    struct whet_node *mine = whet__graph_find(g, &node->id);
    struct whet_made *made = made_new(key, key_len, about, about_len);

    if (made != NULL && mine == NULL)
        mine = node_add(g, &node->id);
    if (made == NULL || mine == NULL) {
        whet__made_drop(made);
        return -ENOMEM;
    }
    g->bytes += made_bytes(made) - made_bytes(mine->made);
    whet__made_drop(mine->made);
    mine->made = made;
    mine->flags = node->flags;
    mine->needed = node->needed;
    mine->epoch = node->epoch;
    mine->changed = node->changed;
    mine->dead = node->dead;
    mine->value = node->value;
    atomic_store_explicit(&mine->clean, 0, memory_order_relaxed);
    return 0;
}

int whet__graph_full(const struct whet_graph *g)
{
    return g->nodes.entries.len >= WHET_GRAPH_MAX || g->bytes >= WHET_GRAPH_BYTES;
}

static uint64_t needed_of(const void *value)
{
    return ((const struct whet_node *)value)->needed;
}

uint64_t whet__graph_cut(const struct whet_graph *g)
{
    return whet__median_of(&g->nodes, needed_of, UINT64_MAX);
}

void whet__graph_drop(struct whet_graph *g, uint64_t epoch)
{
    const struct whet_map_entry *entries = g->nodes.entries.items;
    struct whet_map left;
    int rc = 0;

    whet__map_init(&left, SIZE_MAX);
    for (size_t i = 0; i < g->nodes.entries.len && rc == 0; i++) {
        struct whet_node *node = entries[i].value;

        if (node->needed > epoch)
            rc = whet__map_put(&left, &node->id, sizeof(node->id), node);
    }
    if (rc != 0) {
        whet__map_clear(&left);
        return;
    }
    for (size_t i = 0; i < g->nodes.entries.len; i++) {
        struct whet_node *node = entries[i].value;

        if (node->needed > epoch)
            continue;
        g->bytes -= made_bytes(node->made);
        node_free(node);
    }
    whet__map_clear(&g->nodes);
    g->nodes = left;
    atomic_store(&g->count, left.entries.len);
}
