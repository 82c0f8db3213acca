/* bench/verdict.h on made-up sessions: every rule once, where the answer is known. How often
 * the rules err on noise is tests/unit/bench/test_alarms.c. */
#include "../harness.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <string.h>

#include "bench/verdict.h"
#include "bench/verdict_parts.h"

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

static void changes_get_their_verdicts(void **state)
{
    struct whet_judgement j;

    (void)state;
    add_commands();
    add_session(ROUNDS, 1.01, 0.02, 0.5);
    j = judge(NULL);
    assert_int_equal(j.verdict, WHET_VERDICT_PASS);
    assert_int_equal(j.metric, WHET_METRIC_WALL);
    assert_int_equal(j.pairs, ROUNDS);
    assert_true(j.change.ratio.level >= 0.99 && j.p > 0 && j.p_warn > 0.5);
    assert_non_null(strstr(j.text, "no difference: +"));
    assert_string_equal(j.why, "");
}

static void a_slower_one_warns(void **state)
{
    struct whet_judgement j;

    (void)state;
    add_commands();
    add_session(ROUNDS, 1.07, 0.004, 0.5);
    j = judge(NULL);
    assert_int_equal(j.verdict, WHET_VERDICT_WARN);
    assert_int_equal(strncmp(j.text, "7.", 2), 0);
    assert_non_null(strstr(j.text, "% slower: +"));
    assert_true(j.p < 0.001 && j.p_warn < 0.05);
}

static void a_much_slower_one_fails_on_cpu_time(void **state)
{
    struct whet_judgement j;

    (void)state;
    add_commands();
    add_session(ROUNDS, 1.12, 0.004, 0.95);
    j = judge(NULL);
    assert_int_equal(j.verdict, WHET_VERDICT_FAIL);
    assert_int_equal(j.metric, WHET_METRIC_CPU);
    assert_true(!isnan(j.noise) && j.noise < 0.01);
}

static void a_faster_one_improves(void **state)
{
    struct whet_judgement j;

    (void)state;
    add_commands();
    add_session(ROUNDS, 0.9, 0.004, 0.5);
    j = judge(NULL);
    assert_int_equal(j.verdict, WHET_VERDICT_IMPROVED);
    assert_non_null(strstr(j.text, "% faster: -"));
}

static void a_wide_interval_decides_nothing(void **state)
{
    struct whet_judgement j;

    (void)state;
    add_commands();
    add_session(ROUNDS, 1.02, 0.3, 0.5);
    j = judge(NULL);
    assert_int_equal(j.verdict, WHET_VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(j.text, "too noisy to tell: "));
    assert_non_null(strstr(j.why, "% is more than ± 2.5%"));
}

/* ... unless it has no room for being worse. */
static void a_wide_interval_that_is_low_passes(void **state)
{
    struct whet_judgement j;

    (void)state;
    add_commands();
    add_session(ROUNDS, 0.97, 0.04, 0.5);
    j = judge(&(struct whet_verdict_options){.width = 0.001, .metric = WHET_VERDICT_AUTO});
    assert_int_equal(j.verdict, WHET_VERDICT_PASS);
}

static void few_rounds_tell_their_level(void **state)
{
    struct whet_judgement j;

    (void)state;
    add_commands();
    add_session(5, 1.5, 0.001, 0.5);
    j = judge(NULL);
    assert_int_equal(j.verdict, WHET_VERDICT_INCONCLUSIVE);
    assert_string_equal(j.why, "5 rounds reach a level of 93.75%, not of 99%");
    assert_true(isnan(j.noise));
    /* Many gates share the level. */
    j = judge(&(struct whet_verdict_options){.gates = 400, .metric = WHET_VERDICT_AUTO});
    assert_string_equal(j.why, "5 rounds reach a level of 93.75%, not of 99.9975%");
    j = judge(
        &(struct whet_verdict_options){.level = 0.9, .gates = 2, .metric = WHET_VERDICT_AUTO});
    assert_int_equal(j.verdict, WHET_VERDICT_INCONCLUSIVE);
    j = judge(&(struct whet_verdict_options){.level = 0.9, .metric = WHET_VERDICT_AUTO});
    assert_int_equal(j.verdict, WHET_VERDICT_FAIL);
}

