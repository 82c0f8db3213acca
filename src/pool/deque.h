/* pool/deque.h - the jobs of one worker, which others may steal.
 *
 * Shape    a ring without a lock: its owner pushes and pops at the new end, thieves
 *          take from the old end.
 * Units    jobs.
 * Memory   a block that doubles; outgrown ones are kept until _clear, because a thief
 *          may still look into them: less than the current one in all.
 * Errors   -ENOMEM: no room for the job, the deque is as it was.
 * Threads  _push and _pop belong to the owner, one thread at a time, handed over with
 *          synchronization; _steal and _count are safe from any.
 *
 * Chase and Lev, Dynamic Circular Work-Stealing Deque, SPAA 2005. Le, Pop, Cohen and
 * Zappa Nardelli (PPoPP 2013) give it C11 orders with fences. Here the accesses to the two
 * ends on which threads meet are sequentially consistent instead, which costs the same on x86
 * (one locked instruction in a push or pop) and on AArch64 (stlr, ldar): ThreadSanitizer,
 * which does not know fences, follows it; and a push is ordered before the look at who
 * sleeps. What is weaker is so on purpose: an owner's own end, its hint that there is
 * nothing, and the end that it puts back when the last job is gone, which tells nobody
 * anything. tests/unit/pool/test_deque_steps.c plays all interleavings with the orders that are
 * written here, and finds a fault where one of them is made weaker.
 *
 * A job has five words, read one by one before a thief knows whether it gets the
 * job. They are whole if it does: its slot is only written again by a push that has
 * seen `top` beyond it, and `top` moves after they were read.
 */
#ifndef WHET_POOL_DEQUE_H
#define WHET_POOL_DEQUE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "pool/job.h"

struct whet_deque_slot {
    _Atomic(whet_task_run) run;
    _Atomic(void *) ctx;
    _Atomic(void *) arg;
    _Atomic(struct whet_group *) group;
    _Atomic(int *) result;
};

struct whet_deque_block {
    struct whet_deque_block *outgrown;
    int64_t cap; /* a power of two */
    struct whet_deque_slot slots[];
};

struct whet_deque {
    _Atomic(int64_t) top; /* thieves take here */
    char apart[64];       /* keeps the owner's end off the thieves' cache line */
    _Atomic(int64_t) bottom;
    _Atomic(struct whet_deque_block *) block;
};

enum whet_deque_theft {
    WHET_DEQUE_EMPTY,
    WHET_DEQUE_LOST, /* somebody else took that job: look again */
    WHET_DEQUE_GOT
};

WHET_MUST_USE int whet__deque_init(struct whet_deque *d);
void whet__deque_clear(struct whet_deque *d);

WHET_MUST_USE int whet__deque_push(struct whet_deque *d, const struct whet_job *job);

/* The newest job: 1, or 0 when there is none. */
int whet__deque_pop(struct whet_deque *d, struct whet_job *out);

/* The oldest job. */
enum whet_deque_theft whet__deque_steal(struct whet_deque *d, struct whet_job *out);

/* Where its owner pushes next: what it has pushed since is what is beyond. */
static inline int64_t whet__deque_end(const struct whet_deque *d)
{
    return atomic_load_explicit(&d->bottom, memory_order_relaxed);
}

/* How many there were a moment ago. */
size_t whet__deque_count(const struct whet_deque *d);

#endif
