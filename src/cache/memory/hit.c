/* Finding in the level in memory. Load: all of the cache's, tens of millions of hits a second.
 * What they cost is the lines of memory that they touch: a small value is copied from its line
 * in the index, without the lock, and nothing is written that another thread reads but the
 * first few uses of the value. Whatever is not as simple takes the lock. */
#include "cache/memory/level.h"

#include <errno.h>

static inline int is_sure(const struct whet_entry *e, const struct whet_ask *ask)
{
    return atomic_load_explicit(&e->checked, memory_order_relaxed) == ask->changes &&
           !whet__entry_ended(e, ask->now_ns);
}

/* `at` WHET_LINE_NONE: it has left meanwhile. */
static inline void count_hit(struct whet_shard *s, const struct whet_ask *ask, uint32_t at,
                             struct whet_entry *e)
{
    if (at != WHET_LINE_NONE) {
        whet__shard_use(s, at);
        whet__index_check(s->tables.index, at,
                          atomic_load_explicit(&e->checked, memory_order_relaxed));
    }
    whet__shard_add(s, WHET_SHARD_HITS, 1);
    if (e->cost_ns != 0)
        whet__shard_add(s, WHET_SHARD_SAVED, e->cost_ns);
    if (e->flags & WHET_ENTRY_NEGATIVE)
        whet__shard_add(s, WHET_SHARD_NEGATIVE, 1);
    if (ask->now_ns != 0 && e->idle_ns != 0)
        atomic_store_explicit(&e->used_ns, ask->now_ns, memory_order_relaxed);
}

struct whet_entry *whet__memory_get(struct whet_memory *m, const struct whet_ask *ask,
                                    int *sure)
{
    struct whet_shard *s = whet__memory_lock(m, &ask->hash);
    uint32_t at = whet__index_find(s->tables.index, ask);
    struct whet_entry *e = NULL;

    if (at == WHET_LINE_NONE) {
        whet__shard_add(s, WHET_SHARD_MISSES, 1);
    } else {
        e = whet__entry_take(whet__line_entry(s->tables.index, at));
        *sure = is_sure(e, ask);
        if (*sure)
            count_hit(s, ask, at, e);
    }
    whet__memory_unlock(m, s);
    return e;
}

/* ---- Copies ---- */

/* Numbers without a call. */
static inline void copy_bytes(void *out, const void *value, size_t len)
{
    if (len == sizeof(uint64_t))
        memcpy(out, value, sizeof(uint64_t));
    else if (len != 0)
        memcpy(out, value, len);
}

/* What a line says of a value. */
struct glimpse {
    uint64_t words[WHET_TEXT_WORDS];
    size_t len;
};

/* 1: it is whole and sure. */
static inline __attribute__((always_inline)) int glimpse_take(const struct whet_cell *cell,
                                                              const struct whet_ask *ask,
                                                              size_t key_len,
                                                              struct glimpse *out)
{
    unsigned first = WHET_LINE_TEXT + whet__text_words(key_len);
    uint64_t about = whet__cell_word(cell, WHET_LINE_ABOUT);
    size_t len = whet__about_value(about);

    if ((about & WHET_ABOUT_WHOLE) == 0 ||
        whet__cell_word(cell, WHET_LINE_CHECKED) != ask->changes)
        return 0;
    for (unsigned i = 0; first + i < WHET_LINE_WORDS && i * sizeof(uint64_t) < len; i++)
        out->words[i] = whet__cell_word(cell, first + i);
    out->len = len;
    return 1;
}

static inline void glimpse_give(const struct glimpse *g, void *out, size_t room, size_t *len)
{
    copy_bytes(out, g->words, g->len < room ? g->len : room);
    *len = g->len;
}

/* Of the reader's thread, while it looks. `number`, which the compiler knows: the key is one,
 * and is only looked for at home. */
static inline __attribute__((always_inline)) int
look(const struct whet_index *x, const struct whet_ask *ask, int number, struct glimpse *out)
{
    unsigned moves = atomic_load_explicit(&x->moves, memory_order_acquire);
    uint32_t at = number ? whet__index_find_number(x, ask) : whet__index_find(x, ask);
    size_t key_len = number ? sizeof(uint64_t) : ask->key_len;

    if (at == WHET_LINE_NONE || moves % 2 != 0 ||
        !glimpse_take(&x->cells[at], ask, key_len, out) ||
        atomic_load_explicit(&x->moves, memory_order_relaxed) != moves)
        return 0;
    whet__index_use(x, at);
    return 1;
}

