/* Reading all of a cache's file, to see that each value is what was stored. Rare: `whet cache
 * verify`; some seconds per gigabyte. */
#include "cache/disk/parts.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cache/disk/large.h"
#include "cache/disk/row.h"

#define BAD_MAX ((size_t)1 << 22)

/* The columns of WHET_DISK_ALL first; a place without a value has a NULL there. */
static const char all_sql[] =
    "SELECT p.value, p.used, p.client, v.bytes, p.hash, p.bytes,"
    " g.name, c.name FROM place p LEFT JOIN value v ON v.id = p.value LEFT "
    "JOIN large g ON g.id = p.value"
    " LEFT JOIN client c ON c.id = p.client ORDER BY p.value";

struct bad {
    int64_t hash;
    int64_t value;
};

struct verifying {
    struct whet_disk *disk;
    struct whet_vec bad;   /* of struct bad */
    struct whet_vec files; /* of bad ones */
    void (*each)(void *ctx, const struct whet_disk_row *row, const char *what);
    void *ctx;
    struct whet_disk_verify result;
};

/* The value as a get would read it. */
static int check_value(const struct verifying *v, struct whet_store_stmt *st,
                       const struct whet_disk_record *r)
{
    const char *name = whet__store_text(st, 6);
    struct whet_hash128 hash = whet__key_hash((uint64_t)r->client, r->key, r->key_len);
    struct whet_entry *e = NULL;
    struct whet_text path;
    int rc = 0;

    if (r->key_len == 0 || whet__disk_place_of(&hash) != whet__store_int(st, 4))
        return -EBADMSG;
    whet__text_init(&path, PATH_MAX);
    if (whet__disk_record_is_large(r))
        rc = name != NULL ? whet__large_path(&path, v->disk->path, name) : -ENOENT;
    if (rc == 0)
        rc = whet__disk_record_entry(r, &hash, path.len > 0 ? whet__text_str(&path) : NULL, &e);
    whet__text_clear(&path);
    whet__entry_drop(e);
    return rc;
}

static int tell(struct verifying *v, struct whet_store_stmt *st,
                const struct whet_disk_record *r, int code)
{
    struct bad *bad = whet__vec_push(&v->bad);
    struct whet_disk_row row;

    whet__disk_row_of(&row, r, whet__store_text(st, 7), whet__store_int(st, 5));
    if (bad == NULL)
        return -ENOMEM;
    *bad = (struct bad){whet__store_int(st, 4), r->id};
    if (code == -ENOENT)
        v->result.missing++;
    else
        v->result.damaged++;
    if (v->each != NULL)
        v->each(v->ctx, &row, code == -ENOENT ? "its file is gone" : "it is damaged");
    return 0;
}

static int check_rows(struct verifying *v, struct whet_disk_link *l)
{
    struct whet_store_stmt st = {NULL, NULL, 0};
    struct whet_disk_record r;
    int rc = whet__store_prepare(l->store, all_sql, &st);

    while (rc == 0 && (rc = whet__store_step(&st)) == 1) {
        whet__disk_record_read(&r, &st);
        v->result.entries++;
        rc = check_value(v, &st, &r);
        if (rc == 0)
            v->result.bytes += r.len;
        else if (rc != -ENOMEM)
            rc = tell(v, &st, &r, rc);
    }
    whet__store_stmt_clear(&st);
    return rc;
}

static int drop_bad(struct whet_disk *d, struct whet_disk_link *l, void *ctx)
{
    struct verifying *v = ctx;
    const struct bad *bad = v->bad.items;
    int rc = 0;

    (void)d;
    for (size_t i = 0; i < v->bad.len && rc == 0; i++) {
        int64_t value = 0;

        rc = whet__disk_value_at(l, bad[i].hash, &value);
        if (rc != 0 || value != bad[i].value)
            continue; /* it was put anew since it was read */
        rc = whet__disk_drop_value(l, value, &v->files);
        if (rc == 0)
            rc = whet__disk_drop_place(l, bad[i].hash);
    }
    /* What no place leads to. */
    if (rc == 0)
        rc = whet__store_exec(l->store,
                              "DELETE FROM value WHERE id NOT IN (SELECT value FROM place);"
                              "DELETE FROM large WHERE id NOT IN (SELECT id FROM value)");
    return rc;
}

static int repair_rows(struct verifying *v, struct whet_disk_link *l)
{
    int rc = whet__disk_transact(v->disk, l, drop_bad, v);

    for (size_t i = 0; i < v->files.len && rc == 0; i++)
        whet__large_remove(v->disk->path, whet__vec_at(&v->files, i));
    return rc;
}

static int verify(struct verifying *v, struct whet_disk_link *l, int repair)
{
    int rc = whet__store_check(l->store);

    if (rc == 0)
        rc = check_rows(v, l);
    if (rc == 0 && repair)
        rc = repair_rows(v, l);
    if (rc == 0)
        rc = whet__disk_orphans(v->disk, l, repair, &v->result.orphans);
    return rc;
}

static int verify_open(struct verifying *v, struct whet_disk_link *l, int repair)
{
    int rc;

    whet__vec_init(&v->bad, sizeof(struct bad), BAD_MAX);
    whet__vec_init(&v->files, WHET_LARGE_NAME, BAD_MAX);
    pthread_mutex_lock(&v->disk->write_lock);
    rc = verify(v, l, repair);
    pthread_mutex_unlock(&v->disk->write_lock);
    whet__vec_clear(&v->bad);
    whet__vec_clear(&v->files);
    v->result.structure_bad = rc == -EBADMSG;
    /* Who closes a link for that reason gives up the file. */
    if (rc == -EBADMSG && !repair)
        rc = 0;
    whet__disk_side_close(v->disk, l, rc);
    return rc == -EBADMSG ? 0 : rc;
}

/* It could not even be opened, or was moved aside when it was. */
static int is_unreadable(struct whet_disk *d)
{
    int is;

    pthread_mutex_lock(&d->file_lock);
    is = d->note_kind == WHET_DISK_NOTE_ANEW || (!d->file_open && d->file.code == -EBADMSG);
    pthread_mutex_unlock(&d->file_lock);
    return is;
}

int whet__disk_verify(struct whet_disk *d, int repair,
                      void (*each)(void *ctx, const struct whet_disk_row *row,
                                   const char *what),
                      void *ctx, struct whet_disk_verify *out)
{
    struct verifying v = {.disk = d, .each = each, .ctx = ctx};
    struct whet_disk_link l;
    int rc;

    if (d->read_only && repair)
        return -EROFS;
    rc = whet__disk_side_open(d, &l);
    if (rc == 0)
        rc = verify_open(&v, &l, repair);
    if (is_unreadable(d)) {
        v.result.structure_bad = 1;
        rc = rc == -EAGAIN ? 0 : rc;
    }
    if (rc == 0)
        *out = v.result;
    return rc;
}
