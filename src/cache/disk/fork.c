/* Around a fork. SQLite keeps, for each file in a process, which locks its connections hold:
 * a child would inherit that book, but not the locks. So there must be no connection when it is
 * made: the parent closes all of them before, and both open their own when they are asked
 * again. A fork costs a millisecond more for it. */
#include "cache/disk/parts.h"

static struct whet_disk_link *link_at(struct whet_disk *d, unsigned i)
{
    return i < d->readers ? &d->links[i] : i == d->readers ? &d->writer : &d->ledger;
}

void whet__disk_lock_all(struct whet_disk *d)
{
    pthread_mutex_lock(&d->size_lock);
    pthread_mutex_lock(&d->write_lock);
    for (unsigned i = 0; i < d->readers + 2; i++) {
        pthread_mutex_lock(&link_at(d, i)->lock);
        whet__disk_link_close(d, link_at(d, i));
    }
    pthread_mutex_lock(&d->file_lock);
    if (d->file_open)
        whet__store_file_close(&d->file);
    d->file_open = 0;
    pthread_mutex_lock(&d->count_lock);
    pthread_mutex_lock(&d->queue.lock);
    pthread_mutex_lock(&d->owed.lock);
}

/* The parent writes what waits and what was noted. */
static void forget(struct whet_disk *d)
{
    for (unsigned i = 0; i < d->readers + 2; i++) {
        struct whet_disk_link *l = link_at(d, i);

        l->touched.len = 0;
        atomic_store(&l->hits, 0);
        atomic_store(&l->misses, 0);
        atomic_store(&l->expirations, 0);
    }
    d->has_counted = 0;
    atomic_store(&d->failures, 0);
    atomic_store(&d->evictions, 0);
    whet__disk_queue_forget(&d->queue);
}

void whet__disk_unlock_all(struct whet_disk *d, int in_child)
{
    if (in_child && whet__disk_keeper_forget(d) != 0)
        d->keeper.stop = 1; /* no thread any more: puts are written by who puts */
    pthread_mutex_unlock(&d->owed.lock);
    pthread_mutex_unlock(&d->queue.lock);
    pthread_mutex_unlock(&d->count_lock);
    pthread_mutex_unlock(&d->file_lock);
    for (unsigned i = d->readers + 2; i-- > 0;)
        pthread_mutex_unlock(&link_at(d, i)->lock);
    if (in_child)
        forget(d);
    pthread_mutex_unlock(&d->write_lock);
    pthread_mutex_unlock(&d->size_lock);
}
