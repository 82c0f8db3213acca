/* stat/special.h against exact arithmetic. */
#include "../harness.h"

#include <string.h>

#include "stat/special.h"

#include "oracle.h"

static void normal_agrees(void **state)
{
    FILE *table = oracle_open("normal.txt");
    char function[16];
    double row[2], worst = 0;
    int rows = 0;

    (void)state;
    for (; fscanf(table, "%15s", function) == 1 && oracle_read(table, row, 2); rows++) {
        double got = strcmp(function, "cdf") == 0 ? whet__normal_cdf(row[0])
                                                  : whet__normal_quantile(row[0]);
        double error = oracle_error(got, row[1]);

        /* The quantile of 1/2 is 0: there only the absolute error means something. */
        if (row[1] != 0 && fabs(row[1]) < 0.1)
            error = fabs(got - row[1]);
        worst = fmax(worst, error);
    }
    print_message("# normal: %d rows, worst relative error %.1e\n", rows, worst);
    assert_true(rows > 500);
    assert_true(worst < 1e-13);
    fclose(table);
}

static void normal_has_ends(void **state)
{
    (void)state;
    assert_true(whet__normal_quantile(0) == -INFINITY);
    assert_true(whet__normal_quantile(1) == INFINITY);
    assert_true(fabs(whet__normal_quantile(0.5)) < 1e-15);
    assert_true(isnan(whet__normal_quantile(-0.1)));
    assert_true(isnan(whet__normal_quantile(1.1)));
    assert_true(isnan(whet__normal_quantile(NAN)));
    assert_true(whet__normal_cdf(-INFINITY) == 0);
    assert_true(whet__normal_cdf(INFINITY) == 1);
    for (double p = 0.001; p < 0.5; p += 0.01)
        assert_true(oracle_error(whet__normal_quantile(1 - p), -whet__normal_quantile(p)) <
                    1e-12);
}

static void binomial_agrees(void **state)
{
    FILE *table = oracle_open("binomial.txt");
    double row[5], worst_pmf = 0, worst_cdf = 0;
    int rows = 0;

    (void)state;
    for (; oracle_read(table, row, 5); rows++) {
        uint64_t k = (uint64_t)row[0], n = (uint64_t)row[1];

        worst_pmf = fmax(worst_pmf, oracle_error(whet__binomial_pmf(k, n, row[2]), row[3]));
        worst_cdf = fmax(worst_cdf, oracle_error(whet__binomial_cdf(k, n, row[2]), row[4]));
    }
    print_message("# binomial: %d rows, worst relative error pmf %.1e cdf %.1e\n", rows,
                  worst_pmf, worst_cdf);
    assert_true(rows > 100);
    assert_true(worst_pmf < 1e-12);
    assert_true(worst_cdf < 1e-12);
    fclose(table);
}

static void binomial_has_ends(void **state)
{
    (void)state;
    assert_true(isnan(whet__binomial_pmf(0, 5, -0.1)));
    assert_true(isnan(whet__binomial_cdf(0, 5, NAN)));
    assert_true(whet__binomial_pmf(6, 5, 0.5) == 0);
    assert_true(whet__binomial_pmf(0, 5, 0) == 1);
    assert_true(whet__binomial_pmf(1, 5, 0) == 0);
    assert_true(whet__binomial_pmf(5, 5, 1) == 1);
    assert_true(whet__binomial_pmf(0, 0, 0.5) == 1);
    assert_true(whet__binomial_cdf(3, 5, 0) == 1);
    assert_true(whet__binomial_cdf(4, 5, 1) == 0);
    assert_true(whet__binomial_cdf(5, 5, 1) == 1);
    assert_true(whet__binomial_cdf(9, 5, 0.5) == 1);
    assert_int_equal(whet__binomial_quantile(NAN, 5, 0.5), 5);
    assert_int_equal(whet__binomial_quantile(0.5, 5, 2), 5);
    assert_int_equal(whet__binomial_quantile(0, 5, 0.5), 0);
    assert_int_equal(whet__binomial_quantile(1, 5, 0.5), 5);
}

static void binomial_quantile_inverts(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 200; n += 13) {
        for (double p = 0.05; p < 1; p += 0.18) {
            for (double q = 0.01; q < 1; q += 0.07) {
                uint64_t k = whet__binomial_quantile(q, n, p);

                assert_true(whet__binomial_cdf(k, n, p) >= q);
                assert_true(k == 0 || whet__binomial_cdf(k - 1, n, p) < q);
            }
        }
    }
}

/* Tables of Student's t, to their last digit; normal with many degrees of freedom. */
static void student_agrees_with_tables(void **state)
{
    static const struct {
        double p;
        size_t freedom;
        double t;
    } known[] = {{0.975, 1, 12.706204736}, {0.975, 2, 4.302652730},
                 {0.975, 5, 2.570581836},  {0.995, 10, 3.169272673},
                 {0.95, 30, 1.697260887},  {0.975, 1000, 1.962339081},
                 {0.025, 5, -2.570581836}, {0.5, 7, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        assert_true(fabs(whet__student_quantile(known[i].p, known[i].freedom) - known[i].t) <
                    1e-8);
    assert_true(fabs(whet__student_quantile(0.975, 100000) - whet__normal_quantile(0.975)) <
                1e-4);
    assert_true(isinf(whet__student_quantile(1, 3)) && whet__student_quantile(0, 3) < 0);
    assert_true(isnan(whet__student_quantile(0.5, 0)));
    assert_true(isnan(whet__student_quantile(1.5, 3)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normal_agrees),
        cmocka_unit_test(normal_has_ends),
        cmocka_unit_test(binomial_agrees),
        cmocka_unit_test(binomial_has_ends),
        cmocka_unit_test(binomial_quantile_inverts),
        cmocka_unit_test(student_agrees_with_tables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
