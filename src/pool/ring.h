/* pool/ring.h - the tasks of one worker.
 *
 * Shape    a ring: its worker pushes and pops at the new end, others take from the
 *          old end.
 * Units    tasks.
 * Memory   one block that doubles; freed by _clear. Tasks are copied.
 * Errors   -ENOMEM: no room for the task, the ring is as it was.
 * Threads  safe from any; `count` may be glanced at without the lock.
 */
#ifndef WHET_POOL_RING_H
#define WHET_POOL_RING_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include <whet/api.h>

#include "pool/pool.h"

/* How many tasks change hands at most in one theft. */
#define WHET_RING_LOOT 32

struct whet_ring_task {
    whet_pool_task run;
    void *ctx;
    void *arg;
};

struct whet_ring {
    pthread_mutex_t lock;
    struct whet_ring_task *tasks;
    size_t cap;  /* a power of two, at least WHET_RING_LOOT */
    size_t head; /* the oldest task */
    atomic_size_t count;
};

WHET_MUST_USE int whet__ring_init(struct whet_ring *r);
void whet__ring_clear(struct whet_ring *r);

WHET_MUST_USE int whet__ring_push(struct whet_ring *r, const struct whet_ring_task *task);

/* The newest task: 1, or 0 when there is none. */
int whet__ring_pop(struct whet_ring *r, struct whet_ring_task *out);

/* Takes the older half, the oldest first, at most WHET_RING_LOOT; says how many. */
size_t whet__ring_rob(struct whet_ring *r, struct whet_ring_task loot[WHET_RING_LOOT]);

/* Puts loot in an empty ring so that loot[0] is popped first; it cannot fail. */
void whet__ring_store(struct whet_ring *r, const struct whet_ring_task *loot, size_t count);

#endif
