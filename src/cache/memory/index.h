/* cache/memory/index.h - from a key to its entry, for one shard: what a hit needs of it is in
 * one line of 64 bytes.
 *
 * Shape    open addressing by groups of eight lines. A word has a byte of each line's hash, so
 *          that a group is looked through at once; a line has the entry, its slot, and the
 *          key's and value's first bytes: a small value is answered from here alone. A line is
 *          in the first group from its home on that had room, and never moves; a group counts
 *          the lines that had to go past it, so that a search ends where there are none.
 * Units    lines; `entries` is how many fit at most.
 * Memory   one block: the head, the lines, the groups' words.
 * Errors   -ENOMEM.
 * Threads  changed under the shard's lock. Looked at under it, or without it by who is among
 *          the readers (cache/memory/readers.h): then what was found counts if `moves` is even
 *          and as it was before. All that is read so is atomic, and acquired: who has seen a
 *          word that was written later sees the `moves` that was written before it.
 */
#ifndef WHET_CACHE_MEMORY_INDEX_H
#define WHET_CACHE_MEMORY_INDEX_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <whet/api.h>

#include "cache/entry/entry.h"
#include "cache/memory/ask.h"

#define WHET_SLOT_NONE UINT32_MAX
#define WHET_LINE_NONE UINT32_MAX
#define WHET_GROUP     8u

enum whet_line_word {
    WHET_LINE_ENTRY,   /* struct whet_entry * */
    WHET_LINE_CHECKED, /* of the entry, as it was seen last: what was true at it stays so */
    WHET_LINE_ABOUT,   /* slot, lengths and WHET_ABOUT_WHOLE, see below */
    WHET_LINE_TEXT,    /* the key from here on, as far as it fits; the value behind it */
    WHET_LINE_WORDS = 8
};

#define WHET_TEXT_WORDS (WHET_LINE_WORDS - WHET_LINE_TEXT)
#define WHET_TEXT_BYTES (WHET_TEXT_WORDS * sizeof(uint64_t))

struct whet_line {
    uint64_t words[WHET_LINE_WORDS];
};

/* A line as it is kept. */
struct whet_cell {
    atomic_ullong words[WHET_LINE_WORDS];
};

struct whet_group {
    atomic_ullong tags; /* a byte per line, the first is the lowest; 0: it is free */
    atomic_uint passed; /* lines that are in a later group as this one was full */
    atomic_uint uses;   /* four bits per line: uses since the policy last asked */
};

struct whet_index {
    struct whet_cell *cells;
    struct whet_group *groups;
    uint32_t group_count;
    atomic_uint moves; /* odd while lines come and go */
    void *block;
};

/* ---- Words of tags ---- */

#define WHET_EACH_BYTE UINT64_C(0x0101010101010101)

/* The highest bit of each byte that is 0. */
static inline uint64_t whet__zero_bytes(uint64_t word)
{
    const uint64_t low = 0x7f * WHET_EACH_BYTE;

    return ~(((word & low) + low) | word | low);
}

static inline unsigned whet__first_byte(uint64_t bits)
{
    return (unsigned)__builtin_ctzll(bits) / 8;
}

static inline uint8_t whet__index_tag(uint64_t hash)
{
    uint8_t tag = (uint8_t)hash;

    return tag != 0 ? tag : UINT8_MAX;
}

static inline uint32_t whet__index_home(const struct whet_index *x, uint64_t hash)
{
    return (uint32_t)((hash >> 32) * x->group_count >> 32);
}

static inline uint32_t whet__index_after(const struct whet_index *x, uint32_t group)
{
    return group + 1 == x->group_count ? 0 : group + 1;
}

static inline uint64_t whet__index_tags(const struct whet_index *x, uint32_t group)
{
    return atomic_load_explicit(&x->groups[group].tags, memory_order_acquire);
}

static inline unsigned whet__index_passed(const struct whet_index *x, uint32_t group)
{
    return atomic_load_explicit(&x->groups[group].passed, memory_order_acquire);
}

/* ---- Lines ---- */

/* The key and the value are in the line, and nothing else is to be asked or counted. */
#define WHET_ABOUT_WHOLE (UINT64_C(1) << 63)

static inline uint32_t whet__about_slot(uint64_t about)
{
    return (uint32_t)about;
}

static inline size_t whet__about_key(uint64_t about)
{
    return (uint16_t)(about >> 32);
}

/* Where it is whole. */
static inline size_t whet__about_value(uint64_t about)
{
    return (uint8_t)(about >> 48);
}

static inline unsigned whet__text_words(size_t len)
{
    return (unsigned)((len + sizeof(uint64_t) - 1) / sizeof(uint64_t));
}

static inline uint64_t whet__cell_word(const struct whet_cell *cell, unsigned word)
{
    return atomic_load_explicit(&cell->words[word], memory_order_acquire);
}

static inline uint64_t whet__line_word(const struct whet_index *x, uint32_t at, unsigned word)
{
    return whet__cell_word(&x->cells[at], word);
}

static inline struct whet_entry *whet__line_entry(const struct whet_index *x, uint32_t at)
{
    return (struct whet_entry *)(uintptr_t)whet__line_word(x, at, WHET_LINE_ENTRY);
}

static inline uint32_t whet__line_slot(const struct whet_index *x, uint32_t at)
{
    return whet__about_slot(whet__line_word(x, at, WHET_LINE_ABOUT));
}

