/* base/text.h: growth, the maximum, the sticky error. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

static void appends_in_order(void **state)
{
    struct whet_text t;

    (void)state;
    whet__text_init(&t, 100);
    whet__text_puts(&t, "ab");
    whet__text_putc(&t, 'c');
    whet__text_printf(&t, "%d", 42);
    whet__text_fill(&t, '-', 3);
    assert_int_equal(whet__text_error(&t), 0);
    assert_string_equal(whet__text_str(&t), "abc42---");
    whet__text_truncate(&t, 2);
    assert_string_equal(whet__text_str(&t), "ab");
    whet__text_clear(&t);
    assert_string_equal(whet__text_str(&t), "");
}

static void stops_at_the_maximum(void **state)
{
    struct whet_text t;

    (void)state;
    whet__text_init(&t, 5);
    whet__text_puts(&t, "12345");
    assert_int_equal(whet__text_error(&t), 0);
    whet__text_putc(&t, '6');
    assert_int_equal(whet__text_error(&t), -EFBIG);
    whet__text_puts(&t, "");
    assert_int_equal(whet__text_error(&t), -EFBIG);
    assert_string_equal(whet__text_str(&t), "12345");
    assert_null(whet__text_take(&t));
    whet__text_clear(&t);
}

static void hands_over_and_reserves(void **state)
{
    struct whet_text t;
    char *room, *taken;

    (void)state;
    whet__text_init(&t, 100);
    taken = whet__text_take(&t);
    assert_string_equal(taken, "");
    whet__mem_free(taken);
    room = whet__text_reserve(&t, 3);
    assert_non_null(room);
    memcpy(room, "abc", 4);
    t.len += 3;
    whet__text_fill(&t, '.', 96);
    whet__text_truncate(&t, 200);
    assert_int_equal(t.len, 99);
    whet__text_fill(&t, '.', 2);
    assert_int_equal(whet__text_error(&t), -EFBIG);
    whet__text_printf(&t, "%d", 1);
    assert_null(whet__text_reserve(&t, 0));
    whet__text_reset(&t);
    assert_int_equal(whet__text_error(&t), 0);
    whet__text_printf(&t, "%0101d", 1);
    assert_int_equal(whet__text_error(&t), -EFBIG);
    assert_string_equal(whet__text_str(&t), "");
    whet__text_clear(&t);
    whet__text_reset(&t);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_text t;
        char *taken;

        whet__text_init(&t, 1000);
        for (int i = 0; i < 50; i++)
            whet__text_puts(&t, "0123456789");
        taken = whet__text_take(&t);
        if (taken != NULL)
            assert_int_equal(strlen(taken), 500);
        whet__mem_free(taken);
        whet__text_clear(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_in_order),
        cmocka_unit_test(stops_at_the_maximum),
        cmocka_unit_test(hands_over_and_reserves),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
