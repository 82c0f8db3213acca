/* bench/result.h and bench/precision.h on made-up samples. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/precision.h"
#include "bench/result.h"

static struct whet_result *new_result(void)
{
    struct whet_result *r;

    assert_int_equal(whet__result_new(&r, "test"), 0);
    return r;
}

static void add_run(struct whet_result *r, size_t arm, unsigned round, double wall,
                    enum whet_bench_outcome outcome)
{
    struct whet_result_sample sample = {.round = round, .outcome = outcome};
    double values[WHET_RESULT_METRICS_MAX];

    for (size_t i = 0; i < WHET_RESULT_METRICS_MAX; i++)
        values[i] = NAN;
    values[WHET_METRIC_WALL] = wall;
    assert_int_equal(whet__result_add_sample(r, whet__result_arm(r, arm), &sample, values), 0);
}

static void add_arm(struct whet_result *r, const char *name)
{
    const struct whet_result_arm like = {.name = name};
    struct whet_result_arm *arm;

    assert_int_equal(whet__result_add_arm(r, &like, &arm), 0);
    assert_string_equal(arm->name, name);
}

static void a_new_one_knows_where_it_is(void **state)
{
    struct whet_result *r = new_result();

    (void)state;
    assert_string_equal(r->name, "test");
    assert_int_equal(r->metric_count, WHET_METRIC_IDS);
    assert_string_equal(r->metrics[WHET_METRIC_CPU].name, "cpu");
    assert_true(r->machine.cores > 0 && r->time > 0);
    assert_int_equal(whet__result_count(r), 0);
    whet__result_free(r);
    whet__result_free(NULL);
}

static void arms_are_copies(void **state)
{
    struct whet_result_param param = {"jobs", "4"};
    char name[] = "one", command[] = "run it";
    struct whet_result_arm like = {
        .name = name, .command = command, .params = &param, .param_count = 1, .bytes = 7};
    struct whet_result *r = new_result();
    struct whet_result_arm *arm;
    size_t at = 9;

    (void)state;
    assert_int_equal(whet__result_add_arm(r, &like, &arm), 0);
    name[0] = command[0] = 'X';
    param.value = "5";
    assert_string_equal(arm->name, "one");
    assert_string_equal(arm->command, "run it");
    assert_string_equal(arm->params[0].value, "4");
    assert_true(arm->bytes == 7);
    assert_int_equal(whet__result_find_arm(r, "two", &at), -ENOENT);
    assert_int_equal(at, 9);
    assert_int_equal(whet__result_find_arm(r, "one", &at), 0);
    assert_int_equal(at, 0);
    like.name = "one";
    assert_int_equal(whet__result_add_arm(r, &like, &arm), -EEXIST);
    like.name = "";
    assert_int_equal(whet__result_add_arm(r, &like, &arm), -EINVAL);
    like.name = NULL;
    assert_int_equal(whet__result_add_arm(r, &like, &arm), -EINVAL);
    assert_int_equal(whet__result_count(r), 1);
    whet__result_free(r);
}

static void metrics_can_be_added_before_samples(void **state)
{
    struct whet_metric m = {"hits", "hits", WHET_UNIT_COUNT, WHET_METRIC_HIGHER};
    struct whet_result *r = new_result();
    size_t at = 0, again = 0;

    (void)state;
    add_arm(r, "a");
    assert_int_equal(whet__result_add_metric(r, &m, &at), 0);
    assert_int_equal(at, WHET_METRIC_IDS);
    assert_int_equal(whet__result_add_metric(r, &m, &again), 0);
    assert_int_equal(again, at);
    assert_int_equal(whet__result_find_metric(r, "hits", &again), 0);
    assert_int_equal(whet__result_find_metric(r, "misses", &again), -ENOENT);
    m.name = "";
    assert_int_equal(whet__result_add_metric(r, &m, &again), -EINVAL);
    add_run(r, 0, 0, 5, WHET_BENCH_OK);
    m.name = "late";
    assert_int_equal(whet__result_add_metric(r, &m, &again), -EINVAL);
    assert_true(whet__arm_value(r, whet__result_arm(r, 0), 0, WHET_METRIC_WALL) == 5);
    assert_true(isnan(whet__arm_value(r, whet__result_arm(r, 0), 0, at)));
    whet__result_free(r);
}

static void pairs_are_of_the_same_round(void **state)
{
    struct whet_result *r = new_result();
    const struct whet_result_arm *a, *b;
    double mine[6], theirs[6];

    (void)state;
    add_arm(r, "a");
    add_arm(r, "b");
    for (unsigned i = 0; i < 6; i++) {
        if (i != 1)
            add_run(r, 0, i, 10 + i, i == 3 ? WHET_BENCH_EXIT : WHET_BENCH_OK);
        if (i != 4)
            add_run(r, 1, i, i == 5 ? NAN : 20.0 + i, WHET_BENCH_OK);
    }
    a = whet__result_arm(r, 0);
    b = whet__result_arm(r, 1);
    assert_int_equal(whet__arm_count(a), 5);
    assert_int_equal(whet__arm_failed(a), 1);
    assert_int_equal(whet__arm_sample(a, 1)->round, 2);
    assert_int_equal(whet__arm_collect(r, a, WHET_METRIC_WALL, mine), 4);
    assert_int_equal(whet__arm_collect(r, b, WHET_METRIC_WALL, mine), 4);
    assert_int_equal(whet__arm_collect_pairs(r, a, r, b, WHET_METRIC_WALL, mine, theirs), 2);
    assert_true(mine[0] == 10 && theirs[0] == 20 && mine[1] == 12 && theirs[1] == 22);
    whet__result_free(r);
}

static double width_of(const struct whet_result *r)
{
    double width = -1;

    assert_int_equal(whet__precision(r, NULL, 0.99, &width), 0);
    return width;
}

/* One arm: of its median. More: of the ratio to the reference, in which drift is gone. */
static void precision_is_that_of_the_widest(void **state)
{
    struct whet_result *r = new_result();

    (void)state;
    add_arm(r, "a");
    for (unsigned i = 0; i < 7; i++)
        add_run(r, 0, i, 100 + i, WHET_BENCH_OK);
    assert_true(isinf(width_of(r))); /* 7 do not reach 99 % */
    add_run(r, 0, 7, 107, WHET_BENCH_OK);
    assert_true(fabs(width_of(r) - 3.5 / 103.5) < 1e-12);
    add_arm(r, "b");
    assert_true(isinf(width_of(r)));
    for (unsigned i = 0; i < 8; i++)
        add_run(r, 1, i, 2 * (100 + i), WHET_BENCH_OK);
    assert_true(width_of(r) < 1e-12);
    add_arm(r, "c");
    assert_true(isinf(width_of(r)));
    whet__result_arm(r, 2)->left_out = 1;
    assert_true(width_of(r) < 1e-12);
    whet__result_free(r);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        const struct whet_result_arm like = {.name = "a", .command = "c", .program = "p"};
        const struct whet_result_sample sample = {0};
        const double values[WHET_METRIC_IDS] = {1};
        struct whet_result *r = NULL;
        struct whet_result_arm *arm;
        double width;

        if (whet__result_new(&r, "x") == 0 && whet__result_add_arm(r, &like, &arm) == 0 &&
            whet__result_add_sample(r, arm, &sample, values) == 0) {
            assert_int_equal(whet__arm_count(arm), 1);
            (void)!whet__precision(r, NULL, 0.99, &width);
        }
        whet__result_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_one_knows_where_it_is),
        cmocka_unit_test(arms_are_copies),
        cmocka_unit_test(metrics_can_be_added_before_samples),
        cmocka_unit_test(pairs_are_of_the_same_round),
        cmocka_unit_test(precision_is_that_of_the_widest),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
