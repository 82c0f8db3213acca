/* The tables of a cache's file. Expected load: up to some million entries, of which 100,000s
 * are looked up per second and 10,000s stored.
 *
 * `place` says where a key's value is, when it was last used and what it takes: a small table
 * in random order, cheap to look up, to stamp and to add up. `value` is appended to, so that
 * a batch of new values touches few pages however large the file is; a table ordered by key
 * would rewrite a page per value. The row id in `place` is 64 bits of the key's hash; `value`
 * has the whole key, and a clash is a miss. All of it is in one column, as SQLite makes room
 * for, and copies, every one that a get reads. A client is named by 63 bits of its name's hash,
 * so that nobody has to look it up before a get.
 *
 * A statement costs as much as the row that it puts, so sixteen rows go with one. None of the
 * puts can fail half-way (IGNORE and REPLACE, no rule for a column of `value`), or SQLite would
 * save each page for the day when it has to take the statement back.
 *
 * `mark` and `node` belong to cache/truth/validity.h. */
#include "cache/disk/schema.h"

#include "cache/disk/validity_tables.h"

#define TWICE(row)    row ", " row
#define TIMES_16(row) TWICE(TWICE(TWICE(TWICE(row))))

#define PUT_PLACE     "INSERT OR IGNORE INTO place(used, client, hash, value, bytes) VALUES"
#define PLACE         "(?1, ?2, ?, ?, ?)"
#define PUT_VALUE     "INSERT OR REPLACE INTO value(id, bytes) VALUES"
#define VALUE         "(?, ?)"

const char *const whet__disk_sql[WHET_DISK_STATEMENTS] = {
    [WHET_DISK_GET] = "SELECT p.used, v.bytes FROM place p"
                      " CROSS JOIN value v ON v.id = p.value WHERE p.hash = ?1",
    [WHET_DISK_FIND] = "SELECT value FROM place WHERE hash = ?1",
    [WHET_DISK_FIND_OLD] = "SELECT p.value, p.used, p.client, v.bytes FROM place p"
                           " LEFT JOIN value v ON v.id = p.value WHERE p.hash = ?1",
    [WHET_DISK_LAST] = "SELECT max(id) FROM value",
    [WHET_DISK_PUT_PLACE] = PUT_PLACE PLACE,
    [WHET_DISK_PUT_PLACES] = PUT_PLACE TIMES_16(PLACE),
    [WHET_DISK_PUT_OVER] = "UPDATE place SET used = ?1, client = ?2, value = ?4, bytes = ?5"
                           " WHERE hash = ?3",
    [WHET_DISK_PUT_VALUE] = PUT_VALUE VALUE,
    [WHET_DISK_PUT_VALUES] = PUT_VALUE TIMES_16(VALUE),
    [WHET_DISK_PUT_LARGE] = "INSERT OR REPLACE INTO large(id, name, disk) VALUES(?1, ?2, ?3)",
    [WHET_DISK_PUT_CLIENT] = "INSERT OR IGNORE INTO client(id, name) VALUES(?1, ?2)",
    [WHET_DISK_DROP_PLACE] = "DELETE FROM place WHERE hash = ?1",
    [WHET_DISK_DROP_VALUE] = "DELETE FROM value WHERE id = ?1",
    [WHET_DISK_DROP_LARGE] = "DELETE FROM large WHERE id = ?1",
    [WHET_DISK_LARGE_NAME] = "SELECT name FROM large WHERE id = ?1",
    [WHET_DISK_LARGE_OF] = "SELECT g.name FROM place p CROSS JOIN large g ON g.id = p.value"
                           " WHERE p.hash = ?1",
    [WHET_DISK_LARGE_BYTES] = "SELECT coalesce(sum(disk), 0) FROM large",
    [WHET_DISK_TOUCH] = "UPDATE place SET used = ?2 WHERE hash = ?1 AND used < ?2",
    [WHET_DISK_COUNT_CLIENT] =
        "UPDATE client SET puts = puts + ?2, loads = loads + ?3,"
        " load_ns = load_ns + ?4, saved_ns = saved_ns + ?5 WHERE id = ?1",
    [WHET_DISK_COUNT_LEVEL] =
        "INSERT INTO level(client, level, hits, misses, evictions, expirations, invalidations)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET hits = hits + ?3,"
        " misses = misses + ?4, evictions = evictions + ?5, expirations = expirations + ?6,"
        " invalidations = invalidations + ?7",
    [WHET_DISK_COUNT] = "SELECT count(*) FROM place",
    [WHET_DISK_OLDEST] =
        "SELECT hash, value, used, bytes FROM place WHERE ?1 = 0 OR client = ?1"
        " ORDER BY used, value LIMIT ?2",
    [WHET_DISK_ALL] = "SELECT p.value, p.used, p.client, v.bytes, p.hash, p.bytes"
                      " FROM place p CROSS JOIN value v ON v.id = p.value"
                      " WHERE ?1 = 0 OR p.client = ?1 ORDER BY p.value",
};

int whet__disk_make_tables(struct whet_store *s, int from)
{
    (void)from; /* there is no older version */
    return whet__store_exec(
        s, "CREATE TABLE place(hash INTEGER PRIMARY KEY, value INTEGER NOT NULL,"
           " used INTEGER NOT NULL, client INTEGER NOT NULL, bytes INTEGER NOT NULL);"
           "CREATE TABLE value(id INTEGER PRIMARY KEY, bytes BLOB);"
           "CREATE TABLE large(id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
           " disk INTEGER NOT NULL);"
           "CREATE TABLE client(id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
           " puts INTEGER NOT NULL DEFAULT 0, loads INTEGER NOT NULL DEFAULT 0,"
           " load_ns INTEGER NOT NULL DEFAULT 0, saved_ns INTEGER NOT NULL DEFAULT 0);"
           "CREATE TABLE level(client INTEGER NOT NULL, level INTEGER NOT NULL,"
           " hits INTEGER NOT NULL, misses INTEGER NOT NULL, evictions INTEGER NOT NULL,"
           " expirations INTEGER NOT NULL, invalidations INTEGER NOT NULL,"
           " PRIMARY KEY(client, level)) WITHOUT ROWID;" WHET_VALIDITY_TABLES);
}
