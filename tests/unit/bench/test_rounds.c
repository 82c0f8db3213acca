/* bench/rounds.h with small real commands: who runs when, what is kept, what is told. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/rounds.h"

#define SECOND_NS 1000000000u

static const char *const true_argv[] = {"/bin/true", NULL};
static const char *const fail_argv[] = {"/bin/sh", "-c", "exit 3", NULL};
static const char *const kill_argv[] = {"/bin/sh", "-c", "kill -9 $$", NULL};
static const char *const hang_argv[] = {"/bin/sleep", "1000", NULL};
static const char *const none_argv[] = {"/nonexistent/program", NULL};

static const struct whet_bench_arm three[] = {
    {.name = "a", .argv = true_argv},
    {.name = "b", .argv = true_argv},
    {.name = "c", .argv = true_argv},
};

/* What the hooks saw. */
struct witness {
    char runs[256];   /* one letter per run in order, capitals for warm-up */
    char output[256]; /* stdout of all runs */
    size_t prepared, progresses, stop_after;
    int fail_before; /* for arm 0 */
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

static struct whet_rounds *run(const struct whet_bench_arm *arms, size_t count,
                               const struct whet_rounds_options *o)
{
    struct whet_rounds *r = NULL;
    struct whet_error err;

    assert_int_equal(whet__rounds_run(&r, arms, count, o, &err), 0);
    assert_non_null(r);
    assert_int_equal(r->count, count);
    return r;
}

static void every_round_runs_every_arm_once(void **state)
{
    struct witness w = {0}, again = {0}, other = {0};
    struct whet_rounds_options o = watched(&w);
    struct whet_rounds *r;
    int moved = 0;

    (void)state;
    o.rounds = 12;
    o.warmup = 2;
    o.seed = 5;
    r = run(three, 3, &o);
    assert_int_equal(r->end, WHET_ROUNDS_COMPLETE);
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
        assert_string_equal(r->arms[arm].name, three[arm].name);
        assert_int_equal(r->arms[arm].count, 12);
        assert_int_equal(r->arms[arm].failed, 0);
        assert_string_equal(r->arms[arm].failure.text, "");
        for (unsigned i = 0; i < 12; i++) {
            const struct whet_bench_sample *s = &r->arms[arm].samples[i];

            assert_int_equal(s->outcome, WHET_BENCH_OK);
            assert_int_equal(s->round, i);
            assert_int_equal(w.runs[3 * (i + 2) + s->position], 'a' + (int)arm);
            assert_true(s->run.wall_ns > 0 && s->run.max_rss_bytes > 0);
        }
    }
    assert_int_equal(w.prepared, 42);
    assert_int_equal(w.progresses, 43);
    assert_null(w.last.arm);
    assert_int_equal(w.last.done, 42);
    assert_int_equal(w.last.total, 42);
    whet__rounds_free(r);

    o.ctx = &again;
    whet__rounds_free(run(three, 3, &o));
    assert_string_equal(w.runs, again.runs);
    o.ctx = &other;
    o.seed = 6;
    whet__rounds_free(run(three, 3, &o));
    assert_string_not_equal(w.runs, other.runs);
}

static void defaults_are_one_warmup_and_ten_rounds(void **state)
{
    struct witness w = {0};
    struct whet_rounds_options o = watched(&w);

    (void)state;
    whet__rounds_free(run(three, 1, &o));
    assert_string_equal(w.runs, "Aaaaaaaaaa"
                                "a");
    w = (struct witness){0};
    o.no_warmup = 1;
    whet__rounds_free(run(three, 1, &o));
    assert_string_equal(w.runs, "aaaaaaaaaa");
    whet__rounds_free(run(three, 1, NULL));
}

