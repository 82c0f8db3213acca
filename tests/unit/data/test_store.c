/* data/store.h: statements and transactions, and which file is whose. */
#include "../harness.h"
#include "../own_folder.h"
#include "../sqlite_memory.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/store.h"
#include "os/file.h"

static char path[512];

static int enter(void **state)
{
    int rc = own_folder_enter(state);

    snprintf(path, sizeof(path), "%s/store.db", whet__text_str(&own_folder));
    return rc;
}

static int make_version_1(struct whet_store *s, int from)
{
    (void)from;
    return whet__store_exec(s, "CREATE TABLE t(a INTEGER UNIQUE, b)");
}

static int upgrade(struct whet_store *s, int from)
{
    int rc = from == 0 ? make_version_1(s, from) : 0;

    return rc == 0 ? whet__store_exec(s, "ALTER TABLE t ADD COLUMN c") : rc;
}

static const struct whet_store_options version_2 = {
    .application_id = 0x77680001, .version = 2, .busy_ms = 50, .upgrade = upgrade};

static struct whet_store *open_store(const struct whet_store_options *options)
{
    struct whet_store *s = NULL;
    int rc = whet__store_open(&s, path, options);

    assert_int_equal(rc, 0);
    return s;
}

static void expect_open(const struct whet_store_options *options, int code)
{
    struct whet_store *s = NULL;

    assert_int_equal(whet__store_open(&s, path, options), code);
    if (code != 0)
        assert_null(s);
    whet__store_free(s);
}

static int64_t number(struct whet_store *s, const char *sql)
{
    struct whet_store_stmt st;
    int64_t value;

    assert_int_equal(whet__store_prepare(s, sql, &st), 0);
    assert_int_equal(whet__store_step(&st), 1);
    value = whet__store_int(&st, 0);
    whet__store_stmt_clear(&st);
    return value;
}

static void binds_and_reads_every_type(void **state)
{
    struct whet_store *s = open_store(&version_2);
    struct whet_store_stmt put, get;
    size_t len;

    (void)state;
    assert_int_equal(whet__store_prepare(s, "INSERT INTO t VALUES(?1, ?2, ?3)", &put), 0);
    whet__store_bind_int(&put, 1, INT64_MIN);
    whet__store_bind_blob(&put, 2, "a\0b", 3);
    whet__store_bind_text(&put, 3, "caf\xc3\xa9");
    assert_int_equal(whet__store_step(&put), 0);
    assert_int_equal(whet__store_changes(s), 1);
    assert_int_equal(whet__store_last_id(s), 1);
    assert_int_equal(whet__store_step(&put), -EEXIST);
    assert_non_null(strstr(whet__store_message(s), "UNIQUE"));
    whet__store_bind_int(&put, 1, 2);
    whet__store_bind_double(&put, 2, 0.1);
    whet__store_bind_null(&put, 3);
    assert_int_equal(whet__store_step(&put), 0);
    whet__store_bind_int(&put, 1, 3);
    whet__store_bind_blob(&put, 2, NULL, 0);
    assert_int_equal(whet__store_step(&put), 0);
    whet__store_stmt_clear(&put);
    whet__store_stmt_clear(&put);

    assert_int_equal(whet__store_prepare(s, "SELECT a, b, c FROM t ORDER BY a", &get), 0);
    assert_int_equal(whet__store_step(&get), 1);
    assert_true(whet__store_int(&get, 0) == INT64_MIN);
    assert_memory_equal(whet__store_blob(&get, 1, &len), "a\0b", 3);
    assert_int_equal(len, 3);
    assert_string_equal(whet__store_text(&get, 2), "caf\xc3\xa9");
    assert_int_equal(whet__store_step(&get), 1);
    assert_true(whet__store_double(&get, 1) == 0.1);
    assert_null(whet__store_text(&get, 2));
    assert_null(whet__store_blob(&get, 2, &len));
    assert_int_equal(len, 0);
    assert_int_equal(whet__store_step(&get), 1);
    assert_int_equal(number(s, "SELECT count(*) FROM t WHERE b = x''"), 1); /* not NULL */
    assert_int_equal(whet__store_step(&get), 0);
    assert_int_equal(whet__store_step(&get), 1); /* it was reset */
    whet__store_reset(&get);
    whet__store_stmt_clear(&get);
    whet__store_free(s);
    whet__store_free(NULL);
}

