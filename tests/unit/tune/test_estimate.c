/* The published closed forms give the published figures. */
#include "../harness.h"

#include <math.h>

#include <whet/tune.h>

static void near(double got, double want, double slack)
{
    if (fabs(got - want) > slack)
        fail_msg("got %.6f, want %.6f", got, want);
}

static void speedups(void **state)
{
    (void)state;
    /* 8 workers bound by the processor, 5 ms overhead, on 4, 8 and 16 cores. */
    near(whet_tune_estimate_speedup(8, 4, .95, 5), 5.33, .01);
    near(whet_tune_estimate_speedup(8, 8, .95, 5), 5.63, .01);
    near(whet_tune_estimate_speedup(8, 16, .95, 5), 5.78, .01);
    near(whet_tune_estimate_speedup(1, 4, .95, 0), 1, 1e-12);
    /* A huge overhead never gives less than no speed-up. */
    near(whet_tune_estimate_speedup(64, 1, .95, 50), 1, 1e-12);
}

static void hit_rates(void **state)
{
    static const struct {
        double ratio, rate;
    } rows[] = {{0, 0},   {.1, .3},    {.2, .6}, {.35, .7},
                {.5, .8}, {.75, .875}, {1, .95}, {9, .95}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        near(whet_tune_estimate_hit_rate((uint64_t)(rows[i].ratio * 1000), 1000), rows[i].rate,
             .001);
    near(whet_tune_estimate_hit_rate(10, 0), .95, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speedups),
        cmocka_unit_test(hit_rates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
