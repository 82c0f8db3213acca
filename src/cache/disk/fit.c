/* Keeping a cache's file, its log and the files beside it under one bound. Looked at before
 * every batch (some 20 us); there is something to do once per tenth of the bound. */
#include "cache/disk/parts.h"

#include <errno.h>

#include "os/clock.h"

#define ROUNDS   100
#define NUDGES   60 /* longer than a keeper takes to look around twice */
#define NUDGE_NS UINT64_C(2000000)
#define PATIENCE 5 /* nudges before they come more slowly */

static int large_bytes(struct whet_disk_link *l, uint64_t *out)
{
    int64_t bytes = 0;
    int rc;
    struct whet_store_stmt *st = whet__disk_statement(l, WHET_DISK_LARGE_BYTES, &rc);

    if (st != NULL)
        rc = whet__disk_number(st, &bytes);
    if (rc == 0)
        *out = bytes > 0 ? (uint64_t)bytes : 0;
    return rc;
}

int whet__disk_measure(struct whet_disk_link *l, struct whet_disk_size *out)
{
    struct whet_store_size size;
    int rc = whet__store_measure(l->store, &size);

    if (rc == 0)
        rc = large_bytes(l, &out->large_bytes);
    if (rc != 0)
        return rc;
    out->file_bytes = size.file_bytes;
    out->free_bytes = size.free_bytes;
    out->log_bytes = size.log_bytes;
    return 0;
}

static uint64_t total_of(const struct whet_disk_size *s)
{
    return s->file_bytes + s->log_bytes + s->large_bytes;
}

static uint64_t used_of(const struct whet_disk_size *s)
{
    return s->file_bytes - s->free_bytes + s->large_bytes;
}

/* It measures anew each time, as rows take more than their bytes, and another process may have
 * been here meanwhile. */
int whet__disk_cut_down(struct whet_disk *d, struct whet_disk_link *l, uint64_t target)
{
    struct whet_disk_size size;
    int rc = whet__disk_measure(l, &size);

    for (int i = 0; i < ROUNDS && rc == 0 && used_of(&size) > target; i++) {
        uint64_t excess = used_of(&size) - target;
        struct whet_disk_cut cut = {.excess = excess + excess / 16 + 1};

        rc = whet__disk_cut(d, l, &cut);
        atomic_fetch_add(&d->evictions, cut.entries);
        if (cut.entries == 0)
            break;
        if (rc == 0)
            rc = whet__disk_measure(l, &size);
    }
    return rc;
}

int whet__disk_shrink(struct whet_disk *d, struct whet_disk_link *l, uint64_t target,
                      struct whet_disk_size *size)
{
    uint64_t whole;
    int rc = whet__disk_measure(l, size);

    whole = size->file_bytes + size->large_bytes;
    whet__disk_snapshots_end(d);
    if (rc == 0 && whole > target && size->free_bytes > 0)
        rc = whet__store_shrink(l->store, whole - target);
    if (rc == 0)
        rc = whet__store_checkpoint(l->store);
    if (rc == -EBUSY)
        rc = 0; /* others hold the log or the lock: next time */
    return rc == 0 ? whet__disk_measure(l, size) : rc;
}

static int is_full(const struct whet_disk_size *size, uint64_t incoming, uint64_t max)
{
    return total_of(size) + incoming > max + max / 8;
}

/* The log is emptied when nobody reads in it, and somebody always does where processes read
 * all the time, each for a moment. So they are told of a commit: who is asked next lets go of
 * the log, and then, as all of it is in the file, reads that; who is not asked is told by his
 * keeper within half a second. */
static int wait_for_readers(struct whet_disk *d, struct whet_disk_link *l, uint64_t incoming,
                            uint64_t max, struct whet_disk_size *size)
{
    int rc = 0;

    for (int i = 0; i < NUDGES && rc == 0 && is_full(size, incoming, max); i++) {
        atomic_fetch_add(&d->shared->page->commits, 1);
        whet__clock_sleep_ns(i < PATIENCE ? NUDGE_NS : 5 * NUDGE_NS);
        whet__disk_snapshots_end(d);
        rc = whet__store_checkpoint(l->store);
        if (rc == 0 || rc == -EBUSY)
            rc = whet__disk_measure(l, size);
    }
    return rc;
}

int whet__disk_fit(struct whet_disk *d, struct whet_disk_link *l, uint64_t incoming)
{
    uint64_t max = atomic_load(&d->max_bytes), nine = max / 10 * 9;
    struct whet_disk_size size;
    int rc = whet__disk_measure(l, &size);

    if (rc != 0)
        return rc;
    atomic_store(&d->stamping, used_of(&size) > max / 2);
    if (total_of(&size) + incoming <= max)
        return 0;
    rc = whet__disk_cut_down(d, l, nine > incoming ? nine - incoming : 0);
    if (rc == 0)
        rc = whet__disk_shrink(d, l, max / 20 * 19 > incoming ? max / 20 * 19 - incoming : 0,
                               &size);
    if (rc != 0)
        return rc;
    rc = wait_for_readers(d, l, incoming, max, &size);
    return rc == 0 && is_full(&size, incoming, max) ? -EDQUOT : rc;
}

void whet__disk_fit_now(struct whet_disk *d)
{
    int rc;

    if (!atomic_exchange(&d->resized, 0) || d->read_only)
        return;
    pthread_mutex_lock(&d->writer.lock);
    rc = whet__disk_link_open(d, &d->writer);
    if (rc == 0)
        rc = whet__disk_fit(d, &d->writer, 0);
    pthread_mutex_unlock(&d->writer.lock);
    if (rc != 0)
        whet__disk_failed(d, rc);
}
