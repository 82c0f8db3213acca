/* Taking entries out: one by one, or the least recently used. Rare: a file at its bound gets
 * to the latter once per tenth of it that is newly stored. Values are appended in order of
 * age, so the oldest share pages, and dropping them frees whole pages for the values to
 * come. */
#include "cache/disk/parts.h"

#include <errno.h>
#include <stdio.h>

#include "cache/disk/large.h"
#include "cache/disk/row.h"

#define BATCH ((size_t)10000) /* rows per transaction: others get their turn */

static int drop_row(struct whet_disk_link *l, enum whet_disk_sql sql, int64_t id)
{
    int rc;
    struct whet_store_stmt *st = whet__disk_statement(l, sql, &rc);

    if (st == NULL)
        return rc;
    whet__store_bind_int(st, 1, id);
    return whet__disk_run(st);
}

/* 1: the value has a file, whose name is in `files` now. */
static int note_file(struct whet_disk_link *l, int64_t value, struct whet_vec *files)
{
    struct whet_store_stmt *st;
    const char *name;
    char *room;
    int rc;

    st = whet__disk_statement(l, WHET_DISK_LARGE_NAME, &rc);
    if (st == NULL)
        return rc;
    whet__store_bind_int(st, 1, value);
    rc = whet__store_step(st);
    if (rc != 1)
        return rc;
    name = whet__store_text(st, 0);
    if (name != NULL && whet__large_is_name(name)) {
        room = whet__vec_push(files); /* without: it is an orphan, for gc */
        if (room != NULL)
            snprintf(room, WHET_LARGE_NAME, "%s", name);
    }
    whet__store_reset(st);
    return 1;
}

int whet__disk_drop_value(struct whet_disk_link *l, int64_t value, struct whet_vec *files)
{
    int rc = note_file(l, value, files);

    if (rc == 1)
        rc = drop_row(l, WHET_DISK_DROP_LARGE, value);
    if (rc == 0)
        rc = drop_row(l, WHET_DISK_DROP_VALUE, value);
    return rc;
}

int whet__disk_drop_place(struct whet_disk_link *l, int64_t hash)
{
    return drop_row(l, WHET_DISK_DROP_PLACE, hash);
}

int whet__disk_value_at(struct whet_disk_link *l, int64_t place, int64_t *value)
{
    struct whet_store_stmt *find;
    int rc;

    find = whet__disk_statement(l, WHET_DISK_FIND, &rc);
    if (find == NULL)
        return rc;
    whet__store_bind_int(find, 1, place);
    return whet__disk_number(find, value);
}

int whet__disk_drop_hash(struct whet_disk_link *l, const struct whet_hash128 *hash,
                         struct whet_vec *files)
{
    int64_t place = whet__disk_place_of(hash), value = 0;
    int rc = whet__disk_value_at(l, place, &value);

    if (rc == 0 && value != 0)
        rc = whet__disk_drop_value(l, value, files);
    return rc == 0 ? whet__disk_drop_place(l, place) : rc;
}

struct place {
    int64_t hash;
    int64_t value;
};

struct cutting {
    struct whet_disk_cut *cut;
    struct whet_vec places;
    struct whet_vec files;
    uint64_t bytes;
    int more;
};

/* 1: it is one to be dropped. */
static int is_due(const struct cutting *c, int64_t used)
{
    if (c->cut->before_s != 0)
        return used < c->cut->before_s;
    return c->cut->bytes + c->bytes < c->cut->excess;
}

static int list_place(struct cutting *c, int64_t hash, int64_t value, int64_t bytes)
{
    struct place *p;

    c->bytes += (uint64_t)bytes;
    if (c->cut->dry) {
        c->cut->entries++;
        return 0;
    }
    p = whet__vec_push(&c->places);
    if (p == NULL)
        return -ENOMEM;
    *p = (struct place){hash, value};
    return 0;
}

static int list_oldest(struct whet_disk_link *l, struct cutting *c)
{
    int rc, step = 0;
    struct whet_store_stmt *st = whet__disk_statement(l, WHET_DISK_OLDEST, &rc);

    if (st == NULL)
        return rc;
    whet__store_bind_int(st, 1, c->cut->client);
    whet__store_bind_int(st, 2, c->cut->dry ? -1 : (int64_t)BATCH);
    while (rc == 0 && (step = whet__store_step(st)) == 1 && is_due(c, whet__store_int(st, 2)))
        rc = list_place(c, whet__store_int(st, 0), whet__store_int(st, 1),
                        whet__store_int(st, 3));
    whet__store_reset(st);
    return step < 0 ? step : rc;
}

static int is_over(const struct whet_disk_record *r, uint64_t now_ns)
{
    uint64_t used = r->used > 0 ? (uint64_t)r->used * 1000000000 : 0;

    if (used < r->made)
        used = r->made;
    return (r->ends != 0 && r->ends <= now_ns) || (r->idle != 0 && used + r->idle <= now_ns);
}

static int list_ended(struct whet_disk_link *l, struct cutting *c)
{
    struct whet_disk_record r;
    int rc, step = 0;
    struct whet_store_stmt *st = whet__disk_statement(l, WHET_DISK_ALL, &rc);

    if (st == NULL)
        return rc;
    whet__store_bind_int(st, 1, c->cut->client);
    while (rc == 0 && c->places.len < BATCH && (step = whet__store_step(st)) == 1) {
        whet__disk_record_read(&r, st);
        if (is_over(&r, c->cut->ended))
            rc = list_place(c, whet__store_int(st, 4), r.id, whet__store_int(st, 5));
    }
    whet__store_reset(st);
    return step < 0 ? step : rc;
}

static int list_due(struct whet_disk_link *l, struct cutting *c)
{
    int rc = c->cut->ended != 0 ? list_ended(l, c) : list_oldest(l, c);

    c->more = c->places.len == BATCH;
    return rc;
}

static int cut_some(struct whet_disk *d, struct whet_disk_link *l, void *ctx)
{
    struct cutting *c = ctx;
    const struct place *places;
    int rc = list_due(l, c);

    (void)d;
    places = c->places.items;
    for (size_t i = 0; i < c->places.len && rc == 0; i++) {
        rc = whet__disk_drop_value(l, places[i].value, &c->files);
        if (rc == 0)
            rc = whet__disk_drop_place(l, places[i].hash);
    }
    return rc;
}

int whet__disk_cut(struct whet_disk *d, struct whet_disk_link *l, struct whet_disk_cut *cut)
{
    struct cutting c = {.cut = cut, .more = 1};
    int rc = 0;

    whet__vec_init(&c.places, sizeof(struct place), BATCH);
    whet__vec_init(&c.files, WHET_LARGE_NAME, BATCH);
    if (cut->dry) {
        rc = list_due(l, &c);
        cut->bytes += c.bytes;
        c.more = 0;
    }
    while (rc == 0 && c.more) {
        c.places.len = c.files.len = 0;
        c.bytes = 0;
        rc = whet__disk_transact(d, l, cut_some, &c);
        if (rc != 0)
            break;
        for (size_t i = 0; i < c.files.len; i++)
            whet__large_remove(d->path, whet__vec_at(&c.files, i));
        cut->entries += c.places.len;
        cut->bytes += c.bytes;
    }
    whet__vec_clear(&c.places);
    whet__vec_clear(&c.files);
    return rc;
}
