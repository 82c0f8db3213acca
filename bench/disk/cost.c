/* What a get and a put cost in the level on disk, in bare SQLite and in bare SQLite.
 *
 * "bare" keeps values and nothing else: one table with a unique index on a 16-byte key,
 * prepared statements, the same journal and page cache, one read transaction around all gets.
 * "alike" is what one would write to keep the level's promises by hand: it also stores client,
 * moments and a checksum, which each get verifies, lets the later of two values win, renews its
 * snapshot after 256 gets as others might write, checks cells and whose file it is. Neither has
 * a queue, a bound, or recency.
 *
 * usage: disk-cost level|bare|alike FOLDER
 * Prints lines "CASE NANOSECONDS", processor time of the whole process per operation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "base/random.h"
#include "cache/disk/disk.h"
#include "os/clock.h"

#define COUNT    10000
#define LENGTH   500
#define BATCH    1000
#define ROUNDS   5
#define OPENINGS 100

static char path[1000];
static unsigned char value[LENGTH];
static size_t order[COUNT];

static void fail(const char *what)
{
    fprintf(stderr, "disk-cost: %s\n", what);
    exit(1);
}

static struct whet_hash128 hash_of(size_t n)
{
    return whet__hash128(&n, sizeof(n));
}

/* One of two that are compared. */
struct subject {
    void (*open)(void);
    void (*put)(size_t from, size_t count);
    void (*get)(size_t n);  /* of many in a row */
    void (*lone)(size_t n); /* others have written since the last one */
    void (*close)(void);
};

/* ---- the level ---- */

static struct whet_shared *shared;
static struct whet_disk *disk;

static void level_open(void)
{
    struct whet_disk_options options = {.path = path, .client = "bench", .readers = 2};

    if (whet__shared_new(&shared, path, 0) != 0)
        fail("no shared page");
    options.shared = shared;
    if (whet__disk_new(&disk, &options) != 0)
        fail("no level");
}

static void level_put(size_t from, size_t count)
{
    for (size_t i = from; i < from + count; i++) {
        struct whet_hash128 hash = hash_of(i);
        struct whet_entry *e;

        if (whet__entry_new(&e, &hash, &hash, sizeof(hash), NULL, 0, LENGTH) != 0)
            fail("no memory");
        memcpy(whet__entry_value(e), value, LENGTH);
        whet__disk_put(disk, e);
        whet__disk_pace(disk);
        whet__entry_drop(e);
    }
    whet__disk_sync(disk);
}

static void level_get(size_t n)
{
    struct whet_hash128 hash = hash_of(n);
    struct whet_entry *e;

    if (whet__disk_get(disk, &hash, &hash, sizeof(hash), &e) != 1 || e->value_len != LENGTH)
        fail("a miss");
    whet__entry_drop(e);
}

static void level_lone(size_t n)
{
    atomic_fetch_add(&shared->page->commits, 1);
    level_get(n);
}

static void level_close(void)
{
    whet__disk_free(disk);
    whet__shared_free(shared);
}

/* ---- bare SQLite ---- */

static sqlite3 *db;
static sqlite3_stmt *select_one, *insert;
static int reading;
static int alike; /* the same promises, too */

static void run(const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail(sqlite3_errmsg(db));
}

