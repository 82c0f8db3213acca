/* bench/rounds.h with small real commands: who runs when, what is kept, what is told. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/rounds.h"
#include "os/affinity.h"
#include "os/counters.h"
#include "os/file.h"

#define SECOND_NS 1000000000u

static const char *const true_argv[] = {"/bin/true", NULL};
static const char *const fail_argv[] = {"/bin/sh", "-c", "exit 3", NULL};
static const char *const kill_argv[] = {"/bin/sh", "-c", "kill -9 $$", NULL};
static const char *const hang_argv[] = {"/bin/sleep", "1000", NULL};
static const char *const none_argv[] = {"/proc/none/program", NULL};

static const unsigned char three_code = 3, four_code = 4;

static const struct whet_bench_arm three[] = {
    {.about.name = "a", .argv = true_argv},
    {.about.name = "b", .argv = true_argv},
    {.about.name = "c", .argv = true_argv},
};

/* What the hooks saw. */
struct witness {
    char runs[256];   /* one letter per run in order, capitals for warm-up */
    char output[256]; /* stdout of all runs */
    size_t prepared, progresses, stop_after;
    int fail_before; /* for arm 0 */
    int cut;         /* of any output */
    struct whet_rounds_progress last;
};

static int on_before(void *ctx, size_t arm, const struct whet_bench_sample *next,
                     struct whet_error *why)
{
    struct witness *w = ctx;

    (void)next;
    w->prepared++;
    if (arm == 0 && w->fail_before)
        return whet_error_set(why, -EIO, "the hook says no");
    return 0;
}

static void on_after(void *ctx, size_t arm, const struct whet_bench_sample *sample,
                     const struct whet_bench_output *output)
{
    struct witness *w = ctx;
    size_t at = strlen(w->runs), end = strlen(w->output);

    assert_true(at + 1 < sizeof(w->runs));
    w->cut |= sample->run.out_cut;
    w->runs[at] = (char)((sample->warmup ? 'A' : 'a') + (int)arm);
    if (output->out != NULL)
        snprintf(w->output + end, sizeof(w->output) - end, "%s", whet__text_str(output->out));
}

static void on_progress(void *ctx, const struct whet_rounds_progress *p)
{
    struct witness *w = ctx;

    w->progresses++;
    w->last = *p;
}

static int on_stop(void *ctx)
{
    const struct witness *w = ctx;

    return strlen(w->runs) >= w->stop_after;
}

static struct whet_rounds_options watched(struct witness *w)
{
    return (struct whet_rounds_options){
        .before = on_before, .after = on_after, .progress = on_progress, .ctx = w};
}

