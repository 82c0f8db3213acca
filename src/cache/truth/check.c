/* Whether an entry is still true. Expected load: asked at every hit once after each change, and
 * at every hit on a value that files are behind; told of every put. As long as nothing was
 * invalidated after an entry was made and no key needs another, both end after a few
 * comparisons. */
#include "cache/truth/validity.h"

#include <errno.h>
#include <stdio.h>

#include "cache/truth/state.h"

static void checked_set(struct whet_entry *e, uint64_t changes)
{
    atomic_store_explicit(&e->checked, changes, memory_order_relaxed);
}

/* Nothing that was ever marked or is needed can matter to it. */
static int is_free(const struct whet_validity *v, const struct whet_entry *e, uint64_t changes)
{
    return e->about_len == 0 && whet__validity_settled(v, changes) != 0 &&
           atomic_load_explicit(&v->graph.count, memory_order_acquire) == 0 &&
           atomic_load_explicit(&v->ledger.last, memory_order_acquire) <= e->epoch;
}

/* What an entry is to the node of its key. */
enum standing {
    FREE,  /* nobody needs the key */
    LAST,  /* it is what the node has */
    NEXT,  /* the node does not have it yet */
    FORMER /* another was put after it */
};

/* Of a needed key, `node` copied from under the lock. */
static enum standing standing_of(const struct whet_node *node, struct whet_entry *e)
{
    struct whet_hash128 value;
    int hashed;

    if (!(node->flags & WHET_NODE_KNOWN))
        return NEXT;
    if (node->epoch == e->epoch)
        return LAST;
    if (node->epoch < e->epoch)
        return NEXT;
    hashed = whet__value_hash(e, &value);
    return whet__same_value(node, hashed, &value) ? LAST : FORMER;
}

/* How the key's node stands to the entry, and the walk from it. */
static enum standing look(struct whet_validity *v, struct whet_entry *entry, uint64_t changes,
                          size_t most, struct whet_walk *w)
{
    const struct whet_walk_root root = whet__validity_root(entry, most);
    struct whet_node copy = {0};
    const struct whet_node *node;
    enum standing standing = FREE;
    uint64_t dead = 0;
    int ok, needed;

    pthread_rwlock_rdlock(&v->lock);
    ok = whet__walk_graph(v, &root, whet__validity_settled(v, changes), w);
    node = whet__graph_find(&v->graph, &root.hash);
    needed = node != NULL;
    if (needed) {
        copy.flags = node->flags;
        copy.epoch = node->epoch;
        copy.value = node->value;
        dead = node->dead;
    }
    pthread_rwlock_unlock(&v->lock);
    if (ok && needed)
        standing = standing_of(&copy, entry);
    if (standing == FORMER || (standing == LAST && dead != 0)) {
        w->reason = standing == FORMER ? WHET_REASON_CHANGED : WHET_REASON_DEAD;
        w->name = w->root.key;
        w->name_len = w->root.key_len;
    }
    return standing;
}

static int unknowable(struct whet_cache_why *why)
{
    if (why != NULL) {
        why->verdict = WHET_CACHE_IS_INVALID;
        snprintf(why->subject, sizeof(why->subject), "all");
        snprintf(why->text, sizeof(why->text), "what others have invalidated cannot be read");
    }
    return 0;
}

int whet__validity_check(struct whet_validity *v, struct whet_entry *entry,
                         struct whet_cache_why *why)
{
    uint64_t changes = whet__shared_changes(v->shared);
    enum standing standing;
    struct whet_walk w;
    int ok;

    if (is_free(v, entry, changes)) {
        checked_set(entry, changes);
        return 1;
    }
    if (whet__validity_sync(v) != 0)
        return unknowable(why);
    standing = look(v, entry, changes, 0, &w);
    ok = w.reason == WHET_REASON_NONE && whet__walk_files(v, &w);
    /* One found that its node does not have: from now on it has. To explain changes nothing. */
    if (ok && standing == NEXT)
        ok = why != NULL || whet__validity_note(v, entry, 1) == 0;
    else if (ok && (w.files || v->shared->blind))
        checked_set(entry, UINT64_MAX);
    else if (ok && whet__validity_settled(v, changes) != 0)
        checked_set(entry, changes);
    if (!ok && why != NULL)
        whet__walk_explain(&w, why);
    whet__walk_clear(&w);
    return ok;
}

int whet__validity_put(struct whet_validity *v, struct whet_entry *entry)
{
    uint64_t changes = whet__shared_changes(v->shared);
    enum standing standing;
    struct whet_walk w;
    int rc = 0;

    if (is_free(v, entry, changes)) {
        checked_set(entry, changes);
        return 0;
    }
    if (whet__validity_sync(v) != 0) {
        whet__validity_unkept(v, &entry->hash);
        return -ESTALE;
    }
    standing = look(v, entry, changes, WHET_WALK_FEW, &w);
    /* It may be as old as the node has or older: it is put now, so it is the last. */
    if (w.reason == WHET_REASON_MEMORY)
        rc = -ENOMEM;
    else if (standing == FREE && w.reason != WHET_REASON_NONE)
        rc = -ESTALE;
    else if (standing != FREE)
        rc = whet__validity_note(v, entry, 0);
    else if (w.cut)
        checked_set(entry, 0);
    else if (w.files || v->shared->blind)
        checked_set(entry, UINT64_MAX);
    else if (whet__validity_settled(v, changes) != 0)
        checked_set(entry, changes);
    whet__walk_clear(&w);
    if (rc != 0)
        whet__validity_unkept(v, &entry->hash);
    return rc;
}