static void times_below_the_floor_pass(void **state)
{
    struct whet_verdict_options o = {.floor = 3 * MS, .metric = WHET_VERDICT_AUTO};
    struct whet_judgement j;

    (void)state;
    add_commands();
    add_session(ROUNDS, 1.2, 0.004, 0.5);
    j = judge(&o);
    assert_int_equal(j.verdict, WHET_VERDICT_PASS);
    assert_non_null(strstr(j.why, " ms is below the floor of 3.00 ms"));
    assert_non_null(strstr(j.text, "slower"));
    o.floor = 1 * MS;
    assert_int_equal(judge(&o).verdict, WHET_VERDICT_FAIL);
}

/* CPU time rose by a quarter, wall time did not: something is odd, nobody fails for it. */
static void another_metric_may_contradict(void **state)
{
    struct whet_judgement j;

    (void)state;
    add_commands();
    for (unsigned i = 0; i < ROUNDS; i++) {
        double wall = 10 * MS * (1 + 0.002 * wobble(i, 0));

        add_run(0, i, wall, 0.92 * wall, 0.8 * wall);
        add_run(1, i, wall, 0.92 * wall, 1.0 * wall);
    }
    j = judge(NULL);
    assert_int_equal(j.metric, WHET_METRIC_ACTIVE);
    assert_string_equal(j.metric_why,
                        "wall time less waiting for a processor: one thread did it all");
    assert_int_equal(j.verdict, WHET_VERDICT_WARN);
    assert_non_null(strstr(j.why, "contradicts: "));
}

/* Round after round the reference takes 10 % more and less. */
static void a_reference_unlike_itself_decides_nothing(void **state)
{
    struct whet_judgement j;

    (void)state;
    add_commands();
    for (unsigned i = 0; i < ROUNDS; i++) {
        double a = 10 * MS * (i % 2 == 0 ? 1.1 : 1) * (1 + 0.001 * wobble(i, 0));

        add_run(0, i, a, a / 2, 0);
        add_run(1, i, 1.2 * a, a / 2, 0);
    }
    j = judge(NULL);
    assert_int_equal(j.verdict, WHET_VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(j.why, "the reference differs from itself: +"));
}

/* ... unless what differs is far more. */
static void a_change_far_beyond_that_stands(void **state)
{
    (void)state;
    add_commands();
    for (unsigned i = 0; i < ROUNDS; i++) {
        double a = 10 * MS * (i % 2 == 0 ? 1.1 : 1) * (1 + 0.001 * wobble(i, 0));

        add_run(0, i, a, a / 2, 0);
        add_run(1, i, 2 * a, a, 0);
    }
    assert_int_equal(judge(NULL).verdict, WHET_VERDICT_FAIL);
}

static void metrics_are_chosen_for_what_they_show(void **state)
{
    char why[160];

    (void)state;
    add_commands();
    for (unsigned i = 0; i < ROUNDS; i++) { /* disturbed, but for every third run */
        add_run(0, i, 10 * MS * (i % 3 == 0 ? 1 : 2), 9.5 * MS, 0);
        add_run(1, i, 10 * MS * (i % 3 == 1 ? 1 : 3), 9.5 * MS, 0);
    }
    assert_int_equal(whet__judge_metric(r, 0, 1, why), WHET_METRIC_CPU);
    assert_non_null(strstr(why, "one processor busy"));
    add_run(0, ROUNDS, 10 * MS, 0, 0);
    add_run(0, ROUNDS + 1, 10 * MS, 0, 0); /* below what the clock sees */
    assert_int_equal(whet__judge_metric(r, 0, 1, NULL), WHET_METRIC_WALL);
}

static void parallel_work_is_judged_by_wall_time(void **state)
{
    (void)state;
    add_commands();
    add_session(ROUNDS, 1, 0.002, 1.8);
    assert_int_equal(whet__judge_metric(r, 0, 1, NULL), WHET_METRIC_WALL);
}

static void functions_of_many_threads_too(void **state)
{
    const struct whet_result_arm a = {
        .name = "a", .kind = WHET_RESULT_FUNCTION, .threads = 4, .command = "x"};
    const struct whet_result_arm b = {
        .name = "b", .kind = WHET_RESULT_FUNCTION, .threads = 1, .command = "x"};

    (void)state;
    add_arms(&a, &b);
    add_session(ROUNDS, 1, 0.002, 1);
    assert_int_equal(whet__judge_metric(r, 0, 1, NULL), WHET_METRIC_WALL);
    assert_int_equal(whet__judge_metric(r, 1, 1, NULL), WHET_METRIC_CPU);
}

