/* cache/disk.h: it remembers what was put, for other connections, processes and days, and
 * nothing that happens to its file is ever more than a miss. */
#include "disk_fixture.h"

#include "../sqlite_memory.h"

static void remembers(void **state)
{
    struct level v = level_open(0);

    (void)state;
    assert_int_equal(level_get(&v, 0, 300), 0);
    level_put(&v, 0, 300);
    assert_int_equal(level_get(&v, 0, 400), 300); /* some of them from the queue */
    whet__disk_sync(v.disk);
    assert_int_equal(level_get(&v, 0, 400), 300);
    assert_no_note(&v);
    level_close(&v);

    v = level_open(0);
    assert_int_equal(level_get(&v, 0, 400), 300);
    level_close(&v);
    whet__disk_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(remembers, enter, leave),
    };

    sqlite_memory_from_base();
    return cmocka_run_group_tests_name("disk", tests, NULL, NULL);
}
