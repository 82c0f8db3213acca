/* A batch on its way into the tables. Expected load: some 10,000 to 100,000 rows per second, of
 * which most are new. */
#include "cache/disk/batch.h"

#include <errno.h>
#include <string.h>

#include "os/clock.h"

#define SECOND_NS UINT64_C(1000000000)

int whet__disk_find_old(struct whet_disk *d, struct whet_disk_link *l, int64_t place,
                        int64_t *value, uint64_t *made_ns)
{
    struct whet_disk_record old;
    int rc;
    struct whet_store_stmt *st = whet__disk_statement(l, WHET_DISK_FIND_OLD, &rc);

    if (st == NULL)
        return rc;
    whet__store_bind_int(st, 1, place);
    rc = whet__store_step(st);
    if (rc != 1)
        return rc;
    whet__disk_record_read(&old, st);
    whet__store_reset(st);
    *value = old.id;
    *made_ns = old.client == d->client_id ? old.made : 0;
    return 1;
}

/* What waited here while another process put the same key, and wrote it, is the older of the
 * two. Its file goes with those that were replaced. */
static void leave_out(struct whet_disk_batch *b, struct whet_disk_arrival *a)
{
    char *name = a->large[0] != '\0' ? whet__vec_push(&b->old_files) : NULL;

    a->id = 0;
    if (name != NULL)
        memcpy(name, a->large, WHET_LARGE_NAME);
}

/* Binds the one row of WHET_DISK_PUT_OVER, or the n-th of those of WHET_DISK_PUT_PLACE. */
static void bind_place(struct whet_store_stmt *st, int n, const struct whet_disk_goal *goal)
{
    whet__store_bind_int(st, 3 * n + 3, goal->place);
    whet__store_bind_int(st, 3 * n + 4, goal->arrival->id);
    whet__store_bind_int(st, 3 * n + 5, (int64_t)goal->arrival->disk_bytes);
}

static void bind_places(struct whet_disk *d, struct whet_store_stmt *st,
                        const struct whet_disk_batch *b)
{
    whet__store_bind_int(st, 1, (int64_t)(b->now_ns / SECOND_NS));
    whet__store_bind_int(st, 2, d->client_id);
}

/* There may be an older value. A new one gets a new id, as ids are in order of age; what it
 * replaces is dropped. */
static int put_over(struct whet_disk *d, struct whet_disk_link *l, struct whet_disk_batch *b,
                    const struct whet_disk_goal *goal)
{
    struct whet_disk_arrival *a = goal->arrival;
    struct whet_store_stmt *put;
    uint64_t made_ns = 0;
    int64_t old = 0;
    int rc = whet__disk_find_old(d, l, goal->place, &old, &made_ns);

    if (rc == 0)
        return -EBADMSG; /* it kept a new one out */
    if (rc < 0 || old == a->id)
        return rc < 0 ? rc : 0;
    /* One that was made after now says that the clock was set back. */
    if (made_ns > a->entry->made_ns && made_ns <= b->now_ns) {
        leave_out(b, a);
        return 0;
    }
    rc = whet__disk_drop_value(l, old, &b->old_files);
    if (rc != 0)
        return rc;
    put = whet__disk_statement(l, WHET_DISK_PUT_OVER, &rc);
    if (put == NULL)
        return rc;
    bind_places(d, put, b);
    bind_place(put, 0, goal);
    return whet__disk_run(put);
}

/* One place, or WHET_DISK_ROWS of them. Most are new: if all are, one statement it is. */
static int put_places(struct whet_disk *d, struct whet_disk_link *l, struct whet_disk_batch *b,
                      const struct whet_disk_goal *goals, size_t count)
{
    int rc;
    struct whet_store_stmt *st =
        whet__disk_statement(l, count == 1 ? WHET_DISK_PUT_PLACE : WHET_DISK_PUT_PLACES, &rc);

    if (st == NULL)
        return rc;
    bind_places(d, st, b);
    for (size_t i = 0; i < count; i++)
        bind_place(st, (int)i, &goals[i]);
    rc = whet__disk_run(st);
    if (rc != 0 || whet__store_changes(l->store) == count)
        return rc;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = put_over(d, l, b, &goals[i]);
    return rc;
}