static void more_of_some_metrics_is_better(void **state)
{
    const struct whet_metric rate = {"rate", "rate", WHET_UNIT_COUNT, WHET_METRIC_HIGHER};
    struct whet_verdict_options o = {0};
    struct whet_judgement j;

    (void)state;
    assert_int_equal(whet__result_add_metric(r, &rate, &o.metric), 0);
    add_commands();
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct whet_result_sample sample = {.round = i};
        double values[WHET_RESULT_METRICS_MAX] = {0};

        values[o.metric] = 1000 + wobble(i, 0);
        assert_int_equal(whet__result_add_sample(r, arms[0], &sample, values), 0);
        values[o.metric] = 850 + wobble(i, 1);
        assert_int_equal(whet__result_add_sample(r, arms[1], &sample, values), 0);
    }
    j = judge(&o);
    assert_int_equal(j.verdict, WHET_VERDICT_FAIL);
    assert_non_null(strstr(j.text, "% lower: -"));
    assert_true(j.change.ratio.estimate < 1 && j.p_warn < 0.001);
    assert_int_equal(whet__judge(&j, r, 1, 0, &o), 0);
    assert_int_equal(j.verdict, WHET_VERDICT_IMPROVED);
}

/* Allocations: none of both; none before and some now; and the other way round. */
static void nothing_is_a_number_too(void **state)
{
    struct whet_verdict_options o = {.metric = WHET_METRIC_ALLOCATIONS};
    struct whet_judgement j;

    (void)state;
    add_commands();
    for (unsigned i = 0; i < 3; i++) {
        struct whet_result_sample sample = {.round = i};
        double values[WHET_METRIC_IDS] = {0};

        assert_int_equal(whet__result_add_sample(r, arms[0], &sample, values), 0);
        values[WHET_METRIC_ALLOCATIONS] = 3;
        assert_int_equal(whet__result_add_sample(r, arms[1], &sample, values), 0);
    }
    j = judge(&o);
    assert_int_equal(j.verdict, WHET_VERDICT_FAIL);
    assert_string_equal(j.text, "3 instead of 0");
    assert_int_equal(whet__judge(&j, r, 1, 0, &o), 0);
    assert_int_equal(j.verdict, WHET_VERDICT_IMPROVED);
    assert_string_equal(j.text, "0 instead of 3");
    assert_int_equal(whet__judge(&j, r, 0, 0, &o), 0);
    assert_int_equal(j.verdict, WHET_VERDICT_PASS);
    assert_string_equal(j.text, "no difference: 0 in both");
    o.metric = WHET_METRIC_DELAY;
    assert_int_equal(judge(&o).verdict, WHET_VERDICT_NONE);
}

static void what_was_asked_for_and_is_not_known_is_no_pass(void **state)
{
    struct whet_verdict_options o = {.metric = WHET_METRIC_MEMORY};
    struct whet_judgement j;

    (void)state;
    add_commands();
    for (unsigned i = 0; i < 10; i++) {
        struct whet_result_sample sample = {.round = i};
        double values[WHET_METRIC_IDS] = {0};

        assert_int_equal(whet__result_add_sample(r, arms[0], &sample, values), 0);
        values[WHET_METRIC_MEMORY] = NAN;
        assert_int_equal(whet__result_add_sample(r, arms[1], &sample, values), 0);
    }
    j = judge(&o);
    assert_int_equal(j.verdict, WHET_VERDICT_INCONCLUSIVE);
    assert_int_equal(j.pairs, 0);
    assert_true(strncmp(j.why, "peak memory is not known of '", 29) == 0);
}

static void what_did_not_run_is_not_compared(void **state)
{
    struct whet_judgement j;

    (void)state;
    add_commands();
    add_run(0, 0, MS, MS, 0);
    j = judge(NULL);
    assert_int_equal(j.verdict, WHET_VERDICT_NONE);
    assert_int_equal(j.pairs, 0);
    assert_string_equal(j.text, "nothing to compare");
}

struct pair_of_commands {
    const char *a, *a_program, *b, *b_program;
    int same;
};

