/* cache/remote.h - the level that machines share: a Redis or Valkey server.
 *
 * Shape    gets on a few connections, pipelined; one thread that sends behind what is
 *          put. After a failure the server is left alone, for 100 ms at first and up to 30 s.
 * Units    nanoseconds, bytes.
 * Memory   an answered entry is one reference for the caller; what waits to be sent is
 *          bounded, then the newest are dropped and counted.
 * Errors   none reaches the caller: refused, slow, gone, wrong or damaged answers are misses,
 *          counted as failures, and whet__remote_note says why once.
 * Threads  safe from any. A get waits at most the time-out, connecting included.
 *
 * On the server: "whet:1:CLIENT:v:HASH" holds one record (version, flags, moments, the whole
 * key, what it was made of, the value, a checksum over all of it), with the server's own expiry
 * where it ends; "whet:1:CLIENT:epoch" counts invalidations (INCR) and "whet:1:CLIENT:marks" is
 * a sorted set of marks by that count, bounded. An entry carries the count at which it was put.
 * Other machines' clocks are not trusted: lives are told as what is left of them. Who can write
 * to the server is trusted.
 */
#ifndef WHET_CACHE_REMOTE_H
#define WHET_CACHE_REMOTE_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/cache.h>
#include <whet/error.h>

#include "cache/entry.h"
#include "cache/validity.h"

struct whet_remote;

struct whet_remote_options {
    const char *url;
    const char *client;
    uint64_t timeout_ns;
    uint64_t check_ns;
    int read_only;
    struct whet_validity *validity; /* is told of marks that other machines set */
};

/* Does not connect yet. -EINVAL: no such url, with the reason; -ENOMEM, -EAGAIN. */
WHET_MUST_USE int whet__remote_new(struct whet_remote **out,
                                   const struct whet_remote_options *options,
                                   struct whet_error *err);

/* Sends what waits, for at most a second. */
void whet__remote_free(struct whet_remote *r);

/* 1: a hit: whole, checked, not ended, not marked on the server after it was put. Its epoch is
 * that of this machine, now. 0: a miss. */
WHET_MUST_USE int whet__remote_get(struct whet_remote *r, const struct whet_hash128 *hash,
                                   const void *key, size_t key_len, struct whet_entry **out);

struct whet_remote_ask {
    struct whet_hash128 hash;
    const void *key;
    size_t key_len;
    struct whet_entry *entry; /* answer; NULL: a miss */
};

/* All in one pipeline. Returns how many were hits. */
size_t whet__remote_get_many(struct whet_remote *r, struct whet_remote_ask *asks, size_t count);

/* Takes a reference of its own. */
void whet__remote_put(struct whet_remote *r, struct whet_entry *entry);

/* Sent at once, within the time-out. -EIO: it could not be. */
WHET_MUST_USE int whet__remote_remove(struct whet_remote *r, const struct whet_hash128 *hash);
WHET_MUST_USE int whet__remote_mark(struct whet_remote *r, enum whet_mark_kind kind,
                                    const void *name, size_t len);

/* To be called at each get: asks the server for new marks when the last time is check_ns ago,
 * in the background. One comparison else. */
void whet__remote_poll(struct whet_remote *r, uint64_t now_ns);

void whet__remote_sync(struct whet_remote *r);
void whet__remote_stats(struct whet_remote *r, struct whet_cache_level_stats *out);
int whet__remote_note(struct whet_remote *r, char *out, size_t size);

void whet__remote_lock_all(struct whet_remote *r);
void whet__remote_unlock_all(struct whet_remote *r, int in_child);

#endif