/* A result of its own, filled by a session. */
static struct whet_result *run(const struct whet_bench_arm *arms, size_t count,
                               const struct whet_rounds_options *o)
{
    struct whet_result *r = NULL;
    struct whet_error err = {0};

    assert_int_equal(whet__result_new(&r, "test"), 0);
    if (whet__rounds_run(r, arms, count, o, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(whet__result_count(r), count);
    return r;
}

static size_t runs_of(const struct whet_result *r, size_t arm)
{
    return whet__arm_count(whet__result_arm(r, arm));
}

static const char *failure_of(const struct whet_result *r, size_t arm)
{
    const char *failure = whet__result_arm(r, arm)->failure;

    return failure != NULL ? failure : "";
}

static double value_of(const struct whet_result *r, size_t arm, size_t i, size_t metric)
{
    return whet__arm_value(r, whet__result_arm(r, arm), i, metric);
}

static void every_round_runs_every_arm_once(void **state)
{
    struct witness w = {0}, again = {0}, other = {0};
    struct whet_rounds_options o = watched(&w);
    struct whet_result *r;
    int moved = 0;

    (void)state;
    o.rounds = 12;
    o.warmup = 2;
    o.seed = 5;
    r = run(three, 3, &o);
    assert_int_equal(r->end, WHET_RESULT_COMPLETE);
    assert_int_equal(r->rounds, 12);
    assert_int_equal(strlen(w.runs), 14 * 3);
    for (size_t round = 0; round < 14; round++) {
        char first = round < 2 ? 'A' : 'a';

        for (int arm = 0; arm < 3; arm++)
            assert_non_null(memchr(w.runs + 3 * round, first + arm, 3));
        moved += w.runs[3 * round] != first;
    }
    assert_true(moved > 0);
    for (size_t arm = 0; arm < 3; arm++) {
        const struct whet_result_arm *a = whet__result_arm(r, arm);

        assert_string_equal(a->name, three[arm].about.name);
        assert_int_equal(whet__arm_count(a), 12);
        assert_int_equal(whet__arm_failed(a), 0);
        assert_null(a->failure);
        for (unsigned i = 0; i < 12; i++) {
            const struct whet_result_sample *s = whet__arm_sample(a, i);

            assert_int_equal(s->outcome, WHET_BENCH_OK);
            assert_int_equal(s->exit_code, 0);
            assert_int_equal(s->round, i);
            assert_int_equal(w.runs[3 * (i + 2) + s->position], 'a' + (int)arm);
            assert_true(value_of(r, arm, i, WHET_METRIC_WALL) > 0);
            assert_false(value_of(r, arm, i, WHET_METRIC_MEMORY) <= (double)r->memory_floor);
            assert_true(i == 0 || s->at_seconds > whet__arm_sample(a, i - 1)->at_seconds);
        }
    }
    assert_int_equal(w.prepared, 42);
    assert_int_equal(w.progresses, 43);
    assert_null(w.last.arm);
    assert_int_equal(w.last.done, 42);
    assert_int_equal(w.last.total, 42);
    whet__result_free(r);

    o.ctx = &again;
    whet__result_free(run(three, 3, &o));
    assert_string_equal(w.runs, again.runs);
    o.ctx = &other;
    o.seed = 6;
    whet__result_free(run(three, 3, &o));
    assert_string_not_equal(w.runs, other.runs);
}

static void defaults_are_one_warmup_and_ten_rounds(void **state)
{
    struct witness w = {0};
    struct whet_rounds_options o = watched(&w);

    (void)state;
    whet__result_free(run(three, 1, &o));
    assert_string_equal(w.runs, "Aaaaaaaaaa"
                                "a");
    w = (struct witness){0};
    o.no_warmup = 1;
    whet__result_free(run(three, 1, &o));
    assert_string_equal(w.runs, "aaaaaaaaaa");
    whet__result_free(run(three, 1, NULL));
}

static void a_failing_arm_does_not_end_the_others(void **state)
{
    const struct whet_bench_arm arms[] = {
        {.about.name = "fine", .argv = true_argv},
        {.about.name = "fails", .argv = fail_argv},
        {.about.name = "killed", .argv = kill_argv},
        {.about.name = "missing", .argv = none_argv},
        {.about.name = "hangs", .argv = hang_argv, .timeout_ns = SECOND_NS / 20},
        {.about.name = "any exit", .argv = fail_argv, .flags = WHET_BENCH_ANY_EXIT},
        {.about.name = "this exit", .argv = fail_argv, .exits = &three_code, .exit_count = 1},
        {.about.name = "other exit", .argv = fail_argv, .exits = &four_code, .exit_count = 1},
    };
    const int codes[] = {0, 3, -1, -1, -1, 3, 3, 3};
    const enum whet_bench_outcome outcomes[] = {
        WHET_BENCH_OK,      WHET_BENCH_EXIT, WHET_BENCH_SIGNAL, WHET_BENCH_NOT_STARTED,
        WHET_BENCH_TIMEOUT, WHET_BENCH_OK,   WHET_BENCH_OK,     WHET_BENCH_EXIT};
    const char *const texts[] = {"",
                                 "command failed with exit code 3: 'fails'",
                                 "command was killed by signal 9: 'killed'",
                                 NULL /* the spawn's own */,
                                 "command took longer than 50.0 ms: 'hangs'",
                                 "",
                                 "",
                                 "command failed with exit code 3: 'other exit'"};
    struct whet_rounds_options o = {.rounds = 4, .no_warmup = 1, .patience = 2};
    struct whet_result *r = run(arms, 8, &o);

    (void)state;
    assert_int_equal(r->end, WHET_RESULT_COMPLETE);
    for (size_t i = 0; i < 8; i++) {
        const struct whet_result_arm *a = whet__result_arm(r, i);
        int fine = outcomes[i] == WHET_BENCH_OK;

        assert_int_equal(whet__arm_count(a), fine ? 4 : 2);
        assert_int_equal(whet__arm_failed(a), fine ? 0 : 2);
        assert_int_equal(a->left_out, !fine);
        for (size_t k = 0; k < whet__arm_count(a); k++) {
            assert_int_equal(whet__arm_sample(a, k)->outcome, outcomes[i]);
            assert_int_equal(whet__arm_sample(a, k)->exit_code, codes[i]);
        }
        if (texts[i] != NULL)
            assert_string_equal(failure_of(r, i), texts[i]);
    }
    assert_true(isnan(value_of(r, 3, 0, WHET_METRIC_WALL)));
    assert_non_null(strstr(failure_of(r, 3), "/proc/none/program"));
    whet__result_free(r);
}

static void ends_when_no_arm_is_left(void **state)
{
    const struct whet_bench_arm arms[] = {{.about.name = "fails", .argv = fail_argv}};
    struct whet_result *r = run(arms, 1, NULL);

    (void)state;
    assert_int_equal(r->end, WHET_RESULT_FAILED);
    /* One of the three it is given is the warm-up. */
    assert_int_equal(r->rounds, 2);
    assert_int_equal(runs_of(r, 0), 2);
    whet__result_free(r);
}

/* Fails every second time: never often enough in a row. */
static void patience_counts_failures_in_a_row(void **state)
{
    const char *const argv[] = {"/bin/sh", "-c", "rmdir d 2>/dev/null || { mkdir d; exit 1; }",
                                NULL};
    char folder[] = "/tmp/whet-test-XXXXXX";
    const struct whet_bench_arm arms[] = {{.about.name = "flaky", .argv = argv, .cwd = folder}};
    struct whet_rounds_options o = {.rounds = 6, .no_warmup = 1, .patience = 2};
    struct whet_result *r;

    (void)state;
    assert_non_null(mkdtemp(folder));
    r = run(arms, 1, &o);
    assert_int_equal(runs_of(r, 0), 6);
    assert_int_equal(whet__arm_failed(whet__result_arm(r, 0)), 3);
    assert_int_equal(whet__result_arm(r, 0)->left_out, 0);
    assert_int_equal(whet__arm_sample(whet__result_arm(r, 0), 5)->outcome, WHET_BENCH_OK);
    whet__result_free(r);
    assert_int_equal(remove(folder), 0);
}

static void a_failing_hook_fails_its_run_only(void **state)
{
    struct witness w = {.fail_before = 1};
    struct whet_rounds_options o = watched(&w);
    struct whet_result *r;

    (void)state;
    o.rounds = 2;
    o.no_warmup = 1;
    r = run(three, 2, &o);
    assert_int_equal(whet__arm_sample(whet__result_arm(r, 0), 0)->outcome,
                     WHET_BENCH_NOT_PREPARED);
    assert_int_equal(whet__arm_sample(whet__result_arm(r, 0), 0)->exit_code, -1);
    assert_true(isnan(value_of(r, 0, 0, WHET_METRIC_WALL)));
    assert_string_equal(failure_of(r, 0), "the hook says no");
    assert_int_equal(whet__arm_failed(whet__result_arm(r, 1)), 0);
    assert_int_equal(runs_of(r, 1), 2);
    whet__result_free(r);
}

static void hands_over_what_each_run_printed(void **state)
{
    const char *const argv[] = {"/bin/sh", "-c", "echo $X; pwd; cat; echo no >&2", NULL};
    const char *const env[] = {"X=42", "PATH=/usr/bin:/bin", NULL};
    const struct whet_bench_arm arms[] = {
        {.about.name = "prints", .argv = argv, .env = env, .cwd = "/usr"}};
    struct witness w = {0};
    struct whet_rounds_options o = watched(&w);

    (void)state;
    o.rounds = 2;
    o.no_warmup = 1;
    o.out_max_bytes = 100;
    whet__result_free(run(arms, 1, &o));
    assert_string_equal(w.output, "42\n/usr\n42\n/usr\n");
}

static void says_when_output_was_cut(void **state)
{
    const char *const argv[] = {"/bin/sh", "-c", "echo 123456789", NULL};
    const struct whet_bench_arm arms[] = {{.about.name = "prints", .argv = argv}};
    struct witness w = {0};
    struct whet_rounds_options o = watched(&w);
    struct whet_result *r;

    (void)state;
    o.rounds = 1;
    o.no_warmup = 1;
    o.out_max_bytes = 4;
    r = run(arms, 1, &o);
    assert_int_equal(whet__arm_failed(whet__result_arm(r, 0)), 0);
    assert_string_equal(w.output, "1234");
    assert_true(w.cut);
    whet__result_free(r);
}

static void stopping_keeps_what_was_measured(void **state)
{
    struct witness w = {.stop_after = 3 + 7};
    struct whet_rounds_options o = watched(&w);
    struct whet_result *r;

    (void)state;
    o.stop = on_stop;
    r = run(three, 3, &o);
    assert_int_equal(r->end, WHET_RESULT_STOPPED);
    assert_int_equal(r->rounds, 3);
    assert_int_equal(runs_of(r, 0) + runs_of(r, 1) + runs_of(r, 2), 7);
    whet__result_free(r);
}

static int stop_at_third_question(void *ctx)
{
    int *questions = ctx;

    return ++*questions >= 3;
}

static void a_run_that_is_stopped_is_no_sample(void **state)
{
    const struct whet_bench_arm arms[] = {{.about.name = "hangs", .argv = hang_argv}};
    int questions = 0;
    struct whet_rounds_options o = {
        .no_warmup = 1, .stop = stop_at_third_question, .ctx = &questions};
    struct whet_result *r = run(arms, 1, &o);

    (void)state;
    assert_int_equal(r->end, WHET_RESULT_STOPPED);
    assert_int_equal(runs_of(r, 0), 0);
    assert_null(whet__result_arm(r, 0)->failure);
    whet__result_free(r);
}

static void a_spent_budget_still_gives_the_minimum(void **state)
{
    struct whet_rounds_options o = {.budget_ns = 1, .min_rounds = 4};
    struct whet_result *r = run(three, 2, &o);

    (void)state;
    assert_int_equal(r->end, WHET_RESULT_BUDGET);
    assert_int_equal(r->rounds, 4);
    assert_int_equal(runs_of(r, 1), 4);
    whet__result_free(r);
    o.min_rounds = 0;
    r = run(three, 1, &o);
    assert_int_equal(r->rounds, 3);
    whet__result_free(r);
    o.min_rounds = 50; /* more than there are */
    r = run(three, 1, &o);
    assert_int_equal(r->end, WHET_RESULT_COMPLETE);
    whet__result_free(r);
}

static void refuses(const struct whet_bench_arm *arms, size_t count,
                    const struct whet_rounds_options *o, const char *text)
{
    struct whet_result *r = NULL;
    struct whet_error err;

    assert_int_equal(whet__result_new(&r, "test"), 0);
    assert_int_equal(whet__rounds_run(r, arms, count, o, &err), -EINVAL);
    assert_string_equal(err.text, text);
    assert_int_equal(whet__rounds_run(r, arms, count, o, NULL), -EINVAL);
    assert_int_equal(whet__result_count(r), 0);
    whet__result_free(r);
}

static void refuses_what_cannot_be_measured(void **state)
{
    const char *const empty[] = {NULL};
    const struct whet_bench_arm nameless[] = {{.argv = true_argv}};
    const struct whet_bench_arm unnamed[] = {{.about.name = "", .argv = true_argv}};
    const struct whet_bench_arm no_argv[] = {{.about.name = "x"}};
    const struct whet_bench_arm empty_argv[] = {{.about.name = "x", .argv = empty}};
    const struct whet_bench_arm twins[] = {{.about.name = "x", .argv = true_argv},
                                           {.about.name = "x", .argv = fail_argv}};
    struct whet_rounds_options o = {.rounds = WHET_ROUNDS_MAX + 1};

    (void)state;
    refuses(three, 0, NULL, "nothing to measure: from 1 to 64 are possible");
    refuses(three, 65, NULL, "too many commands: from 1 to 64 are possible");
    refuses(nameless, 1, NULL, "command 1 has no name");
    refuses(unnamed, 1, NULL, "command 1 has no name");
    refuses(no_argv, 1, NULL, "empty command: 'x'");
    refuses(empty_argv, 1, NULL, "empty command: 'x'");
    refuses(twins, 2, NULL, "two commands have the same name: 'x'");
    refuses(three, 1, &o, "too many rounds: at most 100000 are possible");
}

/* Two rounds of two sessions in one result are not rounds of one. */
static void adds_to_what_a_result_has(void **state)
{
    struct whet_rounds_options o = {.rounds = 2, .no_warmup = 1, .no_counters = 1};
    struct whet_result *r = run(three, 1, &o);
    struct whet_error err;

    (void)state;
    assert_string_equal(r->counters, "");
    assert_string_equal(r->memory_source, "");
    assert_int_equal(whet__rounds_run(r, three, 1, &o, &err), -EEXIST);
    assert_non_null(strstr(err.text, "cannot measure this together"));
    assert_int_equal(whet__rounds_run(r, three + 1, 2, &o, &err), 0);
    assert_int_equal(whet__result_count(r), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(runs_of(r, i), 2);
    whet__result_free(r);
}

/* Over each two rounds, forth and back, all arms are equally early on average. */
static void every_second_round_goes_back(void **state)
{
    struct witness w = {0};
    struct whet_rounds_options o = watched(&w);

    (void)state;
    o.rounds = 10;
    o.no_warmup = 1;
    o.seed = 3;
    whet__result_free(run(three, 3, &o));
    for (size_t round = 0; round < 10; round += 2)
        for (size_t k = 0; k < 3; k++)
            assert_int_equal(w.runs[3 * round + k], w.runs[3 * round + 5 - k]);
}

/* What the hook makes of each run: 1000 ns, and 1001 in every second one. */
static int on_measured(void *ctx, size_t arm, const struct whet_bench_sample *sample,
                       const struct whet_bench_output *output, double *values,
                       struct whet_error *why)
{
    struct witness *w = ctx;

    (void)output;
    if (arm == 1 && w->fail_before)
        return whet_error_set(why, -EINVAL, "no number in its output");
    for (size_t i = 0; i < WHET_METRIC_IDS; i++)
        values[i] = NAN;
    values[WHET_METRIC_WALL] = 1000 + sample->round % 2;
    values[WHET_METRIC_IDS] = (double)arm;
    return 0;
}

static void values_can_be_the_callers(void **state)
{
    struct whet_metric own = {"own", "own counter", WHET_UNIT_COUNT, WHET_METRIC_NEITHER};
    struct witness w = {.fail_before = 1};
    struct whet_rounds_options o = {
        .rounds = 2, .no_warmup = 1, .measured = on_measured, .ctx = &w};
    struct whet_result *r = NULL;
    struct whet_error err;
    size_t index;

    (void)state;
    assert_int_equal(whet__result_new(&r, "test"), 0);
    assert_int_equal(whet__result_add_metric(r, &own, &index), 0);
    assert_int_equal(index, WHET_METRIC_IDS);
    assert_int_equal(whet__rounds_run(r, three, 3, &o, &err), 0);
    assert_true(value_of(r, 0, 1, WHET_METRIC_WALL) == 1001);
    assert_true(isnan(value_of(r, 0, 1, WHET_METRIC_CPU)));
    assert_true(value_of(r, 2, 0, index) == 2);
    assert_int_equal(whet__arm_sample(whet__result_arm(r, 1), 0)->outcome,
                     WHET_BENCH_NO_ANSWER);
    assert_string_equal(failure_of(r, 1), "no number in its output");
    whet__result_free(r);
}

static void stops_when_it_knows_enough(void **state)
{
    struct witness w = {0};
    struct whet_metric own = {"own", "own counter", WHET_UNIT_COUNT, WHET_METRIC_NEITHER};
    struct whet_rounds_options o = {
        .rounds = 100, .no_warmup = 1, .width = 0.01, .measured = on_measured, .ctx = &w};
    struct whet_result *r = NULL;
    size_t index;

    (void)state;
    assert_int_equal(whet__result_new(&r, "test"), 0);
    assert_int_equal(whet__result_add_metric(r, &own, &index), 0);
    assert_int_equal(whet__rounds_run(r, three, 2, &o, NULL), 0);
    assert_int_equal(r->end, WHET_RESULT_PRECISE);
    /* An interval of 99 % takes 8 pairs at least. */
    assert_true(r->rounds >= 8 && r->rounds <= 12);
    whet__result_free(r);
}

static void pads_the_environment(void **state)
{
    static const char *const argv[] = {"/bin/sh", "-c", "echo $WORD ${#WHET_PAD}", NULL};
    static const char *const env[] = {"WORD=x", "WHET_PAD=old", NULL};
    const struct whet_bench_arm arm = {.about.name = "pad", .argv = argv, .env = env};
    struct witness w = {0};
    struct whet_rounds_options o = watched(&w);
    long sizes[8], distinct = 0;
    char *at = w.output;

    (void)state;
    o.rounds = 8;
    o.no_warmup = 1;
    o.pad_env = 1;
    o.seed = 1;
    o.out_max_bytes = 20;
    whet__result_free(run(&arm, 1, &o));
    for (int i = 0; i < 8; i++) {
        assert_int_equal(strncmp(at, "x ", 2), 0);
        sizes[i] = strtol(at + 2, &at, 10);
        assert_int_equal(*at++, '\n');
        assert_true(sizes[i] >= 0 && sizes[i] < 4096);
        distinct += i > 0 && sizes[i] != sizes[i - 1];
    }
    assert_true(distinct > 0);
}

static void keeps_all_that_is_known_of_a_run(void **state)
{
    static const struct whet_counters_event events[WHET_COUNTERS_IDS] = {
        {"task clock", 1, 1}, {"page faults", 1, 2}, {NULL, 0, 0}, {NULL, 0, 0}};
    struct whet_rounds_options o = {.rounds = 2,
                                    .no_warmup = 1,
                                    .spawn_flags = WHET_SPAWN_DETAILS | WHET_SPAWN_TREE_MEMORY |
                                                   WHET_SPAWN_NICE,
                                    .nice = 19};
    static const char *const argv[] = {"/bin/sh", "-c", "nice", NULL};
    const struct whet_bench_arm arm = {.about.name = "nice", .argv = argv};
    struct whet_affinity cpus;
    struct witness w = {0};
    struct whet_result *r;

    (void)state;
    assert_int_equal(whet__affinity_read(&cpus), 0);
    assert_int_equal(whet__counters_new(&o.counters, events), 0);
    o.cpus = &cpus;
    o.after = on_after;
    o.ctx = &w;
    o.out_max_bytes = 10;
    r = run(&arm, 1, &o);
    assert_string_equal(w.output, "19\n19\n");
    assert_string_equal(r->memory_source, "sampled");
    assert_string_equal(r->counters, whet__counters_describe(o.counters));
    for (size_t i = 0; i < 2; i++) {
        assert_false(value_of(r, 0, i, WHET_METRIC_WRITTEN) < 3); /* or it is not known */
        assert_false(value_of(r, 0, i, WHET_METRIC_TREE_MEMORY) <
                     value_of(r, 0, i, WHET_METRIC_MEMORY));
        assert_true(value_of(r, 0, i, WHET_METRIC_ACTIVE) <=
                        value_of(r, 0, i, WHET_METRIC_WALL) ||
                    isnan(value_of(r, 0, i, WHET_METRIC_ACTIVE)));
        assert_int_equal(isnan(value_of(r, 0, i, WHET_METRIC_CYCLES)),
                         whet__counters_count(o.counters) == 0);
        assert_true(isnan(value_of(r, 0, i, WHET_METRIC_CACHE_MISSES)));
    }
    whet__result_free(r);
    whet__counters_free(o.counters);
}

/* Memory that fails us ends the session; memory that fails a start is that run's failure. */
static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_rounds_options o = {
            .rounds = 2, .out_max_bytes = 10, .err_max_bytes = 10, .pad_env = 1};
        struct whet_result *r = NULL;
        struct whet_error err;
        int rc = whet__result_new(&r, "test");

        if (rc == 0) {
            rc = whet__rounds_run(r, three, 2, &o, &err);
            if (rc != 0)
                assert_string_equal(err.text, "out of memory");
        }
        assert_true(rc == 0 || rc == -ENOMEM);
        whet__result_free(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_round_runs_every_arm_once),
        cmocka_unit_test(defaults_are_one_warmup_and_ten_rounds),
        cmocka_unit_test(a_failing_arm_does_not_end_the_others),
        cmocka_unit_test(ends_when_no_arm_is_left),
        cmocka_unit_test(patience_counts_failures_in_a_row),
        cmocka_unit_test(a_failing_hook_fails_its_run_only),
        cmocka_unit_test(hands_over_what_each_run_printed),
        cmocka_unit_test(says_when_output_was_cut),
        cmocka_unit_test(stopping_keeps_what_was_measured),
        cmocka_unit_test(a_run_that_is_stopped_is_no_sample),
        cmocka_unit_test(a_spent_budget_still_gives_the_minimum),
        cmocka_unit_test(refuses_what_cannot_be_measured),
        cmocka_unit_test(adds_to_what_a_result_has),
        cmocka_unit_test(every_second_round_goes_back),
        cmocka_unit_test(values_can_be_the_callers),
        cmocka_unit_test(stops_when_it_knows_enough),
        cmocka_unit_test(pads_the_environment),
        cmocka_unit_test(keeps_all_that_is_known_of_a_run),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
