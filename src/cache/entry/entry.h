/* cache/entry/entry.h - one value with its key and all that is known of it, on its way between
 * levels.
 *
 * Shape    one block: this struct, the key, what the value was made of (packed, see
 *          cache/truth/inputs.h), the value. Never changed once it was shown to anybody, but
 *          for the fields that say so.
 * Units    wall-clock nanoseconds since 1970 for moments, as entries go to other processes;
 *          bytes.
 * Memory   counted references: _new gives one, _take adds one, _drop gives one back.
 * Errors   -ENOMEM, -EFBIG.
 * Threads  safe from any; the counts are atomic.
 */
#ifndef WHET_CACHE_ENTRY_H
#define WHET_CACHE_ENTRY_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/cache.h>

#include "base/hash.h"

enum whet_entry_flags {
    WHET_ENTRY_NEGATIVE = 1 << 0,
    WHET_ENTRY_PINNED = 1 << 1,
    WHET_ENTRY_MEMORY_ONLY = 1 << 2,
    WHET_ENTRY_LOCAL_ONLY = 1 << 3,
    WHET_ENTRY_ON_DISK = 1 << 4, /* came from there: need not be written again */
    WHET_ENTRY_PREDICTED = 1 << 5,
    WHET_ENTRY_OVERTAKEN = 1 << 6 /* its inputs changed while it was made: is in no level */
};

/* What a hit reads is all in the second line of 64 bytes, and small keys and values with it. */
struct whet_entry {
    struct whet_entry *next; /* of whoever has taken it out; before, of cache/memory/memory.c */
    uint64_t epoch; /* the moment, on the clock of cache/disk/shared.h, from which it was true:
                       an invalidation after it makes it untrue */
    uint64_t made_ns;
    atomic_ullong used_ns;    /* last use; kept up only where idle_ns is set */
    uint64_t end_ns;          /* 0: none */
    uint64_t idle_ns;         /* 0: none */
    struct whet_hash128 hash; /* of client and key: whet__key_hash */

    uint64_t cost_ns;
    atomic_ullong checked; /* count of changes (cache/disk/shared.h) at which it was last found
                              true; UINT64_MAX: it has files and is always looked at */
    uint32_t raw_len;      /* of the value expanded; 0: it is not compressed */
    uint32_t value_len;    /* of the bytes here: compressed ones in the packed level */
    uint16_t key_len;
    uint32_t about_len; /* of what it was made of; 0: nothing */
    atomic_uint refs;
    uint32_t flags;        /* enum whet_entry_flags */
    unsigned char bytes[]; /* key, about, padding to 16, value */
};

/* The head of a key everywhere: the same key of two clients is two keys. `seed` is made from
 * the client's name once (whet__key_seed). */
uint64_t whet__key_seed(const char *client);
static inline struct whet_hash128 whet__key_hash(uint64_t seed, const void *key, size_t key_len)
{
    return whet__hash128_seeded(key, key_len, seed);
}

/* A block of which the caller fills fields and value (whet__entry_value) before it shows it to
 * anybody; refs is 1, key and about are copied, all other fields 0. */
WHET_MUST_USE int whet__entry_new(struct whet_entry **out, const struct whet_hash128 *hash,
                                  const void *key, size_t key_len, const void *about,
                                  size_t about_len, size_t value_len);

/* One with the same fields, key and about, and room for another value; `raw_len`, which is the
 * value's, is 0. */
WHET_MUST_USE int whet__entry_like(struct whet_entry **out, const struct whet_entry *from,
                                   size_t value_len);

/* Gives back what is behind the first `value_len` bytes of the value, while nobody else has
 * seen it: the block may move. -ENOMEM: it is as it was. */
WHET_MUST_USE int whet__entry_shorten(struct whet_entry **entry, size_t value_len);

static inline const unsigned char *whet__entry_key(const struct whet_entry *e)
{
    return e->bytes;
}

static inline const unsigned char *whet__entry_about(const struct whet_entry *e)
{
    return e->bytes + e->key_len;
}

static inline unsigned char *whet__entry_value(struct whet_entry *e)
{
    size_t at = offsetof(struct whet_entry, bytes) + e->key_len + e->about_len;

    return (unsigned char *)e + ((at + 15) & ~(size_t)15);
}

/* What malloc takes for it: whet__mem_bytes. */
size_t whet__entry_bytes(const struct whet_entry *e);

static inline struct whet_entry *whet__entry_take(struct whet_entry *e)
{
    atomic_fetch_add_explicit(&e->refs, 1, memory_order_relaxed);
    return e;
}

/* NULL is fine. */
void whet__entry_drop(struct whet_entry *e);

/* Moments are not compared closer than this: clocks are coarse. */
#define WHET_ENTRY_SLACK_NS UINT64_C(1000000000)

/* 1 when its life without use, of which there is one, is over. Who has just used it may have
 * looked at a later tick of the clock. */
static inline int whet__entry_idle(const struct whet_entry *e, uint64_t now_ns)
{
    uint64_t used_ns = atomic_load_explicit(&e->used_ns, memory_order_relaxed);

    return now_ns > used_ns ? now_ns - used_ns >= e->idle_ns
                            : used_ns - now_ns > WHET_ENTRY_SLACK_NS;
}

/* 1 when its life, or its life without use, is over at `now_ns`; 0 when that is 0, "nobody
 * looked". One that ends and was made, or used, in the future has ended: the clock was set
 * back. */
static inline int whet__entry_ended(const struct whet_entry *e, uint64_t now_ns)
{
    if (now_ns == 0)
        return 0;
    return (e->end_ns != 0 &&
            (now_ns >= e->end_ns || now_ns + WHET_ENTRY_SLACK_NS < e->made_ns)) ||
           (e->idle_ns != 0 && whet__entry_idle(e, now_ns));
}

#endif
