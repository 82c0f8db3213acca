/* One shard: who is in which slot. Load: a put per miss; hits are in memory.c. */
#include "cache/memory/shard.h"

static void count_bytes(struct whet_shard *s)
{
    atomic_store_explicit(&s->counts[WHET_SHARD_BYTES], s->entry_bytes + s->tables.bytes,
                          memory_order_relaxed);
    atomic_store_explicit(&s->counts[WHET_SHARD_PINNED], s->pinned_bytes, memory_order_relaxed);
}

static struct whet_index_item *item_of(const struct whet_shard *s, uint32_t slot)
{
    const struct whet_tables *t = &s->tables;

    return &t->index.items[whet__index_at(&t->index, (uint32_t)(t->hashes[slot] >> 32), slot)];
}

static void add_entry(struct whet_shard *s, uint32_t slot, struct whet_entry *e)
{
    item_of(s, slot)->entry = e;
    e->uses = 0;
    s->entry_bytes += whet__entry_bytes(e);
    whet__shard_add(s, WHET_SHARD_ENTRIES, 1);
    count_bytes(s);
}

static struct whet_entry *remove_entry(struct whet_shard *s, struct whet_index_item *item)
{
    struct whet_entry *e = item->entry;

    item->entry = NULL;
    s->entry_bytes -= whet__entry_bytes(e);
    whet__shard_add(s, WHET_SHARD_ENTRIES, (uint64_t)-1);
    count_bytes(s);
    return e;
}

/* ---- Slots ---- */

static void free_slot(struct whet_shard *s, uint32_t slot)
{
    struct whet_tables *t = &s->tables;

    whet__index_remove(&t->index,
                       whet__index_at(&t->index, (uint32_t)(t->hashes[slot] >> 32), slot));
    t->hashes[slot] = t->free_slot;
    t->free_slot = slot;
}

static int slot_is_left(const struct whet_tables *t)
{
    return t->free_slot != WHET_SLOT_NONE || t->fresh < t->slot_count;
}

static void forget_ghost(struct whet_shard *s, uint32_t slot)
{
    whet__policy_remove(s->tables.policy, slot);
    s->ghost_count--;
    free_slot(s, slot);
}

/* When there are no bytes for more slots. Ghosts go one by one as a hand comes by, when there
 * are some; what is evicted may become one. 0: all is pinned. */
static int make_slot(struct whet_shard *s)
{
    struct whet_tables *t = &s->tables;

    while (!slot_is_left(t)) {
        if (s->ghost_count <= t->slot_count / 4 && t->policy->ops->evict(t->policy))
            continue;
        if (s->ghost_count == 0)
            return 0;
        while (t->policy->nodes[s->hand].where < WHET_POLICY_GHOST)
            s->hand = s->hand + 1 == t->slot_count ? 0 : s->hand + 1;
        forget_ghost(s, s->hand);
    }
    return 1;
}

/* A slot for a new key, in the index, still without its entry. */
static uint32_t new_slot(struct whet_shard *s, const struct whet_hash128 *hash)
{
    struct whet_tables *t = &s->tables;
    struct whet_index_item item = {.tag = whet__hash_tag(hash)};

    if (!slot_is_left(t) && !make_slot(s))
        return WHET_SLOT_NONE;
    if (t->free_slot != WHET_SLOT_NONE) {
        item.slot = t->free_slot;
        t->free_slot = (uint32_t)t->hashes[item.slot];
    } else {
        item.slot = t->fresh++;
    }
    t->hashes[item.slot] = whet__hash_low(hash);
    whet__index_add(&t->index, &item);
    return item.slot;
}

static uint32_t find_ghost(const struct whet_shard *s, const struct whet_hash128 *hash)
{
    const struct whet_tables *t = &s->tables;
    const struct whet_index *x = &t->index;
    uint32_t tag = whet__hash_tag(hash);
    uint32_t at = whet__index_home(x, tag);

    if (s->ghost_count == 0)
        return WHET_SLOT_NONE;
    for (; x->items[at].slot != WHET_SLOT_NONE; at = whet__index_after(x, at)) {
        const struct whet_index_item *item = &x->items[at];

        if (item->tag == tag && item->entry == NULL &&
            t->hashes[item->slot] == whet__hash_low(hash))
            return item->slot;
    }
    return WHET_SLOT_NONE;
}

