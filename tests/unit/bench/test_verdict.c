/* bench/verdict.h on made-up sessions: every rule once, where the answer is known. How often
 * the rules err on noise is tests/unit/bench/test_alarms.c. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/verdict.h"

#define ROUNDS 20
#define MS     1e6

static struct whet_result *r;
static struct whet_result_arm *arms[2];

static int setup(void **state)
{
    (void)state;
    assert_int_equal(whet__result_new(&r, "test"), 0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    whet__result_free(r);
    return 0;
}

static void add_arms(const struct whet_result_arm *a, const struct whet_result_arm *b)
{
    struct whet_result_arm *ignored;

    assert_int_equal(whet__result_add_arm(r, a, &ignored), 0);
    assert_int_equal(whet__result_add_arm(r, b, &ignored), 0);
    arms[0] = whet__result_arm(r, 0);
    arms[1] = whet__result_arm(r, 1);
}

static void add_commands(void)
{
    static const struct whet_result_arm a = {.name = "a"}, b = {.name = "b"};

    add_arms(&a, &b);
}

/* A little unevenness that is the same every time: in -1 to 1. */
static double wobble(unsigned round, unsigned arm)
{
    return (double)((round * 7 + arm * 3) % 11) / 5 - 1;
}

/* One run of an arm: wall and CPU times; active time if it is positive. */
static void add_run(unsigned arm, unsigned round, double wall, double cpu, double active)
{
    struct whet_result_sample sample = {.round = round, .position = arm};
    double values[WHET_RESULT_METRICS_MAX];

    for (size_t i = 0; i < WHET_RESULT_METRICS_MAX; i++)
        values[i] = NAN;
    values[WHET_METRIC_WALL] = wall;
    values[WHET_METRIC_CPU] = cpu;
    if (active > 0)
        values[WHET_METRIC_ACTIVE] = active;
    assert_int_equal(whet__result_add_sample(r, arms[arm], &sample, values), 0);
}

/* A session of two commands that take 10 ms and `factor` times that, give or take `spread`. */
static void add_session(unsigned rounds, double factor, double spread, double busy)
{
    for (unsigned i = 0; i < rounds; i++) {
        double a = 10 * MS * (1 + spread * wobble(i, 0));
        double b = 10 * MS * factor * (1 + spread * wobble(i, 1));

        add_run(0, i, a, a * busy, 0);
        add_run(1, i, b, b * busy, 0);
    }
}

static struct whet_judgement judge(const struct whet_verdict_options *o)
{
    struct whet_judgement j;

    assert_int_equal(whet__judge(&j, r, 0, 1, o), 0);
    return j;
}

static void a_small_change_passes(void **state)
{
    struct whet_judgement j;

    (void)state;
    add_commands();
    add_session(ROUNDS, 1.01, 0.002, 0.5);
    j = judge(NULL);
    assert_int_equal(j.verdict, WHET_VERDICT_PASS);
    assert_int_equal(j.metric, WHET_METRIC_WALL);
    assert_int_equal(j.pairs, ROUNDS);
    print_message("# %s | %s\n", j.text, j.metric_why);
}

static void a_large_one_fails(void **state)
{
    struct whet_judgement j;

    (void)state;
    add_commands();
    add_session(ROUNDS, 1.12, 0.004, 0.95);
    j = judge(NULL);
    print_message("# %s | %s\n", j.text, j.why);
    assert_int_equal(j.verdict, WHET_VERDICT_FAIL);
    assert_int_equal(j.metric, WHET_METRIC_CPU);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_small_change_passes, setup, teardown),
        cmocka_unit_test_setup_teardown(a_large_one_fails, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