/* Up to eight bytes as a word, the same in a line and in a question. */
static inline uint64_t whet__text_word(const unsigned char *text, size_t left)
{
    uint64_t word = 0;

    if (left >= sizeof(word))
        memcpy(&word, text, sizeof(word));
    else
        memcpy(&word, text, left);
    return word;
}

/* All keys of a level are of one client, so that the key says it. What is longer than a line
 * is only asked for under the lock. */
static inline __attribute__((always_inline)) int
whet__cell_is(const struct whet_cell *cell, const unsigned char *key, size_t len)
{
    if (whet__about_key(whet__cell_word(cell, WHET_LINE_ABOUT)) != len)
        return 0;
    if (len > WHET_TEXT_BYTES) {
        uintptr_t entry = (uintptr_t)whet__cell_word(cell, WHET_LINE_ENTRY);

        return memcmp(((const struct whet_entry *)entry)->bytes, key, len) == 0;
    }
    for (unsigned i = 0; i * sizeof(uint64_t) < len; i++) {
        size_t done = i * sizeof(uint64_t);

        if (whet__cell_word(cell, WHET_LINE_TEXT + i) !=
            whet__text_word(key + done, len - done))
            return 0;
    }
    return 1;
}

/* In one group: where the key of the question is, or WHET_LINE_NONE. `len` is its length: where
 * the compiler knows it, a comparison is two instructions. */
static inline __attribute__((always_inline)) uint32_t
whet__group_find(const struct whet_index *x, uint32_t group, uint64_t wanted,
                 const struct whet_ask *ask, size_t len)
{
    const struct whet_cell *cells = &x->cells[group * WHET_GROUP];
    uint64_t same = whet__zero_bytes(whet__index_tags(x, group) ^ wanted);

    for (; same != 0; same &= same - 1) {
        unsigned at = whet__first_byte(same);

        if (whet__cell_is(&cells[at], ask->key, len))
            return group * WHET_GROUP + at;
    }
    return WHET_LINE_NONE;
}

/* Where the key is, or WHET_LINE_NONE. */
static inline uint32_t whet__index_find(const struct whet_index *x, const struct whet_ask *ask)
{
    uint64_t hash = whet__hash_low(&ask->hash);
    uint64_t wanted = whet__index_tag(hash) * WHET_EACH_BYTE;
    uint32_t group = whet__index_home(x, hash);

    for (uint32_t seen = 0; seen < x->group_count; seen++) {
        uint32_t at = whet__group_find(x, group, wanted, ask, ask->key_len);

        if (at != WHET_LINE_NONE || whet__index_passed(x, group) == 0)
            return at;
        group = whet__index_after(x, group);
    }
    return WHET_LINE_NONE;
}

/* Likewise, of a key that is a number, and only where it is at home, as nearly all are. */
static inline uint32_t whet__index_find_number(const struct whet_index *x,
                                               const struct whet_ask *ask)
{
    uint64_t hash = whet__hash_low(&ask->hash);

    return whet__group_find(x, whet__index_home(x, hash),
                            whet__index_tag(hash) * WHET_EACH_BYTE, ask, sizeof(uint64_t));
}

/* ---- Uses ---- */

#define WHET_USES_MAX 3 /* as many as policies with WHET_POLICY_LATER tell apart */

static inline unsigned whet__index_uses(const struct whet_index *x, uint32_t at)
{
    unsigned all = atomic_load_explicit(&x->groups[at / WHET_GROUP].uses, memory_order_relaxed);

    return all >> at % WHET_GROUP * 4 & 15;
}

/* Two at the same moment in one group may count as one. */
static inline void whet__index_use(const struct whet_index *x, uint32_t at)
{
    atomic_uint *uses = &x->groups[at / WHET_GROUP].uses;
    unsigned shift = at % WHET_GROUP * 4;
    unsigned all = atomic_load_explicit(uses, memory_order_relaxed);

    if ((all >> shift & 15) < WHET_USES_MAX)
        atomic_store_explicit(uses, all + (1u << shift), memory_order_relaxed);
}

/* ---- memory/index.c ---- */

size_t whet__index_bytes(uint32_t entries);
WHET_MUST_USE int whet__index_new(struct whet_index **out, uint32_t entries);
void whet__index_free(struct whet_index *x);

/* What an entry has in its line. */
void whet__line_fill(struct whet_line *out, struct whet_entry *e, uint32_t slot);

/* The entry of this slot; WHET_LINE_NONE: it has none. */
uint32_t whet__index_at(const struct whet_index *x, uint64_t hash, uint32_t slot);

/* Of a key that only its hash is known of; WHET_LINE_NONE. */
uint32_t whet__index_of(const struct whet_index *x, const struct whet_hash128 *hash);

/* There is room. */
void whet__index_add(struct whet_index *x, uint64_t hash, const struct whet_line *line,
                     unsigned uses);

/* Another entry of the same key. */
void whet__index_replace(struct whet_index *x, uint32_t at, const struct whet_line *line);

/* The entry was found true. */
void whet__index_check(struct whet_index *x, uint32_t at, uint64_t checked);

void whet__index_remove(struct whet_index *x, uint64_t hash, uint32_t at);

void whet__index_set_uses(struct whet_index *x, uint32_t at, unsigned uses);

/* All lines of `old` come over; it stays as it was. `hashes` by slot. */
void whet__index_refill(struct whet_index *x, const uint64_t *hashes,
                        const struct whet_index *old);

/* The next line behind *at that is in; WHET_LINE_NONE is in front of the first. 0: none. */
int whet__index_next(const struct whet_index *x, uint32_t *at);

#endif
