/* os/pages.h: blocks are zero, where they should be, and no larger than asked for. */
#include "../harness.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "os/pages.h"

static void blocks_are_zero_and_ones_own(void **state)
{
    static const size_t sizes[] = {1, 5000, WHET_PAGES_LARGE, WHET_PAGES_LARGE * 3 + 1};
    unsigned char *blocks[4];

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        void *block;

        assert_int_equal(whet__pages_new(&block, sizes[i]), 0);
        assert_int_equal((uintptr_t)block % WHET_PAGES_LARGE, 0);
        blocks[i] = block;
        for (size_t k = 0; k < sizes[i]; k++)
            assert_int_equal(blocks[i][k], 0);
        memset(block, (int)i + 1, sizes[i]);
    }
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(blocks[i][0], i + 1);
        assert_int_equal(blocks[i][sizes[i] - 1], i + 1);
        whet__pages_free(blocks[i], sizes[i]);
    }
    whet__pages_free(NULL, 1);
}

static void refuses_what_cannot_be(void **state)
{
    void *block = state;

    assert_int_equal(whet__pages_new(&block, SIZE_MAX - 5), -ENOMEM);
    assert_int_equal(whet__pages_new(&block, SIZE_MAX / 4), -ENOMEM);
    assert_ptr_equal(block, state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_zero_and_ones_own),
        cmocka_unit_test(refuses_what_cannot_be),
    };

    return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
