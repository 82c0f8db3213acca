/* check/findings.h: what CI systems are told, in their own forms. */
#include "suite_fixture.h"

#include <stdlib.h>

#include <jansson.h>

#include "check/findings.h"

/* A report with one of each: an arm that got worse, a target, a growth, copies, and a suite
 * that could not be run. */
static void build(struct whet_report *report, struct whet_result **result)
{
    struct whet_result_arm like = {.name = "100%, all: a"};
    struct whet_outcome *o;
    struct whet_target *t;
    struct whet_scaling *s;
    struct whet_concurrency *c;

    assert_int_equal(whet__result_new(result, "one"), 0);
    add_arm(*result, &like, 2, 1e6, 0, 1);
    whet__report_init(report, "whet check", "whet check");
    o = whet__report_add(report, "one", *result);
    assert_non_null(o);
    o->against = "HEAD~1";
    o->judgements = whet__mem_zalloc(1, sizeof(*o->judgements));
    assert_non_null(o->judgements);
    o->judgements[0].verdict = WHET_VERDICT_WARN;
    snprintf(o->judgements[0].text, sizeof(o->judgements[0].text), "7%% slower");
    t = whet__vec_push(&o->targets);
    *t = (struct whet_target){.name = "time",
                              .arm = "a",
                              .unit = WHET_UNIT_DURATION,
                              .limit = 1e6,
                              .value = 2e6,
                              .state = WHET_TARGET_MISSED};
    t = whet__vec_push(&o->targets);
    t->state = WHET_TARGET_UNKNOWN; /* nothing to be said in a log */
    t = whet__vec_push(&o->targets);
    *t = (struct whet_target){.name = "memory",
                              .arm = "a",
                              .unit = WHET_UNIT_SIZE,
                              .limit = 1048576,
                              .value = 2097152,
                              .state = WHET_TARGET_MISSED};
    s = whet__vec_push(&o->scaling);
    *s = (struct whet_scaling){
        .parameter = "n", .max_exponent = 1.2, .state = WHET_TARGET_MISSED};
    s->time.exponent = (struct whet_interval){2, 1.9, 2.1, 0.99};
    c = whet__vec_push(&o->concurrency);
    *c = (struct whet_concurrency){.arm = "a",
                                   .copies = 3,
                                   .failed = 1,
                                   .why = "copy 2:\nbad",
                                   .state = WHET_TARGET_MISSED};
    o = whet__report_add(report, "two", NULL);
    assert_non_null(o);
    o->failure = "cannot find program: './x'";
}

static const char suites[] = "  one: {command: x}\n  two: {command: y}\n";

static void github_gets_lines(void **state)
{
    static const char expected[] =
        "::warning file=dir%2Cx/whet.yaml,line=3,title=one::100%25, all: a: 7%25 slower (wall "
        "time, against HEAD~1)\n"
        "::error file=dir%2Cx/whet.yaml,line=3,title=one::a: time is 2.00 ms, over the target "
        "of 1.00 ms\n"
        "::error file=dir%2Cx/whet.yaml,line=3,title=one::a: memory is 2.00 MiB, over the "
        "target of 1.00 MiB\n"
        "::error file=dir%2Cx/whet.yaml,line=3,title=one::n: time grows with n to the power "
        "2.00 (1.90 to 2.10), more than 1.20\n"
        "::error file=dir%2Cx/whet.yaml,line=3,title=one::a: 3 copies at once: 1 failed, 0 "
        "differ: copy 2:%0Abad\n"
        "::error file=dir%2Cx/whet.yaml,line=4,title=two::cannot find program: './x'\n";
    struct whet_report report;
    struct whet_result *result;
    struct whet_project p;
    struct whet_text text;

    (void)state;
    load_suites(&p, suites);
    build(&report, &result);
    whet__text_init(&text, 10000);
    whet__findings_github(&text, &report, &p, "dir,x/whet.yaml");
    assert_string_equal(whet__text_str(&text), expected);
    whet__text_clear(&text);
    whet__report_clear(&report);
    whet__result_free(result);
    whet__project_clear(&p);
}

static void gitlab_gets_json(void **state)
{
    struct whet_report report;
    struct whet_result *result;
    struct whet_project p;
    struct whet_text text;
    json_t *root, *first;

    (void)state;
    load_suites(&p, suites);
    build(&report, &result);
    whet__text_init(&text, 10000);
    whet__findings_gitlab(&text, &report, &p, "whet.yaml");
    root = json_loads(whet__text_str(&text), 0, NULL);
    assert_non_null(root);
    assert_int_equal(json_array_size(root), 6);
    first = json_array_get(root, 0);
    assert_string_equal(json_string_value(json_object_get(first, "severity")), "minor");
    assert_string_equal(json_string_value(json_object_get(first, "description")),
                        "one, 100%, all: a: 7% slower (wall time, against HEAD~1)");
    for (size_t i = 1; i < 6; i++) { /* each has a fingerprint of its own */
        json_t *other = json_array_get(root, i);

        assert_string_equal(json_string_value(json_object_get(other, "severity")), "major");
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(
                json_string_value(json_object_get(json_array_get(root, k), "fingerprint")),
                json_string_value(json_object_get(other, "fingerprint")));
    }
    json_decref(root);
    whet__text_clear(&text);
    whet__report_clear(&report);
    whet__result_free(result);
    whet__project_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(github_gets_lines),
        cmocka_unit_test(gitlab_gets_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
