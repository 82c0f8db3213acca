/* Values by key in one SQLite file. Expected load: one scan of 25,000 files asks for
 * 5,000 to 30,000 values of some hundred bytes, and the first scan stores as many, in
 * batches of some thousand; the file grows to a gigabyte.
 *
 * Two tables. `place` says where a key's value is and when it was last used: a small
 * table in random order, cheap to look up and to stamp. `value` is appended to, so that
 * a batch of new values touches few pages however large the file is; a table ordered by
 * key would rewrite a page per value. The row id in `place` is 64 bits of the key's
 * hash; `value` has the whole key, and a clash is a miss.
 *
 * Reads share a snapshot for a while, which halves their cost. "Last used" is a coarse
 * stamp (an hour), written once per key and hour, in bulk, and only once the file is
 * half full: most caches never pay for it. */
#include "cache/former.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/vec.h"
#include "cache/former_evict.h"
#include "data/store_file.h"
#include "os/clock.h"
#include "os/file.h"

#define APPLICATION_ID    0x77684331u /* "whC1" */
#define DEFAULT_MAX_BYTES ((uint64_t)1 << 30)
#define STAMP_NS          ((uint64_t)3600 * 1000000000)
#define SNAPSHOT_GETS     256     /* then a read lets go of its snapshot */
#define TOUCHED_MAX       1000000 /* stamps to be written by one handle */

enum { GET, FIND, LAST, PUT_VALUE, PUT_PLACE, TOUCH, DROP_VALUE, STATEMENTS };

static const char *const sql_of[STATEMENTS] = {
    ("SELECT p.used, v.space, v.key, v.sum, v.bytes FROM place p"
     " CROSS JOIN value v ON v.id = p.value WHERE p.hash = ?1"),
    "SELECT value FROM place WHERE hash = ?1",
    "SELECT max(id) FROM value",
    "INSERT OR REPLACE INTO value(id, space, key, sum, bytes) VALUES(?1, ?2, ?3, ?4, ?5)",
    "INSERT OR REPLACE INTO place(hash, value, used) VALUES(?1, ?2, ?3)",
    "UPDATE place SET used = ?2 WHERE hash = ?1",
    "DELETE FROM value WHERE id = ?1",
};

struct whet_disk_cache {
    struct whet_store_file file;
    struct whet_store_options options;
    struct whet_store_stmt st[STATEMENTS];
    uint64_t max_bytes;
    int64_t stamp;           /* hours since 1970 */
    unsigned snapshot_gets;  /* 0: no snapshot is held */
    int stamping;            /* the file is full enough for last use to matter */
    struct whet_vec touched; /* of int64_t: place.hash of what was used */
};

static int make_tables(struct whet_store *s, int from)
{
    (void)from;
    return whet__store_exec(s, "CREATE TABLE place(hash INTEGER PRIMARY KEY,"
                               " value INTEGER NOT NULL, used INTEGER NOT NULL);"
                               "CREATE TABLE value(id INTEGER PRIMARY KEY,"
                               " space INTEGER NOT NULL, key BLOB NOT NULL,"
                               " sum INTEGER NOT NULL, bytes BLOB NOT NULL)");
}

static void statements_clear(struct whet_disk_cache *c)
{
    for (int i = 0; i < STATEMENTS; i++)
        whet__store_stmt_clear(&c->st[i]);
    c->snapshot_gets = 0;
}

static int statements_prepare(struct whet_disk_cache *c)
{
    int rc = 0;

    for (int i = 0; i < STATEMENTS && rc == 0; i++)
        rc = whet__store_prepare(c->file.store, sql_of[i], &c->st[i]);
    return rc == -EINVAL ? -EBADMSG : rc; /* our own words fit a sound file */
}

static int is_nearly_full(struct whet_disk_cache *c)
{
    struct whet_store_size size;

    return whet__store_measure(c->file.store, &size) == 0 &&
           size.file_bytes - size.free_bytes > c->max_bytes / 2;
}

/* After a failure: what is damaged is replaced, what is short of memory is forgiven,
 * anything else is noted. The failed call is a miss. */
