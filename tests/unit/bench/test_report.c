/* bench/report.h: what a report concludes from what it holds. */
#include "../harness.h"

#include <string.h>

#include "bench/report.h"

static struct whet_result *r;

static int setup(void **state)
{
    const struct whet_result_arm a = {.name = "a"}, b = {.name = "b"};
    struct whet_result_arm *ignored;

    (void)state;
    if (whet__result_new(&r, "test") != 0 || whet__result_add_arm(r, &a, &ignored) != 0)
        return -1;
    return whet__result_add_arm(r, &b, &ignored);
}

static int teardown(void **state)
{
    (void)state;
    whet__result_free(r);
    return 0;
}

static struct whet_outcome *add_judged(struct whet_report *report, enum whet_verdict verdict)
{
    struct whet_outcome *o = whet__report_add(report, "judged", r);

    assert_non_null(o);
    o->judgements = whet__mem_zalloc(2, sizeof(*o->judgements));
    assert_non_null(o->judgements);
    o->judgements[1].verdict = verdict;
    return o;
}

static void the_worst_counts(void **state)
{
    struct whet_report report;

    (void)state;
    whet__report_init(&report, "whet bench", "whet bench a b");
    whet__report_conclude(&report);
    assert_int_equal(report.verdict, WHET_VERDICT_NONE);
    add_judged(&report, WHET_VERDICT_IMPROVED);
    whet__report_conclude(&report);
    assert_int_equal(report.verdict, WHET_VERDICT_IMPROVED);
    add_judged(&report, WHET_VERDICT_WARN);
    add_judged(&report, WHET_VERDICT_PASS);
    whet__report_conclude(&report);
    assert_int_equal(report.verdict, WHET_VERDICT_WARN);
    assert_int_equal(whet__report_at(&report, 0)->verdict, WHET_VERDICT_IMPROVED);
    assert_int_equal(whet__report_at(&report, 1)->verdict, WHET_VERDICT_WARN);
    assert_int_equal(whet__report_at(&report, 2)->verdict, WHET_VERDICT_PASS);
    assert_null(whet__report_at(&report, 0)->failure);
    whet__report_clear(&report);
}

static void what_is_not_confirmed_does_not_stand(void **state)
{
    const struct whet_judgement again[2] = {{.verdict = WHET_VERDICT_NONE},
                                            {.verdict = WHET_VERDICT_PASS}};
    struct whet_report report;

    (void)state;
    whet__report_init(&report, "", "");
    add_judged(&report, WHET_VERDICT_FAIL)->confirmation = again;
    whet__report_conclude(&report);
    assert_int_equal(report.verdict, WHET_VERDICT_PASS);
    whet__report_clear(&report);
}

static enum whet_verdict with_target(enum whet_target_state state)
{
    struct whet_report report;
    struct whet_target *t;

    whet__report_init(&report, "", "");
    t = whet__vec_push(&add_judged(&report, WHET_VERDICT_NONE)->targets);
    assert_non_null(t);
    t->state = state;
    whet__report_conclude(&report);
    whet__report_clear(&report);
    return report.verdict;
}

static enum whet_verdict with_growth(enum whet_target_state state, double max_exponent)
{
    struct whet_report report;
    struct whet_scaling *s;

    whet__report_init(&report, "", "");
    s = whet__vec_push(&add_judged(&report, WHET_VERDICT_NONE)->scaling);
    assert_non_null(s);
    s->state = state;
    s->max_exponent = max_exponent;
    whet__report_conclude(&report);
    whet__report_clear(&report);
    return report.verdict;
}

static enum whet_verdict with_copies(enum whet_target_state state)
{
    struct whet_report report;
    struct whet_concurrency *c;

    whet__report_init(&report, "", "");
    c = whet__vec_push(&add_judged(&report, WHET_VERDICT_NONE)->concurrency);
    assert_non_null(c);
    c->state = state;
    whet__report_conclude(&report);
    whet__report_clear(&report);
    return report.verdict;
}

static void targets_count_too(void **state)
{
    (void)state;
    assert_int_equal(with_target(WHET_TARGET_MET), WHET_VERDICT_PASS);
    assert_int_equal(with_target(WHET_TARGET_MISSED), WHET_VERDICT_FAIL);
    assert_int_equal(with_target(WHET_TARGET_UNKNOWN), WHET_VERDICT_INCONCLUSIVE);
    assert_int_equal(with_growth(WHET_TARGET_MISSED, 1.2), WHET_VERDICT_FAIL);
    assert_int_equal(with_growth(WHET_TARGET_UNKNOWN, 0), WHET_VERDICT_NONE);
    assert_int_equal(with_copies(WHET_TARGET_MISSED), WHET_VERDICT_FAIL);
    assert_int_equal(with_copies(WHET_TARGET_MET), WHET_VERDICT_PASS);
}

static void what_does_not_work_fails(void **state)
{
    struct whet_report report;

    (void)state;
    whet__report_init(&report, "", "");
    assert_non_null(whet__report_add(&report, "could not be run", NULL));
    whet__report_conclude(&report);
    assert_int_equal(report.verdict, WHET_VERDICT_FAIL);
    whet__report_clear(&report);
    whet__report_init(&report, "", "");
    add_judged(&report, WHET_VERDICT_PASS);
    whet__result_arm(r, 1)->left_out = 1;
    whet__report_conclude(&report);
    assert_int_equal(report.verdict, WHET_VERDICT_FAIL);
    whet__report_clear(&report);
}

static void what_is_not_known_has_a_reason(void **state)
{
    struct whet_report report;
    struct whet_outcome *o;
    struct whet_scaling *s;

    (void)state;
    whet__result_arm(r, 1)->left_out = 0;
    whet__report_init(&report, "", "");
    o = add_judged(&report, WHET_VERDICT_PASS);
    o->no_base = "it is new";
    whet__report_conclude(&report);
    assert_int_equal(report.verdict, WHET_VERDICT_INCONCLUSIVE);
    assert_string_equal(whet__outcome_unclear(o), "it is new");
    s = whet__vec_push(&o->scaling);
    assert_non_null(s);
    s->state = WHET_TARGET_UNKNOWN;
    assert_string_equal(whet__outcome_unclear(o), "it is new"); /* it has no limit */
    s->max_exponent = 1.2;
    assert_string_equal(whet__outcome_unclear(o), "no law of growth could be fitted");
    s->time.law = WHET_GROWTH_LINEAR;
    assert_string_equal(whet__outcome_unclear(o), "how it grows is not known well enough");
    ((struct whet_target *)whet__vec_push(&o->targets))->state = WHET_TARGET_UNKNOWN;
    assert_string_equal(whet__outcome_unclear(o), "a target could not be judged");
    o->judgements[1].verdict = WHET_VERDICT_INCONCLUSIVE;
    assert_string_equal(whet__outcome_unclear(o), "too much noise to tell");
    r->end = WHET_RESULT_STOPPED;
    assert_string_equal(whet__outcome_unclear(o), "interrupted before it could be told");
    r->end = WHET_RESULT_COMPLETE;
    whet__report_clear(&report);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_report report;
        struct whet_outcome *o;

        whet__report_init(&report, "", "");
        o = whet__report_add(&report, "x", r);
        if (o != NULL)
            (void)!whet__vec_push(&o->targets);
        whet__report_conclude(&report);
        whet__report_clear(&report);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_counts),
        cmocka_unit_test(what_is_not_confirmed_does_not_stand),
        cmocka_unit_test(targets_count_too),
        cmocka_unit_test(what_does_not_work_fails),
        cmocka_unit_test(what_is_not_known_has_a_reason),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
