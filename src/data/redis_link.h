/* data/redis_link.h - one connection to a server: commands out, replies in, each with a
 * deadline.
 *
 * Shape    open; send a pipeline; take its replies one by one. A link of which all replies were
 *          taken can be used again (_idle); any other has to be closed, so that no reply is
 *          ever taken for that of a later question.
 * Units    bytes; deadlines on whet__clock_now_ns.
 * Memory   a buffer of 64 KiB each.
 * Errors   as os/socket.h and data/redis.h; -EACCES: the server does not let us in, with its
 *          words in `why`.
 * Threads  one at a time per link.
 */
#ifndef WHET_DATA_REDIS_LINK_H
#define WHET_DATA_REDIS_LINK_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/text.h"
#include "data/redis.h"
#include "data/redis_url.h"
#include "os/socket.h"

struct whet_redis_link;

/* Connects. Name, password and database go out with the first pipeline, and are answered with
 * it: no round trip is spent on them. `reply_max` bounds a reply. */
WHET_MUST_USE int whet__redis_link_new(struct whet_redis_link **out,
                                       const struct whet_redis_url *url,
                                       const struct whet_address *to, size_t reply_max,
                                       uint64_t deadline_ns);

/* Closes it without a word. */
void whet__redis_link_free(struct whet_redis_link *l);

/* In a child of a fork, when a thread of the parent was using it: closes it and leaves its
 * memory, which may be half changed, as it is. */
void whet__redis_link_abandon(struct whet_redis_link *l);

/* Sends `commands`, which `replies` replies will answer. */
WHET_MUST_USE int whet__redis_link_send(struct whet_redis_link *l,
                                        const struct whet_text *commands, size_t replies,
                                        uint64_t deadline_ns);

/* The next reply, the caller's. */
WHET_MUST_USE int whet__redis_link_reply(struct whet_redis_link *l, uint64_t deadline_ns,
                                         struct whet_redis_reply **out);

/* 1: nothing is owed in either direction, and nothing has failed. */
int whet__redis_link_idle(const struct whet_redis_link *l);

/* The server's words with which it did not let us in. */
const char *whet__redis_link_why(const struct whet_redis_link *l);

#endif
