/* Entries made ready to be written. Expected load: batches of up to a thousand, some ten to a
 * hundred per second; all that can be done before the transaction is, so that other processes
 * wait for as little as can be. */
#include "cache/disk/batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/clock.h"

#define ROW_BYTES 80 /* of a row beside key, value and what it was made of */
#define ROWS_MAX  ((size_t)2 << 30)

static int by_place(const void *a, const void *b)
{
    const struct whet_disk_arrival *x = *(struct whet_disk_arrival *const *)a,
                                   *y = *(struct whet_disk_arrival *const *)b;

    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return x < y ? -1 : x > y;
}

static void arrival_init(struct whet_disk *d, struct whet_disk_arrival *a,
                         struct whet_entry *entry)
{
    a->entry = entry;
    a->place = whet__disk_place_of(&entry->hash);
    whet__disk_record_of(&a->record, entry, d->client_id);
    a->disk_bytes = a->record.key_len + a->record.about_len + ROW_BYTES + a->record.len;
}

/* All rows in one block, before the transaction, so that nobody waits for it. */
static int pack_rows(struct whet_disk_batch *b)
{
    size_t room = 0;

    for (size_t i = 0; i < b->count; i++)
        room += whet__disk_record_room(&b->items[i].record);
    (void)!whet__text_reserve(&b->rows, room);
    for (size_t i = 0; i < b->count; i++) {
        struct whet_disk_arrival *a = &b->items[i];

        a->row = b->rows.len;
        whet__disk_record_pack(&a->record, &b->rows);
        a->row_len = b->rows.len - a->row;
    }
    return whet__text_error(&b->rows);
}

/* Of two hashes that begin alike the later one counts. */
static void sort_places(struct whet_disk_batch *b)
{
    size_t kept = 0;

    qsort(b->places, b->count, sizeof(struct whet_disk_arrival *), by_place);
    for (size_t i = 0; i < b->count; i++) {
        if (i + 1 == b->count || b->places[i + 1]->place != b->places[i]->place)
            b->places[kept++] = b->places[i];
    }
    b->place_count = kept;
}

int whet__disk_batch_init(struct whet_disk *d, struct whet_disk_batch *b,
                          struct whet_entry **entries, size_t count)
{
    memset(b, 0, sizeof(*b));
    whet__vec_init(&b->old_files, WHET_LARGE_NAME, WHET_DISK_BATCH);
    whet__text_init(&b->rows, ROWS_MAX);
    b->items = whet__mem_zalloc(count, sizeof(*b->items));
    b->places = whet__mem_zalloc(count, sizeof(struct whet_disk_arrival *));
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

void whet__disk_batch_clear(struct whet_disk_batch *b)
{
    whet__vec_clear(&b->old_files);
    whet__mem_free(b->items);
    whet__mem_free(b->places);
    whet__text_clear(&b->rows);
}

/* Before the transaction, so that nobody waits for it. */
int whet__disk_batch_write_files(struct whet_disk *d, struct whet_disk_batch *b)
{
    uint64_t unique = whet__shared_epoch(d->shared, 0) ^ ((uint64_t)getpid() << 44);
    uint64_t disk_bytes;
    int rc = 0;

    for (size_t i = 0; i < b->count && rc == 0; i++) {
        struct whet_disk_arrival *a = &b->items[i];

        if (!whet__disk_record_is_large(&a->record) || a->large[0] != '\0')
            continue;
        whet__large_name(a->large, (uint64_t)a->place, unique + i);
        rc = whet__large_write(d->path, a->large, a->record.bytes, a->record.len, &disk_bytes);
        if (rc == 0)
            a->disk_bytes += disk_bytes - a->record.len;
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
