/* bench/outliers.h: which runs are far off, and what the other metrics say about them. */
#include "../harness.h"

#include <errno.h>
#include <math.h>

#include "bench/outliers.h"

#define RUNS 20

struct made {
    struct whet_result *r;
    struct whet_result_arm *arm;
    double values[RUNS][WHET_METRIC_IDS];
    enum whet_bench_outcome outcomes[RUNS];
};

/* Twenty calm runs of 10 to 10.4 ms; tests disturb some. */
static void made_init(struct made *m)
{
    struct whet_result_arm like = {.name = "a", .command = "a"};

    *m = (struct made){0};
    assert_int_equal(whet__result_new(&m->r, ""), 0);
    assert_int_equal(whet__result_add_arm(m->r, &like, &m->arm), 0);
    for (size_t i = 0; i < RUNS; i++) {
        for (size_t k = 0; k < WHET_METRIC_IDS; k++)
            m->values[i][k] = NAN;
        m->values[i][WHET_METRIC_WALL] = 10e6 + 1e5 * (double)(i % 5);
        m->values[i][WHET_METRIC_DELAY] = 2e4 + 1e3 * (double)(i % 3);
        m->values[i][WHET_METRIC_INVOLUNTARY] = (double)(i % 3);
        m->values[i][WHET_METRIC_MINOR_FAULTS] = 200 + (double)(i % 4);
        m->values[i][WHET_METRIC_MAJOR_FAULTS] = 0;
        m->values[i][WHET_METRIC_STORAGE_READ] = 0;
    }
}

static void made_check(struct made *m, size_t count, enum whet_outliers_cause cause,
                       size_t explained)
{
    struct whet_outliers found;

    for (unsigned i = 0; i < RUNS; i++) {
        struct whet_result_sample s = {.round = i, .outcome = m->outcomes[i]};

        assert_int_equal(whet__result_add_sample(m->r, m->arm, &s, m->values[i]), 0);
    }
    assert_int_equal(whet__outliers_find(&found, m->r, m->arm, WHET_METRIC_WALL), 0);
    assert_int_equal(found.count, count);
    assert_int_equal(found.cause, cause);
    assert_int_equal(found.explained, explained);
    whet__result_free(m->r);
}

static void leaves_calm_runs_alone(void **state)
{
    struct made m;

    (void)state;
    made_init(&m);
    made_check(&m, 0, WHET_OUTLIERS_UNKNOWN, 0);
}

static void blames_cold_caches_for_the_first(void **state)
{
    struct made m;

    (void)state;
    made_init(&m);
    m.values[0][WHET_METRIC_WALL] = 30e6;
    m.values[0][WHET_METRIC_STORAGE_READ] = 1 << 20;
    made_check(&m, 1, WHET_OUTLIERS_FIRST, 1);
}

static void blames_load_for_a_delayed_run(void **state)
{
    struct made m;

    (void)state;
    made_init(&m);
    m.values[7][WHET_METRIC_WALL] = 15e6;
    m.values[7][WHET_METRIC_DELAY] = 4.5e6;
    m.values[9][WHET_METRIC_WALL] = 14e6;
    m.values[9][WHET_METRIC_INVOLUNTARY] = 40;
    m.values[11][WHET_METRIC_WALL] = 14e6;
    made_check(&m, 3, WHET_OUTLIERS_LOAD, 2);
}

static void blames_storage_before_load(void **state)
{
    struct made m;

    (void)state;
    made_init(&m);
    m.values[7][WHET_METRIC_WALL] = 15e6;
    m.values[7][WHET_METRIC_MAJOR_FAULTS] = 12;
    m.values[7][WHET_METRIC_DELAY] = 4.5e6;
    made_check(&m, 1, WHET_OUTLIERS_STORAGE, 1);
}

static void blames_page_faults(void **state)
{
    struct made m;

    (void)state;
    made_init(&m);
    m.values[7][WHET_METRIC_WALL] = 15e6;
    m.values[7][WHET_METRIC_MINOR_FAULTS] = 900;
    made_check(&m, 1, WHET_OUTLIERS_FAULTS, 1);
}

static void owns_up_when_nothing_says_why(void **state)
{
    struct made m;

    (void)state;
    made_init(&m);
    m.values[7][WHET_METRIC_WALL] = 15e6;
    m.values[8][WHET_METRIC_WALL] = 2e6; /* faster than usual: no cause fits */
    m.values[8][WHET_METRIC_DELAY] = 4e6;
    made_check(&m, 2, WHET_OUTLIERS_UNKNOWN, 2);
}

static void does_not_count_failed_runs(void **state)
{
    struct made m;

    (void)state;
    made_init(&m);
    m.values[7][WHET_METRIC_WALL] = 15e6;
    m.outcomes[7] = WHET_BENCH_EXIT;
    made_check(&m, 0, WHET_OUTLIERS_UNKNOWN, 0);
}

static void tells_the_furthest(void **state)
{
    struct whet_outliers found = {.count = 77};
    struct made m;

    (void)state;
    made_init(&m);
    m.values[3][WHET_METRIC_WALL] = 20.4e6;
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(whet__result_add_sample(
                             m.r, m.arm, &(struct whet_result_sample){.round = i}, m.values[i]),
                         0);
    assert_int_equal(whet__outliers_find(&found, m.r, m.arm, WHET_METRIC_WALL), 0);
    assert_int_equal(found.count, 0); /* too few to know what is usual */
    for (unsigned i = 4; i < RUNS; i++)
        assert_int_equal(whet__result_add_sample(
                             m.r, m.arm, &(struct whet_result_sample){.round = i}, m.values[i]),
                         0);
    assert_int_equal(whet__outliers_find(&found, m.r, m.arm, WHET_METRIC_WALL), 0);
    assert_int_equal(found.count, 1);
    assert_int_equal(found.of, RUNS);
    assert_float_equal(found.worst, 2.0, 0.01);
    whet__result_free(m.r);
}

static void refuses_what_it_cannot_do(void **state)
{
    struct whet_outliers found = {.count = 77};
    struct made m;

    (void)state;
    made_init(&m);
    assert_int_equal(whet__outliers_find(&found, m.r, m.arm, 99), -EINVAL);
    EACH_ALLOCATION_FAILS
    {
        int rc = whet__outliers_find(&found, m.r, m.arm, WHET_METRIC_WALL);

        assert_true(rc == 0 || rc == -ENOMEM);
        assert_true(rc == 0 || found.count == 77);
    }
    whet__result_free(m.r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leaves_calm_runs_alone),
        cmocka_unit_test(blames_cold_caches_for_the_first),
        cmocka_unit_test(blames_load_for_a_delayed_run),
        cmocka_unit_test(blames_storage_before_load),
        cmocka_unit_test(blames_page_faults),
        cmocka_unit_test(owns_up_when_nothing_says_why),
        cmocka_unit_test(does_not_count_failed_runs),
        cmocka_unit_test(tells_the_furthest),
        cmocka_unit_test(refuses_what_it_cannot_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
