/* Entries made ready to be written. Expected load: batches of up to a thousand, some ten to a
 * hundred per second; all that can be done before the transaction is, so that other processes
 * wait for as little as can be. */
#include "cache/disk/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define ROW_BYTES 80 /* of a row beside key, value and what it was made of */
#define ROWS_MAX  ((size_t)2 << 30)

static int by_place(const void *a, const void *b)
{
    const struct whet_disk_goal *x = a, *y = b;

    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return x->arrival < y->arrival ? -1 : x->arrival > y->arrival;
}

/* All rows are in one block, made before the transaction, so that nobody waits for it. */
static int make_room(struct whet_disk_batch *b, struct whet_entry **entries, size_t count)
{
    size_t room = 0;

    for (size_t i = 0; i < count; i++)
        room += whet__disk_record_room(entries[i]);
    if (room > ROWS_MAX)
        return -EFBIG;
    b->items = whet__mem_zalloc(count, sizeof(*b->items));
    b->goals = whet__mem_zalloc(count, sizeof(*b->goals));
    b->rows = whet__mem_alloc(room);
    return b->items != NULL && b->goals != NULL && b->rows != NULL ? 0 : -ENOMEM;
}

static void pack_rows(struct whet_disk *d, struct whet_disk_batch *b)
{
    struct whet_disk_record record;
    unsigned char *at = b->rows;

    for (size_t i = 0; i < b->count; i++) {
        struct whet_disk_arrival *a = &b->items[i];

        whet__disk_record_of(&record, a->entry, d->client_id);
        a->row = at;
        a->row_len = whet__disk_record_pack(&record, at);
        a->disk_bytes = record.key_len + record.about_len + ROW_BYTES + record.len;
        at += a->row_len;
    }
}

/* Of two hashes that begin alike the later one counts. */
static void sort_goals(struct whet_disk_batch *b)
{
    size_t kept = 0;

    qsort(b->goals, b->count, sizeof(*b->goals), by_place);
    for (size_t i = 0; i < b->count; i++) {
        if (i + 1 == b->count || b->goals[i + 1].place != b->goals[i].place)
            b->goals[kept++] = b->goals[i];
    }
    b->goal_count = kept;
}

int whet__disk_batch_init(struct whet_disk *d, struct whet_disk_batch *b,
                          struct whet_entry **entries, size_t count)
{
    int rc;

    memset(b, 0, sizeof(*b));
    whet__vec_init(&b->old_files, WHET_LARGE_NAME, WHET_DISK_BATCH);
    rc = make_room(b, entries, count);
    if (rc != 0)
        return rc;
    b->count = count;
    for (size_t i = 0; i < count; i++) {
        b->items[i].entry = entries[i];
        b->goals[i] =
            (struct whet_disk_goal){whet__disk_place_of(&entries[i]->hash), &b->items[i]};
    }
    pack_rows(d, b);
    sort_goals(b);
    return 0;
}

void whet__disk_batch_clear(struct whet_disk_batch *b)
{
    whet__vec_clear(&b->old_files);
    whet__mem_free(b->items);
    whet__mem_free(b->goals);
    whet__mem_free(b->rows);
}

/* Before the transaction, so that nobody waits for it. */
int whet__disk_batch_write_files(struct whet_disk *d, struct whet_disk_batch *b)
{
    uint64_t unique = whet__shared_epoch(d->shared, 0) ^ ((uint64_t)getpid() << 44);
    uint64_t disk_bytes;
    int rc = 0;

    for (size_t i = 0; i < b->count && rc == 0; i++) {
        struct whet_disk_arrival *a = &b->items[i];
        struct whet_entry *e = a->entry;

        if (e->value_len < WHET_DISK_LARGE || a->large[0] != '\0')
            continue;
        whet__large_name(a->large, (uint64_t)whet__disk_place_of(&e->hash), unique + i);
        rc = whet__large_write(d->path, a->large, whet__entry_value(e), e->value_len,
                               &disk_bytes);
        if (rc == 0)
            a->disk_bytes += disk_bytes - e->value_len;
    }
    return rc;
}

void whet__disk_batch_remove_files(struct whet_disk *d, const struct whet_disk_batch *b)
{
    for (size_t i = 0; i < b->count; i++) {
        if (b->items[i].large[0] != '\0')
            whet__large_remove(d->path, b->items[i].large);
    }
}
