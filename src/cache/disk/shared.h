/* cache/disk/shared.h - a few counters that all who use one cache file see change at once, and
 * which keys they have written last.
 *
 * Shape    a page of memory, mapped from PATH.share beside the file, or the process's own
 *          where there is no file; behind it a ring of posts, where there is one.
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
 *
 * Posts: whoever writes or removes rows says which, inside the write transaction, so that one
 * at a time is there: `told` counts them all. Who has values in memory compares it with what he
 * has heard, and drops those that are older than what was written. A row that he reads may
 * still be the former one until `settled` has come up to its post: he answers it, and does not
 * keep it. One who dies between post and settling leaves that to the next one who posts.
 * Processes of a whet that knew no posts share the counters in front, and neither post nor
 * hear.
 */
#ifndef WHET_CACHE_SHARED_H
#define WHET_CACHE_SHARED_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/hash.h"

#define WHET_SHARED_CLIENTS 16
#define WHET_SHARED_COUNTS  24
#define WHET_SHARED_AHEAD   2
#define WHET_SHARED_POSTS   4096 /* the last ones: some batches of disk/write.c */

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
    char apart[32];        /* on a line that is written with each batch only: */
    atomic_ullong told;    /* posts, ever */
    atomic_ullong telling; /* ... and those that are being written to the ring */
    atomic_ullong settled; /* posts whose transactions are over */
    /* Further counts of those in `counted`; behind what others may know of. */
    atomic_ullong ahead[WHET_SHARED_CLIENTS][WHET_SHARED_AHEAD];
};

/* A key of any client. */
struct whet_shared_post {
    atomic_ullong made_ns; /* what was made before is no longer the last */
    atomic_ullong hash[2];
};

struct whet_shared {
    struct whet_shared_page *page;
    struct whet_shared_post *posts; /* NULL: nobody shares this page */
    int blind;                      /* others may change things unseen */
    int deaf;                       /* likewise, and leave counts in a page that is not ours */
    int owned;                      /* mapped from nothing */
    uint64_t posted;                /* how far our own posts go */
    atomic_ullong heard;            /* posts: what they name has left memory, or is our own */
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

/* ---- Posts ---- */

/* Inside a write transaction, as its last deed, by one thread of this process at a time:
 * _post_begin, then _post for each key, at most WHET_SHARED_POSTS, then _post_end. When it is
 * committed or rolled back, _post_settle. Without a page that others see nothing happens. */
void whet__shared_post_begin(struct whet_shared *s, size_t count);
void whet__shared_post(struct whet_shared *s, const struct whet_hash128 *hash,
                       uint64_t made_ns);
void whet__shared_post_end(struct whet_shared *s);
void whet__shared_post_settle(struct whet_shared *s);

/* Likewise, instead: all keys there are. */
void whet__shared_post_all(struct whet_shared *s);

static inline uint64_t whet__shared_told(const struct whet_shared *s)
{
    return atomic_load_explicit(&s->page->told, memory_order_acquire);
}

static inline uint64_t whet__shared_settled(const struct whet_shared *s)
{
    return atomic_load_explicit(&s->page->settled, memory_order_acquire);
}

/* There are posts that were not heard. */
static inline int whet__shared_is_behind(const struct whet_shared *s)
{
    return whet__shared_told(s) != atomic_load_explicit(&s->heard, memory_order_acquire);
}

/* The post with this number. 0; -EOVERFLOW: it is lost. */
WHET_MUST_USE int whet__shared_hear(const struct whet_shared *s, uint64_t number,
                                    struct whet_hash128 *out, uint64_t *made_ns);

/* Something later than `made_ns` was posted under this key since `settled`, or may have been.
 */
WHET_MUST_USE int whet__shared_is_former(const struct whet_shared *s, uint64_t settled,
                                         const struct whet_hash128 *hash, uint64_t made_ns);

#endif
