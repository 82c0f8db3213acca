/* cache/disk/owed.h - keys whose rows on disk are no longer what was put last, and must go.
 *
 * Shape    a set of hashes: what could not be written, is too large to be, or was removed while
 *          the file could not be. Who gets asks here before the file; the keeper deletes the
 *          rows and then takes the hashes out.
 * Units    at most WHET_OWED_MAX hashes; beyond that, or without memory, all of the client's
 *          rows are owed.
 * Memory   24 bytes and a bit for each; made when the first is added.
 * Errors   none: `all` is the answer to every want.
 * Threads  safe from any.
 */
#ifndef WHET_CACHE_DISK_OWED_H
#define WHET_CACHE_DISK_OWED_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/hash.h"

#define WHET_OWED_MAX ((size_t)1 << 16)

/* A debt: what was made later, by another process, is none. */
struct whet_owed {
    struct whet_hash128 hash;
    uint64_t since_ns; /* wall clock */
};

struct whet_disk_owed {
    pthread_mutex_t lock;
    struct whet_owed *slots; /* open addressing; all zero is empty */
    size_t slot_count;       /* a power of two */
    atomic_size_t count;
    atomic_int all;
};

WHET_MUST_USE int whet__disk_owed_init(struct whet_disk_owed *o);
void whet__disk_owed_clear(struct whet_disk_owed *o);

void whet__disk_owed_add(struct whet_disk_owed *o, const struct whet_hash128 *hash,
                         uint64_t since_ns);

/* The moment since which it is owed, UINT64_MAX for whatever there is, 0: it is not. One load
 * when nothing is owed. */
uint64_t whet__disk_owed_since(struct whet_disk_owed *o, const struct whet_hash128 *hash);

/* 1: a row that was made then goes with a debt of that moment. One that was made after `now_ns`
 * says that the clock was set back, and nothing of who was first. */
static inline int whet__disk_owed_takes(uint64_t since_ns, uint64_t made_ns, uint64_t now_ns)
{
    return made_ns <= since_ns || made_ns > now_ns;
}

/* Up to `max` of them, which stay in. */
size_t whet__disk_owed_some(struct whet_disk_owed *o, struct whet_owed *out, size_t max);

/* It is gone from the file, or was written anew; a debt that has grown since `since_ns` stays.
 */
void whet__disk_owed_done(struct whet_disk_owed *o, const struct whet_hash128 *hash,
                          uint64_t since_ns);

/* Every row of the client is gone. */
void whet__disk_owed_done_all(struct whet_disk_owed *o);

static inline int whet__disk_owed_any(struct whet_disk_owed *o)
{
    return atomic_load(&o->count) != 0 || atomic_load(&o->all);
}

#endif
