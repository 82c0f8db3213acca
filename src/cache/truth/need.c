/* A key is named that a value will need. Expected load: as often as values are made of others;
 * the first time after a while it is a change, with a row in the file. */
#include "cache/truth/validity.h"

#include <errno.h>

#include "cache/truth/state.h"

struct need {
    struct whet_hash128 hash;
    const void *key;
    size_t key_len;
    int untrue;     /* the entry that was there ... */
    uint64_t epoch; /* ... of this epoch */
};

/* The longest unneeded half makes room. Who named one of these named it at most
 * WHET_NODE_FRESH_NS after `cut`, and so is as old as what is untrue from now on. */
static void graph_fold(struct whet_validity *v, uint64_t now)
{
    uint64_t cut = whet__graph_cut(&v->graph);
    struct whet_mark mark;

    if (cut > now)
        cut = now;
    whet__graph_drop(&v->graph, cut);
    if (whet__graph_full(&v->graph)) {
        cut = now;
        whet__graph_drop(&v->graph, cut);
    }
    mark = whet__ledger_mark(&v->ledger, WHET_MARK_ALL, NULL, 0,
                             now - cut < WHET_NODE_FRESH_NS ? now : cut + WHET_NODE_FRESH_NS);
    whet__ledger_set(&v->ledger, &mark);
    v->drop_nodes = whet__later(v->drop_nodes, cut);
}

static int apply_need(struct whet_validity *v, void *ctx, uint64_t now)
{
    const struct need *need = ctx;
    struct whet_node *node = whet__graph_find(&v->graph, &need->hash);
    struct whet_node fresh = {.id = need->hash, .needed = now};
    int rc = 0;

    if (node == NULL) {
        if (whet__graph_full(&v->graph))
            graph_fold(v, now);
        rc = whet__graph_set(&v->graph, &fresh, need->key, need->key_len, NULL, 0);
    } else {
        node->needed = now;
        if (need->untrue && node->dead == 0 && node->epoch == need->epoch)
            node->dead = now;
    }
    if (rc == 0)
        whet__validity_wrote(v, &need->hash, 1);
    return rc;
}

/* Whether what the node has is true. 1, 0; -ENOENT: it is not known as needed of late, and has
 * to be written; -ENOMEM. */
static int need_look(struct whet_validity *v, struct need *need, uint64_t changes)
{
    struct whet_walk_root root = {.hash = need->hash};
    struct whet_made *made = NULL;
    const struct whet_node *node;
    struct whet_walk w = {0};
    uint64_t needed = 0;
    int ok = 1;

    pthread_rwlock_rdlock(&v->lock);
    node = whet__graph_find(&v->graph, &need->hash);
    if (node != NULL) {
        needed = node->needed;
        need->epoch = node->epoch;
    }
    if (node != NULL && node->flags & WHET_NODE_KNOWN && node->dead == 0) {
        made = whet__made_take(node->made);
        root = (struct whet_walk_root){.hash = node->id,
                                       .key = made->bytes,
                                       .key_len = made->key_len,
                                       .about = whet__made_about(made),
                                       .about_len = made->about_len,
                                       .epoch = node->epoch,
                                       .most = WHET_WALK_FEW};
        ok = whet__walk_graph(v, &root, whet__validity_settled(v, changes), &w);
    }
    pthread_rwlock_unlock(&v->lock);
    ok = ok && whet__walk_files(v, &w);
    whet__walk_clear(&w);
    whet__made_drop(made);
    if (w.reason == WHET_REASON_MEMORY)
        return -ENOMEM;
    if (!ok)
        return 0;
    return needed + WHET_NODE_FRESH_NS > whet__validity_now(v) && needed != 0 ? 1 : -ENOENT;
}

int whet__validity_need(struct whet_validity *v, const void *key, size_t key_len,
                        struct whet_hash128 *hash, uint64_t *since)
{
    struct need need = {.key = key, .key_len = key_len};
    uint64_t changes = whet__shared_changes(v->shared);
    int rc = whet__validity_sync(v), told = 0;

    need.hash = whet__key_hash(v->seed, key, key_len);
    *hash = need.hash;
    *since = whet__validity_now(v);
    if (rc != 0)
        return rc == -ENOMEM ? -ENOMEM : -EIO;
    rc = need_look(v, &need, changes);
    if (rc == -ENOMEM)
        return rc;
    *since = whet__validity_now(v);
    /* Nodes may be dropped by anybody: only where nobody has changed anything until after
     * the moment was taken does it count. */
    if (rc == 1 && whet__validity_settled(v, changes) != 0 &&
        whet__shared_changes(v->shared) == changes)
        return 0;
    need.untrue = rc == 0;
    rc = whet__validity_change(v, apply_need, &need, &told);
    *since = whet__validity_now(v);
    if (rc == 0 && told != 0)
        rc = -EIO;
    return rc;
}
