/* stat/interval.h, sign_test.h, paired.h, bootstrap.h: exact values and contracts. Whether
 * the intervals hold what they promise is test_coverage.c's question. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include "../simulate.h"
#include "stat/bootstrap.h"
#include "stat/interval.h"
#include "stat/paired.h"
#include "stat/quantile.h"
#include "stat/sign_test.h"

#include "oracle.h"

#define MOST 5000

static void median_ranks_are_exact(void **state)
{
    static double ascending[MOST];
    FILE *table = oracle_open("median_interval.txt");
    double row[4]; /* n level rank coverage */
    int rows = 0;

    (void)state;
    for (size_t i = 0; i < MOST; i++)
        ascending[i] = (double)i + 1;
    for (; oracle_read(table, row, 4); rows++) {
        struct whet_interval i;

        assert_int_equal(whet__interval_median(&i, ascending, (size_t)row[0], row[1]), 0);
        assert_true(i.low == row[2]);
        assert_true(i.high == row[0] + 1 - row[2]);
        assert_true(i.estimate == (row[0] + 1) / 2);
        assert_true(fabs(i.level - row[3]) < 1e-12);
    }
    assert_int_equal(rows, 225);
    fclose(table);
}

static void says_how_many_values_a_level_needs(void **state)
{
    const double v[] = {1, 2, 3, 4, 5};
    struct whet_interval i;

    (void)state;
    assert_int_equal(whet__interval_median_needs(0.9375), 5);
    assert_int_equal(whet__interval_median_needs(0.95), 6);
    assert_int_equal(whet__interval_median_needs(0.99), 8);
    assert_int_equal(whet__interval_median_needs(0.999), 11);
    assert_int_equal(whet__interval_median_needs(0), 0);
    assert_int_equal(whet__interval_median_needs(1), 0);
    assert_int_equal(whet__interval_median(&i, v, 5, 0.99), 0);
    assert_true(i.low == 1 && i.high == 5 && i.level == 0.9375);
    assert_int_equal(whet__interval_median(&i, v, 5, 0.9375), 0);
    assert_true(i.low == 1 && i.high == 5);
}

static void median_refuses(void **state)
{
    const double falling[] = {2, 1}, nan_first[] = {NAN}, nan_last[] = {1, NAN};
    struct whet_interval i = {.estimate = 77};

    (void)state;
    assert_int_equal(whet__interval_median(&i, falling, 0, 0.95), -EINVAL);
    assert_int_equal(whet__interval_median(&i, falling, 2, 0.95), -EINVAL);
    assert_int_equal(whet__interval_median(&i, nan_first, 1, 0.95), -EINVAL);
    assert_int_equal(whet__interval_median(&i, nan_last, 2, 0.95), -EINVAL);
    assert_int_equal(whet__interval_median(&i, falling, 1, 0), -EINVAL);
    assert_int_equal(whet__interval_median(&i, falling, 1, 1), -EINVAL);
    assert_int_equal(whet__interval_median(&i, falling, 1, NAN), -EINVAL);
    assert_true(i.estimate == 77);
}

static void sign_test_is_exact(void **state)
{
    static double values[MOST];
    FILE *table = oracle_open("sign_test.txt");
    double row[5]; /* below above p p_above p_below */
    int rows = 0;

    (void)state;
    for (; oracle_read(table, row, 5); rows++) {
        size_t below = (size_t)row[0], signs = below + (size_t)row[1];
        struct whet_sign_test t;

        for (size_t i = 0; i < signs + 2; i++)
            values[i] = i < below ? 6 : i < signs ? 8 : 7;
        assert_int_equal(whet__sign_test(&t, values, signs + 2, 7), 0);
        assert_int_equal(t.below, below);
        assert_int_equal(t.above, signs - below);
        assert_int_equal(t.ties, 2);
        assert_true(oracle_error(t.p, row[2]) < 1e-12);
        assert_true(oracle_error(t.p_above, row[3]) < 1e-12);
        assert_true(oracle_error(t.p_below, row[4]) < 1e-12);
    }
    assert_int_equal(rows, 83);
    fclose(table);
}

static void sign_test_refuses(void **state)
{
    const double v[] = {1, NAN};
    struct whet_sign_test t = {.ties = 77};

    (void)state;
    assert_int_equal(whet__sign_test(&t, v, 0, 0), -EINVAL);
    assert_int_equal(whet__sign_test(&t, v, 2, 0), -EINVAL);
    assert_int_equal(whet__sign_test(&t, v, 1, NAN), -EINVAL);
    assert_int_equal(t.ties, 77);
}

static void paired_ratio_cancels_what_pairs_share(void **state)
{
    double base[9], candidate[9], scratch[9];
    struct whet_paired there, back;

    (void)state;
    for (int i = 0; i < 9; i++) {
        base[i] = pow(10, i - 4);                        /* a drift of eight decades ... */
        candidate[i] = base[i] * (0.8 + 0.01 * (i % 3)); /* ... and a gain of a fifth */
    }
    assert_int_equal(whet__paired_compare(&there, base, candidate, 9, 0.95, scratch), 0);
    assert_true(oracle_error(there.ratio.estimate, 0.81) < 1e-12);
    assert_true(oracle_error(there.ratio.low, 0.80) < 1e-12);
    assert_true(oracle_error(there.ratio.high, 0.82) < 1e-12);
    assert_int_equal(there.change.below, 9);
    assert_true(oracle_error(there.change.p, 2.0 / 512) < 1e-12);
    /* The other way round is the inverse. */
    assert_int_equal(whet__paired_compare(&back, candidate, base, 9, 0.95, scratch), 0);
    assert_true(oracle_error(back.ratio.estimate, 1 / there.ratio.estimate) < 1e-12);
    assert_true(oracle_error(back.ratio.low, 1 / there.ratio.high) < 1e-12);
}