static void the_same_code_is_recognised(void **state)
{
    static const struct pair_of_commands cases[] = {
        {"./old/cat f", "./old/cat", "./new/cat f", "./new/cat", 1},
        {"'./old/cat' f", "./old/cat", "./new/cat f", "./new/cat", 0}, /* not understood */
        {"/bin/cat f", "/bin/cat", "/usr/bin/cat  f", "/usr/bin/cat", 1},
        {"./cat f", "./cat", "cat f", "/bin/cat", 0}, /* of PATH: may be an interpreter */
        {"cat f", "/bin/cat", "cat g", "/bin/cat", 0},
        {"cat f", "/bin/cat", "cat", "/bin/cat", 0},
        {"./old x", "/bin/sh", "./new x", "/bin/sh", 0}, /* a shell runs both */
        {"./old x", "/bin/sh", "./old x", "/bin/sh", 1},
        {"concat f", "/bin/cat", "cat f", "/bin/cat", 0},
        {"cat f", NULL, "./cat f", NULL, 0},
        {NULL, "/bin/cat", NULL, "/bin/cat", 0},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct pair_of_commands *c = &cases[i];
        const struct whet_result_arm a = {
            .name = "a", .command = c->a, .program = c->a_program, .program_hash = "12ab"};
        const struct whet_result_arm b = {
            .name = "b", .command = c->b, .program = c->b_program, .program_hash = "12ab"};
        struct whet_judgement j;

        add_arms(&a, &b);
        add_session(ROUNDS, 1.3, 0.002, 0.5);
        j = judge(NULL);
        assert_int_equal(j.verdict, c->same ? WHET_VERDICT_SAME_CODE : WHET_VERDICT_FAIL);
        if (c->same)
            assert_non_null(strstr(j.why, "outside of it"));
        assert_int_equal(
            judge(&(struct whet_verdict_options){.any_code = 1, .metric = WHET_VERDICT_AUTO})
                .verdict,
            WHET_VERDICT_FAIL);
        assert_int_equal(teardown(state), 0);
        assert_int_equal(setup(state), 0);
    }
}

static void another_environment_is_not_the_same_code(void **state)
{
    struct whet_result_arm a = {.name = "a",
                                .command = "./c",
                                .program = "./c",
                                .program_hash = "12",
                                .code_hash = "3"};
    struct whet_result_arm b = a;

    (void)state;
    b.name = "b";
    b.code_hash = "4";
    add_arms(&a, &b);
    add_session(ROUNDS, 1, 0.002, 0.5);
    assert_int_equal(judge(NULL).verdict, WHET_VERDICT_PASS);
    arms[1]->code_hash = "3";
    assert_int_equal(judge(NULL).verdict, WHET_VERDICT_SAME_CODE);
}

static void parameters_make_another_command(void **state)
{
    static const struct whet_result_param one = {"n", "1"}, two = {"n", "2"};
    struct whet_result_arm a = {
        .name = "a", .command = "c", .params = &one, .param_count = 1, .program_hash = "12"};
    struct whet_result_arm b = a;

    (void)state;
    b.name = "b";
    b.params = &two;
    add_arms(&a, &b);
    add_session(ROUNDS, 1, 0.002, 0.5);
    assert_int_equal(judge(NULL).verdict, WHET_VERDICT_PASS);
}

static struct whet_judgement judge_stored(const struct whet_verdict_options *o)
{
    struct whet_judgement j;

    assert_int_equal(whet__judge_stored(&j, r, 0, r, 1, o, 0, NULL), 0);
    assert_int_equal(j.stored, 1);
    assert_true(isnan(j.p) && isnan(j.noise));
    return j;
}

static void saved_times_warn_at_most(void **state)
{
    struct whet_judgement j;

    (void)state;
    add_commands();
    add_session(ROUNDS, 2, 0.01, 0.5);
    j = judge_stored(NULL);
    assert_int_equal(j.verdict, WHET_VERDICT_WARN);
    assert_non_null(strstr(j.why, "measure both in the same session"));
    assert_int_equal(j.pairs, ROUNDS);
}

static void saved_times_drift(void **state)
{
    struct whet_judgement j;

    (void)state;
    add_commands();
    add_session(ROUNDS, 1.08, 0.01, 0.5);
    j = judge_stored(NULL);
    assert_int_equal(j.verdict, WHET_VERDICT_PASS);
    assert_non_null(strstr(j.why, "unchanged programs differ"));
}

static void saved_counts_may_fail(void **state)
{
    struct whet_verdict_options o = {.metric = WHET_METRIC_INSTRUCTIONS};

    (void)state;
    add_commands();
    for (unsigned i = 0; i < 3; i++) {
        struct whet_result_sample sample = {.round = i};
        double values[WHET_METRIC_IDS] = {0};

        values[WHET_METRIC_INSTRUCTIONS] = 1000000;
        assert_int_equal(whet__result_add_sample(r, arms[0], &sample, values), 0);
        values[WHET_METRIC_INSTRUCTIONS] = 1200000;
        assert_int_equal(whet__result_add_sample(r, arms[1], &sample, values), 0);
    }
    assert_int_equal(judge_stored(&o).verdict, WHET_VERDICT_FAIL);
    o.metric = WHET_METRIC_WALL; /* 0 everywhere: never measured so, but no crash */
    assert_int_equal(judge_stored(&o).verdict, WHET_VERDICT_INCONCLUSIVE);
}

