/* base/pack.h: what is packed comes back; what is cut or bent is refused. */
#include "../harness.h"

#include <string.h>

#include "base/pack.h"
#include "base/random.h"

static void numbers_come_back(void **state)
{
    struct whet_random random;
    struct whet_text text;

    (void)state;
    whet__random_init(&random, 1);
    whet__text_init(&text, 1 << 20);
    for (int i = 0; i < 10000; i++) {
        uint64_t value = whet__random_next(&random) >> whet__random_below(&random, 64);
        struct whet_unpack u;

        whet__text_reset(&text);
        whet__pack_uint(&text, value);
        whet__unpack_init(&u, text.data, text.len);
        assert_true(whet__unpack_uint(&u) == value);
        assert_true(whet__unpack_done(&u));
        for (size_t cut = 0; cut < text.len; cut++) {
            whet__unpack_init(&u, text.data, cut);
            assert_int_equal(whet__unpack_uint(&u), 0);
            assert_true(u.bad);
        }
    }
    whet__text_clear(&text);
}

static void strings_come_back(void **state)
{
    struct whet_text text;
    struct whet_unpack u;
    const char *got;
    size_t len;

    (void)state;
    whet__text_init(&text, 100);
    whet__pack_string(&text, "abc", 3);
    whet__pack_string(&text, "", 0);
    whet__unpack_init(&u, text.data, text.len);
    got = whet__unpack_string(&u, &len);
    assert_int_equal(len, 3);
    assert_memory_equal(got, "abc", 3);
    assert_non_null(whet__unpack_string(&u, &len));
    assert_int_equal(len, 0);
    assert_true(whet__unpack_done(&u));
    assert_null(whet__unpack_bytes(&u, 1));
    assert_false(whet__unpack_done(&u));
    whet__text_clear(&text);
}

static void too_large_is_bad(void **state)
{
    static const unsigned char over64[] = {0xff, 0xff, 0xff, 0xff, 0xff,
                                           0xff, 0xff, 0xff, 0xff, 2};
    static const unsigned char over32[] = {0x80, 0x80, 0x80, 0x80, 0x10};
    static const unsigned char long_string[] = {0xff, 0xff, 0xff, 0xff, 0x0f, 'a'};
    struct whet_unpack u;
    size_t len;

    (void)state;
    whet__unpack_init(&u, over64, sizeof(over64));
    assert_int_equal(whet__unpack_uint(&u), 0);
    assert_true(u.bad);
    whet__unpack_init(&u, over32, sizeof(over32));
    assert_int_equal(whet__unpack_uint32(&u), 0);
    assert_true(u.bad);
    whet__unpack_init(&u, long_string, sizeof(long_string));
    assert_null(whet__unpack_string(&u, &len));
    assert_int_equal(len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_come_back),
        cmocka_unit_test(strings_come_back),
        cmocka_unit_test(too_large_is_bad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
