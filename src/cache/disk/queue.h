/* cache/disk/queue.h - entries on their way to disk, which can be asked for meanwhile.
 *
 * Shape    first in, first out; a newer entry of a key takes the place of one that waits.
 * Units    bytes as whet__entry_bytes counts them.
 * Memory   one reference to each entry; bounded, see _put.
 * Errors   -ENOMEM, -ENOBUFS.
 * Threads  safe from any but _init and _clear; one at a time takes batches.
 */
#ifndef WHET_CACHE_DISK_QUEUE_H
#define WHET_CACHE_DISK_QUEUE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "cache/disk/owed.h"
#include "cache/entry/entry.h"

struct whet_disk_waiting {
    struct whet_entry *entry;
    struct whet_disk_waiting *next;  /* in order of arrival */
    struct whet_disk_waiting *chain; /* with the same bits of the hash, newest first */
    int writing;                     /* a batch is being written, and it goes with it */
    int taken;                       /* ... as it was in there, not lost before */
    int lost;                        /* it is not to be written, nor found */
    int doubted;                     /* the file may have a later one */
};

struct whet_disk_queue {
    pthread_mutex_t lock;
    struct whet_disk_waiting **buckets; /* made by the first put */
    struct whet_disk_waiting *first;
    struct whet_disk_waiting **last;
    uint64_t bytes; /* that wait or are being written */
    int told;       /* that there is more than a batch */
    atomic_size_t count;
    atomic_int full;  /* more waits than should */
    atomic_int stuck; /* ... and has not become less while somebody waited for it */
};

WHET_MUST_USE int whet__disk_queue_init(struct whet_disk_queue *q);
void whet__disk_queue_clear(struct whet_disk_queue *q);

/* 0. 1: it is in, and there is more than a batch, for the first time since one was taken.
 * -ENOBUFS: more than twice `max_bytes` wait already. -ENOMEM. */
WHET_MUST_USE int whet__disk_queue_put(struct whet_disk_queue *q, struct whet_entry *entry,
                                       uint64_t max_bytes);

static inline int whet__disk_queue_is_full(struct whet_disk_queue *q)
{
    return atomic_load_explicit(&q->full, memory_order_relaxed) &&
           !atomic_load_explicit(&q->stuck, memory_order_relaxed);
}

/* Until it is not, but not for long: if no batch gets out meanwhile, nobody waits any more
 * until one does. */
void whet__disk_queue_wait(struct whet_disk_queue *q);

/* A reference, or NULL; *doubted: the file has to be asked, too. Costs one load when nothing
 * waits. */
struct whet_entry *whet__disk_queue_find(struct whet_disk_queue *q,
                                         const struct whet_hash128 *hash, const void *key,
                                         size_t key_len, int *doubted);

/* Another process has put something later than `made_ns`, or just then, under this key (NULL:
 * under any): what waits and was made before is doubted. It is written nonetheless, where it is
 * left out if there is a later one. */
void whet__disk_queue_doubt(struct whet_disk_queue *q, const struct whet_hash128 *hash,
                            uint64_t made_ns);

/* The next batch: up to `max` entries of up to `max_bytes`, at least one if there is any. They
 * are found until they are taken out, by _done. */
size_t whet__disk_queue_take(struct whet_disk_queue *q, struct whet_entry **batch, size_t max,
                             uint64_t max_bytes);
void whet__disk_queue_done(struct whet_disk_queue *q);

/* There is room for more than waits. */
int whet__disk_queue_has_room(struct whet_disk_queue *q, uint64_t max_bytes);

/* 1: the batch that was taken waits again, but for what was put anew meanwhile. 0: there is no
 * room for that. */
int whet__disk_queue_keep(struct whet_disk_queue *q, uint64_t max_bytes);

/* This one, if it waits, is neither written nor found any more, and what it was put instead of
 * is owed to be deleted. */
void whet__disk_queue_refuse(struct whet_disk_queue *q, const struct whet_entry *entry,
                             struct whet_disk_owed *owed);

/* What waits or is being written under this key is no longer wanted: it is not found any more,
 * and what the file has of it, made until `since_ns`, is owed to be deleted. */
void whet__disk_queue_drop(struct whet_disk_queue *q, const struct whet_hash128 *hash,
                           uint64_t since_ns, struct whet_disk_owed *owed);

/* The batch that was taken is written: its keys are owed no more, but for what was dropped
 * meanwhile. */
void whet__disk_queue_settle(struct whet_disk_queue *q, struct whet_disk_owed *owed);

/* What waits now is neither written nor found any more; what comes later is. */
void whet__disk_queue_lose(struct whet_disk_queue *q);

/* Not while a batch is being written. */
void whet__disk_queue_forget(struct whet_disk_queue *q);

#endif
