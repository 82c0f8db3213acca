/* Deleting the rows that are owed. Before anything new is written, so that a newer row of the
 * same key stays. */
#include "cache/disk/parts.h"

#include <errno.h>

#include "cache/disk/large.h"
#include "cache/disk/row.h"
#include "os/clock.h"

#define BATCH ((size_t)500)

struct payment {
    struct whet_owed debts[BATCH];
    size_t count;
    struct whet_vec files;
};

static void post(struct whet_disk *d, const struct payment *p)
{
    whet__shared_post_begin(d->shared, p->count);
    for (size_t i = 0; i < p->count; i++)
        whet__shared_post(d->shared, &p->debts[i].hash, p->debts[i].since_ns);
    whet__shared_post_end(d->shared);
}

static int delete_rows(struct whet_disk *d, struct whet_disk_link *l, void *ctx)
{
    uint64_t now_ns = whet__clock_wall_ns();
    struct payment *p = ctx;
    int rc = 0;

    p->files.len = 0;
    for (size_t i = 0; i < p->count && rc == 0; i++) {
        int64_t place = whet__disk_place_of(&p->debts[i].hash), value = 0;
        uint64_t made_ns = 0;

        rc = whet__disk_find_old(d, l, place, &value, &made_ns);
        if (rc == 1 && whet__disk_owed_takes(p->debts[i].since_ns, made_ns, now_ns))
            rc = whet__disk_drop_hash(l, &p->debts[i].hash, &p->files);
        else if (rc == 1)
            rc = 0; /* another process has put it since */
    }
    if (rc == 0)
        post(d, p);
    return rc;
}

static int pay_some(struct whet_disk *d, struct whet_disk_link *l, struct payment *p)
{
    int rc = whet__disk_transact(d, l, delete_rows, p);

    whet__shared_post_settle(d->shared);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < p->files.len; i++)
        whet__large_remove(d->path, whet__vec_at(&p->files, i));
    for (size_t i = 0; i < p->count; i++)
        whet__disk_owed_done(&d->owed, &p->debts[i].hash, p->debts[i].since_ns);
    return 0;
}

/* A whet_disk_deed. */
static int post_all(struct whet_disk *d, struct whet_disk_link *l, void *ctx)
{
    (void)l;
    (void)ctx;
    whet__shared_post_all(d->shared);
    return 0;
}

static int pay_all(struct whet_disk *d, struct whet_disk_link *l)
{
    struct whet_disk_cut cut = {.client = d->client_id, .before_s = INT64_MAX};
    int rc = whet__disk_cut(d, l, &cut);

    if (rc == 0)
        rc = whet__disk_transact(d, l, post_all, NULL);
    whet__shared_post_settle(d->shared);
    if (rc == 0)
        whet__disk_owed_done_all(&d->owed);
    return rc;
}

static int pay(struct whet_disk *d, struct whet_disk_link *l)
{
    struct payment p = {.count = 0};
    int rc = 0;

    if (atomic_load(&d->owed.all))
        return pay_all(d, l);
    whet__vec_init(&p.files, WHET_LARGE_NAME, BATCH);
    while (rc == 0 && (p.count = whet__disk_owed_some(&d->owed, p.debts, BATCH)) != 0)
        rc = pay_some(d, l, &p);
    whet__vec_clear(&p.files);
    return rc;
}

static int pay_alone(struct whet_disk *d, struct whet_disk_link *l,
                     const struct whet_owed *debt)
{
    struct payment p = {.debts = {*debt}, .count = 1};
    int rc;

    whet__vec_init(&p.files, WHET_LARGE_NAME, BATCH);
    rc = pay_some(d, l, &p);
    whet__vec_clear(&p.files);
    return rc;
}

/* NULL: all keys. */
static int try_to_pay(struct whet_disk *d, const struct whet_owed *debt)
{
    struct whet_disk_link *l = &d->writer;
    int rc;

    pthread_mutex_lock(&l->lock);
    rc = whet__disk_link_open(d, l);
    if (rc == 0)
        rc = debt != NULL ? pay_alone(d, l, debt) : pay(d, l);
    pthread_mutex_unlock(&l->lock);
    atomic_store(&d->struck, 1);
    if (rc != 0)
        whet__disk_failed(d, rc);
    return rc;
}

int whet__disk_pay_one(struct whet_disk *d, const struct whet_hash128 *hash)
{
    const struct whet_owed debt = {*hash, whet__disk_owed_since(&d->owed, hash)};

    if (debt.since_ns == 0)
        return 0;
    return try_to_pay(d, debt.since_ns != UINT64_MAX ? &debt : NULL);
}

void whet__disk_pay(struct whet_disk *d)
{
    int rc;

    if (d->read_only || !whet__disk_owed_any(&d->owed) || whet__clock_now_ns() < d->pay_ns)
        return;
    rc = try_to_pay(d, NULL);
    d->pay_ns = rc != 0 ? whet__clock_now_ns() + WHET_DISK_PAUSE_NS : 0;
    if (rc == -EBUSY) {
        d->pause_ns = d->pay_ns; /* nor can anything else be written */
        whet__disk_note_write(d, rc);
    }
}
