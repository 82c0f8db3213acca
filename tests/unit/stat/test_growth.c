/* stat/growth.h: contract, the right law in noise, and intervals that cover the exponent. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "../simulate.h"
#include "stat/growth.h"

#define SIZES_MOST   8
#define REPEATS_MOST 10
#define MOST         (SIZES_MOST * REPEATS_MOST)

static struct whet_random random_state;

/* Truths that are not among the laws, besides those that are. */
enum { ROOT_CUBED = WHET_GROWTH_POWER + 1, CUBIC };

static double law_at(int law, double size)
{
    switch (law) {
    case WHET_GROWTH_CONSTANT:
        return 1;
    case WHET_GROWTH_LOG:
        return log(size);
    case WHET_GROWTH_LINEAR:
        return size;
    case WHET_GROWTH_N_LOG_N:
        return size * log(size);
    case WHET_GROWTH_QUADRATIC:
        return size * size;
    case ROOT_CUBED:
        return pow(size, 1.5);
    default:
        return size * size * size;
    }
}

/* A series over sizes 100 to 20,000 with a base of a twentieth of the largest cost. */
struct series {
    int law;
    size_t sizes, repeats;
    enum noise shape;
    int drifts; /* all sizes of a repeat share a level that wanders */
};

static size_t draw(const struct series *s, struct whet_growth_point *points)
{
    double base = s->law == WHET_GROWTH_CONSTANT ? 0 : law_at(s->law, 20000) / 20, level = 1;
    size_t n = 0;

    for (size_t j = 0; j < s->repeats; j++) {
        if (s->drifts)
            level *= exp(0.1 * normal_draw(&random_state));
        for (size_t k = 0; k < s->sizes; k++) {
            double size = 100 * pow(200, (double)k / (double)(s->sizes - 1));

            points[n].size = size;
            points[n++].cost = level * (base + law_at(s->law, size)) *
                               noise_draw(&random_state, s->shape, 0.03);
        }
    }
    return n;
}

static void fit(struct whet_growth *g, const struct series *s)
{
    struct whet_growth_point points[MOST];
    double scratch[3 * MOST];
    size_t n = draw(s, points);

    assert_true(whet__growth_scratch(n) <= sizeof(scratch) / sizeof(scratch[0]));
    assert_int_equal(whet__growth_fit(g, points, n, 0.95, scratch), 0);
}

static void exact_costs_give_exact_answers(void **state)
{
    const struct whet_growth_point points[] = {{10, 120}, {1000, 2100}, {20, 140},
                                               {10, 120}, {500, 1100},  {100, 300}};
    double scratch[18];
    struct whet_growth g;

    (void)state;
    assert_int_equal(whet__growth_fit(&g, points, 6, 0.95, scratch), 0);
    assert_int_equal(g.law, WHET_GROWTH_LINEAR);
    assert_true(fabs(g.base - 100) < 1e-6 && fabs(g.factor - 2) < 1e-9 && g.error < 1e-9);
    assert_true(fabs(g.exponent.estimate - 1) < 1e-4);
    assert_true(g.exponent.low <= g.exponent.estimate &&
                g.exponent.estimate <= g.exponent.high);
    assert_true(fabs(whet__growth_at(&g, 50) - 200) < 1e-6);
}

static void laws_are_found_in_noise(void **state)
{
    const int laws[] = {WHET_GROWTH_CONSTANT,
                        WHET_GROWTH_LOG,
                        WHET_GROWTH_LINEAR,
                        WHET_GROWTH_N_LOG_N,
                        WHET_GROWTH_QUADRATIC,
                        ROOT_CUBED,
                        CUBIC};

    (void)state;
    for (size_t i = 0; i < sizeof(laws) / sizeof(laws[0]); i++) {
        for (int shape = 0; shape < NOISES; shape++) {
            const struct series s = {laws[i], 5, 10, (enum noise)shape, 0};
            int want = laws[i] > WHET_GROWTH_POWER ? WHET_GROWTH_POWER : laws[i], right = 0;

            for (int d = 0; d < DRAWS(400); d++) {
                struct whet_growth g;

                fit(&g, &s);
                right += (int)g.law == want;
            }
            print_message("# %s, truth %d: right in %.0f %%\n", noise_names[shape], laws[i],
                          100.0 * right / DRAWS(400));
            /* Stalls of half as much again hide a logarithm here and there. */
            assert_true(100.0 * right / DRAWS(400) >=
                        (shape == NOISE_STALLS || shape == NOISE_LOGNORMAL ? 75 : 90) -
                            (DRAWS_SHARE > 1 ? 15 : 0));
        }
    }
}

