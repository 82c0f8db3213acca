/* bench/hook.h, through a session: where hooks run, and what becomes of those that fail or
 * are stopped. */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/rounds.h"
#include "os/file.h"

static const char *const true_argv[] = {"/bin/true", NULL};
static const char *const hang_argv[] = {"/bin/sleep", "1000", NULL};

/* A result of its own, filled by a session. */
static struct whet_result *run(const struct whet_bench_arm *arm,
                               const struct whet_rounds_options *o)
{
    struct whet_result *r = NULL;
    struct whet_error err = {0};

    assert_int_equal(whet__result_new(&r, "test"), 0);
    if (whet__rounds_run(r, arm, 1, o, &err) != 0)
        fail_msg("%s", err.text);
    return r;
}

static void hooks_run_where_they_should(void **state)
{
    static const char *const setup[] = {"/bin/sh", "-c", "printf s >> log", NULL};
    static const char *const prepare[] = {"/bin/sh", "-c", "printf p >> log", NULL};
    static const char *const argv[] = {"/bin/sh", "-c", "printf R >> log", NULL};
    static const char *const conclude[] = {"/bin/sh", "-c", "printf c >> log", NULL};
    static const char *const cleanup[] = {"/bin/sh", "-c", "printf e >> log", NULL};
    char folder[] = "/tmp/whet-test-XXXXXX";
    struct whet_bench_arm arm = {.about.name = "hooked",
                                 .argv = argv,
                                 .cwd = folder,
                                 .setup = setup,
                                 .prepare = prepare,
                                 .conclude = conclude,
                                 .cleanup = cleanup};
    struct whet_rounds_options o = {.rounds = 2, .warmup = 1};
    char path[sizeof(folder) + 4];
    struct whet_text log;

    (void)state;
    assert_non_null(mkdtemp(folder));
    whet__result_free(run(&arm, &o));
    snprintf(path, sizeof(path), "%s/log", folder);
    whet__text_init(&log, 100);
    assert_int_equal(whet__file_read(AT_FDCWD, path, 100, &log), 0);
    assert_string_equal(whet__text_str(&log), "spRcpRcpRce");
    whet__text_clear(&log);
    assert_int_equal(whet__file_remove_tree(folder), 0);
}

static void a_failing_hook_says_so(void **state)
{
    static const char *const no[] = {"/bin/sh", "-c", "echo first; echo no room >&2; exit 4",
                                     NULL};
    const struct whet_bench_arm setup = {.about.name = "x", .argv = true_argv, .setup = no};
    const struct whet_bench_arm prepare = {.about.name = "x", .argv = true_argv, .prepare = no};
    const struct whet_bench_arm conclude = {
        .about.name = "x", .argv = true_argv, .conclude = no};
    struct whet_rounds_options o = {.rounds = 2, .no_warmup = 1};
    struct whet_result *r = NULL;
    struct whet_error err;

    (void)state;
    assert_int_equal(whet__result_new(&r, "test"), 0);
    assert_int_equal(whet__rounds_run(r, &setup, 1, &o, &err), -ECHILD);
    assert_string_equal(err.text, "setup of 'x' failed with exit code 4: no room");
    whet__result_free(r);
    r = run(&prepare, &o);
    assert_int_equal(whet__arm_failed(whet__result_arm(r, 0)), 2);
    assert_string_equal(whet__result_arm(r, 0)->failure,
                        "prepare of 'x' failed with exit code 4: no room");
    whet__result_free(r);
    r = run(&conclude, &o);
    assert_int_equal(whet__arm_failed(whet__result_arm(r, 0)), 2);
    assert_string_equal(whet__result_arm(r, 0)->failure,
                        "conclude of 'x' failed with exit code 4: no room");
    whet__result_free(r);
}

static int is_raised(void *ctx)
{
    return *(int *)ctx;
}

static int raise_before(void *ctx, size_t arm, const struct whet_bench_sample *next,
                        struct whet_error *why)
{
    (void)arm, (void)next, (void)why;
    return *(int *)ctx = 1, 0;
}

static int raise_measured(void *ctx, size_t arm, const struct whet_bench_sample *sample,
                          const struct whet_bench_output *output, double *values,
                          struct whet_error *why)
{
    (void)arm, (void)sample, (void)output, (void)values, (void)why;
    return *(int *)ctx = 1, 0;
}

/* It is neither the hook's fault nor the command's, and a run that is over counts. */
static void a_hook_that_is_stopped_is_no_failure(void **state)
{
    struct whet_bench_arm arm = {.about.name = "true", .argv = true_argv};
    int flag = 0;
    struct whet_rounds_options o = {.no_warmup = 1, .stop = is_raised, .ctx = &flag};
    struct whet_result *r = NULL;
    struct whet_error err;

    (void)state;
    arm.prepare = hang_argv;
    o.before = raise_before;
    r = run(&arm, &o);
    assert_int_equal(r->end, WHET_RESULT_STOPPED);
    assert_int_equal(whet__arm_count(whet__result_arm(r, 0)), 0);
    assert_null(whet__result_arm(r, 0)->failure);
    whet__result_free(r);

    arm.prepare = NULL;
    arm.conclude = hang_argv;
    o.before = NULL;
    o.measured = raise_measured;
    flag = 0;
    r = run(&arm, &o);
    assert_int_equal(r->end, WHET_RESULT_STOPPED);
    assert_int_equal(whet__arm_count(whet__result_arm(r, 0)), 1);
    assert_null(whet__result_arm(r, 0)->failure);
    whet__result_free(r);

    arm.setup = hang_argv;
    assert_int_equal(whet__result_new(&r, "test"), 0);
    assert_int_equal(whet__rounds_run(r, &arm, 1, &o, &err), -ECANCELED);
    assert_string_equal(err.text, "setup of 'true' was stopped");
    whet__result_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hooks_run_where_they_should),
        cmocka_unit_test(a_failing_hook_says_so),
        cmocka_unit_test(a_hook_that_is_stopped_is_no_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