static void bare_open(void)
{
    if (sqlite3_open_v2(path, &db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        fail("no database");
    run("PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-8192;"
        "PRAGMA wal_autocheckpoint=2048;");
    if (alike) {
        run("PRAGMA cell_size_check=ON;PRAGMA mmap_size=0;PRAGMA application_id;"
            "PRAGMA user_version;"
            "CREATE TABLE IF NOT EXISTS kv(id INTEGER PRIMARY KEY, key BLOB UNIQUE,"
            " client INTEGER, made INTEGER, ends INTEGER, used INTEGER, cost INTEGER,"
            " sum INTEGER, value BLOB)");
        sqlite3_prepare_v2(db, "SELECT value, client, ends, used, sum FROM kv WHERE key = ?1",
                           -1, &select_one, NULL);
        sqlite3_prepare_v2(db,
                           "INSERT INTO kv(key, value, client, made, ends, used, cost, sum)"
                           " VALUES(?1, ?2, ?3, ?4, 0, ?4, 0, ?5) ON CONFLICT(key) DO UPDATE"
                           " SET value = ?2, client = ?3, made = ?4, ends = 0, used = ?4,"
                           " cost = 0, sum = ?5 WHERE made <= ?4",
                           -1, &insert, NULL);
        return;
    }
    run("CREATE TABLE IF NOT EXISTS kv(id INTEGER PRIMARY KEY, key BLOB UNIQUE, value BLOB)");
    sqlite3_prepare_v2(db, "SELECT value FROM kv WHERE key = ?1", -1, &select_one, NULL);
    sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO kv(key, value) VALUES(?1, ?2)", -1, &insert,
                       NULL);
}

static void bare_end(void)
{
    if (reading)
        run("COMMIT");
    reading = 0;
}

static void bare_put(size_t from, size_t count)
{
    bare_end();
    run("BEGIN IMMEDIATE");
    for (size_t i = from; i < from + count; i++) {
        struct whet_hash128 hash = hash_of(i);

        sqlite3_bind_blob(insert, 1, &hash, sizeof(hash), SQLITE_STATIC);
        sqlite3_bind_blob(insert, 2, value, LENGTH, SQLITE_STATIC);
        if (alike) {
            sqlite3_bind_int64(insert, 3, 1);
            sqlite3_bind_int64(insert, 4, (sqlite3_int64)whet__clock_wall_ns());
            sqlite3_bind_int64(insert, 5, (sqlite3_int64)whet__hash64(value, LENGTH));
        }
        if (sqlite3_step(insert) != SQLITE_DONE)
            fail(sqlite3_errmsg(db));
        sqlite3_reset(insert);
    }
    run("COMMIT");
}

static void bare_lone(size_t n)
{
    struct whet_hash128 hash = hash_of(n);
    void *copy;

    sqlite3_bind_blob(select_one, 1, &hash, sizeof(hash), SQLITE_STATIC);
    if (sqlite3_step(select_one) != SQLITE_ROW || sqlite3_column_bytes(select_one, 0) != LENGTH)
        fail("a miss");
    copy = malloc(LENGTH);
    if (copy == NULL)
        fail("no memory");
    memcpy(copy, sqlite3_column_blob(select_one, 0), LENGTH);
    if (alike &&
        (sqlite3_column_int64(select_one, 1) != 1 || sqlite3_column_int64(select_one, 2) != 0 ||
         sqlite3_column_int64(select_one, 3) == 0 ||
         (uint64_t)sqlite3_column_int64(select_one, 4) != whet__hash64(copy, LENGTH)))
        fail("a miss");
    free(copy);
    sqlite3_reset(select_one);
}

static void bare_get(size_t n)
{
    if (alike && reading == 256)
        bare_end();
    if (!reading)
        run("BEGIN");
    reading++;
    bare_lone(n);
}

static void bare_close(void)
{
    bare_end();
    sqlite3_finalize(select_one);
    sqlite3_finalize(insert);
    sqlite3_close(db);
}

static uint64_t start_ns;

static void start(void)
{
    start_ns = whet__clock_process_cpu_ns();
}

static void stop(const char *what, size_t count)
{
    printf("%s %.1f\n", what,
           (double)(whet__clock_process_cpu_ns() - start_ns) / (double)count);
}

static void measure(const struct subject *s)
{
    s->open();
    s->put(COUNT, 1); /* the level opens its file when it needs it: that is another row */
    start();
    for (size_t n = 0; n < COUNT; n += BATCH)
        s->put(n, BATCH);
    stop("put", COUNT);
    for (size_t i = 0; i < COUNT; i++) /* warms up */
        s->get(order[i]);
    start();
    for (size_t i = 0; i < ROUNDS * COUNT; i++)
        s->get(order[i % COUNT]);
    stop("get", ROUNDS * COUNT);
    s->close();

    s->open();
    for (size_t i = 0; s->lone != NULL && i < COUNT; i++)
        s->lone(order[i]);
    start();
    for (size_t i = 0; s->lone != NULL && i < COUNT; i++)
        s->lone(order[i]);
    stop("lone", COUNT);
    s->close();

    start();
    for (int i = 0; i < OPENINGS; i++) {
        s->open();
        s->get((size_t)i);
        s->close();
    }
    stop("open", OPENINGS);
}

int main(int argc, char **argv)
{
    static const struct subject level = {level_open, level_put, level_get, level_lone,
                                         level_close};
    static const struct subject bare = {bare_open, bare_put, bare_get, bare_lone, bare_close};
    struct whet_random r;

    if (argc != 3)
        fail("usage: disk-cost level|bare|alike FOLDER");
    snprintf(path, sizeof(path), "%s/%s.db", argv[2], argv[1]);
    whet__random_init(&r, 1);
    whet__random_permutation(&r, order, COUNT);
    for (size_t i = 0; i < LENGTH; i++)
        value[i] = (unsigned char)whet__random_next(&r);
    alike = strcmp(argv[1], "alike") == 0;
    measure(strcmp(argv[1], "level") == 0 ? &level : &bare);
    return 0;
}
