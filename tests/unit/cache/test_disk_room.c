/* Two who share a small file: that one reads costs the other no value, unless he never stops.
 */
#include "disk_fixture.h"

#include <sqlite3.h>

#define MAX    ((uint64_t)2 << 20)
#define ENOUGH UINT64_C(3000)  /* for the bound, and the log above it */
#define PLENTY UINT64_C(40000) /* for what waits */

/* One that is no user of ours, and lets go of the log when it is told to. */
static sqlite3 *begin_to_read(void)
{
    sqlite3 *file;

    assert_int_equal(sqlite3_open_v2(path, &file, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(file, "BEGIN; SELECT count(*) FROM place", NULL, NULL, NULL),
                     SQLITE_OK);
    return file;
}

static void end_to_read(sqlite3 *file)
{
    assert_int_equal(sqlite3_close(file), SQLITE_OK);
}

static int is_noted(struct level *v)
{
    char note[1000] = "";

    if (!whet__disk_note(v->disk, note, sizeof(note)))
        return 0;
    assert_non_null(strstr(note, "no room, as others still read"));
    return 1;
}

/* Each lets go of the log as the other one needs it, sooner or later. */
static void both_read_and_write(void **state)
{
    struct level one = level_open(MAX), other = level_open(MAX);

    (void)state;
    for (uint64_t n = 0; n < 2 * ENOUGH; n += 500) {
        struct level *v = n / 500 % 2 == 0 ? &one : &other;

        level_put(v, n, 500);
        whet__disk_sync(v->disk);
        assert_int_equal(level_get(v, n + 400, 100), 100);
        (void)level_get(&one, n, 100);
        (void)level_get(&other, n, 100);
    }
    level_close(&other);
    whet__disk_sync(one.disk);
    assert_no_note(&one);
    assert_true(level_get(&one, 2 * ENOUGH - 400, 400) > 350);
    level_close(&one);
}

/* What cannot be written for now waits, and is told only to who waits for it. */
static void waits_for_who_reads(void **state)
{
    struct level v = level_open(MAX), other;
    sqlite3 *reader;

    (void)state;
    level_put(&v, 0, 10);
    whet__disk_sync(v.disk);
    reader = begin_to_read();
    level_put(&v, 10, ENOUGH);
    assert_false(is_noted(&v));
    whet__disk_sync(v.disk);
    assert_true(is_noted(&v));
    assert_int_equal(level_get(&v, ENOUGH - 200, 200), 200);
    end_to_read(reader);
    whet__disk_sync(v.disk);
    assert_no_note(&v);
    other = level_open(MAX);
    assert_int_equal(level_get(&other, ENOUGH - 200, 200), 200);
    level_close(&other);
    level_close(&v);
}

/* One who goes on reading costs values, and that is told without being asked for. */
static void tells_what_is_lost(void **state)
{
    struct level v = level_open(MAX);
    sqlite3 *reader;
    int patience = 200000;
    uint64_t n = 0;

    (void)state;
    level_put(&v, n++, 1);
    whet__disk_sync(v.disk);
    reader = begin_to_read();
    while (!is_noted(&v) && patience-- > 0) {
        if (n < PLENTY)
            level_put(&v, n++, 1);
        else
            whet__clock_sleep_ns(1000000);
    }
    assert_true(patience > 0);
    end_to_read(reader);
    whet__disk_sync(v.disk); /* the queue is empty */
    level_put(&v, n, 100);
    whet__disk_sync(v.disk);
    assert_no_note(&v);
    assert_int_equal(level_get(&v, n, 100), 100);
    level_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_read_and_write, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(waits_for_who_reads, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(tells_what_is_lost, enter, own_folder_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
