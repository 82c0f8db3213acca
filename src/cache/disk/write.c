/* Batches of entries, written down. Expected load: some 10,000 entries per second in
 * transactions of up to a thousand, several processes taking turns.
 *
 * A batch that could not be written because others held the file too long, or because it was
 * damaged, is tried again; one that the disk has no room for is dropped, and so is what
 * follows for a while: a cache that is not written is a slower one, not a broken one. */
#include "cache/disk/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "cache/disk/large.h"
#include "cache/disk/row.h"
#include "os/clock.h"

#define BATCH_COUNT ((size_t)1000)
#define BATCH_BYTES ((uint64_t)4 << 20)
#define TRIES       3
#define ROW_BYTES   80 /* of a row beside key, value and what it was made of */
#define SECOND_NS   UINT64_C(1000000000)
#define ROWS_MAX    ((size_t)2 << 30)

/* An entry on its way in. */
struct arrival {
    struct whet_entry *entry;
    struct whet_disk_record record;
    int64_t place;
    int64_t id; /* 0: it is not written */
    size_t row; /* where it begins in `rows` of the batch */
    size_t row_len;
    uint64_t disk_bytes;
    char large[WHET_LARGE_NAME]; /* its file; "": none */
};

struct batch {
    struct arrival *items; /* in order of arrival */
    size_t count;
    struct arrival **places; /* in order of place, one of each */
    size_t place_count;
    struct whet_text rows;
    struct whet_vec old_files; /* of what is replaced */
    uint64_t now_ns;
};

static int by_place(const void *a, const void *b)
{
    const struct arrival *x = *(struct arrival *const *)a, *y = *(struct arrival *const *)b;

    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return x < y ? -1 : x > y;
}

static void arrival_init(struct whet_disk *d, struct arrival *a, struct whet_entry *entry)
{
    a->entry = entry;
    a->place = whet__disk_place_of(&entry->hash);
    whet__disk_record_of(&a->record, entry, d->client_id);
    a->disk_bytes = a->record.key_len + a->record.about_len + ROW_BYTES + a->record.len;
}

/* All rows in one block, before the transaction, so that nobody waits for it. */
static int pack_rows(struct batch *b)
{
    size_t room = 0;

    for (size_t i = 0; i < b->count; i++)
        room += whet__disk_record_room(&b->items[i].record);
    (void)!whet__text_reserve(&b->rows, room);
    for (size_t i = 0; i < b->count; i++) {
        struct arrival *a = &b->items[i];

        a->row = b->rows.len;
        whet__disk_record_pack(&a->record, &b->rows);
        a->row_len = b->rows.len - a->row;
    }
    return whet__text_error(&b->rows);
}

/* Of two hashes that begin alike the later one counts. */
static void sort_places(struct batch *b)
{
    size_t kept = 0;

    qsort(b->places, b->count, sizeof(struct arrival *), by_place);
    for (size_t i = 0; i < b->count; i++) {
        if (i + 1 == b->count || b->places[i + 1]->place != b->places[i]->place)
            b->places[kept++] = b->places[i];
    }
    b->place_count = kept;
}

static int batch_init(struct whet_disk *d, struct batch *b, struct whet_entry **entries,
                      size_t count)
{
    memset(b, 0, sizeof(*b));
    whet__vec_init(&b->old_files, WHET_LARGE_NAME, BATCH_COUNT);
    whet__text_init(&b->rows, ROWS_MAX);
    b->items = whet__mem_zalloc(count, sizeof(*b->items));
    b->places = whet__mem_zalloc(count, sizeof(struct arrival *));
    if (b->items == NULL || b->places == NULL)
        return -ENOMEM;
    b->count = count;
    b->now_ns = whet__clock_wall_ns();
    for (size_t i = 0; i < count; i++) {
        arrival_init(d, &b->items[i], entries[i]);
        b->places[i] = &b->items[i];
    }
    sort_places(b);
    return pack_rows(b);
}

static void batch_clear(struct batch *b)
{
    whet__vec_clear(&b->old_files);
    whet__mem_free(b->items);
    whet__mem_free(b->places);
    whet__text_clear(&b->rows);
}

