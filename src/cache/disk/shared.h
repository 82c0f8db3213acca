/* cache/disk/shared.h - a few counters that all who use one cache file see change at once.
 *
 * Shape    a page of memory, mapped from PATH.share beside the file, or the process's own
 *          where there is no file.
 * Units    epochs: moments on a clock of this cache's own, which follows the wall clock in
 *          nanoseconds but never stands still and never goes back, also when the wall clock
 *          does, across processes and restarts.
 * Memory   _new maps, _free unmaps.
 * Errors   -errno of the system. On a network filesystem there is no sharing: `blind` is set
 *          and readers have to ask the file itself each time.
 * Threads  safe from any, in any process: atomic.
 *
 * A change is announced before it is made and closed when it is there: `changes` is odd
 * meanwhile. Who sees an odd count asks the file. One who dies in between leaves it odd, which
 * costs time and nothing else, until the next one closes it.
 */
#ifndef WHET_CACHE_SHARED_H
#define WHET_CACHE_SHARED_H

#include <stdatomic.h>
#include <stdint.h>

#include <whet/api.h>

#define WHET_SHARED_CLIENTS 16
#define WHET_SHARED_COUNTS  24

/* What processes of a client have counted, and not yet written to the file: disk/count.c. */
struct whet_shared_counts {
    atomic_ullong client; /* 0: nobody's */
    atomic_ullong counts[WHET_SHARED_COUNTS];
};

struct whet_shared_page {
    atomic_ullong magic;
    atomic_ullong epoch;   /* the last one given out */
    atomic_ullong changes; /* of what is invalid, or of dependencies: odd while one is made */
    atomic_ullong commits; /* to the file: who reads from a snapshot lets go of it */
    struct whet_shared_counts counted[WHET_SHARED_CLIENTS];
};

struct whet_shared {
    struct whet_shared_page *page;
    int blind; /* others may change things unseen */
    int owned; /* mapped from nothing */
};

/* NULL path: memory of this process. Who only reads makes nothing: where others have not made
 * the page, or it is not his to write, he is blind. */
WHET_MUST_USE int whet__shared_new(struct whet_shared **out, const char *path, int read_only);
void whet__shared_free(struct whet_shared *s);

/* The next moment, later than all before and than `least`. */
uint64_t whet__shared_epoch(struct whet_shared *s, uint64_t least);

static inline uint64_t whet__shared_changes(const struct whet_shared *s)
{
    return atomic_load_explicit(&s->page->changes, memory_order_acquire);
}

/* Around a change of the file, inside its write transaction, so that one at a time is there. */
void whet__shared_open_change(struct whet_shared *s);
void whet__shared_close_change(struct whet_shared *s);

#endif
