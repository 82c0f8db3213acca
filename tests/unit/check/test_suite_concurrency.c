/* check/suite_concurrency.h: copies at once that fail, differ, or disturb each other. */
#include "suite_fixture.h"
#include "../own_folder.h"

#include <errno.h>

#include "check/suite_concurrency.h"

/* Runs copies of `command` as `more` keys say. */
static struct whet_concurrency run(const char *command, const char *more)
{
    struct whet_suite_arms_options options = {.dir = whet__text_str(&own_folder)};
    struct whet_concurrency answer;
    struct whet_error err = {0};
    struct whet_project p;
    char text[1000];

    snprintf(text, sizeof(text), "  s:\n    shell: sh\n    command: \"%s\"\n%s", command, more);
    load_suites(&p, text);
    if (whet__suite_concurrency(&answer, "name", first_suite(&p), 0, &options, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(answer.arm, "name");
    whet__project_clear(&p);
    return answer;
}

static void expect(const char *command, const char *more, unsigned failed, unsigned differing,
                   const char *why)
{
    struct whet_concurrency a = run(command, more);

    if (a.failed != failed || a.differing != differing || strstr(a.why, why) == NULL ||
        (why[0] == '\0') != (a.why[0] == '\0'))
        fail_msg("%s: %u failed, %u differ: %s", command, a.failed, a.differing, a.why);
    assert_int_equal(a.state, failed + differing > 0 ? WHET_TARGET_MISSED : WHET_TARGET_MET);
}

static void copies_that_do_the_same_are_fine(void **state)
{
    (void)state;
    expect("echo said", "    concurrency: {copies: 3}\n", 0, 0, "");
    expect("echo x >out-{copy}", "    concurrency: {copies: 5, outputs: 'out-{copy}'}\n", 0, 0,
           "");
    expect("echo x >$WHET_COPY.o", "    concurrency: {copies: 2, outputs: '{copy}.o'}\n", 0, 0,
           "");
    expect("echo $WHET_COPY", "    concurrency: {copies: 2, ignore_stdout: true}\n", 0, 0, "");
}

static void what_differs_is_told(void **state)
{
    (void)state;
    expect("printf 'a\\nb{copy}'", "    concurrency: {copies: 3}\n", 0, 3,
           "copy 1: 'stdout' differs at byte 3 (line 2)");
    expect("[ {copy} = 2 ] || echo x >out-{copy}",
           "    concurrency: {copies: 3, outputs: 'out-{copy}'}\n", 0, 1,
           "copy 2: a file like 'out-0' is missing");
    expect("exit $(( {copy} > 1 ))", "    concurrency: {copies: 3}\n", 2, 0,
           "copy 2: command failed with exit code 1");
}

/* A file that all share: alone there is one line in it. */
static void a_shared_file_is_found(void **state)
{
    (void)state;
    expect("echo {copy} >>log",
           "    prepare: rm -f log\n    concurrency: {copies: 3, outputs: [log]}\n", 0, 3,
           "'log' differs at byte 0 (line 1)");
}

static void one_that_fails_alone_is_not_tried_together(void **state)
{
    struct whet_concurrency a;

    (void)state;
    a = run("exit 7", "    concurrency: {copies: 3}\n");
    assert_int_equal(a.state, WHET_TARGET_MISSED);
    assert_non_null(strstr(a.why, "alone: command failed with exit code 7"));
    assert_true(a.wall_ns == 0);
}

/* Copy 0 is to end in time, however busy the machine is: else it is given more. */
static void time_outs_end_copies(void **state)
{
    struct whet_concurrency a;
    unsigned ms = 25;
    char more[100];

    (void)state;
    do {
        ms *= 2;
        snprintf(more, sizeof(more), "    concurrency: {copies: 2, timeout: %ums}\n", ms);
        a = run("[ {copy} = 0 ] || sleep 1000", more);
    } while (strstr(a.why, "copy 1: it took too long") == NULL && ms < 50000);
    assert_non_null(strstr(a.why, "copy 1: it took too long"));
    assert_int_equal(a.failed, 2);
    assert_int_equal(a.differing, 0);
    assert_int_equal(a.state, WHET_TARGET_MISSED);
}

static void hooks_run_for_each_copy_that_needs_its_own(void **state)
{
    (void)state;
    expect("cat in-{copy}",
           "    setup: 'echo x >in-{copy}'\n    cleanup: 'rm in-{copy}'\n"
           "    concurrency: {copies: 2}\n",
           0, 0, "");
    expect("cat both",
           "    setup: 'echo x >both'\n    cleanup: 'rm both'\n    concurrency: {copies: 2}\n",
           0, 0, "");
}

static void parameters_have_their_first_values(void **state)
{
    struct whet_concurrency a;

    (void)state;
    a = run("exit $(( {n} - 3 ))",
            "    parameters: {n: [3, 4]}\n    concurrency: {copies: 2}\n");
    assert_int_equal(a.state, WHET_TARGET_MET);
}

static int say_stop(void *ctx)
{
    (void)ctx;
    return 1;
}

static void outputs_that_are_not_there_are_an_error(void **state)
{
    static const char *const patterns[] = {"nofile", "nofile-{copy}"};
    struct whet_suite_arms_options options = {.dir = whet__text_str(&own_folder)};
    struct whet_concurrency answer;
    struct whet_project p;
    char text[200];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct whet_error err = {0};

        snprintf(text, sizeof(text),
                 "  s: {command: 'true', concurrency: {copies: 2, outputs: '%s'}}\n",
                 patterns[i]);
        load_suites(&p, text);
        assert_int_equal(
            whet__suite_concurrency(&answer, "n", first_suite(&p), 0, &options, &err), -ENOENT);
        assert_non_null(strstr(err.text, i == 0 ? "no file matches: 'nofile'"
                                                : "no file matches: 'nofile-0'"));
        whet__project_clear(&p);
    }
}

static void a_stop_is_an_error(void **state)
{
    struct whet_suite_arms_options options = {.dir = whet__text_str(&own_folder),
                                              .stop = say_stop};
    struct whet_concurrency answer = {.copies = 77};
    struct whet_project p;

    (void)state;
    load_suites(&p, "  s: {command: sleep 1000, concurrency: {copies: 2}}\n");
    assert_int_equal(whet__suite_concurrency(&answer, "n", first_suite(&p), 0, &options, NULL),
                     -EINTR);
    assert_int_equal(answer.copies, 77);
    whet__project_clear(&p);
}

static void survives_failed_allocations(void **state)
{
    struct whet_suite_arms_options options = {.dir = whet__text_str(&own_folder)};
    struct whet_project p;

    (void)state;
    load_suites(&p, "  s: {command: \"touch one\", concurrency: {copies: 2, outputs: one}}\n");
    EACH_ALLOCATION_FAILS
    {
        struct whet_concurrency answer;
        int rc = whet__suite_concurrency(&answer, "n", first_suite(&p), 0, &options, NULL);

        assert_true(rc == 0 || rc == -ENOMEM);
    }
    whet__project_clear(&p);
}

int main(void)
{
#define IN_FOLDER(test)                                                                        \
    cmocka_unit_test_setup_teardown(test, own_folder_enter, own_folder_leave)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(copies_that_do_the_same_are_fine),
        IN_FOLDER(what_differs_is_told),
        IN_FOLDER(a_shared_file_is_found),
        IN_FOLDER(one_that_fails_alone_is_not_tried_together),
        IN_FOLDER(time_outs_end_copies),
        IN_FOLDER(hooks_run_for_each_copy_that_needs_its_own),
        IN_FOLDER(parameters_have_their_first_values),
        IN_FOLDER(outputs_that_are_not_there_are_an_error),
        IN_FOLDER(a_stop_is_an_error),
        IN_FOLDER(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
