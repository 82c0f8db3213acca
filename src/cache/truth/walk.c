/* From an entry to all it depends on: breadth first, each node once, so that circles and chains
 * of any length cost what their nodes cost. Expected load: 50 ns for an entry without needs,
 * some 100 ns a node, and the files. A node found true, with all it needs, is not walked
 * over again until something changes, unless there are files to be looked at. */
#include "cache/truth/state.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

#define STEPS_MAX ((size_t)1 << 24)

static int reason_set(struct whet_walk *w, enum whet_reason reason, uint32_t at,
                      const void *name, size_t name_len)
{
    w->reason = reason;
    w->at = at;
    w->name = name;
    w->name_len = name_len;
    return 0;
}

static struct whet_walk_step *step_at(const struct whet_walk *w, uint32_t index)
{
    return index == 0 ? (struct whet_walk_step *)&w->root : whet__vec_at(&w->steps, index);
}

static size_t slot_of(const struct whet_walk *w, const struct whet_node *node)
{
    uint64_t bits;
    size_t at;

    memcpy(&bits, node->id.bytes, sizeof(bits));
    for (at = bits & (w->slot_count - 1); w->slots[at] != 0;
         at = (at + 1) & (w->slot_count - 1)) {
        if (step_at(w, w->slots[at])->node == node)
            break;
    }
    return at;
}

static int slots_grow(struct whet_walk *w)
{
    size_t count = w->slot_count > 0 ? w->slot_count * 2 : 32;
    uint32_t *old = w->slots, *slots = whet__mem_zalloc(count, sizeof(*slots));

    if (slots == NULL)
        return -ENOMEM;
    w->slots = slots;
    w->slot_count = count;
    for (uint32_t i = 1; i < w->steps.len; i++)
        slots[slot_of(w, step_at(w, i)->node)] = i;
    whet__mem_free(old);
    return 0;
}

/* The first place of `steps` is never used: the root has its own, so that an entry without
 * needs allocates nothing. */
static int steps_begin(struct whet_walk *w)
{
    return w->steps.len > 0 || whet__vec_push(&w->steps) != NULL ? 0 : -ENOMEM;
}

/* Once. */
static int node_visit(struct whet_walk *w, struct whet_node *node, uint32_t parent)
{
    struct whet_walk_step *step;
    size_t slot;

    if (steps_begin(w) != 0 || ((w->steps.len + 1) * 2 > w->slot_count && slots_grow(w) != 0))
        return -ENOMEM;
    slot = slot_of(w, node);
    if (w->slots[slot] != 0)
        return 0;
    step = whet__vec_push(&w->steps);
    if (step == NULL)
        return -ENOMEM;
    w->slots[slot] = (uint32_t)w->steps.len - 1;
    step->node = node;
    step->made = whet__made_take(node->made);
    step->key = node->made->bytes;
    step->key_len = node->made->key_len;
    whet__about_init(&step->about, whet__made_about(node->made), node->made->about_len);
    step->epoch = node->epoch;
    step->parent = parent;
    return 0;
}

static enum whet_reason reason_of(enum whet_mark_kind kind)
{
    if (kind == WHET_MARK_ALL)
        return WHET_REASON_ALL;
    return kind == WHET_MARK_PREFIX ? WHET_REASON_PREFIX : WHET_REASON_KEY;
}

/* Whether what is needed was the same all the time since it was named. An entry that had
 * been invalidated or found untrue before then was not there for anybody to see: what it was
 * made of does not count. */
static int need_check(struct whet_validity *v, struct whet_walk *w, uint32_t at,
                      const struct whet_input_need *need, uint64_t changes)
{
    uint64_t since = step_at(w, at)->epoch, marked;
    enum whet_mark_kind kind;
    struct whet_node *node;

    if (__builtin_add_overflow(since, need->after, &since))
        return reason_set(w, WHET_REASON_DAMAGED, at, need->key, need->key_len);
    marked = whet__ledger_key(&v->ledger, &need->hash, need->key, need->key_len, &kind);
    if (marked > since)
        return reason_set(w, reason_of(kind), at, need->key, need->key_len);
    node = whet__graph_find(&v->graph, &need->hash);
    if (node == NULL)
        return 1;
    if (node->changed > since)
        return reason_set(w, WHET_REASON_CHANGED, at, need->key, need->key_len);
    if (node->dead > since)
        return reason_set(w, WHET_REASON_DEAD, at, need->key, need->key_len);
    if (!(node->flags & WHET_NODE_KNOWN) || node->dead != 0 || marked > node->epoch ||
        (changes != 0 && atomic_load_explicit(&node->clean, memory_order_relaxed) == changes))
        return 1;
    if (w->most != 0 && w->steps.len > w->most) {
        w->cut = 1;
        return 1;
    }
    if (node_visit(w, node, at) != 0)
        return reason_set(w, WHET_REASON_MEMORY, at, need->key, need->key_len);
    return 1;
}

