/* base/mem.h: sizes that overflow, and failure on request. */
#include "../harness.h"

#include <string.h>

static void hands_out_and_copies(void **state)
{
    char *block = whet__mem_zalloc(0, 0);
    char *copy;

    (void)state;
    assert_non_null(block);
    block = whet__mem_resize(block, 0, 8);
    assert_non_null(block);
    block = whet__mem_resize(block, 4, 2);
    assert_non_null(block);
    memcpy(block, "abcdefg", 8);
    copy = whet__mem_strndup(block, 3);
    assert_string_equal(copy, "abc");
    whet__mem_free(copy);
    copy = whet__mem_strdup(block);
    assert_string_equal(copy, "abcdefg");
    whet__mem_free(copy);
    whet__mem_free(block);
    whet__mem_free(NULL);
    block = whet__mem_alloc(0);
    assert_non_null(block);
    whet__mem_free(block);
}

static void refuses_products_that_overflow(void **state)
{
    /* Through a variable: the compiler would see it coming. */
    volatile size_t half = SIZE_MAX / 2 + 1;

    (void)state;
    assert_null(whet__mem_resize(NULL, half, 2));
    assert_null(whet__mem_zalloc(half, 2));
}

static void fails_the_nth_once(void **state)
{
    void *a, *b, *c;

    (void)state;
    whet__mem_fail_nth(2);
    a = whet__mem_alloc(1);
    assert_true(whet__mem_fail_pending());
    b = whet__mem_zalloc(1, 1);
    assert_false(whet__mem_fail_pending());
    c = whet__mem_strdup("c");
    assert_non_null(a);
    assert_null(b);
    assert_non_null(c);
    whet__mem_fail_nth(1);
    assert_null(whet__mem_resize(a, 2, 1));
    whet__mem_fail_nth(1);
    assert_null(whet__mem_strdup("x"));
    whet__mem_fail_nth(-1);
    whet__mem_free(a);
    whet__mem_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hands_out_and_copies),
        cmocka_unit_test(refuses_products_that_overflow),
        cmocka_unit_test(fails_the_nth_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
