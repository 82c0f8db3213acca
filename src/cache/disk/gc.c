/* Tidying a cache's file: what has ended, what was not used for long, what is too much, and
 * files that nothing names. Rare: `whet cache gc`. */
#include "cache/disk/parts.h"

#include <errno.h>

#include "os/clock.h"

#define SECOND_NS UINT64_C(1000000000)
#define LITTLE    ((uint64_t)64 << 10)

static int64_t client_of(const struct whet_disk_gc *how)
{
    return how->client != NULL ? (int64_t)whet__key_seed(how->client) : 0;
}

/* What one client, or all of them, have in the file. */
static int look_at_client(struct whet_disk_link *l, int64_t client, uint64_t *entries,
                          uint64_t *bytes)
{
    struct whet_store_stmt st = {NULL, NULL, 0};
    int rc = whet__store_prepare(l->store,
                                 "SELECT count(*), coalesce(sum(bytes), 0) FROM place"
                                 " WHERE ?1 = 0 OR client = ?1",
                                 &st);

    if (rc == 0) {
        whet__store_bind_int(&st, 1, client);
        rc = whet__store_step(&st);
    }
    if (rc == 1) {
        *entries = (uint64_t)whet__store_int(&st, 0);
        *bytes = (uint64_t)whet__store_int(&st, 1);
        rc = 0;
    }
    whet__store_stmt_clear(&st);
    return rc;
}

static int cut_ended(struct whet_disk *d, struct whet_disk_link *l,
                     const struct whet_disk_gc *how, struct whet_disk_gc_result *r)
{
    struct whet_disk_cut cut = {
        .client = client_of(how), .ended = whet__clock_wall_ns(), .dry = how->dry_run};
    int rc = whet__disk_cut(d, l, &cut);

    r->entries += cut.entries;
    r->bytes += cut.bytes;
    return rc;
}

static int cut_old(struct whet_disk *d, struct whet_disk_link *l,
                   const struct whet_disk_gc *how, struct whet_disk_gc_result *r)
{
    uint64_t now = whet__clock_wall_ns();
    struct whet_disk_cut cut = {.client = client_of(how), .dry = how->dry_run};
    int rc;

    if (!how->all && (how->max_age_ns == 0 || how->max_age_ns >= now))
        return 0;
    cut.before_s = how->all ? INT64_MAX : (int64_t)((now - how->max_age_ns) / SECOND_NS);
    rc = whet__disk_cut(d, l, &cut);
    r->entries += cut.entries;
    r->bytes += cut.bytes;
    return rc;
}

/* The part of all bytes that is of this client, or the whole. */
static int count_excess(struct whet_disk *d, struct whet_disk_link *l,
                        const struct whet_disk_gc *how, const struct whet_disk_gc_result *r,
                        uint64_t *out)
{
    uint64_t max = how->max_bytes != 0 ? how->max_bytes : atomic_load(&d->max_bytes);
    struct whet_disk_size size;
    uint64_t entries, used = 0;
    int rc;

    if (how->client != NULL) {
        rc = look_at_client(l, client_of(how), &entries, &used);
    } else {
        rc = whet__disk_measure(l, &size);
        if (rc == 0)
            used = size.file_bytes - size.free_bytes + size.large_bytes;
    }
    if (how->dry_run) /* what would be gone by now */
        used -= r->bytes < used ? r->bytes : used;
    *out = used > max ? used - max : 0;
    return rc;
}

/* With rows go pages of other tables, too: the last bit is measured before it is cut. */
static uint64_t portion_of(uint64_t excess)
{
    return excess > LITTLE ? excess - excess / 8 : excess;
}

/* Rows take more than their bytes: what is left over is measured and cut again. A dry run
 * cannot. */
static int cut_excess(struct whet_disk *d, struct whet_disk_link *l,
                      const struct whet_disk_gc *how, struct whet_disk_gc_result *r)
{
    uint64_t excess = 0;
    int rc = count_excess(d, l, how, r, &excess);

    for (int i = 0; i < 100 && rc == 0 && excess > 0; i++) {
        struct whet_disk_cut cut = {.client = client_of(how), .excess = portion_of(excess)};

        if (how->dry_run) {
            /* The oldest, those counted before among them. */
            cut.excess = excess + r->bytes;
            cut.dry = 1;
            rc = whet__disk_cut(d, l, &cut);
            r->entries = cut.entries > r->entries ? cut.entries : r->entries;
            r->bytes = cut.bytes > r->bytes ? cut.bytes : r->bytes;
            return rc;
        }
        rc = whet__disk_cut(d, l, &cut);
        r->entries += cut.entries;
        r->bytes += cut.bytes;
        if (cut.entries == 0)
            break;
        if (rc == 0)
            rc = count_excess(d, l, how, r, &excess);
    }
    return rc;
}

/* What is left, and given back to the filesystem. */
static int finish(struct whet_disk *d, struct whet_disk_link *l, const struct whet_disk_gc *how,
                  struct whet_disk_gc_result *r)
{
    struct whet_disk_size size;
    uint64_t bytes = 0;
    int rc = whet__disk_orphans(d, l, !how->dry_run, &r->orphans);

    if (rc == 0 && !how->dry_run)
        rc = whet__disk_shrink(d, l, 0, &size);
    else if (rc == 0)
        rc = whet__disk_measure(l, &size);
    if (rc == 0)
        rc = look_at_client(l, 0, &r->left_entries, &bytes);
    if (rc != 0)
        return rc;
    r->left_bytes = size.file_bytes + size.log_bytes + size.large_bytes;
    if (how->dry_run) {
        r->left_entries -= r->entries < r->left_entries ? r->entries : r->left_entries;
        r->left_bytes -= r->bytes < r->left_bytes ? r->bytes : r->left_bytes;
    }
    return 0;
}

int whet__disk_gc(struct whet_disk *d, const struct whet_disk_gc *how,
                  struct whet_disk_gc_result *out)
{
    struct whet_disk_gc_result r = {0};
    struct whet_disk_link l;
    int rc;

    if (d->read_only && !how->dry_run)
        return -EROFS;
    rc = whet__disk_side_open(d, &l);
    if (rc != 0)
        return rc;
    pthread_mutex_lock(&d->write_lock);
    rc = cut_ended(d, &l, how, &r);
    if (rc == 0)
        rc = cut_old(d, &l, how, &r);
    if (rc == 0)
        rc = cut_excess(d, &l, how, &r);
    if (rc == 0)
        rc = finish(d, &l, how, &r);
    pthread_mutex_unlock(&d->write_lock);
    whet__disk_side_close(d, &l, rc);
    if (rc == 0)
        *out = r;
    return rc;
}
