/* export/text.c: what a terminal shows, in goldens under tests/data/export. */
#include "shown_report.h"

#include "export/digest.h"
#include "export/forms.h"
#include "view/width.h"

static void check_golden(struct made_report *m, struct whet_export_options options,
                         const char *name)
{
    struct whet_text out;

    shown_put(&out, &whet__export_text, m, &options);
    golden_check(&out, name);
}

static void shows_a_bench(void **state)
{
    struct made_report m;

    (void)state;
    assert_int_equal(made_report_build(&m), 0);
    shown_as_bench(&m, 1);
    check_golden(&m, (struct whet_export_options){.style = {.width = 80}}, "bench-80.txt");
    check_golden(&m, (struct whet_export_options){.style = {.width = 40, .ascii = 1}},
                 "bench-40.txt");
    check_golden(&m, (struct whet_export_options){.style = {.width = 200}}, "bench-200.txt");
    check_golden(&m, (struct whet_export_options){.style = {.width = 80, .colour = 1}},
                 "bench-colour.txt");
    check_golden(&m, (struct whet_export_options){.style = {.width = 100}, .verbose = 2},
                 "bench-verbose.txt");
    made_report_clear(&m);
}

static void shows_functions(void **state)
{
    struct made_report m;

    (void)state;
    assert_int_equal(made_report_build(&m), 0);
    shown_as_bench(&m, 2);
    check_golden(&m, (struct whet_export_options){.style = {.width = 100}},
                 "bench-functions.txt");
    made_report_clear(&m);
}

static void shows_a_check(void **state)
{
    struct made_report m;

    (void)state;
    assert_int_equal(made_report_build(&m), 0);
    check_golden(&m, (struct whet_export_options){.style = {.width = 80}}, "check-80.txt");
    check_golden(&m, (struct whet_export_options){.style = {.width = 40, .ascii = 1}},
                 "check-40.txt");
    check_golden(&m, (struct whet_export_options){.style = {.width = 200, .colour = 1}},
                 "check-colour.txt");
    made_report_clear(&m);
}

/* One target, met: the form that the summary of suites is best known in. */
static void shows_a_check_that_passes(void **state)
{
    static const enum whet_verdict verdicts[] = {
        WHET_VERDICT_PASS, WHET_VERDICT_WARN, WHET_VERDICT_INCONCLUSIVE, WHET_VERDICT_IMPROVED};
    struct made_report m;
    struct whet_text out, all;

    (void)state;
    whet__text_init(&all, SHOWN_MAX);
    shown_runs(&m, 3, 0);
    m.report.title = "whet check";
    shown_outcome(&m, 0)->title = "Generate 1 skill (kubernetes)";
    assert_int_equal(
        made_add_target(shown_outcome(&m, 0), (struct whet_target){.name = "time",
                                                                   .arm = "true",
                                                                   .unit = WHET_UNIT_DURATION,
                                                                   .limit = 5e9,
                                                                   .value = 3.247e9}),
        0);
    for (size_t i = 0; i < 4; i++) {
        shown_outcome(&m, 0)->verdict = verdicts[i];
        shown_put(&out, &whet__export_text, &m, NULL);
        whet__text_puts(&all, whet__text_str(&out));
        whet__text_clear(&out);
    }
    golden_check(&all, "check-verdicts.txt");
    made_report_clear(&m);
}

static void shows_what_went_wrong(void **state)
{
    struct whet_export_options options = {.style = {.width = 80}};
    struct made_report m;

    (void)state;
    shown_disturbed(&m);
    check_golden(&m, options, "disturbed.txt");
    made_report_clear(&m);
    shown_runs(&m, 1, 0);
    check_golden(&m, options, "one-run.txt");
    made_report_clear(&m);
    shown_runs(&m, 4, 1);
    check_golden(&m, options, "all-failed.txt");
    made_report_clear(&m);
}

/* Three arms against a first, all of them far slower, the second most. */
static void three_slower(struct made_report *m)
{
    struct whet_outcome *o;

    shown_begin(m);
    shown_arm(m, "base @ HEAD~1", 1e6, 1);
    shown_arm(m, "twice", 2e6, 2);
    shown_arm(m, "five times", 5e6, 3);
    shown_arm(m, "three times", 3e6, 4);
    o = shown_outcome(m, 0);
    o->against = "HEAD~1";
    o->verdict = WHET_VERDICT_FAIL;
    o->judgements = whet__mem_zalloc(4, sizeof(*o->judgements));
    assert_non_null(o->judgements);
    made_judge(&o->judgements[1], WHET_VERDICT_FAIL, 2, 1.9, 2.1, "2.00× slower");
    made_judge(&o->judgements[2], WHET_VERDICT_FAIL, 5, 4.9, 5.1, "5.00× slower");
    made_judge(&o->judgements[3], WHET_VERDICT_FAIL, 3, 2.9, 3.1, "3.00× slower");
}

static void assert_says(const struct made_report *m, const char *what)
{
    struct whet_text out;

    whet__text_init(&out, WHET_DIGEST_TEXT);
    whet__digest_report_answer(&out, &m->report);
    assert_string_equal(whet__text_str(&out), what);
    whet__text_clear(&out);
}

