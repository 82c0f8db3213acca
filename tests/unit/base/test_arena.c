/* base/arena.h: blocks that do not overlap, the maximum, reuse. */
#include "../harness.h"

#include <string.h>

#include "base/arena.h"
#include "base/random.h"

static void blocks_are_aligned_and_apart(void **state)
{
    unsigned char *blocks[500];
    size_t sizes[500];
    struct whet_random r;
    struct whet_arena a;

    (void)state;
    whet__random_init(&r, 1);
    whet__arena_init(&a, SIZE_MAX / 2);
    for (size_t i = 0; i < 500; i++) {
        sizes[i] = (size_t)whet__random_below(&r, i % 50 == 0 ? 100000 : 200);
        blocks[i] = whet__arena_alloc(&a, sizes[i]);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % _Alignof(max_align_t), 0);
        memset(blocks[i], (int)(i & 255), sizes[i]);
        assert_string_equal(whet__arena_strndup(&a, "odd", 2), "od");
        assert_string_equal(whet__arena_join(&a, "a/b", "c"), "a/b/c");
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(blocks[i][k], i & 255);
    whet__arena_clear(&a);
}

static void stops_at_the_maximum(void **state)
{
    static char long_name[5000];
    struct whet_arena a;
    size_t total;

    (void)state;
    whet__arena_init(&a, 10000);
    assert_null(whet__arena_alloc(&a, 10001));
    assert_null(whet__arena_alloc(&a, SIZE_MAX));
    assert_null(whet__arena_strndup(&a, "x", SIZE_MAX));
    assert_non_null(whet__arena_alloc(&a, 4000));
    assert_non_null(whet__arena_alloc(&a, 5904));
    total = a.total;
    assert_true(total <= 10000);
    assert_null(whet__arena_alloc(&a, 5000));
    memset(long_name, 'x', sizeof(long_name) - 1);
    assert_null(whet__arena_join(&a, "folder", long_name));
    assert_int_equal(a.total, total);
    assert_null(whet__arena_zalloc(&a, SIZE_MAX / 2, 3));
    whet__arena_clear(&a);
    assert_int_equal(a.total, 0);
}

static void reset_keeps_one_chunk(void **state)
{
    struct whet_arena a;
    char *block;

    (void)state;
    whet__arena_init(&a, 1 << 24);
    whet__arena_reset(&a);
    for (int i = 0; i < 100; i++)
        assert_non_null(whet__arena_alloc(&a, 1000));
    whet__arena_reset(&a);
    assert_true(a.head != NULL && a.used == 0);
    block = whet__arena_zalloc(&a, 100, 10);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(block[i], 0);
    whet__arena_clear(&a);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_arena a;

        whet__arena_init(&a, 1 << 20);
        for (int i = 0; i < 100; i++) {
            char *text = whet__arena_strndup(&a, "0123456789", 10);

            assert_true(text == NULL || strcmp(text, "0123456789") == 0);
            assert_true(text != NULL || whet__arena_zalloc(&a, 1, 1) != NULL);
            (void)!whet__arena_alloc(&a, 500);
        }
        whet__arena_clear(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_aligned_and_apart),
        cmocka_unit_test(stops_at_the_maximum),
        cmocka_unit_test(reset_keeps_one_chunk),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
