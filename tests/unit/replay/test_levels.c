/* replay/levels.h: prices by hand, and the cheapest division against all others. */
#include "../harness.h"

#include <errno.h>
#include <math.h>

#include "replay/levels.h"

/* Hits rise evenly to 80 % at 1,000. */
static struct whet_curve_point points[] = {{0, 1}, {1000, .2}};
static const struct whet_curve even = {.points = points, .count = 2, .floor = .2};

static const struct whet_levels_costs flat = {
    .hit_ns = {100, 2000, 6000}, .miss_ns = 100000, .density = {1, 1, 1}};

static void prices_by_hand(void **state)
{
    struct whet_levels l = {.sizes = {100, 400, 0}};

    (void)state;
    assert_int_equal(whet__levels_price(&l, &even, &flat), 0);
    assert_true(fabs(l.hits[0] - .08) < 1e-12);
    assert_true(fabs(l.hits[1] - .32) < 1e-12);
    assert_true(fabs(l.hits[2]) < 1e-12);
    assert_true(fabs(l.hit_ratio - .4) < 1e-12);
    assert_true(fabs(l.mean_ns - (.08 * 100 + .32 * 2000 + .6 * 100000)) < 1e-6);
    whet__levels_default(&l, 1503);
    assert_int_equal(l.sizes[0], 100);
    assert_int_equal(l.sizes[1], 400);
    assert_int_equal(l.sizes[0] + l.sizes[1] + l.sizes[2], 1503);
}

/* Where a byte holds as much everywhere, the fastest level gets all. */
static void the_fastest_gets_all(void **state)
{
    struct whet_levels l;

    (void)state;
    assert_int_equal(whet__levels_best(&l, &even, &flat, 777, 0), 0);
    assert_int_equal(l.sizes[0], 777);
    assert_int_equal(l.sizes[1] + l.sizes[2], 0);
}

/* Costly misses are worth a denser level; nothing is cheaper than what was found. */
static void dense_levels_save_misses(void **state)
{
    struct whet_levels_costs costs;
    struct whet_levels best, other;

    (void)state;
    whet__levels_costs_default(&costs);
    assert_int_equal(whet__levels_best(&best, &even, &costs, 300, 0), 0);
    assert_int_equal(best.sizes[0] + best.sizes[1] + best.sizes[2], 300);
    assert_true(best.sizes[2] > 0 && best.hit_ratio > .79);
    for (uint64_t a = 0; a <= 300; a += 3) {
        for (uint64_t b = 0; a + b <= 300; b += 3) {
            other.sizes[0] = a;
            other.sizes[1] = b;
            other.sizes[2] = 300 - a - b;
            assert_int_equal(whet__levels_price(&other, &even, &costs), 0);
            assert_true(best.mean_ns <= other.mean_ns * 1.01);
        }
    }
    costs.miss_ns = 100; /* a miss costs no more than a hit: only speed counts */
    assert_int_equal(whet__levels_best(&best, &even, &costs, 300, 0), 0);
    assert_int_equal(best.sizes[0], 300);
    assert_int_equal(whet__levels_best(&best, &even, &costs, 300, .7), 0);
    assert_true(best.hit_ratio >= .7 && best.sizes[0] < 300);
}

static void says_what_cannot_be(void **state)
{
    struct whet_curve sampled = even;
    struct whet_levels l = {.sizes = {10, 0, 0}, .mean_ns = 7};

    (void)state;
    assert_int_equal(whet__levels_best(&l, &even, &flat, 500, .9), -ERANGE);
    sampled.min_size = 50;
    assert_int_equal(whet__levels_price(&l, &sampled, &flat), -ERANGE);
    assert_int_equal(whet__levels_best(&l, &sampled, &flat, 40, 0), -ERANGE);
    assert_int_equal(l.sizes[0], 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_by_hand),
        cmocka_unit_test(the_fastest_gets_all),
        cmocka_unit_test(dense_levels_save_misses),
        cmocka_unit_test(says_what_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
