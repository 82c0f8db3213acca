/* whet_pool_scaling_*: the fitted law as callers see it; tests/unit/stat/test_usl.c has its
 * proof.
 */
#include "../harness.h"

#include <errno.h>
#include <math.h>

#include <whet/pool.h>

/* contention 0.1, coherence 0.01 */
static double law(double n)
{
    return 50 * n / (1 + 0.1 * (n - 1) + 0.01 * n * (n - 1));
}

static void fits_and_predicts(void **state)
{
    struct whet_pool_scaling_point points[4];
    struct whet_pool_scaling s;

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        points[i] = (struct whet_pool_scaling_point){1u << i, law(1u << i)};
    assert_int_equal(whet_pool_scaling_fit(&s, points, 4), 0);
    assert_true(fabs(s.rate - 50) < 1e-6 && fabs(s.contention - 0.1) < 1e-6);
    assert_true(fabs(s.coherence - 0.01) < 1e-6 && s.error < 1e-6);
    assert_true(fabs(s.peak - sqrt(90)) < 1e-3);
    assert_true(fabs(whet_pool_scaling_speedup(&s, 16) - law(16) / 50) < 1e-6);
    assert_int_equal(whet_pool_scaling_best(&s, 64, 0.01), 9);
    assert_int_equal(whet_pool_scaling_best(&s, 4, 0), 4);
    assert_int_equal(whet_pool_scaling_best(&s, 64, 0.9), 1);
}

static void refuses_what_has_no_answer(void **state)
{
    static const struct whet_pool_scaling_point one[] = {{2, 10}, {2, 11}},
                                                zero[] = {{0, 1}, {1, 1}};
    struct whet_pool_scaling s = {.rate = 5};

    (void)state;
    assert_int_equal(whet_pool_scaling_fit(&s, one, 2), -EINVAL);
    assert_int_equal(whet_pool_scaling_fit(&s, zero, 2), -EINVAL);
    assert_int_equal(whet_pool_scaling_fit(&s, one, 0), -EINVAL);
    assert_true(s.rate == 5);
}

static void survives_failed_allocations(void **state)
{
    static const struct whet_pool_scaling_point points[] = {{1, 10}, {2, 19}};

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_pool_scaling s;
        int rc = whet_pool_scaling_fit(&s, points, 2);

        assert_true(rc == 0 || rc == -ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fits_and_predicts),
        cmocka_unit_test(refuses_what_has_no_answer),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
