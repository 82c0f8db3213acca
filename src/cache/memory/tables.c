/* The tables of a shard. Load: made once and again when it has become smaller, and grown a
 * dozen times in its life. */
#include "cache/memory/tables.h"

#include <errno.h>

#include "base/mem.h"

int whet__tables_ghosts(const struct whet_policy_ops *ops)
{
    return (ops->flags & WHET_POLICY_GHOSTS) != 0;
}

uint32_t whet__tables_entries(const struct whet_policy_ops *ops, uint32_t slots)
{
    return whet__tables_ghosts(ops) ? slots - slots / 2 : slots;
}

static uint32_t ghosts_size(const struct whet_policy_ops *ops, uint32_t slots)
{
    return whet__tables_ghosts(ops) ? whet__ghosts_size(slots) : 1;
}

static size_t index_bytes(const struct whet_policy_ops *ops, uint32_t slots)
{
    return whet__index_bytes(whet__tables_entries(ops, slots));
}

size_t whet__tables_bytes(const struct whet_policy_ops *ops, uint32_t slots)
{
    return index_bytes(ops, slots) +
           whet__mem_bytes(ghosts_size(ops, slots) * sizeof(uint32_t)) +
           whet__mem_bytes(slots * sizeof(uint64_t)) + whet__policy_bytes(ops, slots);
}

size_t whet__tables_largest(const struct whet_policy_ops *ops, uint32_t slots)
{
    size_t index = index_bytes(ops, slots);
    size_t policy = whet__policy_bytes(ops, slots);

    return index > policy ? index : policy;
}

void whet__tables_clear(struct whet_tables *t)
{
    whet__policy_free(t->policy);
    whet__mem_free(t->hashes);
    whet__mem_free(t->ghosts.slots);
    whet__index_free(t->index);
}

static int ghosts_init(struct whet_ghosts *g, const struct whet_policy_ops *ops, uint32_t slots)
{
    g->size = ghosts_size(ops, slots);
    g->slots = whet__mem_zalloc(g->size, sizeof(*g->slots));
    return g->slots != NULL ? 0 : -ENOMEM;
}

int whet__tables_init(struct whet_tables *out, const struct whet_policy_ops *ops,
                      uint32_t slots, uint64_t capacity)
{
    struct whet_tables t = {.slot_count = slots,
                            .entry_max = whet__tables_entries(ops, slots),
                            .free_slot = WHET_SLOT_NONE,
                            .bytes = whet__tables_bytes(ops, slots)};
    int rc = whet__index_new(&t.index, t.entry_max);

    if (rc == 0)
        rc = ghosts_init(&t.ghosts, ops, slots);
    if (rc != 0)
        goto out;
    t.hashes = whet__mem_zalloc(slots, sizeof(*t.hashes));
    rc = t.hashes != NULL ? whet__policy_new(&t.policy, ops, slots, capacity) : -ENOMEM;
    if (rc == 0)
        *out = t;
out:
    if (rc != 0)
        whet__tables_clear(&t);
    return rc;
}

static int grow_hashes(struct whet_tables *t, uint32_t slots)
{
    uint64_t *hashes = whet__mem_resize(t->hashes, slots, sizeof(*hashes));

    if (hashes == NULL)
        return -ENOMEM;
    t->hashes = hashes;
    t->policy->hashes = hashes;
    return 0;
}

static int grow_ghosts(struct whet_tables *t, uint32_t slots)
{
    struct whet_ghosts old = t->ghosts;
    int rc = ghosts_init(&t->ghosts, t->policy->ops, slots);

    if (rc != 0) {
        t->ghosts = old;
        return rc;
    }
    for (uint32_t i = 0; i < old.size; i++) {
        if (old.slots[i] != 0)
            whet__ghosts_add(&t->ghosts, t->hashes[old.slots[i] - 1], old.slots[i] - 1);
    }
    whet__mem_free(old.slots);
    return 0;
}

int whet__tables_grow_slots(struct whet_tables *t, uint32_t slots)
{
    int rc = grow_hashes(t, slots);

    return rc == 0 ? grow_ghosts(t, slots) : rc;
}

int whet__tables_grow_index(struct whet_tables *t, uint32_t slots, struct whet_index **old)
{
    uint32_t entries = whet__tables_entries(t->policy->ops, slots);
    struct whet_index *index;
    int rc = whet__index_new(&index, entries);

    if (rc != 0)
        return rc;
    whet__index_refill(index, t->hashes, t->index);
    *old = t->index;
    t->index = index;
    t->entry_max = entries;
    return 0;
}