static void paired_ratio_refuses(void **state)
{
    const double fine[] = {1, 2}, zero[] = {1, 0}, endless[] = {1, INFINITY}, no[] = {1, NAN};
    struct whet_paired p = {.ratio = {.estimate = 77}};
    double scratch[2];

    (void)state;
    assert_int_equal(whet__paired_compare(&p, fine, fine, 0, 0.95, scratch), -EINVAL);
    assert_int_equal(whet__paired_compare(&p, fine, fine, 2, 1.5, scratch), -EINVAL);
    assert_int_equal(whet__paired_compare(&p, fine, zero, 2, 0.95, scratch), -EDOM);
    assert_int_equal(whet__paired_compare(&p, endless, fine, 2, 0.95, scratch), -EDOM);
    assert_int_equal(whet__paired_compare(&p, fine, no, 2, 0.95, scratch), -EDOM);
    assert_true(p.ratio.estimate == 77);
}

#define RESAMPLES 4000
#define SAMPLE    400

/* For a mean of many values the bootstrap must find what the normal theory says. */
static void bootstrap_agrees_with_theory(void **state)
{
    static double values[SAMPLE], scratch[SAMPLE + RESAMPLES];
    const struct whet_bootstrap_options o = {.resamples = RESAMPLES};
    double mean = 0, squares = 0, half;
    struct whet_random random;
    struct whet_interval found;

    (void)state;
    whet__random_init(&random, 3);
    for (size_t i = 0; i < SAMPLE; i++)
        mean += (values[i] = 50 + normal_draw(&random)) / SAMPLE;
    for (size_t i = 0; i < SAMPLE; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    half = 1.959964 * sqrt(squares / SAMPLE / SAMPLE);
    assert_int_equal(whet__bootstrap_scratch(SAMPLE, &o), SAMPLE + RESAMPLES);
    assert_int_equal(whet__bootstrap_interval(&found, values, SAMPLE, whet__statistic_mean,
                                              NULL, &o, scratch),
                     0);
    assert_true(oracle_error(found.estimate, mean) < 1e-12);
    assert_true(fabs(found.low - (mean - half)) < 0.1 * half);
    assert_true(fabs(found.high - (mean + half)) < 0.1 * half);
    assert_true(found.level == 0.95);
}

static int interval_seeded(struct whet_interval *out, uint64_t seed)
{
    static double scratch[4 + 2000];
    const double v[] = {4, 5, 6, 9};
    const struct whet_bootstrap_options o = {.seed = seed};

    return whet__bootstrap_interval(out, v, 4, whet__statistic_median, NULL, &o, scratch);
}

static void bootstrap_repeats_itself(void **state)
{
    struct whet_interval first, second, third;

    (void)state;
    assert_int_equal(interval_seeded(&first, 0), 0);
    assert_int_equal(interval_seeded(&second, 0), 0);
    assert_memory_equal(&first, &second, sizeof(first));
    assert_true(first.estimate == 5.5);
    assert_true(first.low >= 4 && first.high <= 9);
    assert_int_equal(interval_seeded(&third, 1), 0);
    assert_true(third.estimate == first.estimate);
}

static double not_finite(double *values, size_t n, void *ctx)
{
    (void)values, (void)n, (void)ctx;
    return NAN;
}

static int interval_of_mean(struct whet_interval *out, size_t n,
                            struct whet_bootstrap_options o)
{
    static double scratch[100000];
    const double v[] = {1, 2, 3};

    return whet__bootstrap_interval(out, v, n, whet__statistic_mean, NULL, &o, scratch);
}

static void bootstrap_refuses(void **state)
{
    static double scratch[3000];
    const double v[] = {1, 2, 3};
    struct whet_interval i = {.estimate = 77};
    struct whet_bootstrap_options o;

    (void)state;
    assert_int_equal(interval_of_mean(&i, 1, (struct whet_bootstrap_options){0}), -EINVAL);
    o = (struct whet_bootstrap_options){.resamples = 99};
    assert_int_equal(interval_of_mean(&i, 3, o), -EINVAL);
    o = (struct whet_bootstrap_options){.resamples = 1000001};
    assert_int_equal(interval_of_mean(&i, 3, o), -EINVAL);
    o = (struct whet_bootstrap_options){.level = 1};
    assert_int_equal(interval_of_mean(&i, 3, o), -EINVAL);
    assert_int_equal(whet__bootstrap_interval(&i, v, 3, not_finite, NULL, NULL, scratch),
                     -EDOM);
    assert_true(i.estimate == 77);
}

static void bootstrap_of_equal_values_is_a_point(void **state)
{
    static double scratch[2 + 2000];
    const double same[] = {3, 3};
    struct whet_interval i;

    (void)state;
    assert_int_equal(
        whet__bootstrap_interval(&i, same, 2, whet__statistic_median, NULL, NULL, scratch), 0);
    assert_true(i.low == 3 && i.high == 3 && i.estimate == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(median_ranks_are_exact),
        cmocka_unit_test(says_how_many_values_a_level_needs),
        cmocka_unit_test(median_refuses),
        cmocka_unit_test(sign_test_is_exact),
        cmocka_unit_test(sign_test_refuses),
        cmocka_unit_test(paired_ratio_cancels_what_pairs_share),
        cmocka_unit_test(paired_ratio_refuses),
        cmocka_unit_test(bootstrap_agrees_with_theory),
        cmocka_unit_test(bootstrap_repeats_itself),
        cmocka_unit_test(bootstrap_refuses),
        cmocka_unit_test(bootstrap_of_equal_values_is_a_point),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
