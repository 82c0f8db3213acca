/* cache/disk/disk.h: whatever lies where the file should be, or happens to it, is never more
 * than a miss; what is worth keeping is kept, and what nobody misses is removed. */
#include "../harness.h"
#include "../sqlite_memory.h"

#include "disk_fixture.h"
#include "os/lock.h"

#define SOME 400

static int exists(const char *suffix)
{
    char name[600];

    snprintf(name, sizeof(name), "%s%s", path, suffix);
    return access(name, F_OK) == 0;
}

static off_t file_size(void)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

/* Overwrites `len` bytes at `at` with noise. */
static void scribble(long at, size_t len)
{
    FILE *file = fopen(path, "r+b");

    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    for (size_t i = 0; i < len; i++)
        fputc((int)(i * 37 % 251), file);
    assert_int_equal(fclose(file), 0);
}

static void sql(const char *words)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, words, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void fill(void)
{
    struct level v = level_open(0);

    level_put(&v, 0, SOME);
    level_close(&v);
    assert_false(exists("-wal"));
}

/* Some more rests in a log beside the file. */
static void fill_beside_log(void)
{
    struct level v;

    fill();
    v = level_open(0);
    level_put(&v, SOME, 10);
    level_close(&v);
    assert_true(exists("-wal"));
}

static int note_of(struct level *v, char note[700])
{
    note[0] = '\0';
    return whet__disk_note(v->disk, note, 700);
}

/* The level works on what is there, with or without what was in it. */
static void expect_recovery(int moved)
{
    struct level v = level_open(0);
    char note[700];

    (void)level_get(&v, 0, SOME);
    level_put(&v, 5000, 100);
    whet__disk_sync(v.disk);
    level_put(&v, 6000, 100);
    whet__disk_sync(v.disk);
    assert_int_equal(level_get(&v, 6000, 100), 100);
    assert_int_equal(exists(".bad-1"), moved);
    assert_int_equal(note_of(&v, note), moved);
    if (moved)
        assert_non_null(strstr(note, ".bad-1"));
    level_close(&v);
    v = level_open(0);
    assert_int_equal(level_get(&v, 6000, 100), 100);
    assert_int_equal(note_of(&v, note), 0);
    level_close(&v);
}

static void survives_a_cut_file(void **state)
{
    (void)state;
    fill();
    assert_int_equal(truncate(path, file_size() / 2), 0);
    expect_recovery(1);
}

/* The log that rested beside a damaged file does not get into the new one. */
static void survives_damage_beside_a_log(void **state)
{
    struct level v;

    (void)state;
    fill_beside_log();
    v = level_open(0);
    assert_int_equal(level_get(&v, 0, SOME + 10), SOME + 10);
    level_close(&v);
    scribble(0, (size_t)file_size());
    expect_recovery(1);
    v = level_open(0);
    assert_int_equal(level_get(&v, 0, SOME + 10), 0);
    level_close(&v);
}

/* Nor does an empty one, or none, get what was in the log of another. */
static void survives_a_file_that_is_gone_beside_a_log(void **state)
{
    struct level v;

    (void)state;
    fill_beside_log();
    assert_int_equal(unlink(path), 0);
    expect_recovery(0);
    v = level_open(0);
    assert_int_equal(level_get(&v, 0, SOME + 10), 0);
    level_close(&v);
}

static void survives_an_empty_file(void **state)
{
    (void)state;
    fill();
    assert_int_equal(truncate(path, 0), 0);
    expect_recovery(0);
}

static void survives_a_file_that_is_no_database(void **state)
{
    (void)state;
    fill();
    scribble(0, 5000);
    expect_recovery(1);
}

static void survives_damaged_tables(void **state)
{
    (void)state;
    fill();
    scribble(4096, (size_t)file_size() - 4096);
    expect_recovery(1);
}

static void survives_missing_tables(void **state)
{
    (void)state;
    fill();
    sql("DROP TABLE place");
    expect_recovery(1);
}

static void leaves_a_file_of_another_program_alone(void **state)
{
    struct level v;
    char note[700], words[64];

    (void)state;
    fill();
    sql("PRAGMA application_id=5");
    v = level_open(0);
    assert_int_equal(level_get(&v, 0, 100), 0);
    level_put(&v, 5000, 10);
    whet__disk_sync(v.disk);
    assert_int_equal(note_of(&v, note), 1);
    assert_non_null(strstr(note, "left alone"));
    level_close(&v);
    assert_false(exists(".bad-1"));
    snprintf(words, sizeof(words), "PRAGMA application_id=%d", (int)WHET_DISK_APPLICATION_ID);
    sql(words);
    v = level_open(0);
    assert_int_equal(level_get(&v, 0, SOME), SOME);
    level_close(&v);
}