static void other_machines_are_refused(void **state)
{
    struct whet_verdict_options o = {.metric = WHET_METRIC_INSTRUCTIONS};
    struct whet_judgement j = {.pairs = 77};
    struct whet_result *other;
    char why[160];

    (void)state;
    add_commands();
    add_session(ROUNDS, 1, 0.01, 0.5);
    assert_int_equal(whet__result_new(&other, "x"), 0);
    assert_int_equal(whet__result_add_arm(other, arms[0], &arms[0]), 0);
    other->machine.cpu_model = "Z80";
    assert_int_equal(whet__judge_stored(&j, other, 0, r, 1, NULL, 0, why), -EXDEV);
    assert_string_equal(why, "measured on a machine of another CPU model");
    assert_int_equal(j.pairs, 77);
    assert_int_equal(whet__judge_stored(&j, other, 0, r, 1, &o, 1, why), 0);
    assert_int_equal(j.verdict, WHET_VERDICT_INCONCLUSIVE); /* asked for, and not known */
    assert_int_equal(whet__judge_stored(&j, other, 1, r, 1, NULL, 0, NULL), -EINVAL);
    whet__result_free(other);
}

static enum whet_verdict confirmed(enum whet_verdict first, enum whet_verdict second)
{
    return whet__verdict_confirmed(&(struct whet_judgement){.verdict = first},
                                   &(struct whet_judgement){.verdict = second});
}

static void a_second_batch_confirms(void **state)
{
    (void)state;
    assert_int_equal(confirmed(WHET_VERDICT_FAIL, WHET_VERDICT_FAIL), WHET_VERDICT_FAIL);
    assert_int_equal(confirmed(WHET_VERDICT_FAIL, WHET_VERDICT_WARN), WHET_VERDICT_WARN);
    assert_int_equal(confirmed(WHET_VERDICT_WARN, WHET_VERDICT_FAIL), WHET_VERDICT_WARN);
    assert_int_equal(confirmed(WHET_VERDICT_WARN, WHET_VERDICT_PASS), WHET_VERDICT_PASS);
    assert_int_equal(confirmed(WHET_VERDICT_WARN, WHET_VERDICT_NONE), WHET_VERDICT_WARN);
    assert_int_equal(confirmed(WHET_VERDICT_FAIL, WHET_VERDICT_IMPROVED),
                     WHET_VERDICT_INCONCLUSIVE);
    assert_int_equal(confirmed(WHET_VERDICT_PASS, WHET_VERDICT_FAIL), WHET_VERDICT_PASS);
    assert_int_equal(
        whet__verdict_confirmed(&(struct whet_judgement){.verdict = WHET_VERDICT_FAIL}, NULL),
        WHET_VERDICT_FAIL);
    assert_string_equal(whet__verdict_name(WHET_VERDICT_SAME_CODE), "same code");
    assert_string_equal(whet__verdict_title(WHET_VERDICT_INCONCLUSIVE), "INCONCLUSIVE");
}

static void what_a_second_batch_says_is_told(void **state)
{
    struct whet_judgement first = {.verdict = WHET_VERDICT_FAIL};
    struct whet_judgement second = {.verdict = WHET_VERDICT_INCONCLUSIVE,
                                    .why = "the reference differs from itself: +5.0% to +9.0%",
                                    .text = "49.0\u00d7 slower"};

    (void)state;
    whet__verdict_settle(&first, &second, 24, 0);
    assert_int_equal(first.verdict, WHET_VERDICT_INCONCLUSIVE);
    assert_string_equal(first.why, "it looked like fail, but 24 more rounds say: the reference "
                                   "differs from itself: +5.0% to +9.0%");
    first.verdict = WHET_VERDICT_WARN;
    second = (struct whet_judgement){.verdict = WHET_VERDICT_PASS, .text = "no difference: 0"};
    whet__verdict_settle(&first, &second, 3, 1);
    assert_int_equal(first.verdict, WHET_VERDICT_PASS);
    assert_string_equal(first.why,
                        "it looked like warn, but only 3 more rounds say: no difference: 0");
    first = (struct whet_judgement){.verdict = WHET_VERDICT_WARN};
    whet__verdict_settle(&first, &(struct whet_judgement){.verdict = WHET_VERDICT_FAIL}, 3, 0);
    assert_int_equal(first.verdict, WHET_VERDICT_WARN);
    assert_string_equal(first.why, "");
}

