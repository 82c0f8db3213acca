/* check/suite.h and check/check.h: suites run for real, with commands that end at once. */
#include "suite_fixture.h"
#include "../own_folder.h"

#include <errno.h>
#include <sys/stat.h>

#include "check/check.h"
#include "check/suite.h"
#include "os/file.h"

static struct whet_suite_options quick(void)
{
    return (struct whet_suite_options){
        .dir = whet__text_str(&own_folder),
        .session = {.rounds = {.rounds = 2, .no_warmup = 1}},
    };
}

/* Runs the first suite and adds it to a report; both are the caller's. */
static struct whet_suite_run *run(const struct whet_project *p,
                                  const struct whet_suite_options *options,
                                  struct whet_report *report)
{
    struct whet_suite_run *suite;
    struct whet_error err = {0};

    if (whet__suite_run(&suite, p, first_suite(p), options, &err) != 0)
        fail_msg("%s", err.text);
    whet__report_init(report, "t", "c");
    assert_int_equal(whet__suite_report(suite, report), 0);
    whet__report_conclude(report);
    return suite;
}

static void commands_and_parameters_become_arms(void **state)
{
    struct whet_suite_options options = quick();
    const struct whet_outcome *o;
    struct whet_suite_run *suite;
    struct whet_report report;
    struct whet_project p;

    (void)state;
    load_suites(&p, "  s:\n    about: both\n    commands: {a: 'true {n}', b: ['true', '{n}']}\n"
                    "    parameters: {n: '1..3'}\n    targets: {time: 1h}\n");
    suite = run(&p, &options, &report);
    o = whet__report_at(&report, 0);
    assert_string_equal(o->name, "s");
    assert_string_equal(o->title, "both");
    assert_int_equal(whet__result_count(o->result), 6);
    assert_string_equal(whet__result_arm(o->result, 0)->params[0].value, "1");
    assert_int_equal(whet__arm_count(whet__result_arm(o->result, 5)), 2);
    assert_int_equal(o->targets.len, 6);
    assert_null(o->judgements);
    assert_null(o->against);
    assert_int_equal(report.verdict, WHET_VERDICT_PASS);
    whet__report_clear(&report);
    whet__suite_free(suite);
    whet__project_clear(&p);
}

static void a_reference_has_a_pair_for_each_parameter(void **state)
{
    struct whet_suite_options options = quick();
    const struct whet_outcome *o;
    struct whet_suite_run *suite;
    struct whet_report report;
    struct whet_project p;

    (void)state;
    load_suites(&p, "  s:\n    commands: {new: 'sleep 0.0{n}', old: 'sleep 0.0{n}'}\n"
                    "    parameters: {n: '1..2'}\n    reference: old\n");
    suite = run(&p, &options, &report);
    o = whet__report_at(&report, 0);
    assert_string_equal(o->against, "old");
    assert_int_equal(o->judgements[0].verdict, WHET_VERDICT_SAME_CODE);
    assert_int_equal(o->judgements[1].verdict, WHET_VERDICT_SAME_CODE);
    assert_int_equal(o->judgements[2].verdict, WHET_VERDICT_NONE);
    assert_int_equal(o->judgements[3].verdict, WHET_VERDICT_NONE);
    whet__report_clear(&report);
    whet__suite_free(suite);
    whet__project_clear(&p);
}