static void transactions(void **state)
{
    struct whet_store *s = open_store(&version_2), *other = open_store(&version_2);

    (void)state;
    assert_int_equal(whet__store_begin(s, 1), 0);
    assert_int_equal(whet__store_exec(s, "INSERT INTO t VALUES(1, 1, 1)"), 0);
    assert_int_equal(whet__store_begin(other, 1), -EBUSY);
    assert_int_equal(whet__store_exec(other, "INSERT INTO t VALUES(2, 1, 1)"), -EBUSY);
    assert_int_equal(number(other, "SELECT count(*) FROM t"), 0);
    whet__store_rollback(s);
    whet__store_rollback(s);
    assert_int_equal(number(s, "SELECT count(*) FROM t"), 0);
    assert_int_equal(whet__store_begin(other, 1), 0);
    assert_int_equal(whet__store_exec(other, "INSERT INTO t VALUES(2, 1, 1)"), 0);
    assert_int_equal(whet__store_commit(other), 0);
    assert_int_equal(whet__store_begin(s, 0), 0);
    assert_int_equal(number(s, "SELECT count(*) FROM t"), 1);
    assert_int_equal(whet__store_commit(s), 0);
    assert_int_equal(whet__store_commit(s), -EINVAL);
    assert_int_equal(whet__store_exec(s, "SELECT nothing"), -EINVAL);
    assert_int_equal(whet__store_prepare(s, "SELECT nothing", &(struct whet_store_stmt){0}),
                     -EINVAL);
    whet__store_free(other);
    whet__store_free(s);
}

static void knows_whose_file_it_is(void **state)
{
    struct whet_store_options o = version_2;

    (void)state;
    o.version = 1;
    o.upgrade = make_version_1;
    whet__store_free(open_store(&o));
    whet__store_free(open_store(&version_2)); /* upgraded */
    expect_open(&o, -ENOTSUP);
    o = version_2;
    o.application_id++;
    expect_open(&o, -EPROTOTYPE);
    assert_int_equal(truncate(path, 6000), 0);
    expect_open(&version_2, -EBADMSG);
    assert_int_equal(whet__file_write(path,
                                      "not a database, but long enough to be one........"
                                      "................................................."
                                      "...........",
                                      100, 0),
                     0);
    expect_open(&version_2, -EBADMSG);
}

static void does_not_take_a_foreign_file(void **state)
{
    sqlite3 *db;

    (void)state;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE x(a)", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    expect_open(&version_2, -EPROTOTYPE);
}

static int fail_upgrade(struct whet_store *s, int from)
{
    (void)from;
    return whet__store_exec(s, "CREATE TABLE half(a)") == 0 ? -ECANCELED : -EIO;
}

static void a_failed_upgrade_leaves_nothing(void **state)
{
    struct whet_store_options o = version_2;

    (void)state;
    o.upgrade = fail_upgrade;
    expect_open(&o, -ECANCELED);
    expect_open(&version_2, 0);
}

static void read_only_and_no_wal(void **state)
{
    struct whet_store_options o = version_2;
    struct whet_store *s;
    char log[600];

    (void)state;
    o.flags = WHET_STORE_READ_ONLY;
    expect_open(&o, -ENOENT);
    assert_int_equal(whet__file_write(path, "", 0, 0), 0);
    expect_open(&o, -EPROTOTYPE);
    o.flags = WHET_STORE_NO_WAL;
    s = open_store(&o);
    assert_int_equal(whet__store_exec(s, "INSERT INTO t VALUES(1, 2, 3)"), 0);
    snprintf(log, sizeof(log), "%s-wal", path);
    assert_int_not_equal(access(log, F_OK), 0);
    whet__store_free(s);
    o.flags = WHET_STORE_READ_ONLY;
    s = open_store(&o);
    assert_int_equal(number(s, "SELECT count(*) FROM t"), 1);
    assert_int_equal(whet__store_exec(s, "DELETE FROM t"), -EROFS);
    whet__store_free(s);
}

