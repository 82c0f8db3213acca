/* suites/suites.h: every built-in benchmark runs, and none is lost. */
#include "../functions_session.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/spawn.h"
#include "suites/suites.h"

static struct whet_text self;

static void run_suite(const char *name, const char *filter)
{
    const char *program[] = {whet__text_str(&self), NULL};
    struct whet_functions_options options = {
        .suite = name, .filter = filter, .epoch_ns = 1000, .epochs = 1};
    struct whet_functions *f;
    struct whet_result *r;

    assert_int_equal(whet__functions_open(&f, program, &options, NULL), 0);
    functions_calibrate(f);
    r = functions_measure(f, 1);
    for (size_t i = 0; i < whet__result_count(r); i++) {
        const struct whet_result_arm *arm = whet__result_arm(r, i);

        if (arm->failure != NULL)
            print_message("%s\n", arm->failure);
        assert_int_equal(whet__arm_count(arm), 1);
        assert_int_equal(whet__arm_failed(arm), 0);
        assert_true(whet__arm_value(r, arm, 0, WHET_METRIC_WALL) > 0);
    }
    whet__result_free(r);
    whet__functions_free(f);
}

static void every_suite_runs(void **state)
{
    (void)state;
    assert_int_equal(setenv("WHET_BENCH_FILES", "12", 1), 0);
    for (size_t i = 0; i < whet__suites_count(); i++)
        run_suite(whet__suites_at(i)->name, NULL);
    assert_null(whet__suites_at(whet__suites_count()));
}

static void a_real_project_can_be_scanned(void **state)
{
    (void)state;
    assert_int_equal(setenv("WHET_BENCH_PROJECT", getenv("WHET_TEST_DATA"), 1), 0);
    run_suite("scan", "scan_list");
    assert_int_equal(unsetenv("WHET_BENCH_PROJECT"), 0);
}

static void suites_are_sorted_and_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < whet__suites_count(); i++) {
        const struct whet_suite_entry *suite = whet__suites_at(i);

        assert_true(i == 0 || strcmp(whet__suites_at(i - 1)->name, suite->name) < 0);
        assert_true(suite->count > 0 && strlen(suite->about) > 0);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_suite_runs),
        cmocka_unit_test(a_real_project_can_be_scanned),
        cmocka_unit_test(suites_are_sorted_and_said),
    };
    int rc;

    if (argc > 2 && strcmp(argv[1], "--worker") == 0) {
        whet__suites_register();
        return whet__function_worker(argv[2]);
    }
    whet__text_init(&self, 4096);
    rc = whet__spawn_self(&self) == 0 ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
    whet__text_clear(&self);
    return rc;
}