static void refuses_bad_arguments(void **state)
{
    const struct whet_verdict_options bad[] = {
        {.warn = -1},  {.warn = NAN},      {.warn = 0.2, .fail = 0.1},
        {.level = 1},  {.level = -0.5},    {.width = -1},
        {.floor = -1}, {.fail = INFINITY}, {.metric = 1000},
    };
    struct whet_judgement j = {.pairs = 77};

    (void)state;
    add_commands();
    add_session(ROUNDS, 1, 0.01, 0.5);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(whet__judge(&j, r, 0, 1, &bad[i]), -EINVAL);
    assert_int_equal(whet__judge(&j, r, 2, 1, NULL), -EINVAL);
    assert_int_equal(whet__judge(&j, r, 0, 2, NULL), -EINVAL);
    assert_int_equal(j.pairs, 77);
}

/* Three times as much is told as a factor, which is written into a text of its own. */
static void survives_failed_allocations(void **state)
{
    (void)state;
    add_commands();
    add_session(ROUNDS, 3, 0.01, 0.95);
    EACH_ALLOCATION_FAILS
    {
        struct whet_judgement j;
        int rc = whet__judge(&j, r, 0, 1, NULL);

        assert_true(rc == -ENOMEM || (rc == 0 && j.text[0] != '\0'));
        rc = whet__judge_stored(&j, r, 0, r, 1, NULL, 0, NULL);
        assert_true(rc == -ENOMEM || (rc == 0 && j.text[0] != '\0'));
    }
}

/* What is written for people has a point in every locale. */
static void numbers_know_no_locale(void **state)
{
    char out[32];

    (void)state;
    setlocale(LC_ALL, "de_DE.UTF-8"); /* harmless where it is not installed */
    assert_string_equal(whet__verdict_percent(-0.0042, out), "-0.4%");
    assert_string_equal(whet__verdict_percent(0.123, out), "+12.3%");
    assert_string_equal(whet__verdict_percent(-0.000001, out), "+0.00%");
    assert_string_equal(whet__verdict_percent(INFINITY, out), "beyond all");
    assert_string_equal(whet__verdict_percent(NAN, out), "-");
    assert_string_equal(whet__verdict_width(0.025, out), "2.5%");
    assert_string_equal(whet__verdict_level(0.99, out), "99%");
    assert_string_equal(whet__verdict_level(0, out), "0%");
    assert_string_equal(whet__verdict_time(0.25, out), "0.25 ns");
    assert_string_equal(whet__verdict_time(20000, out), "20.0 us");
    setlocale(LC_ALL, "C");
}

#define RULE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RULE(changes_get_their_verdicts),
        RULE(a_slower_one_warns),
        RULE(a_much_slower_one_fails_on_cpu_time),
        RULE(a_faster_one_improves),
        RULE(a_wide_interval_decides_nothing),
        RULE(a_wide_interval_that_is_low_passes),
        RULE(few_rounds_tell_their_level),
        RULE(times_below_the_floor_pass),
        RULE(another_metric_may_contradict),
        RULE(a_reference_unlike_itself_decides_nothing),
        RULE(a_change_far_beyond_that_stands),
        RULE(metrics_are_chosen_for_what_they_show),
        RULE(parallel_work_is_judged_by_wall_time),
        RULE(functions_of_many_threads_too),
        RULE(more_of_some_metrics_is_better),
        RULE(nothing_is_a_number_too),
        RULE(what_was_asked_for_and_is_not_known_is_no_pass),
        RULE(what_did_not_run_is_not_compared),
        RULE(the_same_code_is_recognised),
        RULE(another_environment_is_not_the_same_code),
        RULE(parameters_make_another_command),
        RULE(saved_times_warn_at_most),
        RULE(saved_times_drift),
        RULE(saved_counts_may_fail),
        RULE(other_machines_are_refused),
        RULE(a_second_batch_confirms),
        RULE(what_a_second_batch_says_is_told),
        RULE(refuses_bad_arguments),
        RULE(survives_failed_allocations),
        cmocka_unit_test(numbers_know_no_locale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
