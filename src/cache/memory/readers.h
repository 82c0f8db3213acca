/* cache/memory/readers.h - who looks into indexes without a lock, and what must stay for them.
 *
 * Shape    a line for each thread with a number (os/thread_number.h): it says there whether it
 *          is looking, and counts its hits. Who takes an index away waits until all who may
 *          have seen it are through. A reader pays two stores, the other side a system call.
 * Units    hits.
 * Memory   the owner's.
 * Errors   without the system's barrier there are no readers; -errno where it is forbidden
 *          since.
 * Threads  safe from any. Between _enter and _leave a reader waits for nothing.
 */
#ifndef WHET_CACHE_MEMORY_READERS_H
#define WHET_CACHE_MEMORY_READERS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "os/thread_number.h"

struct whet_reader {
    _Alignas(64) atomic_uint looking;
    atomic_ullong hits;
};

struct whet_readers {
    struct whet_reader *each; /* aligned */
    unsigned count;           /* threads with higher numbers use locks */
};

/* How many a level of so many bytes has: they take no more than a thousandth of it. */
unsigned whet__readers_count(uint64_t bytes);

/* The calling thread's, or NULL: it has no number, or none yet. */
static inline struct whet_reader *whet__readers_mine(const struct whet_readers *r)
{
    unsigned number = whet__thread_own - 1;

    return number < r->count ? &r->each[number] : NULL;
}

static inline void whet__reader_enter(struct whet_reader *r)
{
    atomic_store_explicit(&r->looking, 1, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst); /* whet__thread_barrier does the rest */
}

static inline void whet__reader_leave(struct whet_reader *r)
{
    atomic_store_explicit(&r->looking, 0, memory_order_release);
}

/* One writer: the thread. */
static inline void whet__reader_hit(struct whet_reader *r)
{
    atomic_store_explicit(&r->hits, atomic_load_explicit(&r->hits, memory_order_relaxed) + 1,
                          memory_order_relaxed);
}

/* 0: nobody has what was to be seen before, and no longer is. -errno: who knows. */
WHET_MUST_USE int whet__readers_wait(const struct whet_readers *r);

/* In the child of a fork: the other threads are gone. */
void whet__readers_forget(const struct whet_readers *r);

uint64_t whet__readers_hits(const struct whet_readers *r);

#endif