/* Before the transaction, so that nobody waits for it. */
static int write_files(struct whet_disk *d, struct batch *b)
{
    uint64_t unique = whet__shared_epoch(d->shared, 0) ^ ((uint64_t)getpid() << 44);
    uint64_t disk_bytes;
    int rc = 0;

    for (size_t i = 0; i < b->count && rc == 0; i++) {
        struct arrival *a = &b->items[i];

        if (!whet__disk_record_is_large(&a->record) || a->large[0] != '\0')
            continue;
        whet__large_name(a->large, (uint64_t)a->place, unique + i);
        rc = whet__large_write(d->path, a->large, a->record.bytes, a->record.len, &disk_bytes);
        if (rc == 0)
            a->disk_bytes += disk_bytes - a->record.len;
    }
    return rc;
}

static void remove_files(struct whet_disk *d, const struct batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        if (b->items[i].large[0] != '\0')
            whet__large_remove(d->path, b->items[i].large);
    }
}

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
static void leave_out(struct batch *b, struct arrival *a)
{
    char *name = a->large[0] != '\0' ? whet__vec_push(&b->old_files) : NULL;

    a->id = 0;
    if (name != NULL)
        memcpy(name, a->large, WHET_LARGE_NAME);
}

/* Binds the one row of WHET_DISK_PUT_OVER, or the n-th of those of WHET_DISK_PUT_PLACE. */
static void bind_place(struct whet_store_stmt *st, int n, const struct arrival *a)
{
    whet__store_bind_int(st, 3 * n + 3, a->place);
    whet__store_bind_int(st, 3 * n + 4, a->id);
    whet__store_bind_int(st, 3 * n + 5, (int64_t)a->disk_bytes);
}

static void bind_places(struct whet_disk *d, struct whet_store_stmt *st, const struct batch *b)
{
    whet__store_bind_int(st, 1, (int64_t)(b->now_ns / SECOND_NS));
    whet__store_bind_int(st, 2, d->client_id);
}

/* There may be an older value. A new one gets a new id, as ids are in order of age; what it
 * replaces is dropped. */
static int put_over(struct whet_disk *d, struct whet_disk_link *l, struct batch *b,
                    struct arrival *a)
{
    struct whet_store_stmt *put;
    uint64_t made_ns = 0;
    int64_t old = 0;
    int rc = whet__disk_find_old(d, l, a->place, &old, &made_ns);

    if (rc == 0)
        return -EBADMSG; /* it kept a new one out */
    if (rc < 0 || old == a->id)
        return rc < 0 ? rc : 0;
    /* One that was made after now says that the clock was set back. */
    if (made_ns > a->record.made && made_ns <= b->now_ns) {
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
    bind_place(put, 0, a);
    return whet__disk_run(put);
}

/* One place, or WHET_DISK_ROWS of them. Most are new: if all are, one statement it is. */
static int put_places(struct whet_disk *d, struct whet_disk_link *l, struct batch *b,
                      struct arrival **places, size_t count)
{
    int rc;
    struct whet_store_stmt *st =
        whet__disk_statement(l, count == 1 ? WHET_DISK_PUT_PLACE : WHET_DISK_PUT_PLACES, &rc);

