/* Keeping a disk cache under its bound. Rare: a file at its bound gets here once per
 * tenth of it that is newly stored. Values are appended in order of age, so the oldest
 * share pages, and dropping them frees whole pages for the values to come. */
#include "cache/former_evict.h"

#include <errno.h>

#include "base/vec.h"

#define BATCH  10000 /* rows per transaction: others get their turn */
#define ROUNDS 1000

enum { COUNT, OLDEST, DROP_VALUE, DROP_PLACE, STATEMENTS };

static const char *const sql_of[STATEMENTS] = {
    "SELECT count(*) FROM place",
    "SELECT hash, value FROM place ORDER BY used, value LIMIT ?1",
    "DELETE FROM value WHERE id = ?1",
    "DELETE FROM place WHERE hash = ?1",
};

struct place {
    int64_t hash;
    int64_t value;
};

struct eviction {
    struct whet_store *store;
    struct whet_store_stmt st[STATEMENTS];
    uint64_t target;      /* bytes to be left in use */
    struct whet_vec list; /* of struct place */
};

/* How many rows to drop to get down to the target; from their mean size. */
static int count_excess(struct eviction *e, size_t *out)
{
    struct whet_store_size size;
    uint64_t used;
    int64_t rows;
    int rc = whet__store_measure(e->store, &size);

    if (rc == 0)
        rc = whet__store_step(&e->st[COUNT]);
    if (rc < 0)
        return rc;
    rows = rc == 1 ? whet__store_int(&e->st[COUNT], 0) : 0;
    whet__store_reset(&e->st[COUNT]);
    used = size.file_bytes - size.free_bytes;
    *out = 0;
    if (used > e->target && rows > 0)
        *out = (size_t)((double)rows * (double)(used - e->target) / (double)used) + 1;
    return 0;
}

static int list_oldest(struct eviction *e, size_t count)
{
    struct whet_store_stmt *st = &e->st[OLDEST];
    int rc;

    whet__store_bind_int(st, 1, (int64_t)(count < BATCH ? count : BATCH));
    while ((rc = whet__store_step(st)) == 1) {
        struct place *p = whet__vec_push(&e->list);

        if (p == NULL) {
            rc = -ENOMEM;
            break;
        }
        *p = (struct place){whet__store_int(st, 0), whet__store_int(st, 1)};
    }
    whet__store_reset(st);
    return rc;
}

static int drop_listed(struct eviction *e)
{
    const struct place *places = e->list.items;
    int rc = 0;

    for (size_t i = 0; i < e->list.len && rc == 0; i++) {
        whet__store_bind_int(&e->st[DROP_VALUE], 1, places[i].value);
        whet__store_bind_int(&e->st[DROP_PLACE], 1, places[i].hash);
        rc = whet__store_step(&e->st[DROP_VALUE]);
        if (rc == 0)
            rc = whet__store_step(&e->st[DROP_PLACE]);
    }
    return rc;
}

/* One transaction: 1 if there may be more to do. It measures anew, as another process
 * may have been here meanwhile. */
static int evict_some(struct eviction *e)
{
    size_t excess = 0;
    int rc = whet__store_begin(e->store, 1);

    e->list.len = 0;
    if (rc == 0)
        rc = count_excess(e, &excess);
    if (rc == 0 && excess != 0)
        rc = list_oldest(e, excess);
    if (rc == 0)
        rc = drop_listed(e);
    if (rc == 0)
        rc = whet__store_commit(e->store);
    if (rc != 0)
        whet__store_rollback(e->store);
    return rc == 0 && e->list.len != 0 ? 1 : rc;
}

static int evict(struct eviction *e)
{
    int rc = 0;

    for (int i = 0; i < STATEMENTS && rc == 0; i++)
        rc = whet__store_prepare(e->store, sql_of[i], &e->st[i]);
    for (int i = 0; i < ROUNDS && (i == 0 ? rc == 0 : rc == 1); i++)
        rc = evict_some(e);
    for (int i = 0; i < STATEMENTS; i++)
        whet__store_stmt_clear(&e->st[i]);
    return rc < 0 ? rc : 0;
}

int whet__disk_evict(struct whet_store *s, uint64_t max_bytes)
{
    struct eviction e = {.store = s, .target = max_bytes / 10 * 9};
    struct whet_store_size size;
    int rc = whet__store_measure(s, &size);

    if (rc != 0 || size.file_bytes + size.log_bytes <= max_bytes)
        return rc;
    whet__vec_init(&e.list, sizeof(struct place), BATCH);
    rc = evict(&e);
    whet__vec_clear(&e.list);
    if (rc == 0 && size.file_bytes > max_bytes)
        rc = whet__store_shrink(s, size.file_bytes - max_bytes);
    if (rc == 0)
        rc = whet__store_checkpoint(s);
    return rc == -EBUSY ? 0 : rc; /* others hold the log or the lock: next time */
}
