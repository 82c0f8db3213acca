/* Gets. Expected load: some 100,000 per second and thread; two lookups in a snapshot that is
 * held, a checksum, one copy. */
#include "cache/disk/parts.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "cache/disk/large.h"
#include "cache/disk/row.h"
#include "os/clock.h"

/* What is asked for. */
struct ask {
    const struct whet_hash128 *hash;
    const void *key;
    size_t key_len;
    int peek; /* also what has ended; nothing is counted or noted */
    int *bad; /* set to 1 when there is one that is not what was stored; may be NULL */
};

/* The path of the file of a large value. */
static int large_path(struct whet_disk *d, struct whet_disk_link *l, int64_t place,
                      struct whet_text *out)
{
    struct whet_store_stmt *st;
    const char *name;
    int rc;

    st = whet__disk_statement(l, WHET_DISK_LARGE_OF, &rc);
    if (st == NULL)
        return rc;
    whet__store_bind_int(st, 1, place);
    rc = whet__store_step(st);
    if (rc == 1) {
        name = whet__store_text(st, 0);
        rc = whet__large_path(out, d->path, name != NULL ? name : "");
        whet__store_reset(st);
        return rc == -EBADMSG ? -ENOENT : rc;
    }
    return rc == 0 ? -ENOENT : rc;
}

static void tell_bad(const struct ask *ask)
{
    if (ask->bad != NULL)
        *ask->bad = 1;
}

/* One value that is not what it was is no reason to give up the file; but to say so. */
static void tell_spoiled(struct whet_disk *d, const struct ask *ask)
{
    atomic_fetch_add(&d->failures, 1);
    if (!ask->peek)
        atomic_fetch_add(&d->spoiled, 1);
}

/* The row is there and is of this key; *out is untouched where the value is not what it was. */
static int take_row(struct whet_disk *d, struct whet_disk_link *l, const struct ask *ask,
                    const struct whet_disk_record *r, struct whet_entry **out)
{
    struct whet_text path;
    int rc = 0;

    whet__text_init(&path, PATH_MAX);
    if (whet__disk_record_is_large(r))
        rc = large_path(d, l, whet__disk_place_of(ask->hash), &path);
    if (rc == 0)
        rc = whet__disk_record_entry(r, ask->hash, path.len > 0 ? whet__text_str(&path) : NULL,
                                     out);
    whet__text_clear(&path);
    if (rc == -EBADMSG)
        tell_spoiled(d, ask);
    if (rc != 0 && rc != -ENOMEM)
        tell_bad(ask);
    return rc == -ENOMEM ? rc : rc == 0;
}

static int look_up(struct whet_disk *d, struct whet_disk_link *l, const struct ask *ask,
                   struct whet_entry **out)
{
    int64_t place = whet__disk_place_of(ask->hash);
    struct whet_disk_record r = {.client = d->client_id};
    struct whet_store_stmt *st;
    const void *row;
    size_t row_len;
    int hit = 0, rc = whet__disk_link_open(d, l);

    if (rc == 0)
        rc = whet__disk_snapshot(d, l);
    st = rc == 0 ? whet__disk_statement(l, WHET_DISK_GET, &rc) : NULL;
    if (st == NULL)
        return rc;
    whet__store_bind_int(st, 1, place);
    rc = whet__store_step(st);
    if (rc != 1)
        return rc;
    r.used = whet__store_int(st, 0);
    row = whet__store_blob(st, 1, &row_len);
    whet__disk_record_unpack(&r, row, row_len);
    if (r.row_len == 0) { /* as bad as a wrong checksum, which take_row looks at */
        tell_spoiled(d, ask);
        tell_bad(ask);
    } else if (r.key_len == ask->key_len && memcmp(r.key, ask->key, r.key_len) == 0)
        hit = take_row(d, l, ask, &r, out);
    whet__store_reset(st);
    if (hit == 1 && !ask->peek)
        whet__disk_use(d, l, place, r.used, r.idle);
    return hit;
}

/* What has ended is none. */
static int is_over(struct whet_disk_link *l, struct whet_entry *e)
{
    if (e->end_ns == 0 && e->idle_ns == 0)
        return 0;
    if (!whet__entry_ended(e, whet__clock_wall_ns()))
        return 0;
    atomic_fetch_add_explicit(&l->expirations, 1, memory_order_relaxed);
    return 1;
}

static int judge(struct whet_disk_link *l, const struct ask *ask, struct whet_entry **e)
{
    if (ask->peek)
        return *e != NULL;
    if (*e != NULL && is_over(l, *e)) {
        whet__entry_drop(*e);
        *e = NULL;
    }
    atomic_fetch_add_explicit(*e != NULL ? &l->hits : &l->misses, 1, memory_order_relaxed);
    return *e != NULL;
}

/* Who pays a debt takes it out after the row: so it is looked at before the row, which may be
 * one that another process has put since then. */
static int look_behind(struct whet_disk *d, struct whet_disk_link *l, const struct ask *ask,
                       struct whet_entry **out)
{
    uint64_t since_ns = whet__disk_owed_since(&d->owed, ask->hash);
    struct whet_entry *e = NULL;
    int hit = since_ns != UINT64_MAX ? look_up(d, l, ask, &e) : 0;

    if (e == NULL)
        return hit;
    if (since_ns != 0 && whet__disk_owed_takes(since_ns, e->made_ns, whet__clock_wall_ns())) {
        whet__entry_drop(e);
        return 0;
    }
    *out = e;
    return hit;
}

/* What waits, or what is in the file: if there are both, the one that was made last. A row made
 * after now says that the clock was set back: who writes next takes what waits for the last. */
static int look(struct whet_disk *d, struct whet_disk_link *l, const struct ask *ask,
                struct whet_entry **out)
{
    struct whet_entry *waits, *row = NULL;
    int doubted, rc = 0;

    waits = whet__disk_queue_find(&d->queue, ask->hash, ask->key, ask->key_len, &doubted);
    if (waits == NULL || doubted)
        rc = look_behind(d, l, ask, &row);
    if (waits != NULL && row != NULL &&
        (row->made_ns <= waits->made_ns || row->made_ns > whet__clock_wall_ns())) {
        whet__entry_drop(row);
        row = NULL;
    }
    *out = row != NULL ? row : waits;
    if (row != NULL)
        whet__entry_drop(waits);
    return rc;
}

static int get(struct whet_disk *d, const struct ask *ask, struct whet_entry **out)
{
    struct whet_disk_link *l = whet__disk_link_take(d);
    struct whet_entry *e = NULL;
    int hit, rc = look(d, l, ask, &e);

    if (rc < 0)
        whet__disk_snapshot_end(l);
    hit = judge(l, ask, &e);
    whet__disk_link_return(l);
    if (rc < 0)
        whet__disk_failed(d, rc);
    if (hit)
        *out = e;
    return hit;
}

int whet__disk_get(struct whet_disk *d, const struct whet_hash128 *hash, const void *key,
                   size_t key_len, struct whet_entry **out)
{
    const struct ask ask = {hash, key, key_len, 0, NULL};

    return get(d, &ask, out);
}

int whet__disk_peek(struct whet_disk *d, const struct whet_hash128 *hash, const void *key,
                    size_t key_len, struct whet_entry **out)
{
    int bad = 0;
    const struct ask ask = {hash, key, key_len, 1, &bad};
    int hit = get(d, &ask, out);

    return hit == 0 && bad ? -EBADMSG : hit;
}