static double coverage(const struct series *s, double truth, int draws)
{
    int inside = 0;

    for (int d = 0; d < draws; d++) {
        struct whet_growth g;

        fit(&g, s);
        inside += g.exponent.low <= truth && truth <= g.exponent.high;
    }
    return (double)inside / draws;
}

static void exponents_are_where_the_interval_says(void **state)
{
    (void)state;
    for (int shape = 0; shape < NOISES; shape++) {
        const struct series linear = {WHET_GROWTH_LINEAR, 5, 10, (enum noise)shape, 0};
        const struct series quadratic = {WHET_GROWTH_QUADRATIC, 5, 10, (enum noise)shape, 0};
        double one = coverage(&linear, 1, DRAWS(10000));
        double two = coverage(&quadratic, 2, DRAWS(10000));

        print_message("# %s: linear %.2f, quadratic %.2f at 95\n", noise_names[shape],
                      100 * one, 100 * two);
        assert_true(fabs(one - 0.95) < SLACK(0.01));
        assert_true(fabs(two - 0.95) < SLACK(0.01));
    }
}

/* What all sizes share does not look like growth; the interval only gets wider. */
static void drift_is_no_growth(void **state)
{
    const struct series s = {WHET_GROWTH_LINEAR, 5, 10, NOISE_NORMAL, 1};
    double one = coverage(&s, 1, DRAWS(10000));

    (void)state;
    print_message("# drifting: %.2f at 95\n", 100 * one);
    assert_true(one >= 0.95 - SLACK(0.01));
}

static void little_is_known_of_few_points(void **state)
{
    const struct whet_growth_point few[] = {{1, 10}, {2, 20}, {4, 40}, {8, 80}};
    const struct whet_growth_point falling[] = {{1, 100}, {2, 30}, {4, 10}, {8, 3}, {9, 2}};
    double scratch[15];
    struct whet_growth g;

    (void)state;
    assert_int_equal(whet__growth_fit(&g, few, 3, 0.95, scratch), 0);
    assert_true(g.exponent.low == 0 && isinf(g.exponent.high));
    assert_int_equal(g.law, WHET_GROWTH_UNKNOWN);
    assert_int_equal(whet__growth_fit(&g, few, 4, 0.95, scratch), 0);
    assert_int_equal(g.law, WHET_GROWTH_UNKNOWN);
    assert_true(isnan(whet__growth_at(&g, 16)));
    assert_int_equal(whet__growth_fit(&g, falling, 5, 0.95, scratch), 0);
    assert_int_equal(g.law, WHET_GROWTH_UNKNOWN);
}

static void refuses_bad_arguments(void **state)
{
    struct whet_growth_point p[] = {{1, 1}, {2, 2}, {2, 2}, {3, 3}};
    struct whet_growth g = {.base = 7};
    double scratch[12];

    (void)state;
    assert_int_equal(whet__growth_fit(&g, p, 2, 0.95, scratch), -EINVAL);
    assert_int_equal(whet__growth_fit(&g, p, 3, 0.95, scratch), -EINVAL); /* two sizes */
    assert_int_equal(whet__growth_fit(&g, p, 4, 1, scratch), -EINVAL);
    p[0].cost = 0;
    assert_int_equal(whet__growth_fit(&g, p, 4, 0.95, scratch), -EINVAL);
    p[0] = (struct whet_growth_point){NAN, 1};
    assert_int_equal(whet__growth_fit(&g, p, 4, 0.95, scratch), -EINVAL);
    assert_true(g.base == 7);
    assert_string_equal(whet__growth_name(WHET_GROWTH_N_LOG_N), "n log n");
    assert_string_equal(whet__growth_name((enum whet_growth_law)99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_costs_give_exact_answers),
        cmocka_unit_test(laws_are_found_in_noise),
        cmocka_unit_test(exponents_are_where_the_interval_says),
        cmocka_unit_test(drift_is_no_growth),
        cmocka_unit_test(little_is_known_of_few_points),
        cmocka_unit_test(refuses_bad_arguments),
    };

    whet__random_init(&random_state, 11);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