/* Stops before the first file: it is looked at later. */
static int step_check(struct whet_validity *v, struct whet_walk *w, uint32_t at,
                      uint64_t changes)
{
    struct whet_about about = step_at(w, at)->about;
    struct whet_about_piece piece;
    int rc = 0, ok = 1;

    while (ok && (rc = whet__about_next(&about, &piece)) == 1) {
        if (piece.kind == WHET_ABOUT_FILE) {
            w->files = 1;
            return 1;
        }
        if (piece.kind == WHET_ABOUT_NEED)
            ok = need_check(v, w, at, &piece.need, changes);
        else if (whet__ledger_tag(&v->ledger, piece.tag, piece.tag_len) > step_at(w, at)->epoch)
            ok = reason_set(w, WHET_REASON_TAG, at, piece.tag, piece.tag_len);
        step_at(w, at)->about = about;
    }
    return rc < 0 ? reason_set(w, WHET_REASON_DAMAGED, at, "", 0) : ok;
}

static void nodes_are_clean(struct whet_walk *w, uint64_t changes)
{
    for (uint32_t i = 1; i < w->steps.len; i++)
        atomic_store_explicit(&((struct whet_node *)step_at(w, i)->node)->clean, changes,
                              memory_order_relaxed);
}

int whet__walk_graph(struct whet_validity *v, const struct whet_walk_root *root,
                     uint64_t changes, struct whet_walk *w)
{
    enum whet_mark_kind kind;
    uint64_t marked;

    memset(w, 0, sizeof(*w));
    whet__vec_init(&w->steps, sizeof(struct whet_walk_step), STEPS_MAX);
    w->root.key = root->key;
    w->root.key_len = root->key_len;
    w->root.epoch = root->epoch;
    w->most = root->most;
    whet__about_init(&w->root.about, root->about, root->about_len);
    marked = whet__ledger_key(&v->ledger, &root->hash, root->key, root->key_len, &kind);
    if (marked > root->epoch)
        return reason_set(w, reason_of(kind), 0, root->key, root->key_len);
    for (uint32_t at = 0; at == 0 || at < w->steps.len; at++) {
        if (!step_check(v, w, at, changes))
            return 0;
    }
    if (!w->files && !w->cut && changes != 0)
        nodes_are_clean(w, changes);
    return 1;
}

static int step_files(struct whet_validity *v, struct whet_walk *w, uint32_t at)
{
    struct whet_about about = step_at(w, at)->about;
    struct whet_about_piece piece;
    int rc;

    while ((rc = whet__about_next(&about, &piece)) == 1) {
        int same = piece.kind == WHET_ABOUT_FILE ? whet__looks_same(v->looks, &piece.file) : 1;

        if (same == -ENOMEM)
            return reason_set(w, WHET_REASON_MEMORY, at, piece.file.path, piece.file.path_len);
        if (same != 1)
            return reason_set(w, WHET_REASON_FILE, at, piece.file.path, piece.file.path_len);
    }
    return rc < 0 ? reason_set(w, WHET_REASON_DAMAGED, at, "", 0) : 1;
}

int whet__walk_files(struct whet_validity *v, struct whet_walk *w)
{
    for (uint32_t at = 0; w->files && (at == 0 || at < w->steps.len); at++) {
        if (!step_files(v, w, at))
            return 0;
    }
    return 1;
}

void whet__walk_clear(struct whet_walk *w)
{
    for (uint32_t i = 1; i < w->steps.len; i++)
        whet__made_drop(step_at(w, i)->made);
    whet__vec_clear(&w->steps);
    whet__mem_free(w->slots);
    w->slots = NULL;
}
