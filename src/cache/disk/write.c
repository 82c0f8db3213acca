/* Batches of entries, written down. Expected load: some 10,000 entries per second in
 * transactions of up to a thousand, several processes taking turns.
 *
 * A batch that could not be written because others held the file too long, or because it was
 * damaged, is tried again; one that the disk has no room for is dropped. What follows then
 * waits in the queue for a while, or is dropped when it is full, before the file is asked
 * again: a cache that is not written is a slower one, not a broken one. Whoever waits for a
 * sync has the file asked at once. */
#include "cache/disk/batch.h"

#include <errno.h>
#include <string.h>

#include "os/clock.h"

#define BATCH_BYTES ((uint64_t)4 << 20)
#define TRIES       3

int whet__disk_transact(struct whet_disk *d, struct whet_disk_link *l, whet_disk_deed deed,
                        void *ctx)
{
    int rc;

    whet__disk_snapshot_end(l);
    rc = whet__store_begin(l->store, 1);
    if (rc == 0)
        rc = deed(d, l, ctx);
    if (rc == 0)
        rc = whet__store_commit(l->store);
    if (rc != 0)
        whet__store_rollback(l->store);
    else
        atomic_fetch_add(&d->shared->page->commits, 1);
    return rc;
}

static int write_rows(struct whet_disk *d, struct whet_disk_batch *b)
{
    struct whet_disk_link *l = &d->writer;
    uint64_t bytes = 0;
    int rc;

    for (size_t i = 0; i < b->count; i++)
        bytes += b->items[i].disk_bytes;
    pthread_mutex_lock(&l->lock);
    rc = whet__disk_link_open(d, l);
    if (rc == 0)
        rc = whet__disk_fit(d, l, bytes);
    if (rc == 0)
        rc = whet__disk_transact(d, l, whet__disk_batch_put, b);
    whet__shared_post_settle(d->shared);
    pthread_mutex_unlock(&l->lock);
    return rc;
}

static int write_batch(struct whet_disk *d, struct whet_disk_batch *b)
{
    int tries = d->pause_ns == 0 ? TRIES : 1; /* it was waited for before */
    int rc = whet__disk_batch_write_files(d, b);
    const char *name;

    for (int i = 0; i < tries && rc == 0; i++) {
        rc = write_rows(d, b);
        if (rc == -EBUSY && i + 1 < tries)
            rc = 0; /* and again */
        else
            break;
    }
    if (rc != 0) {
        whet__disk_batch_remove_files(d, b);
        return rc;
    }
    for (size_t i = 0; i < b->old_files.len; i++) {
        name = whet__vec_at(&b->old_files, i);
        whet__large_remove(d->path, name);
    }
    return 0;
}

/* What is on disk under these keys is older than what was put. */
static void owe(struct whet_disk *d, struct whet_entry **entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        whet__disk_owed_add(&d->owed, &entries[i]->hash, entries[i]->made_ns);
}

/* That others read for a while is no failure as long as nothing is lost by it, and nobody waits
 * for it to be written. */
static void failed(struct whet_disk *d, int code, int kept)
{
    whet__disk_failed(d, code);
    if (code == -EDQUOT && kept && !d->awaited)
        return;
    whet__disk_note_write(d, code);
    if (code != -ENOMEM && code != -EBADMSG)
        d->pause_ns = whet__clock_now_ns() + WHET_DISK_PAUSE_NS;
}

static int is_paused(struct whet_disk *d)
{
    return whet__clock_now_ns() < d->pause_ns;
}

/* Another program has the file, or the log, for now: what waits can go on waiting. */
static int is_for_now(struct whet_disk *d, int code)
{
    return code == -EBUSY || code == -EDQUOT || (code == -EAGAIN && !atomic_load(&d->absent));
}

/* 1: the batch stays in the queue, to be tried again. 0: it is written, or lost. */
static int write_entries(struct whet_disk *d, struct whet_entry **entries, size_t count)
{
    struct whet_disk_batch b;
    int rc, kept;

    if (is_paused(d)) {
        atomic_fetch_add(&d->failures, 1);
        owe(d, entries, count);
        return 0;
    }
    rc = whet__disk_batch_init(d, &b, entries, count);
    if (rc == 0)
        rc = write_batch(d, &b);
    whet__disk_batch_clear(&b);
    if (rc != 0) {
        kept = is_for_now(d, rc) && whet__disk_queue_keep(&d->queue, WHET_DISK_QUEUE_BYTES);
        failed(d, rc, kept);
        if (!kept)
            owe(d, entries, count);
        return kept;
    }
    whet__disk_queue_settle(&d->queue, &d->owed);
    d->pause_ns = 0;
    whet__disk_note_written(d);
    return 0;
}

void whet__disk_ask_again(struct whet_disk *d)
{
    if (d->pause_ns != 0)
        d->pause_ns = 1; /* over, but it was one */
    d->pay_ns = 0;
    d->awaited = 1;
    pthread_mutex_lock(&d->file_lock);
    d->retry_ns = 0;
    pthread_mutex_unlock(&d->file_lock);
}

static void drain(struct whet_disk *d)
{
    uint64_t bytes = atomic_load(&d->max_bytes) / 32;
    struct whet_entry *batch[WHET_DISK_BATCH];
    size_t count;

    if (bytes > BATCH_BYTES)
        bytes = BATCH_BYTES;
    whet__disk_pay(d);
    if (is_paused(d) && whet__disk_queue_has_room(&d->queue, WHET_DISK_QUEUE_BYTES))
        return;
    for (;;) {
        count = whet__disk_queue_take(&d->queue, batch, WHET_DISK_BATCH, bytes);
        if (count > 0 && write_entries(d, batch, count))
            return;
        whet__disk_queue_done(&d->queue); /* also what was lost */
        if (count == 0)
            return;
    }
}

void whet__disk_drain(struct whet_disk *d)
{
    drain(d);
    d->awaited = 0;
}
