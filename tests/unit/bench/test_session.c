/* bench/session.h with small real commands: what is judged against what, and what a second
 * batch does to a verdict. They are judged by the pages that they touch, which are as many
 * however busy the machine is. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/session.h"

/* Less than a huge page, and many times what the program itself has. */
static const char *const good_argv[] = {"/bin/dd", "if=/dev/zero", "of=/dev/null",
                                        "count=1", "bs=1K",        NULL};
static const char *const bad_argv[] = {"/bin/dd", "if=/dev/zero", "of=/dev/null",
                                       "count=1", "bs=1900K",     NULL};
static const char *const fail_argv[] = {"/bin/false", NULL};

static const struct whet_bench_arm arms[] = {
    {.about = {.name = "good"}, .argv = good_argv},
    {.about = {.name = "bad"}, .argv = bad_argv},
    {.about = {.name = "good, too"}, .argv = good_argv},
};

/* Calls by arm and batch. */
struct witness {
    unsigned runs[2][3];
    unsigned confirming; /* progress that said so */
    unsigned stop_after; /* runs; 0: never */
    unsigned total;
};

static void on_after(void *ctx, size_t arm, const struct whet_bench_sample *sample,
                     const struct whet_bench_output *output)
{
    struct witness *w = ctx;

    (void)output;
    w->total++;
    if (!sample->warmup)
        w->runs[w->confirming > 0][arm]++;
}

static void on_progress(void *ctx, const struct whet_rounds_progress *p)
{
    struct witness *w = ctx;

    w->confirming += p->confirms != 0;
}

static int on_stop(void *ctx)
{
    const struct witness *w = ctx;

    return w->stop_after > 0 && w->total >= w->stop_after;
}

static struct whet_session_options watched(struct witness *w, unsigned rounds)
{
    return (struct whet_session_options){.rounds = {.rounds = rounds,
                                                    .after = on_after,
                                                    .progress = on_progress,
                                                    .stop = on_stop,
                                                    .ctx = w,
                                                    .no_warmup = 1},
                                         .verdict = {.metric = WHET_VERDICT_AUTO},
                                         .metric = "minor_faults"};
}

static void bad_verdicts_are_measured_again(void **state)
{
    struct witness w = {0};
    struct whet_session_options o = watched(&w, 12);
    struct whet_session *s;

    (void)state;
    o.confirm = 1;
    assert_int_equal(whet__session_run(&s, "suite", arms, 3, NULL, 0, &o, NULL), 0);
    assert_int_equal(s->judgements[0].pairs, 0);
    assert_int_equal(s->judgements[0].verdict, WHET_VERDICT_NONE);
    assert_int_equal(s->judgements[1].verdict, WHET_VERDICT_FAIL);
    assert_int_equal(s->judgements[1].pairs, 12);
    assert_int_equal(s->confirmation[1].verdict, WHET_VERDICT_FAIL);
    assert_int_equal(s->confirmation[1].pairs, 24);
    assert_int_not_equal(s->second->seed, s->result->seed);
    assert_string_equal(s->result->name, "suite");
    /* Twice the rounds of the arms in question, and no others than they need. */
    assert_int_equal(w.runs[0][0], 12);
    assert_int_equal(w.runs[1][0], 24);
    assert_int_equal(w.runs[1][1], 24);
    whet__session_free(s);
}

static void without_confirmation_one_batch_is_all(void **state)
{
    struct witness w = {0};
    struct whet_session_options o = watched(&w, 12);
    struct whet_session *s;

    (void)state;
    assert_int_equal(whet__session_run(&s, NULL, arms, 2, NULL, 0, &o, NULL), 0);
    assert_int_equal(s->judgements[1].verdict, WHET_VERDICT_FAIL);
    assert_null(s->second);
    assert_null(s->confirmation);
    assert_int_equal(w.confirming, 0);
    whet__session_free(s);
}

static void pairs_say_what_is_compared(void **state)
{
    static const size_t pair[] = {1, (size_t)-1, (size_t)-1};
    struct witness w = {0};
    struct whet_session_options o = watched(&w, 12);
    struct whet_session *s;

    (void)state;
    o.pair = pair;
    assert_int_equal(whet__session_run(&s, NULL, arms, 3, NULL, 0, &o, NULL), 0);
    assert_int_equal(s->judgements[0].verdict, WHET_VERDICT_IMPROVED);
    assert_int_equal(s->judgements[1].verdict, WHET_VERDICT_NONE);
    assert_int_equal(s->judgements[2].verdict, WHET_VERDICT_NONE);
    assert_int_equal(s->judgements[2].pairs, 0);
    whet__session_free(s);
}