/* 0: it is not as simple as that. */
static inline __attribute__((always_inline)) int read_line(const struct whet_memory *m,
                                                           const struct whet_ask *ask,
                                                           int number, void *out, size_t room,
                                                           size_t *len)
{
    const struct whet_shard *s = whet__memory_shard(m, &ask->hash);
    struct whet_reader *r = whet__readers_mine(&m->readers);
    const struct whet_index *x;
    struct glimpse value;
    int hit;

    if (r == NULL)
        return 0;
    whet__reader_enter(r);
    x = atomic_load_explicit(&s->shown, memory_order_acquire);
    hit = x != NULL && look(x, ask, number, &value);
    whet__reader_leave(r);
    if (hit) {
        whet__reader_hit(r);
        glimpse_give(&value, out, room, len);
    }
    return hit;
}

static int read_entry(struct whet_shard *s, const struct whet_ask *ask, uint32_t at, void *out,
                      size_t room, size_t *len)
{
    struct whet_entry *e = whet__line_entry(s->tables.index, at);

    if (e->raw_len != 0 || !is_sure(e, ask))
        return 0;
    count_hit(s, ask, at, e);
    if (e->flags & WHET_ENTRY_NEGATIVE)
        return -ENOENT;
    copy_bytes(out, whet__entry_value(e), e->value_len < room ? e->value_len : room);
    *len = e->value_len;
    return 1;
}

static __attribute__((noinline)) int read_locked(struct whet_memory *m,
                                                 const struct whet_ask *ask, void *out,
                                                 size_t room, size_t *len)
{
    struct whet_shard *s = whet__memory_lock(m, &ask->hash);
    uint32_t at = whet__index_find(s->tables.index, ask);
    struct glimpse value;
    int rc = 0;

    (void)whet__thread_number(); /* from now on it has one, and may look without the lock */
    if (at != WHET_LINE_NONE &&
        glimpse_take(&s->tables.index->cells[at], ask, ask->key_len, &value)) {
        whet__shard_use(s, at);
        whet__shard_add(s, WHET_SHARD_HITS, 1);
        glimpse_give(&value, out, room, len);
        rc = 1;
    } else if (at != WHET_LINE_NONE) {
        rc = read_entry(s, ask, at, out, room, len);
    }
    whet__memory_unlock(m, s);
    return rc;
}

static __attribute__((noinline)) int read_any(struct whet_memory *m, const struct whet_ask *ask,
                                              void *out, size_t room, size_t *len)
{
    const struct whet_shard *s = whet__memory_shard(m, &ask->hash);

    if (ask->key_len <= WHET_TEXT_BYTES &&
        atomic_load_explicit(&s->shown, memory_order_relaxed) != NULL &&
        read_line(m, ask, 0, out, room, len))
        return 1;
    return read_locked(m, ask, out, room, len);
}

/* Keys that are numbers are common, and found with half the instructions: so few that the
 * processor asks for the next hit's memory while this one's is on its way. */
int whet__memory_read(struct whet_memory *m, const struct whet_ask *ask, void *out, size_t room,
                      size_t *len)
{
    if (ask->key_len == sizeof(uint64_t) && read_line(m, ask, 1, out, room, len))
        return 1;
    return read_any(m, ask, out, room, len);
}

/* ---- What was not sure ---- */

/* This very entry; another one may be there by now. */
static uint32_t find_same(const struct whet_shard *s, const struct whet_ask *ask,
                          const struct whet_entry *entry)
{
    uint32_t at = whet__index_find(s->tables.index, ask);

    return at != WHET_LINE_NONE && whet__line_entry(s->tables.index, at) == entry
               ? at
               : WHET_LINE_NONE;
}

void whet__memory_confirm(struct whet_memory *m, const struct whet_ask *ask,
                          struct whet_entry *entry)
{
    struct whet_shard *s = whet__memory_lock(m, &ask->hash);

    count_hit(s, ask, find_same(s, ask, entry), entry);
    whet__memory_unlock(m, s);
}

void whet__memory_refuse(struct whet_memory *m, const struct whet_ask *ask,
                         struct whet_entry *entry, enum whet_cache_reason reason, int keep)
{
    struct whet_shard *s = whet__memory_lock(m, &ask->hash);
    struct whet_entry *e = NULL;

    whet__shard_add(s, WHET_SHARD_MISSES, 1);
    if (!keep)
        e = whet__memory_take_out(s, find_same(s, ask, entry), reason);
    whet__memory_unlock(m, s);
    if (e != NULL)
        whet__memory_tell(m, e, reason);
}

struct whet_entry *whet__memory_peek(struct whet_memory *m, const struct whet_ask *ask)
{
    struct whet_shard *s = whet__memory_lock(m, &ask->hash);
    uint32_t at = whet__index_find(s->tables.index, ask);
    struct whet_entry *e =
        at != WHET_LINE_NONE ? whet__entry_take(whet__line_entry(s->tables.index, at)) : NULL;

    whet__memory_unlock(m, s);
    return e;
}
