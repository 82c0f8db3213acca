/* Questions that come together: what they will look at is asked of memory for all of them
 * before the first one looks, so that the processor waits for many lines at a time and not for
 * one after the other. Load: batches of a few keys, millions a second; nothing here decides
 * anything. */
#include "cache/memory/level.h"

/* The lines of a small entry: its head, and what a hit reads. */
#define ENTRY_LINES 2
#define LINE_BYTES  64

/* One question on its way. */
struct step {
    const struct whet_index *index; /* NULL: nothing to look at without the lock */
    const struct whet_cell *cell;   /* NULL: not known */
};

static void expect_group(const struct whet_memory *m, const struct whet_ask *ask,
                         struct step *out)
{
    const struct whet_index *x =
        atomic_load_explicit(&whet__memory_shard(m, &ask->hash)->shown, memory_order_acquire);

    *out = (struct step){.index = x};
    if (x != NULL)
        __builtin_prefetch(&x->groups[whet__index_home(x, whet__hash_low(&ask->hash))]);
}

/* The first whose tag is the same, which is as a rule the one. */
static void expect_line(const struct whet_ask *ask, struct step *step)
{
    const struct whet_index *x = step->index;
    uint64_t hash = whet__hash_low(&ask->hash);
    uint32_t group;
    uint64_t same;

    if (x == NULL)
        return;
    group = whet__index_home(x, hash);
    same =
        whet__zero_bytes(whet__index_tags(x, group) ^ (whet__index_tag(hash) * WHET_EACH_BYTE));
    if (same == 0)
        return;
    step->cell = &x->cells[group * WHET_GROUP + whet__first_byte(same)];
    __builtin_prefetch(step->cell);
}

/* It is only an address here: the entry may be gone by now. */
static void expect_entry(const struct step *step)
{
    uintptr_t entry;

    if (step->cell == NULL)
        return;
    entry = (uintptr_t)whet__cell_word(step->cell, WHET_LINE_ENTRY);
    for (unsigned i = 0; i < ENTRY_LINES; i++)
        __builtin_prefetch((const void *)(entry + i * LINE_BYTES), 1);
}

void whet__memory_expect(const struct whet_memory *m, const struct whet_ask *asks, size_t count,
                         int entries)
{
    struct step steps[WHET_MEMORY_AHEAD];
    struct whet_reader *r;

    (void)whet__thread_number(); /* so that it has one */
    r = whet__readers_mine(&m->readers);
    if (r == NULL)
        return;
    whet__reader_enter(r);
    for (size_t i = 0; i < count; i++)
        expect_group(m, &asks[i], &steps[i]);
    for (size_t i = 0; i < count; i++)
        expect_line(&asks[i], &steps[i]);
    for (size_t i = 0; entries && i < count; i++)
        expect_entry(&steps[i]);
    whet__reader_leave(r);
}