static void a_failing_arm_does_not_end_the_others(void **state)
{
    const struct whet_bench_arm arms[] = {
        {.name = "fine", .argv = true_argv},
        {.name = "fails", .argv = fail_argv},
        {.name = "killed", .argv = kill_argv},
        {.name = "missing", .argv = none_argv},
        {.name = "hangs", .argv = hang_argv, .timeout_ns = SECOND_NS / 20},
        {.name = "any exit", .argv = fail_argv, .flags = WHET_BENCH_ANY_EXIT},
    };
    const enum whet_bench_outcome outcomes[] = {WHET_BENCH_OK,      WHET_BENCH_EXIT,
                                                WHET_BENCH_SIGNAL,  WHET_BENCH_NOT_STARTED,
                                                WHET_BENCH_TIMEOUT, WHET_BENCH_OK};
    const char *const texts[] = {"",
                                 "command failed with exit code 3: 'fails'",
                                 "command was killed by signal 9: 'killed'",
                                 NULL /* the spawn's own */,
                                 "command took longer than 50.0 ms: 'hangs'",
                                 ""};
    struct whet_rounds_options o = {.rounds = 4, .no_warmup = 1, .patience = 2};
    struct whet_rounds *r = run(arms, 6, &o);

    (void)state;
    assert_int_equal(r->end, WHET_ROUNDS_COMPLETE);
    for (size_t i = 0; i < 6; i++) {
        const struct whet_rounds_arm *a = &r->arms[i];
        int fine = outcomes[i] == WHET_BENCH_OK;

        assert_int_equal(a->count, fine ? 4 : 2);
        assert_int_equal(a->failed, fine ? 0 : 2);
        assert_int_equal(a->left_out, !fine);
        for (size_t k = 0; k < a->count; k++)
            assert_int_equal(a->samples[k].outcome, outcomes[i]);
        if (texts[i] != NULL)
            assert_string_equal(a->failure.text, texts[i]);
    }
    assert_int_equal(r->arms[1].samples[0].run.exit_code, 3);
    assert_int_equal(r->arms[5].samples[0].run.exit_code, 3);
    assert_int_equal(r->arms[2].samples[0].run.signal, 9);
    assert_int_equal(r->arms[3].samples[0].error, -ENOENT);
    assert_non_null(strstr(r->arms[3].failure.text, "/nonexistent/program"));
    whet__rounds_free(r);
}

static void ends_when_no_arm_is_left(void **state)
{
    const struct whet_bench_arm arms[] = {{.name = "fails", .argv = fail_argv}};
    struct whet_rounds *r = run(arms, 1, NULL);

    (void)state;
    assert_int_equal(r->end, WHET_ROUNDS_FAILED);
    /* One of the three it is given is the warm-up. */
    assert_int_equal(r->rounds, 2);
    assert_int_equal(r->arms[0].count, 2);
    whet__rounds_free(r);
}

/* Fails every second time: never often enough in a row. */
static void patience_counts_failures_in_a_row(void **state)
{
    const char *const argv[] = {"/bin/sh", "-c", "rmdir d 2>/dev/null || { mkdir d; exit 1; }",
                                NULL};
    char folder[] = "/tmp/whet-test-XXXXXX";
    const struct whet_bench_arm arms[] = {{.name = "flaky", .argv = argv, .cwd = folder}};
    struct whet_rounds_options o = {.rounds = 6, .no_warmup = 1, .patience = 2};
    struct whet_rounds *r;

    (void)state;
    assert_non_null(mkdtemp(folder));
    r = run(arms, 1, &o);
    assert_int_equal(r->arms[0].count, 6);
    assert_int_equal(r->arms[0].failed, 3);
    assert_int_equal(r->arms[0].left_out, 0);
    assert_int_equal(r->arms[0].samples[5].outcome, WHET_BENCH_OK);
    whet__rounds_free(r);
    assert_int_equal(remove(folder), 0);
}

static void a_failing_hook_fails_its_run_only(void **state)
{
    struct witness w = {.fail_before = 1};
    struct whet_rounds_options o = watched(&w);
    struct whet_rounds *r;

    (void)state;
    o.rounds = 2;
    o.no_warmup = 1;
    r = run(three, 2, &o);
    assert_int_equal(r->arms[0].samples[0].outcome, WHET_BENCH_NOT_PREPARED);
    assert_int_equal(r->arms[0].samples[0].error, -EIO);
    assert_int_equal(r->arms[0].samples[0].run.wall_ns, 0);
    assert_string_equal(r->arms[0].failure.text, "the hook says no");
    assert_int_equal(r->arms[1].failed, 0);
    assert_int_equal(r->arms[1].count, 2);
    whet__rounds_free(r);
}

static void hands_over_what_each_run_printed(void **state)
{
    const char *const argv[] = {"/bin/sh", "-c", "echo $X; pwd; cat; echo no >&2", NULL};
    const char *const env[] = {"X=42", "PATH=/usr/bin:/bin", NULL};
    const struct whet_bench_arm arms[] = {
        {.name = "prints", .argv = argv, .env = env, .cwd = "/usr"}};
    struct witness w = {0};
    struct whet_rounds_options o = watched(&w);

    (void)state;
    o.rounds = 2;
    o.no_warmup = 1;
    o.out_max_bytes = 100;
    whet__rounds_free(run(arms, 1, &o));
    assert_string_equal(w.output, "42\n/usr\n42\n/usr\n");
}

