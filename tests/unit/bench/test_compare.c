/* bench/compare.h on made-up samples, so that every answer is known. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/compare.h"

#define ROUNDS 9

/* Two arms: "slow" is the reference, "fast" takes half its time, a quarter of its memory,
 * and the same CPU time, while the machine gets slower from round to round. */
struct session {
    struct whet_result *r;
    struct whet_result_arm *slow, *fast;
};

static void add(struct session *s, struct whet_result_arm *arm, unsigned round, double wall,
                double cpu, enum whet_bench_outcome outcome)
{
    struct whet_result_sample sample = {.round = round, .outcome = outcome};
    double values[WHET_RESULT_METRICS_MAX];

    for (size_t i = 0; i < s->r->metric_count; i++)
        values[i] = NAN;
    values[WHET_METRIC_WALL] = wall;
    values[WHET_METRIC_CPU] = cpu;
    values[WHET_METRIC_MEMORY] = arm == s->slow ? 4 << 20 : 1 << 20;
    assert_int_equal(whet__result_add_sample(s->r, arm, &sample, values), 0);
}

static void add_slow(struct session *s, unsigned round)
{
    add(s, s->slow, round, 2000.0 * (1u << round), 1001, WHET_BENCH_OK);
}

static void add_fast(struct session *s, unsigned round)
{
    add(s, s->fast, round, 1000.0 * (1u << round), 1001, WHET_BENCH_OK);
}

static void session_open(struct session *s)
{
    const struct whet_result_arm slow = {.name = "slow"}, fast = {.name = "fast"};

    assert_int_equal(whet__result_new(&s->r, "test"), 0);
    assert_int_equal(whet__result_add_arm(s->r, &slow, &s->slow), 0);
    assert_int_equal(whet__result_add_arm(s->r, &fast, &s->fast), 0);
    s->slow = whet__result_arm(s->r, 0);
}

static void session_init(struct session *s, unsigned rounds)
{
    session_open(s);
    for (unsigned i = 0; i < rounds; i++) {
        add_slow(s, i);
        add_fast(s, i);
    }
}

static void session_clear(struct session *s)
{
    whet__result_free(s->r);
}

static struct whet_comparison *compare(const struct session *s, double level)
{
    struct whet_comparison *c = NULL;

    assert_int_equal(whet__comparison_new(&c, s->r, 0, level), 0);
    assert_non_null(c);
    return c;
}

static int near(double got, double want)
{
    return fabs(got - want) <= 1e-12 * fabs(want);
}

static void speedups_come_from_pairs(void **state)
{
    const struct whet_comparison_metric *wall, *cpu, *memory;
    struct whet_comparison *c;
    struct session s;

    (void)state;
    session_init(&s, ROUNDS);
    c = compare(&s, 0.99);
    assert_int_equal(c->count, 2);
    assert_int_equal(c->needed, 8);
    assert_int_equal(c->too_few, 0);
    wall = &c->arms[1].metric[WHET_METRIC_WALL];
    assert_int_equal(wall->n, ROUNDS);
    assert_true(wall->summary.median == 16000 && wall->median.estimate == 16000);
    assert_true(wall->median.low == 1000 && wall->median.high == 256000);
    assert_true(near(wall->median.level, 1 - 2.0 / 512));
    assert_int_equal(wall->pairs, ROUNDS);
    assert_true(near(wall->speedup.ratio.estimate, 2));
    assert_true(near(wall->speedup.ratio.low, 2) && near(wall->speedup.ratio.high, 2));
    assert_int_equal(wall->speedup.change.above, ROUNDS);
    assert_true(near(wall->speedup.change.p, 2.0 / 512));
    cpu = &c->arms[1].metric[WHET_METRIC_CPU];
    assert_true(cpu->summary.median == 1001);
    assert_true(cpu->speedup.ratio.estimate == 1 && cpu->speedup.change.p == 1);
    memory = &c->arms[1].metric[WHET_METRIC_MEMORY];
    assert_true(near(memory->speedup.ratio.estimate, 4));
    assert_true(c->arms[0].metric[WHET_METRIC_WALL].speedup.ratio.estimate == 1);
    /* What nobody measured is not known of anybody. */
    assert_int_equal(c->arms[1].metric[WHET_METRIC_CYCLES].n, 0);
    assert_int_equal(c->arms[1].metric[WHET_METRIC_CYCLES].pairs, 0);
    whet__comparison_free(c);
    whet__comparison_free(NULL);
    session_clear(&s);
}

