/* What was put under a key that others need, in its node: they must know whether its bytes
 * changed, and what it is made of now. Expected load: none as long as no key needs another;
 * else one per put of such a key, and one per first hit on it. */
#include "cache/truth/validity.h"

#include <errno.h>
#include <string.h>

#include "cache/truth/state.h"

int whet__value_hash(struct whet_entry *e, struct whet_hash128 *out)
{
    if (e->raw_len != 0)
        return 0;
    *out = whet__hash128_seeded(whet__entry_value(e), e->value_len,
                                e->flags & WHET_ENTRY_NEGATIVE ? 1 : 0);
    return 1;
}

int whet__same_value(const struct whet_node *node, int hashed, const struct whet_hash128 *value)
{
    return hashed && node->flags & WHET_NODE_VALUE &&
           memcmp(&node->value, value, sizeof(*value)) == 0;
}

struct put {
    struct whet_entry *entry;
    struct whet_hash128 value;
    int hashed;
    int found; /* not put now: found where somebody had put it */
};

/* When the entry that the node has was last invalidated; 0: it was not. */
static uint64_t node_marked(struct whet_validity *v, const struct whet_node *node)
{
    const struct whet_made *made = node->made;
    uint64_t last = whet__ledger_key(&v->ledger, &node->id, made->bytes, made->key_len, NULL);
    struct whet_about about;
    struct whet_about_piece piece;

    whet__about_init(&about, whet__made_about(made), made->about_len);
    while (whet__about_next(&about, &piece) == 1 && piece.kind == WHET_ABOUT_TAG) {
        uint64_t marked = whet__ledger_tag(&v->ledger, piece.tag, piece.tag_len);

        last = marked > last ? marked : last;
    }
    return last > node->epoch ? last : 0;
}

/* Puts the entry into its node, and says when the key has changed by that. */
static int node_put(struct whet_validity *v, const struct whet_node *node,
                    const struct put *put, uint64_t now)
{
    const struct whet_entry *e = put->entry;
    struct whet_node next = {
        .id = node->id,
        .flags = WHET_NODE_KNOWN | (put->hashed ? WHET_NODE_VALUE : 0u),
        .needed = node->needed,
        .epoch = e->epoch,
        .changed = node->changed,
        .value = put->value,
    };
    int rc;

    if (node->flags & WHET_NODE_KNOWN) {
        uint64_t marked = node_marked(v, node);

        next.changed = whet__later(next.changed, marked);
        if (!whet__same_value(node, put->hashed, &put->value))
            next.changed = whet__later(next.changed, node->dead != 0 ? node->dead
                                                     : marked != 0   ? marked
                                                                     : now);
    }
    rc = whet__graph_set(&v->graph, &next, whet__entry_key(e), e->key_len, whet__entry_about(e),
                         e->about_len);
    if (rc == 0)
        whet__validity_wrote(v, &next.id, 1);
    return rc;
}

static int apply_put(struct whet_validity *v, void *ctx, uint64_t now)
{
    const struct put *put = ctx;
    const struct whet_walk_root root = whet__validity_root(put->entry, WHET_WALK_FEW);
    struct whet_node *node = whet__graph_find(&v->graph, &root.hash);
    struct whet_walk w;
    int ok;

    if (node == NULL ||
        (put->found && node->flags & WHET_NODE_KNOWN && node->epoch >= put->entry->epoch))
        return 0;
    ok = whet__walk_graph(v, &root, 0, &w);
    whet__walk_clear(&w);
    if (!ok)
        return w.reason == WHET_REASON_MEMORY ? -ENOMEM : -ESTALE;
    return node_put(v, node, put, now);
}

int whet__validity_note(struct whet_validity *v, struct whet_entry *entry, int found)
{
    struct put put = {.entry = entry, .found = found};

    put.hashed = whet__value_hash(entry, &put.value);
    return whet__validity_change(v, apply_put, &put, NULL);
}

static int apply_unkept(struct whet_validity *v, void *ctx, uint64_t now)
{
    struct whet_node *node = whet__graph_find(&v->graph, ctx);

    if (node == NULL)
        return 0;
    node->changed = now;
    whet__validity_wrote(v, &node->id, 1);
    return 0;
}

void whet__validity_unkept(struct whet_validity *v, const struct whet_hash128 *hash)
{
    struct whet_hash128 id = *hash;
    int needed = 1;

    if (whet__validity_sync(v) == 0) {
        pthread_rwlock_rdlock(&v->lock);
        needed = whet__graph_find(&v->graph, &id) != NULL;
        pthread_rwlock_unlock(&v->lock);
    }
    if (needed)
        (void)!whet__validity_change(v, apply_unkept, &id, NULL);
}