static void says_why_it_cannot_open(void **state)
{
    struct whet_store *s = NULL;
    char longest[5000];

    (void)state;
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(whet__store_open(&s, longest, &version_2), -ENAMETOOLONG);
    assert_int_equal(whet__store_open(&s, "/nowhere/store.db", &version_2), -ENOENT);
    assert_true(whet__store_open(&s, "/", &version_2) < 0);
    assert_null(s);
}

/* SQLite's own names are files like any other here. */
static void takes_names_as_they_are(void **state)
{
    struct whet_store *s = NULL;
    char here[512];

    (void)state;
    assert_non_null(getcwd(here, sizeof(here)));
    assert_int_equal(chdir(whet__text_str(&own_folder)), 0);
    assert_int_equal(whet__store_open(&s, ":memory:", &version_2), 0);
    assert_int_equal(access(":memory:", F_OK), 0);
    whet__store_free(s);
    assert_int_equal(whet__store_open(&s, "file:x?mode=memory", &version_2), 0);
    assert_int_equal(access("file:x?mode=memory", F_OK), 0);
    whet__store_free(s);
    assert_int_equal(chdir(here), 0);
}

static void measures_shrinks_and_checks(void **state)
{
    struct whet_store *s = open_store(&version_2);
    struct whet_store_size full, empty, shrunk;

    (void)state;
    assert_int_equal(whet__store_exec(s, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
                                         " SELECT i + 1 FROM n WHERE i < 500)"
                                         " INSERT INTO t SELECT i, zeroblob(1000), 1 FROM n"),
                     0);
    assert_int_equal(whet__store_measure(s, &full), 0);
    assert_true(full.file_bytes > 500000 && full.log_bytes > 500000 && full.free_bytes == 0);
    assert_int_equal(whet__store_exec(s, "DELETE FROM t"), 0);
    assert_int_equal(whet__store_measure(s, &empty), 0);
    assert_true(empty.file_bytes == full.file_bytes && empty.free_bytes > 500000);
    assert_int_equal(whet__store_shrink(s, 300000), 0);
    assert_int_equal(whet__store_checkpoint(s), 0);
    assert_int_equal(whet__store_measure(s, &shrunk), 0);
    assert_true(shrunk.file_bytes < full.file_bytes - 290000);
    assert_true(shrunk.file_bytes > full.file_bytes - 320000);
    assert_int_equal(shrunk.log_bytes, 0);
    assert_int_equal(whet__store_check(s), 0);
    whet__store_free(s);
}

static off_t size_of(const char *ending)
{
    char name[600];
    struct stat st;

    snprintf(name, sizeof(name), "%s%s", path, ending);
    return stat(name, &st) == 0 ? st.st_size : -1;
}

static void write_rows(const struct whet_store_options *o, int rows)
{
    struct whet_store *s = open_store(o);
    char sql[200];

    snprintf(sql, sizeof(sql),
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
             " INSERT INTO t(b) SELECT zeroblob(1000) FROM n",
             rows);
    assert_int_equal(whet__store_exec(s, sql), 0);
    whet__store_free(s);
}

static int64_t count_rows(unsigned flags)
{
    struct whet_store_options o = version_2;
    struct whet_store *s;
    int64_t rows;

    o.flags = flags;
    s = open_store(&o);
    rows = number(s, "SELECT count(*) FROM t");
    whet__store_free(s);
    return rows;
}

/* A new file is written back, so that it says whose it is; later a log waits until it is worth
 * the syncs. */
static void a_short_log_rests(void **state)
{
    struct whet_store_options o = version_2;
    struct whet_store *s;
    off_t rested;

    (void)state;
    o.resting_kib = 64;
    write_rows(&o, 1);
    assert_int_equal(size_of("-wal"), -1);
    s = open_store(&o);
    assert_int_equal(whet__store_sync(s), 0);
    assert_int_equal(whet__store_exec(s, "INSERT INTO t(b) VALUES(1)"), 0);
    assert_int_equal(whet__store_sync(s), 0);
    whet__store_free(s);
    rested = size_of("-wal");
    assert_true(rested > 0 && rested <= 64 * 1024);
    write_rows(&o, 1);
    assert_true(size_of("-wal") > rested);
    assert_int_equal(count_rows(WHET_STORE_READ_ONLY), 3);
    write_rows(&o, 100);
    assert_int_equal(size_of("-wal"), -1);
    write_rows(&o, 1);
    assert_true(size_of("-wal") > 0);
    assert_int_equal(count_rows(0), 104); /* and one who lets none rest writes it back */
    assert_int_equal(size_of("-wal"), -1);
    assert_int_equal(count_rows(0), 104);
}