static void names_the_slowest(void **state)
{
    struct made_report m;
    struct whet_judgement *j;

    (void)state;
    three_slower(&m);
    assert_says(&m, "five times: 5.00× slower, against HEAD~1; the worst of 3 comparisons");
    shown_outcome(&m, 0)->plain = 1;
    assert_says(&m, "five times: 5.00× slower, against HEAD~1; the slowest of 3 comparisons");
    j = shown_outcome(&m, 0)->judgements;
    j[1].verdict = WHET_VERDICT_INCONCLUSIVE; /* proven nothing: not the slowest */
    j[2].verdict = WHET_VERDICT_WARN;
    j[3].verdict = WHET_VERDICT_WARN;
    assert_says(&m, "five times: 5.00× slower, against HEAD~1; the slowest of 3 comparisons");
    made_report_clear(&m);
}

static void assert_junit(const struct made_report *m, const char *counts)
{
    struct whet_text out;

    shown_put(&out, &whet__export_junit, m, NULL);
    assert_non_null(strstr(whet__text_str(&out), counts));
    whet__text_clear(&out);
}

/* What nobody gates on does not fail, and a reference has run. */
static void tells_ci_of_failures_only(void **state)
{
    struct made_report m;

    (void)state;
    three_slower(&m);
    assert_junit(&m, "tests=\"4\" failures=\"3\" errors=\"0\" skipped=\"0\"");
    shown_outcome(&m, 0)->plain = 1;
    shown_outcome(&m, 0)->judgements[1].verdict = WHET_VERDICT_INCONCLUSIVE;
    assert_junit(&m, "tests=\"4\" failures=\"0\" errors=\"0\" skipped=\"0\"");
    made_report_clear(&m);
}

static void shows_nothing_as_nothing(void **state)
{
    struct whet_export_options options = {.style = {.width = 80}, .verbose = 2};
    struct made_report m;

    (void)state;
    shown_begin(&m);
    check_golden(&m, options, "no-arms.txt");
    m.report.outcomes.len = 0;
    check_golden(&m, options, "empty.txt");
    m.report.title = "whet check";
    check_golden(&m, options, "empty-check.txt");
    m.report.outcomes.len = 1;
    made_report_clear(&m);
}

/* However odd a name: no control character, and no line beyond the width. */
static void assert_safe(const struct whet_text *out, size_t width)
{
    const char *line = whet__text_str(out);

    while (*line != '\0') {
        size_t len = strcspn(line, "\n");

        for (size_t i = 0; i < len; i++)
            assert_true((unsigned char)line[i] >= 0x20 && line[i] != 0x7F);
        assert_true(whet__width(line, len, 0) <= width);
        line += len + (line[len] == '\n');
    }
    assert_null(strstr(whet__text_str(out), "\xE2\x80\xAE"));
}

static void makes_odd_names_safe(void **state)
{
    static const size_t widths[] = {40, 80, 200};
    struct made_report m;
    struct whet_text out;

    (void)state;
    shown_odd_names(&m);
    for (size_t i = 0; i < 3; i++) {
        for (int check = 0; check < 2; check++) {
            struct whet_export_options options = {.style = {.width = widths[i]}, .verbose = 2};

            m.report.title = check ? "whet check" : "whet bench";
            shown_put(&out, &whet__export_text, &m, &options);
            assert_safe(&out, widths[i]);
            whet__text_clear(&out);
        }
    }
    check_golden(&m, (struct whet_export_options){.style = {.width = 80}}, "odd-names.txt");
    made_report_clear(&m);
}

static void stays_readable_with_many_arms(void **state)
{
    struct made_report m;
    struct whet_text out;

    (void)state;
    shown_begin(&m);
    for (unsigned i = 0; i < 64; i++) {
        char name[64];

        snprintf(name, sizeof(name), "a rather long name of a command %u", i);
        shown_arm(&m, name, 1e6 * (1 + i), i + 1);
    }
    shown_put(&out, &whet__export_text, &m,
              &(struct whet_export_options){.style = {.width = 80}});
    assert_safe(&out, 80);
    whet__text_clear(&out);
    made_report_clear(&m);
}

static void survives_without_memory(void **state)
{
    struct whet_export_options options = {.style = {.width = 80}, .verbose = 2};
    struct made_report m;

    (void)state;
    shown_disturbed(&m);
    shown_each_allocation_fails(&whet__export_text, &m, &options);
    made_report_clear(&m);
    assert_int_equal(made_report_build(&m), 0);
    options.verbose = 0;
    shown_each_allocation_fails(&whet__export_text, &m, &options);
    made_report_clear(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_a_bench),
        cmocka_unit_test(shows_functions),
        cmocka_unit_test(shows_a_check),
        cmocka_unit_test(shows_a_check_that_passes),
        cmocka_unit_test(shows_what_went_wrong),
        cmocka_unit_test(names_the_slowest),
        cmocka_unit_test(tells_ci_of_failures_only),
        cmocka_unit_test(shows_nothing_as_nothing),
        cmocka_unit_test(makes_odd_names_safe),
        cmocka_unit_test(stays_readable_with_many_arms),
        cmocka_unit_test(survives_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
