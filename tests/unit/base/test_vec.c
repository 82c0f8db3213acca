/* base/vec.h: growth, the maximum, zeroed items. */
#include "../harness.h"

#include <errno.h>

#include "base/vec.h"

static void grows_and_keeps_items(void **state)
{
    struct whet_vec v;

    (void)state;
    whet__vec_init(&v, sizeof(int), 10000);
    for (int i = 0; i < 10000; i++) {
        int *item = whet__vec_push(&v);

        assert_non_null(item);
        assert_int_equal(*item, 0);
        *item = i;
    }
    assert_null(whet__vec_push(&v));
    assert_int_equal(v.len, 10000);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(*(int *)whet__vec_at(&v, (size_t)i), i);
    whet__vec_clear(&v);
    assert_int_equal(v.len, 0);
    assert_int_equal(v.max, 10000);
}

static void reserved_room_cannot_fail(void **state)
{
    struct whet_vec v;

    (void)state;
    whet__vec_init(&v, 8, 5);
    assert_int_equal(whet__vec_reserve(&v, 6), -EFBIG);
    assert_int_equal(whet__vec_reserve(&v, 5), 0);
    assert_int_equal(whet__vec_reserve(&v, 2), 0);
    whet__mem_fail_nth(1);
    for (int i = 0; i < 5; i++)
        assert_non_null(whet__vec_push(&v));
    assert_null(whet__vec_push(&v));
    whet__mem_fail_nth(-1);
    whet__vec_clear(&v);
    whet__vec_init(&v, 8, 0);
    assert_null(whet__vec_push(&v));
    whet__vec_clear(&v);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_vec v;
        size_t pushed = 0;

        whet__vec_init(&v, sizeof(int), 1000);
        if (whet__vec_reserve(&v, 3) == -ENOMEM)
            assert_null(v.items);
        for (int i = 0; i < 100; i++)
            pushed += whet__vec_push(&v) != NULL;
        assert_int_equal(v.len, pushed);
        whet__vec_clear(&v);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_keeps_items),
        cmocka_unit_test(reserved_room_cannot_fail),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
