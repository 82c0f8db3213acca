/* stat/slope.h and stat/unpaired.h: contract, and intervals that cover the truth. */
#include "../harness.h"

#include <errno.h>
#include <math.h>

#include "../simulate.h"
#include "stat/slope.h"
#include "stat/unpaired.h"

#define MOST 100

static struct whet_random random_state;

/* Runs of 1,000, 2,000, ... iterations at 3 a piece, unevenly so: all of the time, or only the
 * reading of the clock. */
static double slope_coverage(enum noise shape, size_t n, int of_clock)
{
    double x[MOST], y[MOST], scratch[MOST];
    int inside = 0;

    for (int d = 0; d < DRAWS(10000); d++) {
        struct whet_interval i;

        for (size_t k = 0; k < n; k++) {
            double factor = noise_draw(&random_state, shape, 0.05);

            x[k] = 1000 * (double)(k + 1);
            y[k] = of_clock ? 3 * x[k] + 3000 * (factor - 1) : 3 * x[k] * factor;
        }
        assert_int_equal(whet__slope_fit(&i, x, y, n, 0.95, scratch), 0);
        inside += i.low <= 3 && 3 <= i.high;
    }
    return (double)inside / DRAWS(10000);
}

static void slopes_are_where_the_interval_says(void **state)
{
    const size_t counts[] = {10, 20, 100};

    (void)state;
    for (int shape = 0; shape < NOISES; shape++) {
        for (size_t i = 0; i < 3; i++) {
            double all = slope_coverage((enum noise)shape, counts[i], 0);
            double clock = slope_coverage((enum noise)shape, counts[i], 1);

            print_message("# slope, %s, n %zu: %.2f, %.2f at 95\n", noise_names[shape],
                          counts[i], 100 * all, 100 * clock);
            assert_true(fabs(all - 0.95) < SLACK(0.01));
            assert_true(fabs(clock - 0.95) < SLACK(0.01));
        }
    }
}

static void exact_times_give_the_slope(void **state)
{
    const double x[] = {1, 2, 3, 4}, y[] = {2, 4, 6, 8};
    double scratch[4];
    struct whet_interval i;

    (void)state;
    assert_int_equal(whet__slope_fit(&i, x, y, 4, 0.95, scratch), 0);
    assert_true(i.estimate == 2 && i.low == 2 && i.high == 2);
    assert_true(i.level == 1 - 2 * pow(0.5, 4));
    assert_int_equal(whet__slope_fit(&i, x, (const double[]){2, 5, 6, 9}, 4, 0.95, scratch), 0);
    assert_true(i.low == 2 && i.high == 2.5 && i.level == 1 - 2 * pow(0.5, 4));
    assert_int_equal(whet__slope_fit(&i, x, y, 0, 0.95, scratch), -EINVAL);
    assert_int_equal(whet__slope_fit(&i, x, y, 4, 1.5, scratch), -EINVAL);
    assert_int_equal(whet__slope_fit(&i, y, (const double[]){1, NAN}, 2, 0.95, scratch),
                     -EINVAL);
    assert_int_equal(whet__slope_fit(&i, (const double[]){0, 1}, y, 2, 0.95, scratch), -EINVAL);
}

/* Two samples of their own noise; the interval promises its level at least. */
static double ratio_coverage(enum noise shape, size_t n, size_t m, double level, double *has)
{
    int inside = 0;

    for (int d = 0; d < DRAWS(10000); d++) {
        double a[MOST], b[MOST];
        struct whet_interval i;

        for (size_t k = 0; k < n; k++)
            a[k] = 10 * noise_draw(&random_state, shape, 0.05);
        for (size_t k = 0; k < m; k++)
            b[k] = 11 * noise_draw(&random_state, NOISE_NORMAL, 0.02);
        assert_int_equal(whet__unpaired_compare(&i, a, n, b, m, level), 0);
        inside += i.low <= 1.1 && 1.1 <= i.high;
        *has = i.level;
    }
    return (double)inside / DRAWS(10000);
}

static void ratios_of_medians_hold_their_level(void **state)
{
    const size_t sizes[][2] = {{5, 5}, {9, 9}, {20, 50}, {100, 20}};

    (void)state;
    for (int shape = 0; shape < NOISES; shape++) {
        for (size_t i = 0; i < 4; i++) {
            double has, covers = ratio_coverage((enum noise)shape, sizes[i][0], sizes[i][1],
                                                0.99, &has);

            print_message("# unpaired, %s, n %zu and %zu: %.2f at %.2f\n", noise_names[shape],
                          sizes[i][0], sizes[i][1], 100 * covers, 100 * has);
            assert_true(covers >= has - SLACK(0.004));
            assert_true(has >= 0.99 || sizes[i][0] < 9);
        }
    }
}

static void zeroes_have_ratios(void **state)
{
    double none[] = {0, 0, 0}, some[] = {3, 3, 3}, bad[] = {1, -1, 2};
    struct whet_interval i;

    (void)state;
    assert_int_equal(whet__unpaired_compare(&i, none, 3, none, 3, 0.99), 0);
    assert_true(i.estimate == 1 && i.low == 1 && i.high == 1);
    assert_int_equal(whet__unpaired_compare(&i, none, 3, some, 3, 0.99), 0);
    assert_true(isinf(i.estimate) && isinf(i.low));
    assert_int_equal(whet__unpaired_compare(&i, some, 3, none, 3, 0.99), 0);
    assert_true(i.estimate == 0 && i.high == 0);
    assert_int_equal(whet__unpaired_compare(&i, some, 3, bad, 3, 0.99), -EDOM);
    assert_int_equal(whet__unpaired_compare(&i, some, 0, none, 3, 0.99), -EINVAL);
    assert_int_equal(whet__unpaired_compare(&i, some, 3, none, 3, 0), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slopes_are_where_the_interval_says),
        cmocka_unit_test(exact_times_give_the_slope),
        cmocka_unit_test(ratios_of_medians_hold_their_level),
        cmocka_unit_test(zeroes_have_ratios),
    };

    whet__random_init(&random_state, 12);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