/* A script called `name`, in a folder of the root. */
static void put_script(const char *dir, const char *name, const char *text)
{
    char path[600];

    snprintf(path, sizeof(path), "%s/%s", whet__text_str(&own_folder), dir);
    assert_int_equal(whet__file_make_dirs(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/%s/%s", whet__text_str(&own_folder), dir, name);
    assert_int_equal(whet__file_write(path, text, strlen(text), 0), 0);
    assert_int_equal(chmod(path, 0700), 0);
}

static void another_tree_is_a_pair_for_each_arm(void **state)
{
    char ours[600], theirs[600];
    struct whet_suite_base base = {.label = "old", .dir = theirs};
    struct whet_suite_options options = quick();
    const struct whet_outcome *o;
    struct whet_suite_run *suite;
    struct whet_report report;
    struct whet_project p;

    (void)state;
    put_script("ours", "x", "#!/bin/sh\nexit 0\n");
    put_script("theirs", "x", "#!/bin/sh\nexit 3\n"); /* seen in what failed */
    snprintf(ours, sizeof(ours), "%s/ours", whet__text_str(&own_folder));
    snprintf(theirs, sizeof(theirs), "%s/theirs", whet__text_str(&own_folder));
    options.dir = ours;
    options.base = &base;
    load_suites(&p, "  s: {command: ./x}\n");
    suite = run(&p, &options, &report);
    o = whet__report_at(&report, 0);
    assert_string_equal(o->against, "old");
    assert_int_equal(whet__result_count(o->result), 2);
    assert_string_equal(whet__result_arm(o->result, 0)->name, "s");
    assert_string_equal(whet__result_arm(o->result, 1)->name, "s @ old");
    assert_int_equal(whet__arm_failed(whet__result_arm(o->result, 0)), 0);
    assert_int_equal(whet__arm_failed(whet__result_arm(o->result, 1)), 2);
    assert_null(whet__suite_no_base(suite));
    whet__report_clear(&report);
    whet__suite_free(suite);
    base.dir = "/nowhere"; /* what is new has nothing to be compared with */
    suite = run(&p, &options, &report);
    assert_non_null(whet__suite_no_base(suite));
    assert_int_equal(whet__result_count(whet__report_at(&report, 0)->result), 1);
    whet__report_clear(&report);
    whet__suite_free(suite);
    whet__project_clear(&p);
}

static void explains_what_cannot_be_run(void **state)
{
    struct whet_suite_options options = quick();
    struct whet_suite_run *suite;
    struct whet_error err = {0};
    const struct whet_suite *found;
    struct whet_project p;

    (void)state;
    load_suites(&p, "  s: {command: ./missing}\n");
    assert_int_equal(whet__suite_run(&suite, &p, first_suite(&p), &options, &err), -ENOENT);
    assert_non_null(strstr(err.text, "cannot find program: './missing'"));
    assert_int_equal(whet__suite_find(&found, &p, "x", &err), -ENOENT);
    assert_non_null(strstr(err.text, "no such suite: 'x'"));
    assert_int_equal(whet__suite_find(&found, &p, "s", &err), 0);
    whet__project_clear(&p);
    load_suites(&p, "  s: {command: 'true | false'}\n");
    assert_int_equal(whet__suite_run(&suite, &p, first_suite(&p), &options, &err), -EINVAL);
    whet__project_clear(&p);
}

static void a_check_runs_what_is_chosen(void **state)
{
    const char *const names[] = {"b"}, *const tags[] = {"t"};
    struct whet_check_options options = {.dir = whet__text_str(&own_folder),
                                         .command = "whet check",
                                         .names = names,
                                         .name_count = 1,
                                         .tags = tags,
                                         .tag_count = 1,
                                         .no_history = 1,
                                         .session = {.rounds = {.rounds = 1, .no_warmup = 1}}};
    struct whet_error err = {0};
    struct whet_check *check;
    struct whet_project p;

    (void)state;
    load_suites(&p, "  a: {command: 'true', tags: [u, t]}\n  b: {command: ./missing}\n"
                    "  c: {command: 'true'}\n");
    assert_int_equal(whet__check_run(&check, &p, &options, &err), 0);
    assert_int_equal(whet__check_report(check)->outcomes.len, 2);
    assert_string_equal(whet__report_at(whet__check_report(check), 0)->name, "a");
    assert_int_equal(whet__check_broken(check), 1);
    assert_non_null(strstr(whet__report_at(whet__check_report(check), 1)->failure, "missing"));
    whet__check_free(check);
    options.against = options.baseline = "x";
    assert_int_equal(whet__check_run(&check, &p, &options, &err), -EINVAL);
    whet__project_clear(&p);
}

static void survives_failed_allocations(void **state)
{
    struct whet_check_options options = {.dir = whet__text_str(&own_folder),
                                         .command = "whet check",
                                         .no_history = 1,
                                         .session = {.rounds = {.rounds = 1, .no_warmup = 1}}};
    struct whet_project p;

    (void)state;
    load_suites(&p, "  a: {command: 'true', targets: {time: 1h}}\n");
    EACH_ALLOCATION_FAILS
    {
        struct whet_check *check;
        int rc = whet__check_run(&check, &p, &options, NULL);

        assert_true(rc == 0 || rc == -ENOMEM);
        if (rc == 0)
            whet__check_free(check);
    }
    whet__project_clear(&p);
}

int main(void)
{
#define IN_FOLDER(test)                                                                        \
    cmocka_unit_test_setup_teardown(test, own_folder_enter, own_folder_leave)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(commands_and_parameters_become_arms),
        IN_FOLDER(a_reference_has_a_pair_for_each_parameter),
        IN_FOLDER(another_tree_is_a_pair_for_each_arm),
        IN_FOLDER(explains_what_cannot_be_run),
        IN_FOLDER(a_check_runs_what_is_chosen),
        IN_FOLDER(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
