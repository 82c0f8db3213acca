/* cache/remote/behind.h - keys of which the server has not what it should.
 *
 * Shape    a table of hashes: of what waits to be sent, and of what was lost on the way, so
 * that an older value may still be there. Such keys are not asked for: an older value must not
 * come back. What was lost is deleted on the server, as soon as that can be told. Units keys.
 * Memory   1.5 MiB, of which only what is used is touched.
 * Errors   -ENOMEM; -EFBIG: WHET_REMOTE_BEHIND keys are in it.
 * Threads  one at a time.
 */
#ifndef WHET_CACHE_REMOTE_BEHIND_H
#define WHET_CACHE_REMOTE_BEHIND_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/hash.h"

#define WHET_REMOTE_BEHIND 32768

struct whet_remote_behind {
    struct whet_behind_key *keys;
    size_t len;
    size_t lost;   /* of them */
    size_t cursor; /* of the search for those */
};

WHET_MUST_USE int whet__behind_init(struct whet_remote_behind *b);
void whet__behind_clear(struct whet_remote_behind *b);
void whet__behind_reset(struct whet_remote_behind *b);

int whet__behind_has(const struct whet_remote_behind *b, const struct whet_hash128 *hash);

/* One more of this key waits. */
WHET_MUST_USE int whet__behind_wait(struct whet_remote_behind *b,
                                    const struct whet_hash128 *hash);

/* One of those is on the server now. */
void whet__behind_sent(struct whet_remote_behind *b, const struct whet_hash128 *hash);

/* One of those will not be. */
void whet__behind_dropped(struct whet_remote_behind *b, const struct whet_hash128 *hash);

/* One that never waited will not be. */
WHET_MUST_USE int whet__behind_lose(struct whet_remote_behind *b,
                                    const struct whet_hash128 *hash);

/* Up to `room` of the lost ones; they stay lost until told deleted. */
size_t whet__behind_lost(struct whet_remote_behind *b, struct whet_hash128 *out, size_t room);
void whet__behind_deleted(struct whet_remote_behind *b, const struct whet_hash128 *hash);

#endif