static void too_few_rounds_have_their_own_level(void **state)
{
    struct whet_comparison *c;
    struct session s;

    (void)state;
    session_init(&s, 5);
    c = compare(&s, 0.99);
    assert_int_equal(c->needed, 8);
    assert_int_equal(c->too_few, 1);
    assert_true(near(c->arms[1].metric[WHET_METRIC_WALL].median.level, 0.9375));
    assert_true(near(c->arms[1].metric[WHET_METRIC_WALL].speedup.ratio.level, 0.9375));
    whet__comparison_free(c);
    c = compare(&s, 0.90);
    assert_int_equal(c->too_few, 0);
    whet__comparison_free(c);
    session_clear(&s);
}

/* Failed in round 2, not run in round 4; the other was not in the last. */
static void failed_and_missing_runs_make_no_pair(void **state)
{
    const struct whet_comparison_metric *wall;
    struct whet_comparison *c;
    struct session s;

    (void)state;
    session_open(&s);
    for (unsigned i = 0; i < ROUNDS - 1; i++) {
        if (i == 2)
            add(&s, s.slow, i, 1, 1, WHET_BENCH_EXIT);
        else
            add_slow(&s, i);
    }
    for (unsigned i = 0; i < ROUNDS; i++) {
        if (i != 4)
            add_fast(&s, i);
    }
    c = compare(&s, 0.95);
    wall = &c->arms[1].metric[WHET_METRIC_WALL];
    assert_int_equal(c->arms[0].failed, 1);
    assert_int_equal(c->arms[0].metric[WHET_METRIC_WALL].n, 7);
    assert_int_equal(wall->n, 8);
    assert_int_equal(wall->pairs, 6);
    assert_true(near(wall->speedup.ratio.low, 2) && near(wall->speedup.ratio.high, 2));
    whet__comparison_free(c);
    session_clear(&s);
}

static void what_is_not_known_is_not_answered(void **state)
{
    struct whet_comparison *c;
    struct session s;

    (void)state;
    session_open(&s);
    for (unsigned i = 0; i < ROUNDS; i++)
        add(&s, s.fast, i, 1000, i == 3 ? 0 : 1001, WHET_BENCH_OK);
    c = compare(&s, 0.95);
    assert_int_equal(c->arms[0].metric[WHET_METRIC_WALL].n, 0);
    assert_int_equal(c->arms[1].metric[WHET_METRIC_WALL].n, ROUNDS);
    assert_int_equal(c->arms[1].metric[WHET_METRIC_WALL].pairs, 0);
    assert_int_equal(c->too_few, 0);
    whet__comparison_free(c);
    for (unsigned i = 0; i < ROUNDS; i++)
        add_slow(&s, i);
    c = compare(&s, 0.95);
    assert_int_equal(c->arms[1].metric[WHET_METRIC_CPU].n, ROUNDS);
    assert_int_equal(c->arms[1].metric[WHET_METRIC_CPU].pairs, 0);
    assert_int_equal(c->arms[1].metric[WHET_METRIC_WALL].pairs, ROUNDS);
    whet__comparison_free(c);
    session_clear(&s);
}

static void refuses_bad_arguments(void **state)
{
    struct whet_comparison *c = NULL;
    struct session s;

    (void)state;
    session_init(&s, ROUNDS);
    assert_int_equal(whet__comparison_new(&c, s.r, 2, 0.95), -EINVAL);
    assert_int_equal(whet__comparison_new(&c, s.r, 0, 0), -EINVAL);
    assert_int_equal(whet__comparison_new(&c, s.r, 0, 1), -EINVAL);
    assert_int_equal(whet__comparison_new(&c, s.r, 0, NAN), -EINVAL);
    assert_null(c);
    session_clear(&s);
}

static void survives_failed_allocations(void **state)
{
    struct session s;

    (void)state;
    session_init(&s, ROUNDS);
    EACH_ALLOCATION_FAILS
    {
        struct whet_comparison *c = NULL;
        int rc = whet__comparison_new(&c, s.r, 0, 0.95);

        assert_true(rc == 0 || rc == -ENOMEM);
        assert_int_equal(rc == 0, c != NULL);
        whet__comparison_free(c);
    }
    session_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speedups_come_from_pairs),
        cmocka_unit_test(too_few_rounds_have_their_own_level),
        cmocka_unit_test(failed_and_missing_runs_make_no_pair),
        cmocka_unit_test(what_is_not_known_is_not_answered),
        cmocka_unit_test(refuses_bad_arguments),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
