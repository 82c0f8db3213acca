/* base/random.h: the published numbers, and the shapes of what is made of them. */
#include "../harness.h"

#include <math.h>
#include <string.h>

#include "base/random.h"

/* From the reference implementations of Vigna, as the Rust crate rand_xoshiro and
 * Rosetta Code (task "Pseudo-random numbers/Splitmix64") have them. */
static void gives_the_published_numbers(void **state)
{
    static const uint64_t splitmix[] = {
        UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
        UINT64_C(9817491932198370423), UINT64_C(4593380528125082431)};
    static const uint64_t xoshiro[] = {11520,
                                       0,
                                       1509978240,
                                       UINT64_C(1215971899390074240),
                                       UINT64_C(1216172134540287360),
                                       UINT64_C(607988272756665600),
                                       UINT64_C(16172922978634559625),
                                       UINT64_C(8476171486693032832),
                                       UINT64_C(10595114339597558777),
                                       UINT64_C(2904607092377533576)};
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 1234567);
    assert_memory_equal(r.s, splitmix, sizeof(splitmix));
    for (int i = 0; i < 4; i++)
        r.s[i] = (uint64_t)i + 1;
    for (size_t i = 0; i < sizeof(xoshiro) / sizeof(xoshiro[0]); i++)
        assert_int_equal(whet__random_next(&r), xoshiro[i]);
}

static void below_is_even(void **state)
{
    int counts[7] = {0};
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 1);
    for (int i = 0; i < 70000; i++)
        counts[whet__random_below(&r, 7)]++;
    /* 10000 each; five standard deviations are 463. */
    for (int i = 0; i < 7; i++)
        assert_in_range(counts[i], 10000 - 463, 10000 + 463);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(whet__random_below(&r, 1), 0);
}

/* Three quarters of 2^64: without care a third of the answers would come twice as often,
 * and this mean would be 1/3 of 2^64 instead of 3/8. */
static void below_has_no_bias_for_large_ranges(void **state)
{
    const uint64_t n = UINT64_C(3) << 62;
    struct whet_random r;
    double sum = 0;

    (void)state;
    whet__random_init(&r, 4);
    for (int i = 0; i < 40000; i++) {
        uint64_t x = whet__random_below(&r, n);

        assert_true(x < n);
        sum += (double)x * 0x1p-64;
    }
    assert_true(fabs(sum / 40000 - 0.375) < 0.0055);
}

static void ratios_have_their_mean(void **state)
{
    double sum = 0;
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 3);
    for (int i = 0; i < 100000; i++) {
        double ratio = whet__random_ratio(&r);

        assert_true(ratio >= 0 && ratio < 1);
        sum += ratio;
    }
    /* Five standard errors. */
    assert_true(fabs(sum / 100000 - 0.5) < 0.0046);
}

static void permutations_are_even(void **state)
{
    int counts[27] = {0};
    struct whet_random r;
    int seen = 0;

    (void)state;
    whet__random_init(&r, 5);
    for (int i = 0; i < 60000; i++) {
        size_t order[3];

        whet__random_permutation(&r, order, 3);
        assert_int_equal((1 << order[0]) | (1 << order[1]) | (1 << order[2]), 7);
        counts[order[0] * 9 + order[1] * 3 + order[2]]++;
    }
    for (int i = 0; i < 27; i++)
        if (counts[i] != 0) {
            assert_in_range(counts[i], 10000 - 457, 10000 + 457);
            seen++;
        }
    assert_int_equal(seen, 6);
    whet__random_permutation(&r, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_published_numbers),
        cmocka_unit_test(below_is_even),
        cmocka_unit_test(below_has_no_bias_for_large_ranges),
        cmocka_unit_test(ratios_have_their_mean),
        cmocka_unit_test(permutations_are_even),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
