/* run/printed.h - what one job prints on one stream, kept until it is shown.
 *
 * Shape    bytes are added at the end, and read from the start, once or more.
 * Units    bytes.
 * Memory   up to WHET_PRINTED_MEMORY here, what is more in the spool (os/spool.h).
 * Errors   0 or -errno; -ENOSPC and its like from the spool.
 * Threads  one at a time.
 */
#ifndef WHET_RUN_PRINTED_H
#define WHET_RUN_PRINTED_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/text.h"
#include "base/vec.h"
#include "os/spool.h"

#define WHET_PRINTED_MEMORY ((size_t)256 * 1024)

struct whet_printed {
    struct whet_text tail;  /* what came last */
    struct whet_vec pieces; /* of places in the spool: what came before */
    uint64_t shown;         /* bytes of it, from the start, that were shown already */
    int cut;                /* 1: what came before that was shown and forgotten */
};

void whet__printed_init(struct whet_printed *p);
void whet__printed_clear(struct whet_printed *p, struct whet_spool *spool);

/* Forgets what it holds, keeping its memory for the next. */
void whet__printed_reset(struct whet_printed *p, struct whet_spool *spool);

int whet__printed_is_empty(const struct whet_printed *p);

WHET_MUST_USE int whet__printed_add(struct whet_printed *p, struct whet_spool *spool,
                                    const char *bytes, size_t len);

/* Forgets what it holds, all of it shown, as if it had begun here. */
void whet__printed_forget(struct whet_printed *p, struct whet_spool *spool);

/* How many bytes it holds. */
uint64_t whet__printed_size(const struct whet_printed *p);

/* Moves what is in memory to the spool. */
WHET_MUST_USE int whet__printed_spill(struct whet_printed *p, struct whet_spool *spool);

/* Reads up to `max` bytes that are there, once, from a descriptor that does not block: how
 * many, 0 at its end, -EAGAIN when there are none now. */
WHET_MUST_USE int whet__printed_read(struct whet_printed *p, struct whet_spool *spool, int fd,
                                     size_t max);

/* Hands all that it holds to `give`, piece by piece, until that answers other than 0, and
 * answers what it did last. */
WHET_MUST_USE int whet__printed_each(const struct whet_printed *p,
                                     const struct whet_spool *spool,
                                     int (*give)(void *ctx, const char *bytes, size_t len),
                                     void *ctx);

/* The same with what was not shown yet; after that it is. */
WHET_MUST_USE int whet__printed_show(struct whet_printed *p, const struct whet_spool *spool,
                                     int (*give)(void *ctx, const char *bytes, size_t len),
                                     void *ctx);

#endif