void whet__shard_dropped(void *ctx, uint32_t slot, int remembered)
{
    struct whet_shard *s = ctx;
    struct whet_index_item *item = item_of(s, slot);

    if (item->entry != NULL) {
        whet__shard_leave(s, remove_entry(s, item));
        s->ghost_count += (uint32_t)remembered;
    } else {
        s->ghost_count--;
    }
    if (!remembered)
        free_slot(s, slot);
}

unsigned whet__shard_uses(void *ctx, uint32_t slot)
{
    struct whet_entry *e = item_of(ctx, slot)->entry;
    unsigned uses = e->uses;

    e->uses = 0;
    return uses;
}

/* ---- In and out ---- */

void whet__shard_fit(struct whet_shard *s, uint64_t capacity)
{
    struct whet_policy *p = s->tables.policy;
    uint64_t taken = s->tables.bytes + s->pinned_bytes;
    uint64_t left = capacity > taken ? capacity - taken : 1;

    /* This allocates nothing: the number of ids is what it was. */
    if (whet__policy_resize(p, left) != 0)
        return;
    (void)whet__policy_shrink(p, UINT32_MAX);
}

struct whet_entry *whet__shard_take_out(struct whet_shard *s, struct whet_index_item *item)
{
    struct whet_policy *p = s->tables.policy;
    uint32_t slot = item->slot;
    int pinned = !whet__policy_resident(p, slot);
    struct whet_entry *e = remove_entry(s, item);

    whet__policy_remove(p, slot);
    free_slot(s, slot);
    if (pinned) {
        s->pinned_bytes -= whet__entry_bytes(e);
        count_bytes(s);
        if (!s->settling)
            whet__shard_fit(s, s->capacity);
    }
    return e;
}

/* At most half of a shard. */
static int can_pin(const struct whet_shard *s, const struct whet_entry *e)
{
    return (e->flags & WHET_ENTRY_PINNED) != 0 && !s->settling &&
           s->pinned_bytes + whet__entry_bytes(e) <= s->capacity / 2;
}

static int insert_pinned(struct whet_shard *s, struct whet_entry *e)
{
    uint32_t ghost = find_ghost(s, &e->hash);
    uint32_t slot;

    if (ghost != WHET_SLOT_NONE)
        forget_ghost(s, ghost);
    slot = new_slot(s, &e->hash);
    if (slot == WHET_SLOT_NONE)
        return 0;
    s->pinned_bytes += whet__entry_bytes(e);
    whet__shard_fit(s, s->capacity);
    add_entry(s, slot, e);
    return 1;
}

int whet__shard_insert(struct whet_shard *s, struct whet_entry *e)
{
    struct whet_policy *p = s->tables.policy;
    size_t bytes = whet__entry_bytes(e);
    uint32_t slot;

    if (can_pin(s, e))
        return insert_pinned(s, e);
    if (bytes > p->capacity)
        return 0;
    slot = find_ghost(s, &e->hash);
    if (slot != WHET_SLOT_NONE)
        s->ghost_count--;
    else
        slot = new_slot(s, &e->hash);
    if (slot == WHET_SLOT_NONE)
        return 0;
    p->ops->insert(p, slot, (uint32_t)bytes);
    if (whet__policy_resident(p, slot)) {
        add_entry(s, slot, e);
        return 1;
    }
    if (p->nodes[slot].where == WHET_POLICY_NOWHERE)
        free_slot(s, slot);
    else
        s->ghost_count++;
    return 0;
}

/* A value of the same size takes the place of the old one, which is a use; one of another size
 * begins anew. */
static int put_in_place(struct whet_shard *s, struct whet_index_item *item,
                        struct whet_entry *e)
{
    int pinned = !whet__policy_resident(s->tables.policy, item->slot);

    if (whet__entry_bytes(item->entry) != whet__entry_bytes(e) ||
        pinned != (can_pin(s, e) || (pinned && (e->flags & WHET_ENTRY_PINNED))))
        return 0;
    e->uses = item->entry->uses;
    item->entry = e;
    whet__shard_use(s, item);
    return 1;
}

int whet__shard_put(struct whet_shard *s, struct whet_entry *e, struct whet_entry **old)
{
    struct whet_ask ask = {.hash = e->hash, .key = e->bytes, .key_len = e->key_len};
    struct whet_index_item *item;

    *old = NULL;
    (void)whet__shard_settle(s);
    item = whet__shard_find(s, &ask);
    if (item != NULL) {
        *old = item->entry;
        if (put_in_place(s, item, e))
            return 1;
        *old = whet__shard_take_out(s, item);
    }
    if (!slot_is_left(&s->tables))
        whet__shard_grow(s);
    return whet__shard_insert(s, e);
}