static void says_when_output_was_cut(void **state)
{
    const char *const argv[] = {"/bin/sh", "-c", "echo 123456789", NULL};
    const struct whet_bench_arm arms[] = {{.name = "prints", .argv = argv}};
    struct witness w = {0};
    struct whet_rounds_options o = watched(&w);
    struct whet_rounds *r;

    (void)state;
    o.rounds = 1;
    o.no_warmup = 1;
    o.out_max_bytes = 4;
    r = run(arms, 1, &o);
    assert_int_equal(r->arms[0].samples[0].run.out_cut, 1);
    assert_int_equal(r->arms[0].samples[0].outcome, WHET_BENCH_OK);
    whet__rounds_free(r);
}

static void stopping_keeps_what_was_measured(void **state)
{
    struct witness w = {.stop_after = 3 + 7};
    struct whet_rounds_options o = watched(&w);
    struct whet_rounds *r;

    (void)state;
    o.stop = on_stop;
    r = run(three, 3, &o);
    assert_int_equal(r->end, WHET_ROUNDS_STOPPED);
    assert_int_equal(r->rounds, 3);
    assert_int_equal(r->arms[0].count + r->arms[1].count + r->arms[2].count, 7);
    whet__rounds_free(r);
}

static int stop_at_third_question(void *ctx)
{
    int *questions = ctx;

    return ++*questions >= 3;
}

static void a_run_that_is_stopped_is_no_sample(void **state)
{
    const struct whet_bench_arm arms[] = {{.name = "hangs", .argv = hang_argv}};
    int questions = 0;
    struct whet_rounds_options o = {
        .no_warmup = 1, .stop = stop_at_third_question, .ctx = &questions};
    struct whet_rounds *r = run(arms, 1, &o);

    (void)state;
    assert_int_equal(r->end, WHET_ROUNDS_STOPPED);
    assert_int_equal(r->arms[0].count, 0);
    assert_int_equal(r->arms[0].failed, 0);
    whet__rounds_free(r);
}

static void a_spent_budget_still_gives_the_minimum(void **state)
{
    struct whet_rounds_options o = {.budget_ns = 1, .min_rounds = 4};
    struct whet_rounds *r = run(three, 2, &o);

    (void)state;
    assert_int_equal(r->end, WHET_ROUNDS_BUDGET);
    assert_int_equal(r->rounds, 4);
    assert_int_equal(r->arms[1].count, 4);
    whet__rounds_free(r);
    o.min_rounds = 0;
    r = run(three, 1, &o);
    assert_int_equal(r->rounds, 3);
    whet__rounds_free(r);
    o.min_rounds = 50; /* more than there are */
    r = run(three, 1, &o);
    assert_int_equal(r->end, WHET_ROUNDS_COMPLETE);
    whet__rounds_free(r);
}

static void refuses(const struct whet_bench_arm *arms, size_t count,
                    const struct whet_rounds_options *o, const char *text)
{
    struct whet_rounds *r = NULL;
    struct whet_error err;

    assert_int_equal(whet__rounds_run(&r, arms, count, o, &err), -EINVAL);
    assert_null(r);
    assert_string_equal(err.text, text);
    assert_int_equal(whet__rounds_run(&r, arms, count, o, NULL), -EINVAL);
}

static void refuses_what_cannot_be_measured(void **state)
{
    const char *const empty[] = {NULL};
    const struct whet_bench_arm nameless[] = {{.argv = true_argv}};
    const struct whet_bench_arm unnamed[] = {{.name = "", .argv = true_argv}};
    const struct whet_bench_arm no_argv[] = {{.name = "x"}};
    const struct whet_bench_arm empty_argv[] = {{.name = "x", .argv = empty}};
    const struct whet_bench_arm twins[] = {{.name = "x", .argv = true_argv},
                                           {.name = "x", .argv = fail_argv}};
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

static void finds_arms_by_name(void **state)
{
    struct whet_rounds_options o = {.rounds = 1, .no_warmup = 1};
    struct whet_rounds *r = run(three, 3, &o);
    size_t at = 77;

    (void)state;
    assert_int_equal(whet__rounds_find(r, "x", &at), -ENOENT);
    assert_int_equal(at, 77);
    assert_int_equal(whet__rounds_find(r, "c", &at), 0);
    assert_int_equal(at, 2);
    whet__rounds_free(r);
    whet__rounds_free(NULL);
}

/* Memory that fails us ends the session; memory that fails a start is that run's failure. */
static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_rounds_options o = {.rounds = 2, .out_max_bytes = 10, .err_max_bytes = 10};
        struct whet_rounds *r = NULL;
        struct whet_error err;
        int rc = whet__rounds_run(&r, three, 2, &o, &err);

        assert_true(rc == 0 || rc == -ENOMEM);
        assert_int_equal(rc == 0, r != NULL);
        if (rc != 0)
            assert_string_equal(err.text, "out of memory");
        whet__rounds_free(r);
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
        cmocka_unit_test(finds_arms_by_name),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
