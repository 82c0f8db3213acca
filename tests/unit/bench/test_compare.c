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
    struct whet_bench_sample slow[ROUNDS], fast[ROUNDS];
    struct whet_rounds_arm arms[2];
    struct whet_rounds rounds;
};

static struct whet_bench_sample sample(unsigned round, uint64_t wall, uint64_t cpu,
                                       uint64_t rss)
{
    struct whet_bench_sample s = {.round = round};

    s.run.wall_ns = wall;
    s.run.user_ns = cpu / 2;
    s.run.sys_ns = cpu - cpu / 2;
    s.run.max_rss_bytes = rss;
    return s;
}

static void session_init(struct session *s, size_t count)
{
    static char slow_name[] = "slow", fast_name[] = "fast";

    memset(s, 0, sizeof(*s));
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t drift = 1u << i;

        s->slow[i] = sample(i, 2000 * drift, 1001, 4 << 20);
        s->fast[i] = sample(i, 1000 * drift, 1001, 1 << 20);
    }
    s->arms[0] =
        (struct whet_rounds_arm){.name = slow_name, .samples = s->slow, .count = count};
    s->arms[1] =
        (struct whet_rounds_arm){.name = fast_name, .samples = s->fast, .count = count};
    s->rounds = (struct whet_rounds){.arms = s->arms, .count = 2, .rounds = (unsigned)count};
}

static struct whet_comparison *compare(const struct session *s, double level)
{
    struct whet_comparison *c = NULL;

    assert_int_equal(whet__comparison_new(&c, &s->rounds, 0, level), 0);
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
    wall = &c->arms[1].metric[WHET_BENCH_WALL];
    assert_int_equal(wall->n, ROUNDS);
    assert_true(wall->summary.median == 16000 && wall->median.estimate == 16000);
    assert_true(wall->median.low == 1000 && wall->median.high == 256000);
    assert_true(near(wall->median.level, 1 - 2.0 / 512));
    assert_int_equal(wall->pairs, ROUNDS);
    assert_true(near(wall->speedup.ratio.estimate, 2));
    assert_true(near(wall->speedup.ratio.low, 2) && near(wall->speedup.ratio.high, 2));
    assert_int_equal(wall->speedup.change.above, ROUNDS);
    assert_true(near(wall->speedup.change.p, 2.0 / 512));
    cpu = &c->arms[1].metric[WHET_BENCH_CPU];
    assert_true(cpu->summary.median == 1001);
    assert_true(cpu->speedup.ratio.estimate == 1 && cpu->speedup.change.p == 1);
    memory = &c->arms[1].metric[WHET_BENCH_MEMORY];
    assert_true(near(memory->speedup.ratio.estimate, 4));
    assert_true(c->arms[0].metric[WHET_BENCH_WALL].speedup.ratio.estimate == 1);
    whet__comparison_free(c);
    whet__comparison_free(NULL);
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
    assert_true(near(c->arms[1].metric[WHET_BENCH_WALL].median.level, 0.9375));
    assert_true(near(c->arms[1].metric[WHET_BENCH_WALL].speedup.ratio.level, 0.9375));
    whet__comparison_free(c);
    c = compare(&s, 0.90);
    assert_int_equal(c->too_few, 0);
    whet__comparison_free(c);
}

static void failed_and_missing_runs_make_no_pair(void **state)
{
    const struct whet_comparison_metric *wall;
    struct whet_comparison *c;
    struct session s;

    (void)state;
    session_init(&s, ROUNDS);
    s.slow[2].outcome = WHET_BENCH_EXIT; /* failed in round 2 ... */
    s.arms[0].failed = 1;
    memmove(&s.fast[4], &s.fast[5], 4 * sizeof(s.fast[0])); /* ... not run in round 4 ... */
    s.arms[1].count = ROUNDS - 1;
    s.arms[0].count = ROUNDS - 1; /* ... nor the other in the last */
    c = compare(&s, 0.95);
    wall = &c->arms[1].metric[WHET_BENCH_WALL];
    assert_int_equal(c->arms[0].failed, 1);
    assert_int_equal(c->arms[0].metric[WHET_BENCH_WALL].n, 7);
    assert_int_equal(wall->n, 8);
    assert_int_equal(wall->pairs, 6);
    assert_true(near(wall->speedup.ratio.low, 2) && near(wall->speedup.ratio.high, 2));
    whet__comparison_free(c);
}

static void what_is_not_known_is_not_answered(void **state)
{
    struct whet_comparison *c;
    struct session s;

    (void)state;
    session_init(&s, ROUNDS);
    s.fast[3].run.user_ns = s.fast[3].run.sys_ns = 0;
    s.arms[0].count = 0;
    c = compare(&s, 0.95);
    assert_int_equal(c->arms[0].metric[WHET_BENCH_WALL].n, 0);
    assert_int_equal(c->arms[1].metric[WHET_BENCH_WALL].n, ROUNDS);
    assert_int_equal(c->arms[1].metric[WHET_BENCH_WALL].pairs, 0);
    assert_int_equal(c->too_few, 0);
    whet__comparison_free(c);
    s.arms[0].count = ROUNDS;
    c = compare(&s, 0.95);
    assert_int_equal(c->arms[1].metric[WHET_BENCH_CPU].n, ROUNDS);
    assert_int_equal(c->arms[1].metric[WHET_BENCH_CPU].pairs, 0);
    assert_int_equal(c->arms[1].metric[WHET_BENCH_WALL].pairs, ROUNDS);
    whet__comparison_free(c);
}

static void refuses_bad_arguments(void **state)
{
    struct whet_comparison *c = NULL;
    struct session s;

    (void)state;
    session_init(&s, ROUNDS);
    assert_int_equal(whet__comparison_new(&c, &s.rounds, 2, 0.95), -EINVAL);
    assert_int_equal(whet__comparison_new(&c, &s.rounds, 0, 0), -EINVAL);
    assert_int_equal(whet__comparison_new(&c, &s.rounds, 0, 1), -EINVAL);
    assert_int_equal(whet__comparison_new(&c, &s.rounds, 0, NAN), -EINVAL);
    assert_null(c);
}

static void metrics_have_names(void **state)
{
    struct whet_bench_sample s = sample(0, 1, 2, 3);

    (void)state;
    assert_string_equal(whet__metric_name(WHET_BENCH_WALL), "wall");
    assert_string_equal(whet__metric_name(WHET_BENCH_CPU), "cpu");
    assert_string_equal(whet__metric_name(WHET_BENCH_MEMORY), "memory");
    assert_string_equal(whet__metric_name(WHET_BENCH_METRICS), "unknown");
    assert_true(whet__metric_of(&s, WHET_BENCH_METRICS) == 0);
}

static void survives_failed_allocations(void **state)
{
    struct session s;

    (void)state;
    session_init(&s, ROUNDS);
    EACH_ALLOCATION_FAILS
    {
        struct whet_comparison *c = NULL;
        int rc = whet__comparison_new(&c, &s.rounds, 0, 0.95);

        assert_true(rc == 0 || rc == -ENOMEM);
        assert_int_equal(rc == 0, c != NULL);
        whet__comparison_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speedups_come_from_pairs),
        cmocka_unit_test(too_few_rounds_have_their_own_level),
        cmocka_unit_test(failed_and_missing_runs_make_no_pair),
        cmocka_unit_test(what_is_not_known_is_not_answered),
        cmocka_unit_test(refuses_bad_arguments),
        cmocka_unit_test(metrics_have_names),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
