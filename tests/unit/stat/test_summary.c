/* stat/summary.h and stat/quantile.h against exact fractions. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include "base/random.h"
#include "stat/quantile.h"
#include "stat/summary.h"

#include "oracle.h"

#define MOST 300

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void sorts_like_qsort(void **state)
{
    struct whet_random random;
    double mine[MOST], theirs[MOST];

    (void)state;
    whet__random_init(&random, 1);
    for (size_t n = 0; n <= MOST; n++) {
        for (size_t i = 0; i < n; i++)
            mine[i] = (double)whet__random_below(&random, n + 1) - 20;
        memcpy(theirs, mine, sizeof(mine));
        qsort(theirs, n, sizeof(double), compare);
        assert_int_equal(whet__doubles_sort(mine, n), 0);
        assert_memory_equal(mine, theirs, n * sizeof(double));
    }
}

static void sorts_infinities_and_refuses_nan(void **state)
{
    double v[] = {1, INFINITY, -INFINITY, 0};
    double with_nan[] = {2, 1, NAN};

    (void)state;
    assert_int_equal(whet__doubles_sort(v, 4), 0);
    assert_true(v[0] == -INFINITY && v[3] == INFINITY);
    assert_int_equal(whet__doubles_sort(with_nan, 3), -EINVAL);
    assert_true(with_nan[0] == 2 && with_nan[1] == 1);
}

static void quantiles_have_ends(void **state)
{
    const double v[] = {1, 2, 4};

    (void)state;
    for (enum whet_quantile_type t = WHET_QUANTILE_TYPE_7; t <= WHET_QUANTILE_TYPE_8; t++) {
        assert_true(isnan(whet__quantile_sorted(v, 0, 0.5, t)));
        assert_true(isnan(whet__quantile_sorted(v, 3, -0.1, t)));
        assert_true(isnan(whet__quantile_sorted(v, 3, 1.1, t)));
        assert_true(isnan(whet__quantile_sorted(v, 3, NAN, t)));
        assert_true(whet__quantile_sorted(v, 3, 0, t) == 1);
        assert_true(whet__quantile_sorted(v, 3, 0.5, t) == 2);
        assert_true(whet__quantile_sorted(v, 3, 1, t) == 4);
        assert_true(whet__quantile_sorted(v, 1, 0.7, t) == 1);
    }
    assert_true(isnan(whet__median_sorted(v, 0)));
    assert_true(whet__median_sorted(v, 2) == 1.5);
}

/* Columns of summary.txt. */
enum { N, MEAN, SD, MEDIAN, MAD_RAW, Q1, Q3, P95, Q1_TYPE8, P95_TYPE8, COLUMNS };

static void agrees_with_exact_fractions(void **state)
{
    FILE *table = oracle_open("summary.txt");
    double want[COLUMNS], values[MOST], scratch[MOST];
    int rows = 0;

    (void)state;
    for (; oracle_read(table, want, COLUMNS); rows++) {
        size_t n = (size_t)want[N];
        struct whet_summary s;

        assert_true(n <= MOST && oracle_read(table, values, (int)n));
        assert_int_equal(whet__summary_of(&s, values, n, scratch), 0);
        assert_int_equal(s.n, n);
        assert_true(oracle_error(s.mean, want[MEAN]) < 1e-15);
        assert_true(oracle_error(s.sd, want[SD]) < 1e-14);
        assert_true(oracle_error(s.median, want[MEDIAN]) < 1e-15);
        assert_true(oracle_error(s.mad_raw, want[MAD_RAW]) < 1e-14);
        assert_true(oracle_error(s.mad, want[MAD_RAW] * 1.482602218505602) < 1e-14);
        assert_true(oracle_error(s.q1, want[Q1]) < 1e-15);
        assert_true(oracle_error(s.q3, want[Q3]) < 1e-15);
        assert_true(oracle_error(s.p95, want[P95]) < 1e-14);
        assert_int_equal(whet__doubles_sort(values, n), 0);
        assert_true(s.min == values[0] && s.max == values[n - 1]);
        assert_true(oracle_error(whet__quantile_sorted(values, n, 0.25, WHET_QUANTILE_TYPE_8),
                                 want[Q1_TYPE8]) < 1e-14);
        assert_true(oracle_error(whet__quantile_sorted(values, n, 0.95, WHET_QUANTILE_TYPE_8),
                                 want[P95_TYPE8]) < 1e-14);
    }
    assert_int_equal(rows, 13);
    fclose(table);
}

static void refuses_what_is_no_sample(void **state)
{
    const double bad[] = {1, NAN}, endless[] = {1, INFINITY};
    struct whet_summary s = {.n = 77};
    double scratch[2];

    (void)state;
    assert_int_equal(whet__summary_of(&s, bad, 0, scratch), -EINVAL);
    assert_int_equal(whet__summary_of(&s, bad, 2, scratch), -EINVAL);
    assert_int_equal(whet__summary_of(&s, endless, 2, scratch), -EINVAL);
    assert_int_equal(s.n, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_like_qsort),
        cmocka_unit_test(sorts_infinities_and_refuses_nan),
        cmocka_unit_test(quantiles_have_ends),
        cmocka_unit_test(agrees_with_exact_fractions),
        cmocka_unit_test(refuses_what_is_no_sample),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
