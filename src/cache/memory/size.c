/* How much a shard takes: its tables grow with what is in it and go back when it is made
 * smaller. Load: growing a dozen times in a shard's life, settling after a resize. */
#include "cache/memory/shard.h"

#include <errno.h>

#define SETTLE_CALLS 1024 /* a shard that was made smaller is there after so many */
#define SETTLE_LEAST 4096 /* ... or sooner: bytes per call */
#define LEAST_LEFT   2048 /* bytes for entries */

/* From now on readers look here; `old` goes when nobody looks there any more. Where that cannot
 * be known, it stays, and nobody looks without the lock again. */
static void show_index(struct whet_shard *s, struct whet_index *old)
{
    struct whet_index *before = atomic_exchange(&s->shown, NULL);

    if (before != NULL && whet__readers_wait(s->readers) != 0) {
        s->kept = before;
        return;
    }
    whet__index_free(old);
    if (s->kept == NULL && s->tables.policy->uses != NULL)
        atomic_store(&s->shown, s->tables.index);
}

static void connect_policy(struct whet_shard *s, struct whet_tables *t)
{
    t->policy->hashes = t->hashes;
    t->policy->dropped = whet__shard_dropped;
    if (t->policy->ops->flags & WHET_POLICY_LATER)
        t->policy->uses = whet__shard_uses;
    t->policy->ctx = s;
}

uint64_t whet__shard_least(const struct whet_policy_ops *policy, uint32_t slots)
{
    return whet__tables_bytes(policy, slots < WHET_SLOTS_MIN ? WHET_SLOTS_MIN : slots) +
           LEAST_LEFT;
}

uint64_t whet__shard_largest(const struct whet_policy_ops *policy, uint64_t capacity)
{
    return capacity - whet__tables_bytes(policy, WHET_SLOTS_MIN);
}

static void set_capacity(struct whet_shard *s, uint64_t capacity)
{
    s->capacity = capacity;
    atomic_store_explicit(&s->counts[WHET_SHARD_CAPACITY], capacity, memory_order_relaxed);
    atomic_store_explicit(&s->counts[WHET_SHARD_BYTES], s->entry_bytes + s->tables.bytes,
                          memory_order_relaxed);
}

/* Ghosts for as much again as there is. */
static void set_ghosts(struct whet_shard *s)
{
    s->tables.policy->ghost_max = s->tables.policy->capacity;
}

int whet__shard_init(struct whet_shard *s, const struct whet_policy_ops *policy,
                     uint64_t capacity, uint32_t slots, const struct whet_readers *readers)
{
    uint32_t count = slots < WHET_SLOTS_MIN ? WHET_SLOTS_MIN : slots;
    int rc;

    if (capacity < whet__shard_least(policy, slots))
        return -EINVAL;
    rc = whet__tables_init(&s->tables, policy, count,
                           capacity - whet__tables_bytes(policy, count));
    if (rc != 0)
        return rc;
    rc = -pthread_mutex_init(&s->lock, NULL);
    if (rc != 0) {
        whet__tables_clear(&s->tables);
        return rc;
    }
    connect_policy(s, &s->tables);
    s->readers = readers;
    show_index(s, NULL);
    s->gone_end = &s->gone;
    set_capacity(s, capacity);
    set_ghosts(s);
    return 0;
}

void whet__shard_clear(struct whet_shard *s)
{
    for (uint32_t at = WHET_LINE_NONE; whet__index_next(s->tables.index, &at);)
        whet__entry_drop(whet__line_entry(s->tables.index, at));
    whet__tables_clear(&s->tables);
    whet__index_free(s->kept);
    (void)pthread_mutex_destroy(&s->lock);
}

/* ---- More slots ---- */

/* Slots for each entry. */
static uint64_t ghosts_and_one(const struct whet_shard *s)
{
    return whet__tables_ghosts(s->tables.policy->ops) ? 2 : 1;
}

/* How many are needed for entries like those that are in, and as many ghosts. */
static uint64_t slots_needed(const struct whet_shard *s, uint64_t capacity)
{
    const struct whet_tables *t = &s->tables;
    uint64_t entries = whet__shard_count(s, WHET_SHARD_ENTRIES);
    uint64_t each = ghosts_and_one(s);
    uint64_t needed;

    if (entries == 0)
        return WHET_SLOTS_MIN;
    needed =
        each * (capacity / (s->entry_bytes / entries + each * (t->bytes / t->slot_count)) + 1);
    return needed + needed / 16;
}

