/* stat/change_points.h: contract, false points in plain noise, and steps that are found. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "../simulate.h"
#include "stat/change_points.h"

#define MOST 120

static struct whet_random random_state;

/* A series with noise of 2 % that is `step` times as much from `at` on. */
static void draw(double *values, size_t n, enum noise shape, size_t at, double step)
{
    for (size_t i = 0; i < n; i++)
        values[i] = 10 * noise_draw(&random_state, shape, 0.02) * (i >= at ? step : 1);
}

static size_t find(struct whet_change_point *out, const double *values, size_t n,
                   const struct whet_change_options *o)
{
    double scratch[2 * WHET_CHANGE_WINDOW_MAX];
    size_t count = 99;

    assert_int_equal(whet__change_points_find(out, &count, values, n, o, scratch), 0);
    assert_true(count <= n / 3);
    return count;
}

static void noise_has_no_changes(void **state)
{
    const struct whet_change_options any = {.min_change = 1e-9};

    (void)state;
    for (int shape = 0; shape < NOISES; shape++) {
        int found = 0, series = DRAWS(2000);

        for (int d = 0; d < series; d++) {
            struct whet_change_point out[MOST];
            double values[MOST];

            draw(values, 100, (enum noise)shape, 100, 1);
            found += find(out, values, 100, &any) > 0;
        }
        print_message("# %s: points of any size in %.2f %% of series of 100\n",
                      noise_names[shape], 100.0 * found / series);
        /* Three windows at 0.1 % each, and what 2,000 series can tell. */
        assert_true(100.0 * found / series <= SLACK(0.65));
    }
}

struct power {
    double step;
    size_t after; /* values of the new level there are */
    int at_least; /* percent, of each noise */
    int normal;   /* of the normal one */
};

static const struct power powers[] = {{1.10, 4, 0, 90},   {1.10, 10, 30, 95}, {1.20, 5, 5, 95},
                                      {1.20, 10, 80, 95}, {1.20, 20, 90, 95}, {1.08, 7, 0, 80}};

static void steps_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(powers) / sizeof(powers[0]); i++) {
        for (int shape = 0; shape < NOISES; shape++) {
            int hits = 0, series = DRAWS(60);
            double share;

            for (int d = 0; d < series; d++) {
                struct whet_change_point out[MOST];
                double values[MOST];
                size_t n = 60 + powers[i].after, count;

                draw(values, n, (enum noise)shape, 60, powers[i].step);
                count = find(out, values, n, NULL);
                hits += count > 0 && out[count - 1].at >= 57 && out[count - 1].at <= 63;
            }
            share = 100.0 * hits / series;
            print_message("# %s: %+.0f %%, %zu values after it: %.0f %%\n", noise_names[shape],
                          100 * (powers[i].step - 1), powers[i].after, share);
            if (DRAWS_SHARE == 1)
                assert_true(share >=
                            (shape == NOISE_NORMAL ? powers[i].normal : powers[i].at_least) -
                                15);
        }
    }
}

static void levels_are_told(void **state)
{
    struct whet_change_point out[MOST];
    double values[90];

    (void)state;
    for (size_t i = 0; i < 90; i++)
        values[i] = (i < 30 ? 100 : i < 60 ? 120 : 90) + (double)(i * 7 % 5);
    values[10] = 1000; /* one slow night is no change */
    assert_int_equal(find(out, values, 90, NULL), 2);
    assert_int_equal(out[0].at, 30);
    assert_int_equal(out[1].at, 60);
    assert_true(out[0].before == 102 && out[0].after == 122 && out[1].after == 92);
    assert_true(fabs(out[0].change - (122.0 / 102 - 1)) < 1e-12);
    assert_true(out[0].p <= 0.001 && out[0].p > 0);
}

static void small_and_missing_changes_are_left_out(void **state)
{
    const struct whet_change_options all = {.min_change = 0.001};
    struct whet_change_point out[MOST];
    double values[60];

    (void)state;
    for (size_t i = 0; i < 60; i++)
        values[i] = (i < 30 ? 100 : 102) + 0.1 * (double)(i * 7 % 5);
    assert_int_equal(find(out, values, 60, NULL), 0);
    assert_int_equal(find(out, values, 60, &all), 1);
    assert_int_equal(out[0].at, 30);
    for (size_t i = 0; i < 60; i++)
        values[i] = 5;
    assert_int_equal(find(out, values, 60, &all), 0);
    assert_int_equal(find(out, values, 5, NULL), 0);
    assert_int_equal(find(out, values, 0, NULL), 0);
}

static void refuses_bad_arguments(void **state)
{
    double values[] = {1, 2, 0}, scratch[2 * WHET_CHANGE_WINDOW_MAX];
    struct whet_change_options o = {.window = 9};
    struct whet_change_point out[2];
    size_t count = 7;

    (void)state;
    assert_int_equal(whet__change_points_find(out, &count, values, 3, NULL, scratch), -EINVAL);
    assert_int_equal(whet__change_points_find(out, &count, values, 2, &o, scratch), -EINVAL);
    o = (struct whet_change_options){.p = 1e-5};
    assert_int_equal(whet__change_points_find(out, &count, values, 2, &o, scratch), -EINVAL);
    o = (struct whet_change_options){.window = WHET_CHANGE_WINDOW_MAX + 1};
    assert_int_equal(whet__change_points_find(out, &count, values, 2, &o, scratch), -EINVAL);
    assert_int_equal(count, 7);
    assert_int_equal(whet__change_points_scratch(NULL), 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_has_no_changes),
        cmocka_unit_test(steps_are_found),
        cmocka_unit_test(levels_are_told),
        cmocka_unit_test(small_and_missing_changes_are_left_out),
        cmocka_unit_test(refuses_bad_arguments),
    };

    whet__random_init(&random_state, 13);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