static void failed(struct whet_disk_cache *c, int code)
{
    if (code == -EINVAL)
        code = -EBADMSG;
    if (code == -EBADMSG) {
        statements_clear(c);
        whet__store_file_replace(&c->file);
        if (c->file.store == NULL || statements_prepare(c) == 0)
            return;
        statements_clear(c);
        whet__store_free(c->file.store);
        c->file.store = NULL;
    }
    whet__store_file_note(&c->file, code);
}

/* A store without its statements is of no use: from here on there are only misses. */
static void give_up(struct whet_disk_cache *c, int code)
{
    statements_clear(c);
    whet__store_free(c->file.store);
    c->file.store = NULL;
    whet__store_file_note(&c->file, code);
}

static void snapshot_end(struct whet_disk_cache *c)
{
    if (c->snapshot_gets != 0)
        whet__store_rollback(c->file.store);
    c->snapshot_gets = 0;
}

static int snapshot_begin(struct whet_disk_cache *c)
{
    int rc;

    if (c->snapshot_gets != 0 || c->options.flags & WHET_STORE_NO_WAL)
        return 0;
    rc = whet__store_begin(c->file.store, 0);
    if (rc == 0)
        c->snapshot_gets = 1;
    return rc;
}

/* Keys are hashes already; a space only has to tell equal ones apart. */
static int64_t hash_of(unsigned space, const struct whet_hash128 *key)
{
    uint64_t bits;

    memcpy(&bits, key->bytes, sizeof(bits));
    bits ^= space * UINT64_C(0x9e3779b97f4a7c15);
    return (int64_t)bits;
}

static int64_t sum_of(const void *bytes, size_t len)
{
    return (int64_t)whet__hash64(bytes, len);
}

/* Takes the row apart: 1 if it is the value of this key, unharmed. */
static int row_take(struct whet_disk_cache *c, unsigned space, const struct whet_hash128 *key,
                    struct whet_text *out)
{
    struct whet_store_stmt *st = &c->st[GET];
    size_t key_len, len;
    const void *row_key = whet__store_blob(st, 2, &key_len);
    const void *bytes = whet__store_blob(st, 4, &len);

    if (whet__store_int(st, 1) != (int64_t)space || key_len != sizeof(key->bytes) ||
        memcmp(row_key, key->bytes, key_len) != 0)
        return 0;
    if (whet__store_int(st, 3) != sum_of(bytes, len))
        return 0;
    whet__text_append(out, bytes, len);
    if (whet__text_error(out) == 0)
        return 1;
    whet__text_reset(out);
    return 0;
}

static void note_use(struct whet_disk_cache *c, int64_t hash)
{
    int64_t *touched;

    if (!c->stamping || whet__store_int(&c->st[GET], 0) >= c->stamp)
        return;
    touched = whet__vec_push(&c->touched);
    if (touched != NULL)
        *touched = hash;
}

int whet__disk_cache_get(struct whet_disk_cache *c, unsigned space,
                         const struct whet_hash128 *key, struct whet_text *out)
{
    int64_t hash = hash_of(space, key);
    int hit = 0, rc;

    whet__text_reset(out);
    if (c->file.store == NULL)
        return 0;
    rc = snapshot_begin(c);
    if (rc == 0) {
        whet__store_bind_int(&c->st[GET], 1, hash);
        rc = whet__store_step(&c->st[GET]);
    }
    if (rc == 1) {
        hit = row_take(c, space, key, out);
        if (hit)
            note_use(c, hash);
        whet__store_reset(&c->st[GET]);
    }
    if (rc < 0 || (c->snapshot_gets != 0 && ++c->snapshot_gets > SNAPSHOT_GETS))
        snapshot_end(c);
    if (rc < 0)
        failed(c, rc);
    return hit;
}

/* The number of the one row, 0 if there is none. */
static int ask_number(struct whet_store_stmt *st, int64_t *out)
{
    int rc = whet__store_step(st);

    *out = rc == 1 ? whet__store_int(st, 0) : 0;
    whet__store_reset(st);
    return rc < 0 ? rc : 0;
}

static int run(struct whet_store_stmt *st)
{
    int rc = whet__store_step(st);

    return rc == 1 ? -EBADMSG : rc;
}