/* What the scanner of whet 0.1 kept in scan.db. */
static void make_former(void)
{
    char words[200];

    fill();
    assert_int_equal(unlink(path), 0);
    snprintf(words, sizeof(words),
             "PRAGMA application_id=%d; PRAGMA user_version=1; PRAGMA journal_mode=WAL;"
             "CREATE TABLE place(hash INTEGER PRIMARY KEY, value INTEGER, used INTEGER)",
             (int)WHET_DISK_FORMER_ID);
    sql(words);
}

static void removes_an_older_form_without_a_word(void **state)
{
    (void)state;
    make_former();
    expect_recovery(0);
}

/* Not while an older whet is still at it. */
static void leaves_an_older_form_to_its_user(void **state)
{
    struct level v;
    char note[700];
    int lock;

    (void)state;
    make_former();
    snprintf(note, sizeof(note), "%s.lock", path);
    lock = whet__lock_open(note);
    assert_int_equal(whet__lock_take(lock, WHET_LOCK_SHARED), 0);
    v = level_open(0);
    level_put(&v, 0, 10);
    whet__disk_sync(v.disk);
    assert_int_equal(note_of(&v, note), 1);
    assert_non_null(strstr(note, "older version"));
    level_close(&v);
    whet__lock_close(lock);
    expect_recovery(0);
}

static void leaves_a_newer_file_alone(void **state)
{
    struct level v;
    char note[700];

    (void)state;
    fill();
    sql("PRAGMA user_version=99");
    v = level_open(0);
    assert_int_equal(level_get(&v, 0, 100), 0);
    level_put(&v, 5000, 10);
    whet__disk_sync(v.disk);
    assert_int_equal(level_get(&v, 5000, 10), 0);
    assert_int_equal(note_of(&v, note), 1);
    assert_non_null(strstr(note, "newer"));
    level_close(&v);
    assert_false(exists(".bad-1"));
    sql("PRAGMA user_version=1");
    v = level_open(0);
    assert_int_equal(level_get(&v, 0, SOME), SOME);
    level_close(&v);
}

static void keeps_two_damaged_files(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        fill();
        scribble(0, 5000);
    }
    fill();
    assert_true(exists(".bad-1"));
    assert_true(exists(".bad-2"));
    assert_false(exists(".bad-3"));
}

/* A file in use is not pulled away: the last user moves it. */
static void waits_for_other_users_to_move(void **state)
{
    struct level other, v;
    char note[700];

    (void)state;
    fill();
    other = level_open(0);
    assert_int_equal(level_get(&other, 0, 1), 1);
    scribble(4096, (size_t)file_size() - 4096);
    v = level_open(0);
    assert_int_equal(level_get(&v, 0, 100), 0);
    level_put(&v, 5000, 10);
    whet__disk_sync(v.disk);
    assert_int_equal(note_of(&v, note), 1);
    assert_false(exists(".bad-1"));
    level_close(&v);
    assert_false(exists(".bad-1"));
    level_close(&other);
    assert_true(exists(".bad-1"));
    fill();
}

/* What was put meanwhile waits, and is written by a sync as soon as the file can be. */
static void says_that_it_is_locked(void **state)
{
    struct level v, other;
    char note[700];
    sqlite3 *db;

    (void)state;
    fill();
    v = level_open(0);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    level_put(&v, 5000, 10);
    whet__disk_sync(v.disk);
    assert_int_equal(note_of(&v, note), 1);
    assert_non_null(strstr(note, "locked"));
    assert_int_equal(level_get(&v, 0, 100), 100); /* readers do not mind */
    assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    level_put(&v, 5010, 10);
    whet__disk_sync(v.disk);
    assert_int_equal(note_of(&v, note), 0);
    other = level_open(0);
    assert_int_equal(level_get(&other, 5000, 20), 20);
    level_close(&other);
    level_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(survives_a_cut_file, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(survives_damage_beside_a_log, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(survives_a_file_that_is_gone_beside_a_log, enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(survives_an_empty_file, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(survives_a_file_that_is_no_database, enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(survives_damaged_tables, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(survives_missing_tables, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(leaves_a_file_of_another_program_alone, enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(removes_an_older_form_without_a_word, enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(leaves_an_older_form_to_its_user, enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(leaves_a_newer_file_alone, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(keeps_two_damaged_files, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(waits_for_other_users_to_move, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(says_that_it_is_locked, enter, own_folder_leave),
    };

    sqlite_memory_from_base();
    return cmocka_run_group_tests_name("disk_damage", tests, NULL, NULL);
}
