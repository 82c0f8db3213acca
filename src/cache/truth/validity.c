/* Whether an entry is still true. Expected load: asked at every hit once after each change, and
 * at every hit on a value that files are behind; told of every put. As long as nothing was
 * invalidated after an entry was made and no key needs another, both end after a few
 * comparisons. */
#include "cache/truth/validity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cache/truth/state.h"

static int apply_nothing(struct whet_validity *v, void *ctx, uint64_t now)
{
    (void)v, (void)ctx, (void)now;
    return 0;
}

static int parts_new(struct whet_validity *v, const struct whet_validity_options *options)
{
    int rc = whet__looks_new(&v->looks, options->file_check_ns);

    if (rc == 0)
        rc = -pthread_rwlock_init(&v->lock, NULL);
    if (rc != 0) {
        whet__looks_free(v->looks);
        return rc;
    }
    pthread_mutex_init(&v->filing, NULL);
    whet__ledger_init(&v->ledger, v->seed);
    whet__graph_init(&v->graph);
    whet__vec_init(&v->pending, sizeof(struct whet_pending), SIZE_MAX / 2);
    atomic_init(&v->seen, v->disk == NULL ? whet__shared_changes(v->shared) : 0);
    return 0;
}

int whet__validity_new(struct whet_validity **out, const struct whet_validity_options *options)
{
    struct whet_validity *v = whet__mem_zalloc(1, sizeof(*v));
    int rc;

    if (v == NULL)
        return -ENOMEM;
    v->shared = options->shared;
    v->disk = options->disk;
    v->seed = options->seed;
    rc = parts_new(v, options);
    if (rc != 0) {
        whet__mem_free(v);
        return rc;
    }
    /* A file that cannot be read now is asked again later; one that is new is named. */
    rc = whet__validity_sync(v);
    if (rc == 0 && v->disk != NULL && v->born == 0)
        rc = whet__validity_change(v, apply_nothing, NULL, NULL);
    if (rc == -ENOMEM) {
        whet__validity_free(v);
        return rc;
    }
    (void)whet__shared_epoch(v->shared, v->told);
    *out = v;
    return 0;
}

void whet__validity_free(struct whet_validity *v)
{
    if (v == NULL)
        return;
    whet__vec_clear(&v->pending);
    whet__graph_clear(&v->graph);
    whet__ledger_clear(&v->ledger);
    whet__looks_free(v->looks);
    pthread_mutex_destroy(&v->filing);
    pthread_rwlock_destroy(&v->lock);
    whet__mem_free(v);
}

uint64_t whet__validity_now(struct whet_validity *v)
{
    return whet__shared_epoch(v->shared, 0);
}

int whet__validity_look(struct whet_validity *v, const char *path, struct whet_input_file *out)
{
    return whet__looks_now(v->looks, path, out);
}

/* ---- Check ---- */

static struct whet_walk_root root_of(const struct whet_entry *e, size_t most)
{
    return (struct whet_walk_root){
        .hash = e->hash,
        .key = whet__entry_key(e),
        .key_len = e->key_len,
        .about = whet__entry_about(e),
        .about_len = e->about_len,
        .epoch = e->epoch,
        .most = most,
    };
}

static void checked_set(struct whet_entry *e, uint64_t changes)
{
    atomic_store_explicit(&e->checked, changes, memory_order_relaxed);
}

/* `changes` when ledger and graph are as new as that, so that it may be remembered; else 0. */
static uint64_t settled(const struct whet_validity *v, uint64_t changes)
{
    return !v->shared->blind && changes % 2 == 0 &&
                   atomic_load_explicit(&v->seen, memory_order_acquire) == changes
               ? changes
               : 0;
}

/* Nothing that was ever marked or is needed can matter to it. */
static int is_free(const struct whet_validity *v, const struct whet_entry *e, uint64_t changes)
{
    return e->about_len == 0 && settled(v, changes) != 0 &&
           atomic_load_explicit(&v->graph.count, memory_order_acquire) == 0 &&
           atomic_load_explicit(&v->ledger.last, memory_order_acquire) <= e->epoch;
}

/* The hash of its bytes; 0: it cannot be told as they are compressed. */
static int value_hash(struct whet_entry *e, struct whet_hash128 *out)
{
    if (e->raw_len != 0)
        return 0;
    *out = whet__hash128_seeded(whet__entry_value(e), e->value_len,
                                e->flags & WHET_ENTRY_NEGATIVE ? 1 : 0);
    return 1;
}