/* An entry on its way in. */
struct arrival {
    int64_t hash;
    size_t index; /* in the batch */
};

static int by_hash(const void *a, const void *b)
{
    const struct arrival *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Records where the value will be and drops the one it replaces: a new value gets a new
 * id, as ids are in order of age. */
static int put_place(struct whet_disk_cache *c, int64_t hash, int64_t id)
{
    int64_t old;
    int rc;

    whet__store_bind_int(&c->st[FIND], 1, hash);
    rc = ask_number(&c->st[FIND], &old);
    if (rc == 0 && old != 0) {
        whet__store_bind_int(&c->st[DROP_VALUE], 1, old);
        rc = run(&c->st[DROP_VALUE]);
    }
    if (rc != 0)
        return rc;
    whet__store_bind_int(&c->st[PUT_PLACE], 1, hash);
    whet__store_bind_int(&c->st[PUT_PLACE], 2, id);
    whet__store_bind_int(&c->st[PUT_PLACE], 3, c->stamp);
    return run(&c->st[PUT_PLACE]);
}

static int put_value(struct whet_disk_cache *c, const struct whet_disk_entry *e, int64_t id)
{
    whet__store_bind_int(&c->st[PUT_VALUE], 1, id);
    whet__store_bind_int(&c->st[PUT_VALUE], 2, e->space);
    whet__store_bind_blob(&c->st[PUT_VALUE], 3, e->key.bytes, sizeof(e->key.bytes));
    whet__store_bind_int(&c->st[PUT_VALUE], 4, sum_of(e->value, e->len));
    whet__store_bind_blob(&c->st[PUT_VALUE], 5, e->value, e->len);
    return run(&c->st[PUT_VALUE]);
}

/* Places in order of hash, so that each page of the table is taken up once; values in
 * the caller's order, as they will be asked for in much the same. `ids` has a zero per
 * entry: it stays one if a later entry has the same key. */
static int put_rows(struct whet_disk_cache *c, const struct whet_disk_entry *entries,
                    size_t count, struct arrival *arrivals, int64_t *ids)
{
    int64_t last;
    int rc = ask_number(&c->st[LAST], &last);

    if (rc == 0 && (last < 0 || last > INT64_MAX / 2))
        rc = -EBADMSG;
    for (size_t i = 0; i < count && rc == 0; i++) {
        const struct arrival *a = &arrivals[i];

        if (i + 1 < count && arrivals[i + 1].hash == a->hash)
            continue; /* the later one counts */
        ids[a->index] = last + 1 + (int64_t)a->index;
        rc = put_place(c, a->hash, ids[a->index]);
    }
    for (size_t i = 0; i < count && rc == 0; i++) {
        if (ids[i] != 0)
            rc = put_value(c, &entries[i], ids[i]);
    }
    return rc;
}

static int put_all(struct whet_disk_cache *c, const struct whet_disk_entry *entries,
                   size_t count)
{
    struct arrival *arrivals = whet__mem_zalloc(count, sizeof(*arrivals));
    int64_t *ids = whet__mem_zalloc(count, sizeof(*ids));
    int rc = arrivals != NULL && ids != NULL ? 0 : -ENOMEM;

    if (rc == 0) {
        for (size_t i = 0; i < count; i++)
            arrivals[i] = (struct arrival){hash_of(entries[i].space, &entries[i].key), i};
        qsort(arrivals, count, sizeof(*arrivals), by_hash);
        rc = whet__store_begin(c->file.store, 1);
    }
    if (rc == 0)
        rc = put_rows(c, entries, count, arrivals, ids);
    if (rc == 0)
        rc = whet__store_commit(c->file.store);
    if (rc != 0)
        whet__store_rollback(c->file.store);
    whet__mem_free(arrivals);
    whet__mem_free(ids);
    return rc;
}

static int write_stamps(struct whet_disk_cache *c)
{
    const int64_t *hashes = c->touched.items;
    int rc;

    if (c->touched.len == 0)
        return 0;
    rc = whet__store_begin(c->file.store, 1);
    for (size_t i = 0; i < c->touched.len && rc == 0; i++) {
        whet__store_bind_int(&c->st[TOUCH], 1, hashes[i]);
        whet__store_bind_int(&c->st[TOUCH], 2, c->stamp);
        rc = run(&c->st[TOUCH]);
    }
    if (rc == 0)
        rc = whet__store_commit(c->file.store);
    if (rc != 0)
        whet__store_rollback(c->file.store);
    c->touched.len = 0;
    return rc;
}

size_t whet__disk_cache_put(struct whet_disk_cache *c, const struct whet_disk_entry *entries,
                            size_t count)
{
    int rc;

    if (c->file.store == NULL)
        return 0;
    snapshot_end(c);
    rc = put_all(c, entries, count);
    if (rc != 0) {
        failed(c, rc);
        return 0;
    }
    rc = whet__disk_evict(c->file.store, c->max_bytes);
    if (rc != 0)
        failed(c, rc);
    return count;
}

void whet__disk_cache_trim(struct whet_disk_cache *c)
{
    int rc;

    if (c->file.store == NULL)
        return;
    snapshot_end(c);
    rc = write_stamps(c);
    if (rc == 0)
        rc = whet__disk_evict(c->file.store, c->max_bytes);
    if (rc != 0)
        failed(c, rc);
}

const char *whet__disk_cache_note(const struct whet_disk_cache *c)
{
    return c->file.note[0] != '\0' ? c->file.note : NULL;
}

/* The folder that PATH is in is made. *network: its filesystem is another machine's. */
static int make_folder(const char *path, int *network)
{
    const char *slash = strrchr(path, '/');
    char *folder;
    int rc;

    *network = 0;
    if (slash == NULL || slash == path)
        return 0;
    folder = whet__mem_strndup(path, (size_t)(slash - path));
    if (folder == NULL)
        return -ENOMEM;
    rc = whet__file_make_dirs(folder, 0700);
    if (rc == 0)
        rc = whet__file_is_network(folder, network);
    whet__mem_free(folder);
    return rc == -ENOMEM ? rc : 0; /* else it is noted when the file is opened */
}

/* The log counts for the bound too, so it is kept at less than a hundredth of it. */
static unsigned checkpoint_for(uint64_t max_bytes)
{
    uint64_t kib = max_bytes / 1024 / 128;

    return kib < 64 ? 64 : kib > 8192 ? 8192 : (unsigned)kib;
}

int whet__disk_cache_open(struct whet_disk_cache **out, const char *path, uint64_t max_bytes)
{
    struct whet_disk_cache *c = whet__mem_zalloc(1, sizeof(*c));
    int network, rc;

    if (c == NULL)
        return -ENOMEM;
    c->file.lock = -1;
    c->max_bytes = max_bytes != 0 ? max_bytes : DEFAULT_MAX_BYTES;
    c->stamp = (int64_t)(whet__clock_wall_ns() / STAMP_NS);
    whet__vec_init(&c->touched, sizeof(int64_t), TOUCHED_MAX);
    rc = make_folder(path, &network);
    c->options = (struct whet_store_options){
        .application_id = APPLICATION_ID,
        .version = 1,
        .flags = network ? WHET_STORE_NO_WAL : 0,
        .busy_ms = 2000,
        .page_cache_kib = 8192,
        .checkpoint_kib = checkpoint_for(c->max_bytes),
        .upgrade = make_tables,
    };
    if (rc == 0)
        rc = whet__store_file_open(&c->file, path, "cache", &c->options);
    if (rc == 0 && c->file.store != NULL) {
        rc = statements_prepare(c);
        if (rc == -EBADMSG || rc == -EINVAL)
            failed(c, rc);
        else if (rc != 0 && rc != -ENOMEM)
            give_up(c, rc);
    }
    if (rc == -ENOMEM) {
        whet__disk_cache_free(c);
        return rc;
    }
    c->stamping = c->file.store != NULL && is_nearly_full(c);
    *out = c;
    return 0;
}

void whet__disk_cache_free(struct whet_disk_cache *c)
{
    if (c == NULL)
        return;
    if (c->file.store != NULL) {
        snapshot_end(c);
        (void)!write_stamps(c);
    }
    statements_clear(c);
    whet__store_file_close(&c->file);
    whet__vec_clear(&c->touched);
    whet__mem_free(c);
}