/* What a power cut may leave of a log: a part, or noise at its end. */
static void a_spoilt_log_takes_the_last_commits(void **state)
{
    struct whet_store_options o = version_2;
    char log[600];
    off_t rested;
    FILE *file;

    (void)state;
    o.resting_kib = 64;
    write_rows(&o, 1);
    write_rows(&o, 1);
    rested = size_of("-wal");
    write_rows(&o, 1);
    snprintf(log, sizeof(log), "%s-wal", path);
    file = fopen(log, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)rested + 1000, SEEK_SET), 0);
    assert_int_equal(fputs("noise", file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(count_rows(WHET_STORE_READ_ONLY), 2);
    assert_int_equal(truncate(log, rested - 1), 0);
    assert_int_equal(count_rows(WHET_STORE_READ_ONLY), 1);
    assert_int_equal(unlink(log), 0);
    assert_int_equal(count_rows(0), 1);
}

static void finds_damage(void **state)
{
    struct whet_store *s = open_store(&version_2);
    FILE *file;

    (void)state;
    assert_int_equal(whet__store_exec(s, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
                                         " SELECT i + 1 FROM n WHERE i < 500)"
                                         " INSERT INTO t SELECT i, zeroblob(1000), 1 FROM n"),
                     0);
    whet__store_free(s);
    file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 200000, SEEK_SET), 0);
    for (int i = 0; i < 20000; i++)
        fputc(0x5a, file);
    assert_int_equal(fclose(file), 0);
    s = open_store(&version_2);
    assert_int_equal(whet__store_check(s), -EBADMSG);
    assert_int_equal(whet__store_exec(s, "SELECT sum(length(b)) FROM t"), -EBADMSG);
    whet__store_free(s);
}

static void *open_and_write(void *arg)
{
    struct whet_store_options o = version_2;
    struct whet_store *s = NULL;
    int rc;

    o.busy_ms = 20000;
    rc = whet__store_open(&s, path, &o);
    if (rc == 0)
        rc = whet__store_exec(s, "INSERT INTO t(b) VALUES(1)");
    whet__store_free(s);
    *(int *)arg = rc;
    return NULL;
}

/* Several make the same file at the same moment. */
static void many_open_at_once(void **state)
{
    pthread_t threads[8];
    struct whet_store *s;
    int codes[8];

    (void)state;
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, open_and_write, &codes[i]), 0);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(codes[i], 0);
    }
    s = open_store(&version_2);
    assert_int_equal(number(s, "SELECT count(*) FROM t"), 8);
    whet__store_free(s);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_store_size size;
        struct whet_store *s = NULL;
        int rc = whet__store_open(&s, path, &version_2);

        if (rc == 0)
            rc = whet__store_begin(s, 1);
        if (rc == 0)
            rc = whet__store_exec(s, "INSERT INTO t VALUES(1, 2, 3)");
        if (s != NULL)
            whet__store_rollback(s);
        if (rc == 0)
            rc = whet__store_measure(s, &size);
        if (rc == 0)
            rc = whet__store_check(s);
        assert_true(rc == 0 || rc == -ENOMEM);
        if (s != NULL)
            assert_int_equal(whet__store_begin(s, 0), 0);
        whet__store_free(s);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, own_folder_leave)
    const struct CMUnitTest tests[] = {
        TEST(binds_and_reads_every_type),
        TEST(transactions),
        TEST(knows_whose_file_it_is),
        TEST(does_not_take_a_foreign_file),
        TEST(a_failed_upgrade_leaves_nothing),
        TEST(read_only_and_no_wal),
        TEST(says_why_it_cannot_open),
        TEST(takes_names_as_they_are),
        TEST(measures_shrinks_and_checks),
        TEST(a_short_log_rests),
        TEST(a_spoilt_log_takes_the_last_commits),
        TEST(finds_damage),
        TEST(many_open_at_once),
        TEST(survives_failed_allocations),
    };

    sqlite_memory_from_base();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