    if (st == NULL)
        return rc;
    bind_places(d, st, b);
    for (size_t i = 0; i < count; i++)
        bind_place(st, (int)i, places[i]);
    rc = whet__disk_run(st);
    if (rc != 0 || whet__store_changes(l->store) == count)
        return rc;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = put_over(d, l, b, places[i]);
    return rc;
}

static int put_large(struct whet_disk_link *l, const struct arrival *a)
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
static int put_values(struct whet_disk_link *l, const struct batch *b,
                      const struct arrival *const *values, size_t count)
{
    int rc;
    struct whet_store_stmt *st =
        whet__disk_statement(l, count == 1 ? WHET_DISK_PUT_VALUE : WHET_DISK_PUT_VALUES, &rc);

    if (st == NULL)
        return rc;
    for (int i = 0; i < (int)count; i++) {
        whet__store_bind_int(st, 2 * i + 1, values[i]->id);
        whet__store_bind_blob(st, 2 * i + 2, b->rows.data + values[i]->row, values[i]->row_len);
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

static int put_all_places(struct whet_disk *d, struct whet_disk_link *l, struct batch *b,
                          int64_t last)
{
    size_t count;
    int rc = 0;

    for (size_t i = 0; i < b->count; i++)
        b->items[i].id = 0;
    for (size_t i = 0; i < b->place_count; i++)
        b->places[i]->id = last + 1 + (b->places[i] - b->items);
    for (size_t i = 0; i < b->place_count && rc == 0; i += count) {
        count = b->place_count - i < WHET_DISK_ROWS ? 1 : WHET_DISK_ROWS;
        rc = put_places(d, l, b, b->places + i, count);
    }
    return rc;
}

static int put_all_values(struct whet_disk_link *l, const struct batch *b)
{
    const struct arrival *some[WHET_DISK_ROWS];
    size_t count = 0;
    int rc = 0;

    for (size_t i = 0; i < b->count && rc == 0; i++) {
        if (b->items[i].id != 0)
            some[count++] = &b->items[i];
        if (count == WHET_DISK_ROWS) {
            rc = put_values(l, b, some, count);
            count = 0;
        }
    }
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = put_values(l, b, some + i, 1);
    return rc;
}

/* Places in order of hash, so that each page of the table is taken up once; values in the
 * order they came, as they will be asked for in much the same. */
static int put_rows(struct whet_disk *d, struct whet_disk_link *l, void *ctx)
{
    struct batch *b = ctx;
    int64_t last = 0;
    int rc = last_id(l, &last);

    b->old_files.len = 0;
    if (rc == 0)
        rc = put_client(d, l);
    if (rc == 0)
        rc = put_all_places(d, l, b, last);
    return rc == 0 ? put_all_values(l, b) : rc;
}

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

static int write_rows(struct whet_disk *d, struct batch *b)
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
        rc = whet__disk_transact(d, l, put_rows, b);
    pthread_mutex_unlock(&l->lock);
    return rc;
}

static int write_batch(struct whet_disk *d, struct batch *b)
{
    const char *name;
    int rc = write_files(d, b);

    for (int i = 0; i < TRIES && rc == 0; i++) {
        rc = write_rows(d, b);
        if (rc == -EBUSY && i + 1 < TRIES)
            rc = 0; /* and again */
        else
            break;
    }
    if (rc != 0) {
        remove_files(d, b);
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

/* The batch is lost. */
static void lost(struct whet_disk *d, int code)
{
    whet__disk_failed(d, code);
    whet__disk_note_write(d, code);
    if (code != -ENOMEM && code != -EBADMSG)
        d->pause_ns = whet__clock_now_ns() + WHET_DISK_PAUSE_NS;
}

static void write_entries(struct whet_disk *d, struct whet_entry **entries, size_t count)
{
    struct batch b;
    int rc;

    if (whet__clock_now_ns() < d->pause_ns) {
        atomic_fetch_add(&d->failures, 1);
        owe(d, entries, count);
        return;
    }
    rc = batch_init(d, &b, entries, count);
    if (rc == 0)
        rc = write_batch(d, &b);
    batch_clear(&b);
    if (rc != 0) {
        owe(d, entries, count);
        lost(d, rc);
        return;
    }
    for (size_t i = 0; i < count; i++)
        whet__disk_queue_settle(&d->queue, entries[i], &d->owed);
    d->pause_ns = 0;
    whet__disk_note_written(d);
}

void whet__disk_drain(struct whet_disk *d)
{
    uint64_t bytes = atomic_load(&d->max_bytes) / 32;
    struct whet_entry *batch[BATCH_COUNT];
    size_t count;

    if (bytes > BATCH_BYTES)
        bytes = BATCH_BYTES;
    whet__disk_pay(d);
    for (;;) {
        count = whet__disk_queue_take(&d->queue, batch, BATCH_COUNT, bytes);
        if (count > 0)
            write_entries(d, batch, count);
        whet__disk_queue_done(&d->queue); /* also what was lost */
        if (count == 0)
            return;
    }
}
