/* pool/queue.h - the jobs that all workers share, in order.
 *
 * Shape    a heap under a lock: higher priority first, then larger size, then first
 *          come.
 * Units    sizes in the caller's.
 * Memory   one block that doubles; freed by _clear.
 * Errors   -ENOMEM: no room for the job, the queue is as it was.
 * Threads  safe from any.
 */
#ifndef WHET_POOL_QUEUE_H
#define WHET_POOL_QUEUE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "pool/job.h"

/* What the first job is, beside jobs of a deque, which have neither priority nor size. */
enum whet_queue_level {
    WHET_QUEUE_EMPTY,
    WHET_QUEUE_LATER, /* priority below 0 */
    WHET_QUEUE_EQUAL,
    WHET_QUEUE_SOONER /* priority above 0, or 0 with a size */
};

struct whet_queue_entry;

struct whet_queue {
    pthread_mutex_t lock;
    struct whet_queue_entry *heap;
    size_t count, cap;
    uint64_t serial;
    atomic_int level; /* enum whet_queue_level; may be glanced at without the lock */
};

WHET_MUST_USE int whet__queue_init(struct whet_queue *q);
void whet__queue_clear(struct whet_queue *q);

WHET_MUST_USE int whet__queue_push(struct whet_queue *q, const struct whet_job *job,
                                   int priority, uint64_t size);

/* The first job if it is of this level or a higher one: 1, or 0. */
int whet__queue_pop(struct whet_queue *q, enum whet_queue_level level, struct whet_job *out);

/* Some job of the group, wherever it stands: 1, or 0. Looks at all. */
int whet__queue_pick(struct whet_queue *q, const struct whet_group *group,
                     struct whet_job *out);

#endif
