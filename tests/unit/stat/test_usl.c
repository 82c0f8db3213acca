/* stat/usl.h: curves that are known come back exactly; noisy ones as well as the header says;
 * figures of Gunther's book. */
#include "../harness.h"

#include <errno.h>
#include <math.h>

#include "../simulate.h"
#include "stat/usl.h"

static const double counts[] = {1, 2, 4, 8, 16};

#define COUNTS (sizeof(counts) / sizeof(counts[0]))

static void curve(const struct whet_usl *u, struct whet_usl_point *points)
{
    for (size_t i = 0; i < COUNTS; i++)
        points[i] = (struct whet_usl_point){counts[i], whet__usl_at(u, counts[i])};
}

static void known_curves_come_back(void **state)
{
    static const struct whet_usl curves[] = {{10, 0, 0, 0},
                                             {3, 0.05, 0, 0},
                                             {1e6, 0.02, 0.001, 0},
                                             {0.001, 0, 0.01, 0},
                                             {7, 1, 0, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
        struct whet_usl_point points[COUNTS];
        struct whet_usl u;

        curve(&curves[i], points);
        assert_int_equal(whet__usl_fit(&u, points, COUNTS), 0);
        assert_true(fabs(u.rate / curves[i].rate - 1) < 1e-9);
        assert_true(fabs(u.contention - curves[i].contention) < 1e-8);
        assert_true(fabs(u.coherence - curves[i].coherence) < 1e-8);
        assert_true(u.error < 1e-8);
    }
}

/* Amdahl's law is the case without coherence: 1 / ((1-p) + p/n). */
static void amdahl_is_a_case(void **state)
{
    const struct whet_usl u = {1, 0.05, 0, 0};

    (void)state;
    for (double n = 1; n < 100; n++)
        assert_true(fabs(whet__usl_speedup(&u, n) - 1 / (0.05 + 0.95 / n)) < 1e-9);
    assert_true(isinf(whet__usl_peak(&u)));
}

static void peak_and_best(void **state)
{
    const struct whet_usl u = {1, 0.02, 0.0005, 0}, serial = {1, 1, 0.1, 0};
    double peak = whet__usl_peak(&u);

    (void)state;
    assert_true(fabs(peak - sqrt(0.98 / 0.0005)) < 1e-9);
    assert_true(whet__usl_speedup(&u, peak) > whet__usl_speedup(&u, peak * 0.9));
    assert_true(whet__usl_speedup(&u, peak) > whet__usl_speedup(&u, peak * 1.1));
    assert_int_equal(whet__usl_best(&u, 1000, 0), 44);
    assert_int_equal(whet__usl_best(&u, 16, 0), 16);
    for (unsigned n = 1; n < whet__usl_best(&u, 1000, 0.25); n++)
        assert_true(whet__usl_speedup(&u, n + 1) - whet__usl_speedup(&u, n) >= 0.25);
    assert_int_equal(whet__usl_best(&serial, 8, 0.1), 1);
    assert_true(whet__usl_peak(&serial) == 1);
}

/* What is better than linear, or falls at once, is held at what the law can say. */
static void terms_are_never_negative(void **state)
{
    static const struct whet_usl_point better[] = {{1, 10}, {2, 21}, {4, 45}, {8, 95}};
    static const struct whet_usl_point falls[] = {{1, 10}, {2, 6}, {4, 3}, {8, 1}};
    static const struct whet_usl_point pair[] = {{4, 20}, {1, 10}};
    struct whet_usl u;

    (void)state;
    assert_int_equal(whet__usl_fit(&u, better, 4), 0);
    assert_true(u.contention == 0 && u.coherence == 0 && u.error > 0.02);
    assert_int_equal(whet__usl_fit(&u, falls, 4), 0);
    assert_true(u.contention >= 0 && u.coherence > 0 && u.error > 0);
    assert_int_equal(whet__usl_fit(&u, pair, 2), 0);
    assert_true(u.coherence == 0 && fabs(u.contention - 1. / 3) < 1e-9);
}

/* As many points as terms are met whatever they are: that says nothing of an error. */
static void an_error_needs_a_spare_point(void **state)
{
    static const struct whet_usl_point odd[] = {{1, 10}, {2, 17}, {4, 24}, {8, 20}};
    struct whet_usl u;

    (void)state;
    assert_int_equal(whet__usl_fit(&u, odd, 2), 0);
    assert_true(u.spare == 0 && u.error == 0);
    assert_int_equal(whet__usl_fit(&u, odd, 3), 0);
    assert_int_equal(u.spare, 0);
    assert_int_equal(whet__usl_fit(&u, odd, 4), 0);
    assert_true(u.spare == 1 && u.error > 0.01);
}

static void refuses_what_has_no_answer(void **state)
{
    static const struct whet_usl_point bad[][2] = {{{1, 10}, {1, 11}},
                                                   {{0, 1}, {2, 1}},
                                                   {{1, 0}, {2, 1}},
                                                   {{1, NAN}, {2, 1}},
                                                   {{1, 1}, {INFINITY, 1}}};
    struct whet_usl u = {.rate = 5};

    (void)state;
    assert_int_equal(whet__usl_fit(&u, bad[0], 0), -EINVAL);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(whet__usl_fit(&u, bad[i], 2), -EINVAL);
    assert_true(u.rate == 5);
}

/* Two repeats at each number of workers, noise of 3 %. */
static void noise_moves_it_little(void **state)
{
    const struct whet_usl truth = {100, 0.05, 0.01, 0};
    double squares = 0, far = 0, peak = whet__usl_peak(&truth);
    size_t draws = DRAWS(10000);
    struct whet_random random;

    (void)state;
    whet__random_init(&random, 3);
    for (size_t k = 0; k < draws; k++) {
        struct whet_usl_point points[2 * COUNTS];
        struct whet_usl u;
        double d;

        for (size_t i = 0; i < 2 * COUNTS; i++)
            points[i] = (struct whet_usl_point){counts[i / 2],
                                                whet__usl_at(&truth, counts[i / 2]) *
                                                    noise_draw(&random, NOISE_NORMAL, 0.03)};
        assert_int_equal(whet__usl_fit(&u, points, 2 * COUNTS), 0);
        d = whet__usl_at(&u, 16) / whet__usl_at(&truth, 16) - 1;
        squares += d * d;
        far += fabs(log(whet__usl_peak(&u) / peak)) > log(1.1);
    }
    print_message("# off by %.4f, peak far %.4f\n", sqrt(squares / (double)draws),
                  far / (double)draws);
    assert_true(sqrt(squares / (double)draws) < SLACK(0.025));
    assert_true(far / (double)draws < SLACK(0.05));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_curves_come_back),
        cmocka_unit_test(amdahl_is_a_case),
        cmocka_unit_test(peak_and_best),
        cmocka_unit_test(terms_are_never_negative),
        cmocka_unit_test(an_error_needs_a_spare_point),
        cmocka_unit_test(refuses_what_has_no_answer),
        cmocka_unit_test(noise_moves_it_little),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
