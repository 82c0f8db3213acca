/* base/map.h: against a plain table of what was put in. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/random.h"

#define KEYS 2000

static void answers_like_a_plain_table(void **state)
{
    static char keys[KEYS][16];
    static int values[KEYS][2];
    void *expected[KEYS] = {NULL};
    struct whet_random r;
    struct whet_map m;
    size_t count = 0;

    (void)state;
    whet__random_init(&r, 2);
    whet__map_init(&m, SIZE_MAX);
    assert_null(whet__map_get_str(&m, "nothing"));
    for (int i = 0; i < KEYS; i++)
        snprintf(keys[i], sizeof(keys[i]), "key %d", i);
    for (int i = 0; i < 5 * KEYS; i++) {
        size_t k = (size_t)whet__random_below(&r, KEYS);

        count += expected[k] == NULL;
        expected[k] = &values[k][i % 2];
        assert_int_equal(whet__map_put_str(&m, keys[k], expected[k]), 0);
        k = (size_t)whet__random_below(&r, KEYS);
        assert_ptr_equal(whet__map_get_str(&m, keys[k]), expected[k]);
    }
    assert_int_equal(m.entries.len, count);
    for (int k = 0; k < KEYS; k++)
        assert_ptr_equal(whet__map_get(&m, keys[k], strlen(keys[k])), expected[k]);
    whet__map_clear(&m);
    assert_null(whet__map_get_str(&m, keys[0]));
}

static void keeps_the_order_and_any_bytes(void **state)
{
    static const char *const words[] = {"z", "a", "m", ""};
    struct whet_map m;
    int one = 1, two = 2;

    (void)state;
    whet__map_init(&m, 10);
    for (int i = 0; i < 4; i++)
        assert_int_equal(whet__map_put_str(&m, words[i], &one), 0);
    assert_int_equal(whet__map_put_str(&m, "a", &two), 0);
    for (size_t i = 0; i < 4; i++) {
        const struct whet_map_entry *e = whet__vec_at(&m.entries, i);

        assert_string_equal(e->key, words[i]);
    }
    assert_ptr_equal(whet__map_get_str(&m, "a"), &two);
    assert_int_equal(whet__map_put(&m, "a\0b", 3, &one), 0);
    assert_ptr_equal(whet__map_get(&m, "a\0b", 3), &one);
    assert_null(whet__map_get(&m, "a\0c", 3));
    whet__map_clear(&m);
}

static void stops_at_the_maximum(void **state)
{
    struct whet_map m;
    int value;

    (void)state;
    whet__map_init(&m, 2);
    assert_int_equal(whet__map_put_str(&m, "a", &value), 0);
    assert_int_equal(whet__map_put_str(&m, "b", &value), 0);
    assert_int_equal(whet__map_put_str(&m, "c", &value), -EFBIG);
    assert_int_equal(whet__map_put_str(&m, "a", NULL), 0);
    assert_null(whet__map_get_str(&m, "c"));
    assert_int_equal(m.entries.len, 2);
    whet__map_clear(&m);
}

static void survives_failed_allocations(void **state)
{
    static char keys[100][8];

    (void)state;
    for (int i = 0; i < 100; i++)
        snprintf(keys[i], sizeof(keys[i]), "%d", i);
    EACH_ALLOCATION_FAILS
    {
        struct whet_map m;

        whet__map_init(&m, 1000);
        for (int i = 0; i < 100; i++) {
            int rc = whet__map_put_str(&m, keys[i], keys[i]);

            assert_true(rc == 0 || rc == -ENOMEM);
            assert_ptr_equal(whet__map_get_str(&m, keys[i]), rc == 0 ? keys[i] : NULL);
            assert_int_equal(rc == 0 ? 0 : whet__map_put_str(&m, keys[i], keys[i]), 0);
        }
        assert_int_equal(m.entries.len, 100);
        whet__map_clear(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_like_a_plain_table),
        cmocka_unit_test(keeps_the_order_and_any_bytes),
        cmocka_unit_test(stops_at_the_maximum),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
