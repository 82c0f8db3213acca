/* Which entries were used: kept in memory and written down in bulk, with what was counted. A
 * stamp costs a page to be written, so an entry gets one an hour; and while the file is less
 * than half full, and nothing has to go, one a day. */
#include "cache/disk/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "os/clock.h"

#define HOUR_S    INT64_C(3600)
#define DAY_S     INT64_C(86400)
#define SECOND_NS UINT64_C(1000000000)

void whet__disk_use(struct whet_disk *d, struct whet_disk_link *l, int64_t hash, int64_t used_s,
                    uint64_t idle_ns)
{
    int64_t age = l->now_s - used_s;
    int64_t due = atomic_load_explicit(&d->stamping, memory_order_relaxed) ? HOUR_S : DAY_S;
    int64_t *touched;

    if (idle_ns != 0 && idle_ns / 8 < (uint64_t)due * SECOND_NS)
        due = (int64_t)(idle_ns / 8 / SECOND_NS);
    if (age < due || age == 0 || d->read_only)
        return;
    touched = whet__vec_push(&l->touched); /* without: it looks older than it is */
    if (touched != NULL)
        *touched = hash;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

/* What one link has noted; its lock is held. */
static int touch(struct whet_disk *d, struct whet_disk_link *l, void *ctx)
{
    struct whet_vec *touched = ctx;
    const int64_t *hashes = touched->items;
    struct whet_store_stmt *st;
    int rc;

    st = whet__disk_statement(l, WHET_DISK_TOUCH, &rc);
    if (st == NULL)
        return rc;
    (void)d;
    for (size_t i = 0; i < touched->len && rc == 0; i++) {
        if (i > 0 && hashes[i] == hashes[i - 1])
            continue;
        whet__store_bind_int(st, 1, hashes[i]);
        whet__store_bind_int(st, 2, (int64_t)(whet__clock_wall_ns() / SECOND_NS));
        rc = whet__disk_run(st);
    }
    return rc;
}

/* What all links have noted, sorted. */
static void take_touched(struct whet_disk *d, struct whet_vec *out)
{
    for (unsigned i = 0; i < d->readers; i++) {
        struct whet_disk_link *l = &d->links[i];
        const int64_t *from = l->touched.items;

        pthread_mutex_lock(&l->lock);
        for (size_t k = 0; k < l->touched.len; k++) {
            int64_t *to = whet__vec_push(out);

            if (to != NULL)
                *to = from[k];
        }
        l->touched.len = 0;
        pthread_mutex_unlock(&l->lock);
    }
    if (out->len > 1)
        qsort(out->items, out->len, sizeof(int64_t), by_number);
}

unsigned long whet__disk_uses(struct whet_disk *d)
{
    unsigned long uses = 0;

    for (unsigned i = 0; i < d->readers; i++) {
        pthread_mutex_lock(&d->links[i].lock);
        uses += d->links[i].touched.len;
        pthread_mutex_unlock(&d->links[i].lock);
    }
    return uses;
}

static int write_uses(struct whet_disk *d, struct whet_vec *touched)
{
    struct whet_disk_link *l = &d->writer;
    struct whet_cache_stats counted;
    int rc;

    pthread_mutex_lock(&l->lock);
    rc = whet__disk_link_open(d, l);
    if (rc == 0 && touched->len > 0)
        rc = whet__disk_transact(d, l, touch, touched);
    if (rc == 0 && whet__disk_counts_take(d, &counted))
        rc = whet__disk_transact(d, l, whet__disk_write_counts, &counted);
    pthread_mutex_unlock(&l->lock);
    return rc;
}

int whet__disk_write_uses(struct whet_disk *d)
{
    struct whet_vec touched;
    int rc = 0;

    whet__vec_init(&touched, sizeof(int64_t), (size_t)1 << 22);
    take_touched(d, &touched);
    if (whet__disk_has_counts(d) || touched.len > 0)
        rc = write_uses(d, &touched);
    whet__vec_clear(&touched);
    return rc;
}
