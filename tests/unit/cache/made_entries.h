/* tests/unit/cache/made_entries.h - entries made by hand, and questions for them. */
#ifndef WHET_TESTS_MADE_ENTRIES_H
#define WHET_TESTS_MADE_ENTRIES_H

#include <stdint.h>
#include <string.h>

#include "cache/entry/entry.h"
#include "cache/memory/memory.h"

#define MADE_SEED    77
#define MADE_CHANGES 2 /* the count of changes at which what is made is true */

static inline struct whet_ask ask_for(const uint64_t *key)
{
    return (struct whet_ask){.hash = whet__key_hash(MADE_SEED, key, sizeof(*key)),
                             .key = key,
                             .key_len = sizeof(*key),
                             .changes = MADE_CHANGES};
}

/* Every byte of the value follows from key and length. */
static inline unsigned char made_byte(uint64_t key, size_t len)
{
    return (unsigned char)(key * 31 + len * 7 + 1);
}

static inline struct whet_entry *make_entry(uint64_t key, size_t len)
{
    struct whet_hash128 hash = whet__key_hash(MADE_SEED, &key, sizeof(key));
    struct whet_entry *e;

    if (whet__entry_new(&e, &hash, &key, sizeof(key), NULL, 0, len) != 0)
        return NULL;
    memset(whet__entry_value(e), made_byte(key, len), len);
    atomic_store(&e->checked, MADE_CHANGES);
    return e;
}

static inline int is_as_made(struct whet_entry *e)
{
    const unsigned char *value = whet__entry_value(e);
    uint64_t key;

    memcpy(&key, whet__entry_key(e), sizeof(key));
    for (size_t i = 0; i < e->value_len; i++) {
        if (value[i] != made_byte(key, e->value_len))
            return 0;
    }
    return 1;
}

/* 1: it is in. */
static inline int put_new(struct whet_memory *m, uint64_t key, size_t len)
{
    struct whet_entry *e = make_entry(key, len);
    int in = e != NULL && whet__memory_put(m, e);

    whet__entry_drop(e);
    return in;
}

/* How many of these keys are in, and as they were made. */
static inline unsigned count_there(struct whet_memory *m, uint64_t from, uint64_t to)
{
    unsigned there = 0;

    for (uint64_t key = from; key < to; key++) {
        struct whet_ask ask = ask_for(&key);
        struct whet_entry *e = whet__memory_peek(m, &ask);

        there += e != NULL && is_as_made(e);
        whet__entry_drop(e);
    }
    return there;
}

static inline struct whet_cache_level_stats stats_of(struct whet_memory *m)
{
    struct whet_cache_level_stats stats = {0};

    whet__memory_stats(m, &stats);
    return stats;
}

#endif
