/* One shard: who is in which slot. Load: a put per miss; hits are in memory/hit.c. */
#include "cache/memory/shard.h"

static void count_bytes(struct whet_shard *s)
{
    atomic_store_explicit(&s->counts[WHET_SHARD_BYTES], s->entry_bytes + s->tables.bytes,
                          memory_order_relaxed);
    atomic_store_explicit(&s->counts[WHET_SHARD_PINNED], s->pinned_bytes, memory_order_relaxed);
}

static uint32_t line_of(const struct whet_shard *s, uint32_t slot)
{
    const struct whet_tables *t = &s->tables;

    return whet__index_at(t->index, t->hashes[slot], slot);
}

static void add_entry(struct whet_shard *s, uint32_t slot, struct whet_entry *e)
{
    struct whet_line line;

    whet__line_fill(&line, e, slot);
    whet__index_add(s->tables.index, s->tables.hashes[slot], &line, 0);
    s->entry_bytes += whet__entry_bytes(e);
    whet__shard_add(s, WHET_SHARD_ENTRIES, 1);
    count_bytes(s);
}

/* Its slot stays. */
static struct whet_entry *remove_entry(struct whet_shard *s, uint32_t slot, uint32_t at)
{
    struct whet_tables *t = &s->tables;
    struct whet_entry *e = whet__line_entry(t->index, at);

    whet__index_remove(t->index, t->hashes[slot], at);
    s->entry_bytes -= whet__entry_bytes(e);
    whet__shard_add(s, WHET_SHARD_ENTRIES, (uint64_t)-1);
    count_bytes(s);
    return e;
}

/* ---- Slots ---- */

static void free_slot(struct whet_shard *s, uint32_t slot)
{
    struct whet_tables *t = &s->tables;

    t->hashes[slot] = t->free_slot;
    t->free_slot = slot;
}

static int slot_is_left(const struct whet_tables *t)
{
    return t->free_slot != WHET_SLOT_NONE || t->fresh < t->slot_count;
}

static void add_ghost(struct whet_shard *s, uint32_t slot)
{
    whet__ghosts_add(&s->tables.ghosts, s->tables.hashes[slot], slot);
    s->ghost_count++;
}

static void remove_ghost(struct whet_shard *s, uint32_t slot)
{
    whet__ghosts_remove(&s->tables.ghosts, s->tables.hashes, slot);
    s->ghost_count--;
}

static void forget_ghost(struct whet_shard *s, uint32_t slot)
{
    whet__policy_remove(s->tables.policy, slot);
    remove_ghost(s, slot);
    free_slot(s, slot);
}

static int is_full(const struct whet_shard *s)
{
    return whet__shard_count(s, WHET_SHARD_ENTRIES) >= s->tables.entry_max;
}

/* In the index. 0: all is pinned. */
static int make_room(struct whet_shard *s)
{
    struct whet_policy *p = s->tables.policy;

    while (is_full(s)) {
        if (!p->ops->evict(p))
            return 0;
    }
    return 1;
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

/* For a new key; WHET_SLOT_NONE. */
static uint32_t new_slot(struct whet_shard *s, const struct whet_hash128 *hash)
{
    struct whet_tables *t = &s->tables;
    uint32_t slot;

    if (!slot_is_left(t) && !make_slot(s))
        return WHET_SLOT_NONE;
    if (t->free_slot != WHET_SLOT_NONE) {
        slot = t->free_slot;
        t->free_slot = (uint32_t)t->hashes[slot];
    } else {
        slot = t->fresh++;
    }
    t->hashes[slot] = whet__hash_low(hash);
    return slot;
}

static uint32_t find_ghost(const struct whet_shard *s, const struct whet_hash128 *hash)
{
    const struct whet_tables *t = &s->tables;

    if (s->ghost_count == 0)
        return WHET_SLOT_NONE;
    return whet__ghosts_find(&t->ghosts, t->hashes, whet__hash_low(hash));
}

void whet__shard_dropped(void *ctx, uint32_t slot, int remembered)
{
    struct whet_shard *s = ctx;
    uint32_t at = line_of(s, slot);

    if (at != WHET_LINE_NONE) {
        whet__shard_leave(s, remove_entry(s, slot, at));
        if (remembered)
            add_ghost(s, slot);
    } else if (!remembered) {
        remove_ghost(s, slot);
    }
    if (!remembered)
        free_slot(s, slot);
}

unsigned whet__shard_uses(void *ctx, uint32_t slot)
{
    struct whet_shard *s = ctx;
    uint32_t at = line_of(s, slot);
    unsigned uses = whet__index_uses(s->tables.index, at);

    if (uses != 0)
        whet__index_set_uses(s->tables.index, at, 0);
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

struct whet_entry *whet__shard_take_out(struct whet_shard *s, uint32_t at)
{
    struct whet_policy *p = s->tables.policy;
    uint32_t slot = whet__line_slot(s->tables.index, at);
    int pinned = !whet__policy_resident(p, slot);
    struct whet_entry *e = remove_entry(s, slot, at);

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

/* At most half of a shard, if the tables leave so much. */
static int can_pin(const struct whet_shard *s, const struct whet_entry *e)
{
    uint64_t pinned = s->pinned_bytes + whet__entry_bytes(e);

    return (e->flags & WHET_ENTRY_PINNED) != 0 && !s->settling && pinned <= s->capacity / 2 &&
           pinned + s->tables.bytes <= s->capacity;
}

static int insert_pinned(struct whet_shard *s, struct whet_entry *e)
{
    uint32_t ghost, slot;

    if (!make_room(s))
        return 0;
    ghost = find_ghost(s, &e->hash);
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
    if (bytes > p->capacity || !make_room(s))
        return 0;
    slot = find_ghost(s, &e->hash);
    if (slot != WHET_SLOT_NONE)
        remove_ghost(s, slot);
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
        add_ghost(s, slot);
    return 0;
}

/* A value of the same size takes the place of the old one, which is a use; one of another size
 * begins anew. */
static int put_in_place(struct whet_shard *s, uint32_t at, const struct whet_entry *old,
                        struct whet_entry *e)
{
    uint32_t slot = whet__line_slot(s->tables.index, at);
    int pinned = !whet__policy_resident(s->tables.policy, slot);
    struct whet_line line;

    if (whet__entry_bytes(old) != whet__entry_bytes(e) ||
        pinned != (can_pin(s, e) || (pinned && (e->flags & WHET_ENTRY_PINNED))))
        return 0;
    whet__line_fill(&line, e, slot);
    whet__index_replace(s->tables.index, at, &line);
    whet__shard_use(s, at);
    return 1;
}

int whet__shard_put(struct whet_shard *s, struct whet_entry *e, struct whet_entry **old)
{
    struct whet_ask ask = {.hash = e->hash, .key = e->bytes, .key_len = e->key_len};
    uint32_t at;

    *old = NULL;
    (void)whet__shard_settle(s);
    at = whet__index_find(s->tables.index, &ask);
    if (at != WHET_LINE_NONE) {
        *old = whet__line_entry(s->tables.index, at);
        if (put_in_place(s, at, *old, e))
            return 1;
        *old = whet__shard_take_out(s, at);
    }
    if (!slot_is_left(&s->tables) || is_full(s))
        whet__shard_grow(s);
    return whet__shard_insert(s, e);
}
