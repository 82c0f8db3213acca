/* What fits into a cache: each limit from both sides, and the words for it. */
#include "../harness.h"

#include <string.h>

#include "../own_folder.h"
#include "result/fit.h"

#define MIB ((uint64_t)1 << 20)

static char why[240];

static int judge(const struct whet_fit *f, uint64_t a, uint64_t b)
{
    struct whet_fit_sum sum = {0};

    whet__fit_add(&sum, "a", a, 1024 * MIB);
    whet__fit_add(&sum, "b", b, 1024 * MIB);
    why[0] = '\0';
    return whet__fit_judge(f, &sum, why, sizeof(why));
}

static void without_a_bound_all_fits(void **state)
{
    const struct whet_fit none = {0};

    (void)state;
    assert_true(judge(&none, 0, 0));
    assert_true(judge(&none, 1000 * MIB, 1000 * MIB));
    assert_true(whet__fit_takes(&none, UINT64_MAX));
}

static void a_part_may_be_a_quarter(void **state)
{
    const struct whet_fit f = {.cache_bytes = 100 * MIB};

    (void)state;
    assert_true(judge(&f, 24 * MIB, 1));
    assert_true(whet__fit_takes(&f, 24 * MIB));
    assert_false(judge(&f, 1, 26 * MIB));
    assert_false(whet__fit_takes(&f, 26 * MIB));
    assert_string_equal(why, "'b' has 26.0 MiB, and of a --cache-size of 100 MiB one part may "
                             "take 25.0 MiB: give a larger one");
    assert_false(judge(&f, 26 * MIB, 1));
    assert_non_null(strstr(why, "'a' has 26.0 MiB"));
}

static void all_parts_have_to_be_there_at_once(void **state)
{
    const struct whet_fit f = {.cache_bytes = 100 * MIB};
    struct whet_fit_sum sum = {0};

    (void)state;
    for (int i = 0; i < 5; i++)
        whet__fit_add(&sum, "part", 18 * MIB, 1024 * MIB);
    assert_true(whet__fit_judge(&f, &sum, why, sizeof(why)));
    whet__fit_add(&sum, "part", 1 * MIB, 1024 * MIB);
    assert_false(whet__fit_judge(&f, &sum, why, sizeof(why)));
    assert_string_equal(why,
                        "all of it has 91.0 MiB, and a --cache-size of 100 MiB has room for "
                        "90.0 MiB: give a larger one");
    for (int i = 0; i < 3; i++)
        whet__fit_add(&sum, "all", UINT64_MAX, UINT64_MAX);
    assert_int_equal(sum.total, UINT64_MAX);
}

static void a_server_takes_what_is_small(void **state)
{
    const struct whet_fit f = {.cache_bytes = MIB, .remote = 1};

    (void)state;
    assert_true(judge(&f, 7 * MIB, 7 * MIB));
    assert_true(whet__fit_takes(&f, 7 * MIB));
    assert_false(judge(&f, 9 * MIB, 1));
}

static void some_is_too_much_for_any(void **state)
{
    const struct whet_fit f = {.remote = 1};

    (void)state;
    assert_false(judge(&f, 1, 1024 * MIB + 1));
    assert_string_equal(why, "'b' has more than 1.00 GiB, which is the most that is kept");
}

/* No disk has room for all that can be said. */
static void the_disk_has_to_have_room(void **state)
{
    const char *const paths[] = {"run.db", "./run.db"};
    char deep[5000] = {0};
    struct whet_fit_sum sum = {0};

    (void)state;
    for (int i = 0; i < 2; i++) {
        const struct whet_fit f = {.path = paths[i]};

        assert_true(judge(&f, 0, 1));
        sum = (struct whet_fit_sum){.total = UINT64_MAX - 1};
        assert_false(whet__fit_judge(&f, &sum, why, sizeof(why)));
        assert_non_null(strstr(why, "the disk of the cache has room for "));
    }
    sum.total = 1 << 30;
    assert_true(whet__fit_judge(&(struct whet_fit){.path = "none/run.db"}, &sum, why, 240));
    memset(deep, 'x', sizeof(deep) - 2);
    deep[sizeof(deep) - 2] = '/';
    assert_true(whet__fit_judge(&(struct whet_fit){.path = deep}, &sum, why, sizeof(why)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_bound_all_fits),
        cmocka_unit_test(a_part_may_be_a_quarter),
        cmocka_unit_test(all_parts_have_to_be_there_at_once),
        cmocka_unit_test(a_server_takes_what_is_small),
        cmocka_unit_test(some_is_too_much_for_any),
        cmocka_unit_test_setup_teardown(the_disk_has_to_have_room, own_folder_enter,
                                        own_folder_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
