/* base/hash.h: the values that xxHash's own checks expect. */
#include "../harness.h"

#include <string.h>

#include "base/hash.h"

/* The buffer of xxHash's sanity checks (tests/sanity_test.c). */
static void fill(unsigned char *buffer, size_t len)
{
    uint64_t x = 2654435761u;

    for (size_t i = 0; i < len; i++) {
        buffer[i] = (unsigned char)(x >> 56);
        x *= UINT64_C(11400714785074694797);
    }
}

static void gives_the_published_64_bits(void **state)
{
    static const struct {
        size_t len;
        uint64_t hash;
    } cases[] = {
        {0, UINT64_C(0x2d06800538d394c2)},   {1, UINT64_C(0xc44bdff4074eecdb)},
        {6, UINT64_C(0x27b56a84cd2d7325)},   {12, UINT64_C(0xa713daf0dfbb77e7)},
        {24, UINT64_C(0xa3fe70bf9d3510eb)},  {48, UINT64_C(0x397da259ecba1f11)},
        {80, UINT64_C(0xbcdefbbb2c47c90a)},  {195, UINT64_C(0xcd94217ee362ec3a)},
        {403, UINT64_C(0xcdeb804d65c6dea4)}, {512, UINT64_C(0x617e49599013cb6b)},
    };
    unsigned char buffer[512];

    (void)state;
    fill(buffer, sizeof(buffer));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(whet__hash64(buffer, cases[i].len), cases[i].hash);
}

static void gives_the_published_128_bits(void **state)
{
    unsigned char buffer[512];
    struct whet_hash128 hash;
    char text[33];

    (void)state;
    fill(buffer, sizeof(buffer));
    hash = whet__hash128(buffer, 0);
    whet__hash128_format(&hash, text);
    assert_string_equal(text, "99aa06d3014798d86001c324468d497f");
    hash = whet__hash128(buffer, 1);
    whet__hash128_format(&hash, text);
    assert_string_equal(text, "a6cd5e9392000f6ac44bdff4074eecdb");
    hash = whet__hash128(buffer, 512);
    whet__hash128_format(&hash, text);
    assert_string_equal(text, "18d2d110dcc9bca1617e49599013cb6b");
}

static void a_seed_is_another_key_space(void **state)
{
    struct whet_hash128 zero = whet__hash128_seeded("abc", 3, 0);
    struct whet_hash128 none = whet__hash128("abc", 3);
    struct whet_hash128 one = whet__hash128_seeded("abc", 3, 1);

    (void)state;
    assert_memory_equal(zero.bytes, none.bytes, 16);
    assert_memory_not_equal(one.bytes, none.bytes, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_published_64_bits),
        cmocka_unit_test(gives_the_published_128_bits),
        cmocka_unit_test(a_seed_is_another_key_space),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