static int same_value(const struct whet_node *node, int hashed,
                      const struct whet_hash128 *value)
{
    return hashed && node->flags & WHET_NODE_VALUE &&
           memcmp(&node->value, value, sizeof(*value)) == 0;
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
    hashed = value_hash(e, &value);
    return same_value(node, hashed, &value) ? LAST : FORMER;
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

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
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

        next.changed = later(next.changed, marked);
        if (!same_value(node, put->hashed, &put->value))
            next.changed = later(next.changed, node->dead != 0 ? node->dead
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
    const struct whet_walk_root root = root_of(put->entry, WHET_WALK_FEW);
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

static int put_note(struct whet_validity *v, struct whet_entry *entry, int found)
{
    struct put put = {.entry = entry, .found = found};

    put.hashed = value_hash(entry, &put.value);
    return whet__validity_change(v, apply_put, &put, NULL);
}

/* How the key's node stands to the entry, and the walk from it. */
static enum standing look(struct whet_validity *v, struct whet_entry *entry, uint64_t changes,
                          size_t most, struct whet_walk *w)
{
    const struct whet_walk_root root = root_of(entry, most);
    struct whet_node copy = {0};
    const struct whet_node *node;
    enum standing standing = FREE;
    uint64_t dead = 0;
    int ok, needed;

    pthread_rwlock_rdlock(&v->lock);
    ok = whet__walk_graph(v, &root, settled(v, changes), w);
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
        ok = why != NULL || put_note(v, entry, 1) == 0;
    else if (ok && (w.files || v->shared->blind))
        checked_set(entry, UINT64_MAX);
    else if (ok && settled(v, changes) != 0)
        checked_set(entry, changes);
    if (!ok && why != NULL)
        whet__walk_explain(&w, why);
    whet__walk_clear(&w);
    return ok;
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
        rc = put_note(v, entry, 0);
    else if (w.cut)
        checked_set(entry, 0);
    else if (w.files || v->shared->blind)
        checked_set(entry, UINT64_MAX);
    else if (settled(v, changes) != 0)
        checked_set(entry, changes);
    whet__walk_clear(&w);
    if (rc != 0)
        whet__validity_unkept(v, &entry->hash);
    return rc;
}

/* ---- Need ---- */

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
    v->drop_nodes = later(v->drop_nodes, cut);
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
        ok = whet__walk_graph(v, &root, settled(v, changes), &w);
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
    if (rc == 1 && settled(v, changes) != 0 && whet__shared_changes(v->shared) == changes)
        return 0;
    need.untrue = rc == 0;
    rc = whet__validity_change(v, apply_need, &need, &told);
    *since = whet__validity_now(v);
    if (rc == 0 && told != 0)
        rc = -EIO;
    return rc;
}

/* ---- Mark ---- */

struct mark {
    enum whet_mark_kind kind;
    const void *name;
    size_t len;
};

static int apply_mark(struct whet_validity *v, void *ctx, uint64_t now)
{
    const struct mark *m = ctx;
    struct whet_mark mark;

    if (v->ledger.marks.entries.len >= WHET_LEDGER_MAX) {
        uint64_t cut = whet__ledger_cut(&v->ledger);

        mark = whet__ledger_mark(&v->ledger, WHET_MARK_ALL, NULL, 0, cut);
        whet__ledger_set(&v->ledger, &mark);
        v->drop_marks = later(v->drop_marks, cut);
    }
    mark = whet__ledger_mark(&v->ledger, m->kind, m->name, m->len, now);
    whet__ledger_set(&v->ledger, &mark);
    if (mark.kind != WHET_MARK_ALL)
        whet__validity_wrote(v, &mark.id, 0);
    else
        v->drop_marks = later(v->drop_marks, now);
    return 0;
}

static int is_name(enum whet_mark_kind kind, const void *name, size_t len)
{
    switch (kind) {
    case WHET_MARK_KEY:
        return name != NULL && len > 0 && len <= WHET_CACHE_KEY_MAX;
    case WHET_MARK_TAG:
        return name != NULL && len > 0 && len <= 255;
    case WHET_MARK_PREFIX:
        return len == 0 || (name != NULL && len <= WHET_CACHE_KEY_MAX);
    case WHET_MARK_ALL:
        return 1;
    }
    return 0;
}

int whet__validity_mark(struct whet_validity *v, enum whet_mark_kind kind, const void *name,
                        size_t len)
{
    struct mark mark = {kind, name, len};
    int told = 0, rc;

    if (!is_name(kind, name, len))
        return -EINVAL;
    rc = whet__validity_change(v, apply_mark, &mark, &told);
    if (rc != 0)
        return rc;
    if (told == -ENOMEM)
        return -ENOMEM;
    return told != 0 ? -EIO : 0;
}

int whet__validity_learn(struct whet_validity *v, enum whet_mark_kind kind, const void *name,
                         size_t len)
{
    return whet__validity_mark(v, kind, name, len);
}

/* ---- Fork ---- */

/* Who changes ledger or graph holds `filing`, so with it in hand there may be readers, no
 * writer. */
void whet__validity_lock_all(struct whet_validity *v)
{
    pthread_mutex_lock(&v->filing);
    whet__looks_lock_all(v->looks);
}

void whet__validity_unlock_all(struct whet_validity *v, int in_child)
{
    whet__looks_unlock_all(v->looks);
    /* Readers that were there at the fork are not in the child, and never let go. */
    if (in_child)
        pthread_rwlock_init(&v->lock, NULL);
    pthread_mutex_unlock(&v->filing);
}
