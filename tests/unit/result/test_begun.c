/* When a command began: what was written before it is told from what was written since,
 * whatever the steps are in which times go. */
#include "../harness.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "../own_folder.h"
#include "os/content.h"
#include "os/file.h"
#include "result/begun.h"

#define SECOND INT64_C(1000000000)
#define TURNS  20

static struct whet_file_stat look_of(int64_t mtime_ns, int64_t ctime_ns)
{
    return (struct whet_file_stat){.mtime_ns = mtime_ns, .ctime_ns = ctime_ns};
}

/* What is changed at or after the time, and stamped in any step, is never taken for older. */
static void later_is_never_earlier(void **state)
{
    static const int64_t steps[] = {1, 100, 1000, 1000000, 10000000, SECOND, 2 * SECOND};
    const int64_t begun = 1700000001 * SECOND + 123456789;

    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        for (int64_t after = 0; after < 3 * SECOND; after = after * 3 + 1) {
            int64_t stamp = (begun + after) / steps[i] * steps[i];
            struct whet_file_stat both = look_of(stamp, stamp);
            struct whet_file_stat changed = look_of(stamp - 100 * SECOND, stamp);
            struct whet_file_stat dated = look_of(stamp, stamp - 100 * SECOND);

            assert_false(whet__begun_unchanged(&both, (uint64_t)begun));
            assert_false(whet__begun_unchanged(&changed, (uint64_t)begun));
            assert_false(whet__begun_unchanged(&dated, (uint64_t)begun));
        }
}

static void earlier_is_known(void **state)
{
    const int64_t begun = 1700000001 * SECOND + 123456789;
    struct whet_file_stat look = look_of(begun - 1, begun - SECOND);

    (void)state;
    assert_true(whet__begun_unchanged(&look, (uint64_t)begun));
    look = look_of(begun / SECOND * SECOND - 3 * SECOND, begun / SECOND * SECOND - 3 * SECOND);
    assert_true(whet__begun_unchanged(&look, (uint64_t)begun));
    look = look_of(begun / SECOND * SECOND - SECOND, begun / SECOND * SECOND - SECOND);
    assert_false(whet__begun_unchanged(&look, (uint64_t)begun)); /* FAT's step is 2 s */
}

static void write_look(const char *text, struct whet_file_stat *look)
{
    assert_int_equal(whet__file_write("file", text, strlen(text), 0), 0);
    assert_int_equal(whet__content_look("file", look), 0);
}

/* Files as this system stamps them: written right before the wait, and right after. */
static void files_are_told_apart(void **state)
{
    static const char *const needs[] = {"no such", "maker", NULL};
    struct whet_file_stat look;
    struct whet_begun b;

    (void)state;
    for (int i = 0; i < TURNS; i++) {
        uint64_t begun;

        write_look("a", &look);
        write_look("b", &look); /* of one that was just looked at the time is exact */
        whet__begun_init(&b);
        begun = whet__begun_wait(&b, NULL);
        assert_true(whet__begun_unchanged(&look, begun));
        write_look("c", &look);
        assert_false(whet__begun_unchanged(&look, begun));
        whet__begun_ended(&b, "maker");
        begun = whet__begun_wait(&b, needs);
        assert_true(whet__begun_unchanged(&look, begun));
        whet__begun_clear(&b);
    }
}

static void want_of_memory_does_no_harm(void **state)
{
    static const char *const needs[] = {"maker", NULL};
    struct whet_file_stat look;
    uint64_t begun = 0;

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_begun b;

        whet__begun_init(&b);
        whet__begun_ended(&b, NULL);
        whet__begun_ended(&b, "maker");
        begun = whet__begun_wait(&b, needs);
        whet__begun_clear(&b);
    }
    write_look("d", &look);
    assert_false(whet__begun_unchanged(&look, begun));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(later_is_never_earlier),
        cmocka_unit_test(earlier_is_known),
        cmocka_unit_test_setup_teardown(files_are_told_apart, own_folder_enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(want_of_memory_does_no_harm, own_folder_enter,
                                        own_folder_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