static void the_reference_is_found_by_name(void **state)
{
    struct witness w = {0};
    struct whet_session_options o = watched(&w, 12);
    struct whet_session *s;
    struct whet_error err;

    (void)state;
    o.reference = "bad";
    assert_int_equal(whet__session_run(&s, NULL, arms, 2, NULL, 0, &o, NULL), 0);
    assert_int_equal(s->result->reference, 1);
    assert_int_equal(s->judgements[0].verdict, WHET_VERDICT_IMPROVED);
    whet__session_free(s);
    o.reference = "none";
    assert_int_equal(whet__session_run(&s, NULL, arms, 2, NULL, 0, &o, &err), -EINVAL);
    assert_string_equal(err.text,
                        "no command of this name: '--reference none': the first is 'good'");
}

static void a_stopped_session_proves_nothing(void **state)
{
    struct witness w = {.stop_after = 34}; /* runs of 2 arms: in the second batch */
    struct whet_session_options o = watched(&w, 12);
    struct whet_session *s;

    (void)state;
    o.confirm = 1;
    assert_int_equal(whet__session_run(&s, NULL, arms, 2, NULL, 0, &o, NULL), 0);
    assert_int_equal(s->result->end, WHET_RESULT_COMPLETE);
    assert_int_equal(s->second->end, WHET_RESULT_STOPPED);
    assert_int_equal(s->judgements[1].verdict, WHET_VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(s->judgements[1].why, "it looked like"));
    whet__session_free(s);
    w = (struct witness){.stop_after = 18}; /* in the first */
    assert_int_equal(whet__session_run(&s, NULL, arms, 2, NULL, 0, &o, NULL), 0);
    assert_int_equal(s->result->end, WHET_RESULT_STOPPED);
    assert_null(s->second);
    assert_int_equal(s->judgements[1].verdict, WHET_VERDICT_INCONCLUSIVE);
    assert_int_equal(s->judgements[1].pairs, 9);
    whet__session_free(s);
}

static void metrics_and_failures_are_told(void **state)
{
    static const struct whet_bench_arm failing[] = {
        {.about = {.name = "good"}, .argv = good_argv},
        {.about = {.name = "bad"}, .argv = fail_argv},
    };
    struct witness w = {0};
    struct whet_session_options o = watched(&w, 5);
    struct whet_session *s;
    struct whet_error err;

    (void)state;
    o.metric = "speed";
    assert_int_equal(whet__session_run(&s, NULL, arms, 2, NULL, 0, &o, &err), -EINVAL);
    assert_true(
        strncmp(err.text, "unknown metric: 'speed': choose one of wall, active, cpu", 56) == 0);
    o.metric = "allocations";
    assert_int_equal(whet__session_run(&s, NULL, arms, 2, NULL, 0, &o, &err), -ENODATA);
    assert_true(strncmp(err.text, "metric 'allocations' was not measured: only", 43) == 0);
    o.metric = "wall";
    assert_int_equal(whet__session_run(&s, NULL, failing, 2, NULL, 0, &o, &err), 0);
    assert_true(whet__result_arm(s->result, 1)->left_out);
    assert_int_equal(s->judgements[1].pairs, 0);
    whet__session_free(s);
    assert_int_equal(whet__session_run(&s, NULL, arms, 0, NULL, 0, &o, &err), -EINVAL);
    assert_string_equal(err.text, "nothing to measure: from 1 to 64 are possible");
}

static void reports_get_what_was_concluded(void **state)
{
    struct witness w = {0};
    struct whet_session_options o = watched(&w, 12);
    struct whet_outcome *outcome;
    struct whet_report report;
    struct whet_session *s;

    (void)state;
    assert_int_equal(whet__session_run(&s, NULL, arms, 2, NULL, 0, &o, NULL), 0);
    whet__report_init(&report, "test", "");
    assert_int_equal(whet__session_report(s, "name", "good", &report, &outcome), 0);
    assert_string_equal(outcome->against, "good");
    assert_ptr_equal(outcome->result, s->result);
    assert_int_equal(outcome->judgements[1].verdict, s->judgements[1].verdict);
    assert_ptr_not_equal(outcome->judgements, s->judgements);
    whet__report_conclude(&report);
    assert_int_equal(report.verdict, WHET_VERDICT_FAIL);
    whet__report_clear(&report);
    whet__session_free(s);
}

static void survives_failed_allocations(void **state)
{
    struct witness w = {0};
    struct whet_session_options o = watched(&w, 2);

    (void)state;
    o.confirm = 1;
    EACH_ALLOCATION_FAILS
    {
        struct whet_session *s = NULL;

        (void)!whet__session_run(&s, NULL, arms, 1, NULL, 0, &o, NULL);
        whet__session_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_verdicts_are_measured_again),
        cmocka_unit_test(without_confirmation_one_batch_is_all),
        cmocka_unit_test(pairs_say_what_is_compared),
        cmocka_unit_test(the_reference_is_found_by_name),
        cmocka_unit_test(a_stopped_session_proves_nothing),
        cmocka_unit_test(metrics_and_failures_are_told),
        cmocka_unit_test(reports_get_what_was_concluded),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