static int put_large(struct whet_disk_link *l, const struct whet_disk_arrival *a)
{
    int rc;
    struct whet_store_stmt *st = whet__disk_statement(l, WHET_DISK_PUT_LARGE, &rc);

    if (st == NULL)
        return rc;
    whet__store_bind_int(st, 1, a->id);
    whet__store_bind_text(st, 2, a->large);
    whet__store_bind_int(st, 3, (int64_t)a->disk_bytes);
    return whet__disk_run(st);
}

/* One value, or WHET_DISK_ROWS of them. */
static int put_values(struct whet_disk_link *l, const struct whet_disk_arrival *const *values,
                      size_t count)
{
    int rc;
    struct whet_store_stmt *st =
        whet__disk_statement(l, count == 1 ? WHET_DISK_PUT_VALUE : WHET_DISK_PUT_VALUES, &rc);

    if (st == NULL)
        return rc;
    for (int i = 0; i < (int)count; i++) {
        whet__store_bind_int(st, 2 * i + 1, values[i]->id);
        whet__store_bind_blob(st, 2 * i + 2, values[i]->row, values[i]->row_len);
    }
    rc = whet__disk_run(st);
    for (size_t i = 0; i < count && rc == 0; i++) {
        if (values[i]->large[0] != '\0')
            rc = put_large(l, values[i]);
    }
    return rc;
}

static int put_client(struct whet_disk *d, struct whet_disk_link *l)
{
    int rc;
    struct whet_store_stmt *st = whet__disk_statement(l, WHET_DISK_PUT_CLIENT, &rc);

    if (st == NULL)
        return rc;
    whet__store_bind_int(st, 1, d->client_id);
    whet__store_bind_text(st, 2, d->client);
    return whet__disk_run(st);
}

static int last_id(struct whet_disk_link *l, int64_t *out)
{
    int rc;
    struct whet_store_stmt *st = whet__disk_statement(l, WHET_DISK_LAST, &rc);

    if (st != NULL)
        rc = whet__disk_number(st, out);
    if (st != NULL && rc == 0 && (*out < 0 || *out > INT64_MAX / 2))
        rc = -EBADMSG;
    return rc;
}

static int put_all_places(struct whet_disk *d, struct whet_disk_link *l,
                          struct whet_disk_batch *b, int64_t last)
{
    size_t count;
    int rc = 0;

    for (size_t i = 0; i < b->count; i++)
        b->items[i].id = 0;
    for (size_t i = 0; i < b->goal_count; i++)
        b->goals[i].arrival->id = last + 1 + (b->goals[i].arrival - b->items);
    for (size_t i = 0; i < b->goal_count && rc == 0; i += count) {
        count = b->goal_count - i < WHET_DISK_ROWS ? 1 : WHET_DISK_ROWS;
        rc = put_places(d, l, b, b->goals + i, count);
    }
    return rc;
}

static int put_all_values(struct whet_disk_link *l, const struct whet_disk_batch *b)
{
    const struct whet_disk_arrival *some[WHET_DISK_ROWS];
    size_t count = 0;
    int rc = 0;

    for (size_t i = 0; i < b->count && rc == 0; i++) {
        if (b->items[i].id != 0)
            some[count++] = &b->items[i];
        if (count == WHET_DISK_ROWS) {
            rc = put_values(l, some, count);
            count = 0;
        }
    }
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = put_values(l, some + i, 1);
    return rc;
}

/* Others may have the former value in memory, also where the file had none any more. */
static void post(struct whet_disk *d, const struct whet_disk_batch *b)
{
    whet__shared_post_begin(d->shared, b->count);
    for (size_t i = 0; i < b->count; i++)
        whet__shared_post(d->shared, &b->items[i].entry->hash, b->items[i].entry->made_ns);
    whet__shared_post_end(d->shared);
}

/* Places in order of hash, so that each page of the table is taken up once; values in the
 * order they came, as they will be asked for in much the same. */
int whet__disk_batch_put(struct whet_disk *d, struct whet_disk_link *l, void *ctx)
{
    struct whet_disk_batch *b = ctx;
    int64_t last = 0;
    int rc = last_id(l, &last);

    /* Not before: while the lock was waited for, others may have put what is later. */
    b->now_ns = whet__clock_wall_ns();
    b->old_files.len = 0;
    if (rc == 0)
        rc = put_client(d, l);
    if (rc == 0)
        rc = put_all_places(d, l, b, last);
    if (rc == 0)
        rc = put_all_values(l, b);
    if (rc == 0)
        post(d, b);
    return rc;
}
