/* What was invalidated. Expected load: some marks a second, looked up at each check of an entry
 * that is older than the last of them: 10 ns for the key, as much for each tag and each length
 * of prefixes. */
#include "cache/truth/ledger.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "cache/entry/entry.h"
#include "cache/truth/median.h"

#define ARENA_MAX ((size_t)64 << 20)
#define SPREAD    UINT64_C(0x9e3779b97f4a7c15)

static void tables_init(struct whet_ledger *l)
{
    whet__arena_init(&l->arena, ARENA_MAX);
    whet__map_init(&l->marks, SIZE_MAX);
    l->length_count = 0;
}

void whet__ledger_init(struct whet_ledger *l, uint64_t seed)
{
    tables_init(l);
    l->seed = seed;
    l->all = 0;
    atomic_init(&l->last, 0);
}

void whet__ledger_clear(struct whet_ledger *l)
{
    whet__map_clear(&l->marks);
    whet__arena_clear(&l->arena);
}

/* Tags and prefixes are no keys, though they may have the same bytes. */
static struct whet_hash128 id_of(const struct whet_ledger *l, enum whet_mark_kind kind,
                                 const void *name, size_t len)
{
    if (kind == WHET_MARK_KEY)
        return whet__key_hash(l->seed, name, len);
    return whet__hash128_seeded(name, len, l->seed + (uint64_t)kind * SPREAD);
}

/* The longest of the known lengths up to `len`; 0: none. */
static uint32_t length_below(const struct whet_ledger *l, size_t len)
{
    uint32_t best = 0;

    for (unsigned i = 0; i < l->length_count; i++) {
        if (l->lengths[i] <= len && l->lengths[i] > best)
            best = l->lengths[i];
    }
    return best;
}

struct whet_mark whet__ledger_mark(const struct whet_ledger *l, enum whet_mark_kind kind,
                                   const void *name, size_t len, uint64_t epoch)
{
    if (kind == WHET_MARK_PREFIX && l->length_count == WHET_LEDGER_LENGTHS)
        len = length_below(l, len);
    if (kind == WHET_MARK_ALL || (kind == WHET_MARK_PREFIX && len == 0)) {
        kind = WHET_MARK_ALL;
        len = 0;
    }
    return (struct whet_mark){
        .id = id_of(l, kind, len > 0 ? name : "", len),
        .kind = kind,
        .len = kind == WHET_MARK_PREFIX ? (uint32_t)len : 0,
        .epoch = epoch,
    };
}

/* 0, or -EFBIG: there are too many lengths. */
static int length_note(struct whet_ledger *l, uint32_t len)
{
    if (length_below(l, len) == len)
        return 0;
    if (l->length_count == WHET_LEDGER_LENGTHS)
        return -EFBIG;
    l->lengths[l->length_count++] = len;
    return 0;
}

static int mark_add(struct whet_ledger *l, const struct whet_mark *mark)
{
    struct whet_mark *m = whet__map_get(&l->marks, &mark->id, sizeof(mark->id));
    int rc = 0;

    if (m != NULL) {
        if (mark->epoch > m->epoch)
            m->epoch = mark->epoch;
        return 0;
    }
    if (mark->kind == WHET_MARK_PREFIX)
        rc = length_note(l, mark->len);
    m = rc == 0 ? whet__arena_alloc(&l->arena, sizeof(*m)) : NULL;
    if (m == NULL)
        return -ENOMEM;
    *m = *mark;
    return whet__map_put(&l->marks, &m->id, sizeof(m->id), m);
}

/* Drops what `all` says already. Without memory to do so it stays, which is no harm. */
static void marks_tidy(struct whet_ledger *l)
{
    const struct whet_map_entry *entries = l->marks.entries.items;
    struct whet_ledger next = {.seed = l->seed};
    int rc = 0;

    tables_init(&next);
    for (size_t i = 0; i < l->marks.entries.len && rc == 0; i++) {
        const struct whet_mark *m = entries[i].value;

        if (m->epoch > l->all)
            rc = mark_add(&next, m);
    }
    if (rc != 0) {
        whet__ledger_clear(&next);
        return;
    }
    whet__ledger_clear(l);
    l->arena = next.arena;
    l->marks = next.marks;
    memcpy(l->lengths, next.lengths, sizeof(l->lengths));
    l->length_count = next.length_count;
}

void whet__ledger_set(struct whet_ledger *l, const struct whet_mark *mark)
{
    if (mark->kind == WHET_MARK_ALL || mark_add(l, mark) != 0) {
        if (mark->epoch > l->all)
            l->all = mark->epoch;
        marks_tidy(l);
    }
    if (mark->epoch > atomic_load_explicit(&l->last, memory_order_relaxed))
        atomic_store_explicit(&l->last, mark->epoch, memory_order_release);
}

static uint64_t epoch_of(const struct whet_ledger *l, const struct whet_hash128 *id)
{
    const struct whet_mark *m = whet__map_get(&l->marks, id, sizeof(*id));

    return m != NULL ? m->epoch : 0;
}

uint64_t whet__ledger_key(const struct whet_ledger *l, const struct whet_hash128 *hash,
                          const void *key, size_t key_len, enum whet_mark_kind *kind)
{
    enum whet_mark_kind how = WHET_MARK_ALL;
    uint64_t last = l->all, epoch = epoch_of(l, hash);

    if (epoch > last) {
        last = epoch;
        how = WHET_MARK_KEY;
    }
    for (unsigned i = 0; i < l->length_count; i++) {
        struct whet_hash128 id;

        if (l->lengths[i] > key_len)
            continue;
        id = id_of(l, WHET_MARK_PREFIX, key, l->lengths[i]);
        epoch = epoch_of(l, &id);
        if (epoch > last) {
            last = epoch;
            how = WHET_MARK_PREFIX;
        }
    }
    if (kind != NULL)
        *kind = how;
    return last;
}

uint64_t whet__ledger_tag(const struct whet_ledger *l, const char *tag, size_t len)
{
    struct whet_hash128 id = id_of(l, WHET_MARK_TAG, tag, len);

    return epoch_of(l, &id);
}

static uint64_t moment_of(const void *value)
{
    return ((const struct whet_mark *)value)->epoch;
}

uint64_t whet__ledger_cut(const struct whet_ledger *l)
{
    return whet__median_of(&l->marks, moment_of, atomic_load(&l->last));
}