/* Doubles, and takes the last step while there is still room for it, half full at most: the old
 * index is there until the new one is, and ghosts come only when the shard is full. */
static uint32_t slots_next(const struct whet_shard *s)
{
    uint64_t now = s->tables.slot_count;
    uint64_t next = slots_needed(s, s->capacity);

    if (next > 4 * ghosts_and_one(s) * now)
        next = 2 * now;
    if (next < now + now / 8 + 8)
        next = now + now / 8 + 8;
    return next < WHET_POLICY_IDS_MAX ? (uint32_t)next : WHET_POLICY_IDS_MAX;
}

static int grow_index(struct whet_shard *s, uint32_t slots)
{
    struct whet_index *old;
    int rc = whet__tables_grow_index(&s->tables, slots, &old);

    if (rc == 0)
        show_index(s, old);
    return rc;
}

/* From here on the bytes of the larger tables count, also when one of them could not be had:
 * others were, then. The next attempt goes on from there. */
static void grow_to(struct whet_shard *s, uint32_t slots, size_t bytes)
{
    struct whet_tables *t = &s->tables;
    int rc;

    t->bytes = bytes;
    whet__shard_fit(s, s->capacity);
    set_capacity(s, s->capacity);
    rc = whet__tables_grow_slots(t, slots);
    if (rc == 0)
        rc = grow_index(s, slots);
    if (rc == 0)
        rc = whet__policy_grow(t->policy, slots);
    if (rc != 0)
        return;
    t->slot_count = slots;
    set_ghosts(s);
    /* For what goes by the number of ids; without memory it stays as good as it was. */
    rc = whet__policy_resize(t->policy, t->policy->capacity);
    (void)rc;
}

void whet__shard_grow(struct whet_shard *s)
{
    const struct whet_tables *t = &s->tables;
    const struct whet_policy_ops *ops = t->policy->ops;
    uint32_t slots = slots_next(s);
    size_t twice = whet__tables_largest(ops, t->slot_count); /* while it moves */
    size_t bytes;

    if (s->settling || slots <= t->slot_count)
        return;
    bytes = whet__tables_bytes(ops, slots);
    if (bytes < t->bytes)
        bytes = t->bytes;
    if (s->entry_bytes + bytes + twice > s->capacity)
        return;
    grow_to(s, slots, bytes);
}

/* ---- Another size ---- */

static int is_pinned(const struct whet_shard *s, uint32_t at)
{
    const struct whet_tables *t = &s->tables;

    return t->policy->nodes[whet__line_slot(t->index, at)].where == WHET_POLICY_NOWHERE;
}

/* Half of it, if the tables leave so much. */
static uint64_t pinned_most(const struct whet_shard *s, uint64_t capacity)
{
    uint64_t tables = whet__tables_bytes(s->tables.policy->ops, s->slots_wanted) + LEAST_LEFT;
    uint64_t left = capacity > tables ? capacity - tables : 0;

    return left < capacity / 2 ? left : capacity / 2;
}

/* No more stays pinned. */
static void unpin(struct whet_shard *s, uint64_t most)
{
    struct whet_policy *p = s->tables.policy;
    uint32_t at = WHET_LINE_NONE;

    while (s->pinned_bytes > most && whet__index_next(s->tables.index, &at)) {
        size_t bytes;

        if (!is_pinned(s, at))
            continue;
        bytes = whet__entry_bytes(whet__line_entry(s->tables.index, at));
        if (whet__policy_resize(p, p->capacity + bytes) != 0)
            return;
        s->pinned_bytes -= bytes;
        p->ops->insert(p, whet__line_slot(s->tables.index, at), (uint32_t)bytes);
    }
}

