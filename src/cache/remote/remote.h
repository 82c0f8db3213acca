/* cache/remote/remote.h - the level that machines share: a Redis or Valkey server.
 *
 * Shape    gets on a few connections, pipelined; one thread that sends behind what is
 *          put. After a failure the server is left alone, for 100 ms at first and up to 30 s;
 *          then that thread tries it, so that no caller waits for one that is down.
 * Units    nanoseconds, bytes.
 * Memory   an answered entry is one reference for the caller; what waits to be sent is
 *          bounded, then the newest are dropped and counted.
 * Errors   none reaches the caller: refused, slow, gone, wrong or damaged answers are misses,
 *          counted as failures, and whet__remote_note says why once.
 * Threads  safe from any. A get waits at most the time-out, connecting included.
 *
 * On the server: "whet:1:CLIENT:v:HASH" holds one record (cache/remote/record.h), with the
 * server's own expiry where it ends. "whet:1:CLIENT:epoch" counts invalidations: it begins at a
 * random number, so that a server that was emptied is known again by it, and goes up by one
 * with each mark that is hung to the list "whet:1:CLIENT:marks", of which the last 4,096 are
 * kept. A record carries the count that was seen before the inputs of its value were looked at:
 * it is true as long as no later mark names it. Each get asks for the count along with its
 * records, in one command, so that it sees every invalidation that any machine has been told is
 * done.
 *
 * - Moments are told on the server's clock, to which each machine knows its distance: other
 *   machines' clocks are not trusted. Who can write to the server is.
 * - An entry that needs other keys is not sent: another machine could not tell when one of
 *   them, put with other bytes, or one behind it, has changed.
 * - One with an idle life lives on the server for that long at most, used or not.
 * - After a restart of an empty server, a fail-over that lost marks, or more marks than are
 *   kept, all that is older is declared untrue here: one of those lost may have named it.
 * - A mark that could not be sent is kept and sent when the server is back; until then this
 *   process gets no answers from it.
 */
#ifndef WHET_CACHE_REMOTE_H
#define WHET_CACHE_REMOTE_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/cache.h>
#include <whet/error.h>

#include "cache/entry/entry.h"
#include "cache/truth/validity.h"

struct whet_remote;

struct whet_remote_options {
    const char *url;
    const char *client;
    uint64_t timeout_ns;
    uint64_t check_ns;
    int read_only;
    struct whet_shared *shared;     /* epochs; NULL: those of `validity` */
    struct whet_validity *validity; /* is told of marks that other machines set */
    struct whet_disk *disk;         /* remembers how far it was told; NULL: nothing does */
};

/* Begins to connect, and does not wait for it. -EINVAL: no such url or client, or whet was
 * built without hiredis, with the reason; -ENOMEM; -EAGAIN: no thread. */
WHET_MUST_USE int whet__remote_new(struct whet_remote **out,
                                   const struct whet_remote_options *options,
                                   struct whet_error *err);

/* Sends what waits, for at most a second, or timeout_ns where that is longer. */
void whet__remote_free(struct whet_remote *r);

/* 1: a hit: whole, checked, not ended, not marked on the server after it was put. Its epoch is
 * that of this machine, when it asked. 0: a miss. `waited_ns` is taken off
 * the time-out. */
WHET_MUST_USE int whet__remote_get(struct whet_remote *r, const struct whet_hash128 *hash,
                                   const void *key, size_t key_len, uint64_t waited_ns,
                                   struct whet_entry **out);

struct whet_remote_ask {
    struct whet_hash128 hash;
    const void *key;
    size_t key_len;
    struct whet_entry *entry; /* answer; NULL: a miss */
    int behind;               /* for this level: what the server has of it is too old */
    unsigned group;           /* for the caller: not looked at ... */
    size_t at;                /* ... here */
};

/* All in one pipeline, within one time-out; what is not here by then are misses. Returns how
 * many were hits. */
size_t whet__remote_get_many(struct whet_remote *r, struct whet_remote_ask *asks, size_t count,
                             uint64_t waited_ns);

#define WHET_REMOTE_QUEUE_BYTES ((size_t)16 << 20)
#define WHET_REMOTE_RECORD_MAX  ((size_t)8 << 20) /* key, inputs, value; larger is not sent */

/* Takes a reference of its own; does not wait. */
void whet__remote_put(struct whet_remote *r, struct whet_entry *entry);

/* Sent at once, within the time-out. -EIO: it could not be. */
WHET_MUST_USE int whet__remote_remove(struct whet_remote *r, const struct whet_hash128 *hash);
WHET_MUST_USE int whet__remote_mark(struct whet_remote *r, enum whet_mark_kind kind,
                                    const void *name, size_t len);

/* To be called before each get or put, with the wall clock's coarse moment: one comparison as
 * long as the last contact is not half of check_ns ago. Then one is made in the background; and
 * when it is all of check_ns ago, it is waited for, for the time-out at most, unless the server
 * is down or another call has waited in vain for this one. Answers how long it has waited. */
uint64_t whet__remote_poll(struct whet_remote *r, uint64_t now_ns);

void whet__remote_sync(struct whet_remote *r);
void whet__remote_stats(struct whet_remote *r, struct whet_cache_level_stats *out);
int whet__remote_note(struct whet_remote *r, char *out, size_t size);

void whet__remote_lock_all(struct whet_remote *r);
void whet__remote_unlock_all(struct whet_remote *r, int in_child);

#endif