void whet__shard_resize(struct whet_shard *s, uint64_t capacity)
{
    const struct whet_tables *t = &s->tables;
    uint64_t needed = slots_needed(s, capacity);

    set_capacity(s, capacity);
    if (needed < WHET_SLOTS_MIN)
        needed = WHET_SLOTS_MIN;
    s->slots_wanted = t->slot_count;
    if (needed < t->slot_count - t->slot_count / 4 && t->bytes > capacity / 8)
        s->slots_wanted = (uint32_t)needed;
    unpin(s, pinned_most(s, capacity));
    s->step = s->entry_bytes / SETTLE_CALLS + SETTLE_LEAST;
    s->settling = s->slots_wanted != t->slot_count || s->entry_bytes + t->bytes > capacity;
    if (!s->settling) {
        whet__shard_fit(s, capacity);
        set_ghosts(s);
    }
}

/* All entries in the order in which the policy would let them go, pinned ones first. */
static struct whet_entry *drain(struct whet_shard *s)
{
    struct whet_tables *t = &s->tables;
    struct whet_entry *pinned = NULL;
    struct whet_entry *rest;

    for (uint32_t at = WHET_LINE_NONE; whet__index_next(t->index, &at);) {
        if (is_pinned(s, at)) {
            struct whet_entry *e = whet__line_entry(t->index, at);

            e->next = pinned;
            pinned = e;
        }
    }
    while (t->policy->ops->evict(t->policy))
        continue;
    rest = whet__shard_gone(s);
    if (pinned == NULL)
        return rest;
    for (struct whet_entry *e = pinned;; e = e->next) {
        if (e->next == NULL) {
            e->next = rest;
            return pinned;
        }
    }
}

/* Puts all of a list in. */
static void refill(struct whet_shard *s, struct whet_entry *list)
{
    while (list != NULL) {
        struct whet_entry *e = list;

        list = e->next;
        if (!whet__shard_insert(s, e))
            whet__shard_leave(s, e);
    }
}

/* Everything into smaller tables. What the policy knew but for the order is lost. */
static int rebuild(struct whet_shard *s, uint32_t slots)
{
    uint64_t evictions = atomic_load(&s->counts[WHET_SHARD_EVICTIONS]);
    struct whet_tables t, old = s->tables;
    struct whet_entry *told;
    struct whet_entry *all;
    int rc = whet__tables_init(&t, old.policy->ops, slots, s->capacity);

    if (rc != 0)
        return rc;
    told = whet__shard_gone(s);
    all = drain(s);
    s->tables = t;
    connect_policy(s, &s->tables);
    show_index(s, old.index);
    old.index = NULL;
    whet__tables_clear(&old);
    atomic_store_explicit(&s->counts[WHET_SHARD_ENTRIES], 0, memory_order_relaxed);
    s->entry_bytes = s->pinned_bytes = 0;
    s->ghost_count = s->hand = 0;
    s->settling = 0;
    whet__shard_fit(s, s->capacity);
    atomic_store_explicit(&s->counts[WHET_SHARD_EVICTIONS], evictions, memory_order_relaxed);
    refill(s, all);
    while (told != NULL) {
        struct whet_entry *e = told;

        told = e->next;
        whet__shard_tell(s, e);
    }
    return 0;
}

/* A step; 1: there are more. */
static int settle_on(struct whet_shard *s)
{
    struct whet_policy *p = s->tables.policy;
    uint64_t taken = whet__tables_bytes(p->ops, s->slots_wanted) + s->pinned_bytes;
    uint64_t target = s->capacity > taken ? s->capacity - taken : 1;
    uint64_t next = p->used > s->step ? p->used - s->step : 1;
    uint64_t most = whet__tables_entries(p->ops, s->slots_wanted);
    uint64_t entries;

    if (whet__policy_resize(p, next > target ? next : target) == 0)
        (void)whet__policy_shrink(p, UINT32_MAX);
    entries = whet__shard_count(s, WHET_SHARD_ENTRIES);
    if (entries > most)
        (void)p->ops->evict(p);
    if (p->used > target || entries > most)
        return 1;
    if (s->slots_wanted != s->tables.slot_count && rebuild(s, s->slots_wanted) != 0)
        return 1;
    s->settling = 0;
    whet__shard_fit(s, s->capacity);
    set_ghosts(s);
    set_capacity(s, s->capacity);
    return 0;
}

/* At every put. */
int whet__shard_settle(struct whet_shard *s)
{
    return s->settling ? settle_on(s) : 0;
}
