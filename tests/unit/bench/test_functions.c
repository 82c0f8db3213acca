/* bench/functions.h with a program of benchmarks, which is this one: what goes well, and
 * what each thing that goes wrong is called. */
#include "../functions_session.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>

#include "bench/function_sample.h"
#include "os/spawn.h"

#include "function_kernels.h"

/* Short epochs: nothing here looks at how long anything took. */
#define EPOCH_NS 1000

static struct whet_text self;

static const char *const *program(void)
{
    static const char *argv[2];

    argv[0] = whet__text_str(&self);
    return argv;
}

static struct whet_functions *opened(const char *filter)
{
    struct whet_functions_options o = {.filter = filter, .epoch_ns = EPOCH_NS, .epochs = 2};
    struct whet_functions *f = NULL;
    struct whet_error err = {0};
    int rc = whet__functions_open(&f, program(), &o, &err);

    if (rc != 0)
        print_message("%s\n", err.text);
    assert_int_equal(rc, 0);
    return f;
}

static struct whet_functions *calibrated(const char *filter)
{
    struct whet_functions *f = opened(filter);

    functions_calibrate(f);
    return f;
}

static double value_of(const struct whet_result *r, size_t arm, size_t metric)
{
    const struct whet_result_arm *a = whet__result_arm((struct whet_result *)r, arm);

    assert_true(whet__arm_count(a) > 0);
    if (a->failure != NULL)
        print_message("%s\n", a->failure);
    assert_int_equal(whet__arm_sample(a, 0)->outcome, WHET_BENCH_OK);
    return whet__arm_value(r, a, whet__arm_count(a) - 1, metric);
}

static double counter_of(const struct whet_result *r, size_t arm, const char *name)
{
    size_t metric;

    assert_int_equal(whet__result_find_metric(r, name, &metric), 0);
    return value_of(r, arm, metric);
}

/* ---- The list ---- */

static void lists_every_case(void **state)
{
    static const char *const names[] = {
        "good_copy/bytes:64/offset:0", "good_copy/bytes:64/offset:8",
        "good_copy/bytes:256/offset:0", "good_copy/bytes:256/offset:8",
        "good_copy/bytes:1024/offset:0"};
    struct whet_functions *f = opened("good_copy");

    (void)state;
    assert_int_equal(whet__functions_count(f), 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(whet__functions_name(f, i), names[i]);
    whet__functions_free(f);
}

static void filters(void **state)
{
    struct whet_functions_options o = {.suite = "good", .prefix = "new:"};
    struct whet_functions *f = opened("*good?add*");
    struct whet_error err;

    (void)state;
    assert_int_equal(whet__functions_count(f), 1);
    assert_string_equal(whet__functions_about(f, 0), "one addition");
    whet__functions_free(f);
    assert_int_equal(whet__functions_open(&f, program(), &o, &err), 0);
    assert_int_equal(whet__functions_count(f), 6);
    assert_string_equal(whet__functions_name(f, 0), "new:good_add");
    whet__functions_free(f);
    o.filter = "nothing like it";
    assert_int_equal(whet__functions_open(&f, program(), &o, &err), -ESRCH);
    assert_non_null(strstr(err.text, "no benchmark matches: 'nothing like it'"));
}

static void refuses_what_is_no_such_program(void **state)
{
    static const char *const none[] = {"/proc/none/program", NULL};
    static const char *const other[] = {"/bin/true", NULL};
    static const char *const empty[] = {NULL};
    /* Leaves something else where the answer should be. */
    static const char *const garbage[] = {
        "/bin/sh", "-c", "f=$(echo \"$1\" | sed -n 's/^file=//p'); echo '{}' >\"$f\"", NULL};
    struct whet_functions *f = NULL;
    struct whet_error err;

    (void)state;
    assert_int_equal(whet__functions_open(&f, none, NULL, &err), -ENOENT);
    assert_int_equal(whet__functions_open(&f, other, NULL, &err), -ENOTSUP);
    assert_non_null(strstr(err.text, "whet_bench_main"));
    assert_int_equal(whet__functions_open(&f, empty, NULL, &err), -EINVAL);
    assert_int_equal(whet__functions_open(&f, garbage, NULL, &err), -EBADMSG);
    assert_null(f);
}

/* ---- What goes well ---- */

static void measures(void **state)
{
    struct whet_functions *f = calibrated("good_add");
    const struct whet_bench_arm *arm = whet__functions_arms(f);
    struct whet_result *r = functions_measure(f, 3);

    (void)state;
    assert_int_equal(arm->about.kind, WHET_RESULT_FUNCTION);
    assert_int_equal(arm->about.epochs, 2);
    assert_true(arm->about.iterations > 0);
    assert_int_equal(strlen(arm->about.program_hash), 32);
    assert_true(value_of(r, 0, WHET_METRIC_WALL) > 0);
    assert_true(value_of(r, 0, WHET_METRIC_CPU) > 0);
    assert_false(value_of(r, 0, WHET_METRIC_MEMORY) <= 0); /* known only above ours */
    assert_true(isnan(value_of(r, 0, WHET_METRIC_USER)));
    assert_true(isnan(value_of(r, 0, WHET_METRIC_ALLOCATIONS)));
    whet__result_free(r);
    whet__functions_free(f);
}

static void knows_the_work(void **state)
{
    struct whet_functions *f = calibrated("good_copy/bytes:256/offset:8");
    const struct whet_result_arm *about = &whet__functions_arms(f)->about;

    (void)state;
    assert_true(about->bytes == 256 && about->items == 1);
    assert_int_equal(about->param_count, 2);
    assert_string_equal(about->params[1].name, "offset");
    assert_string_equal(about->params[1].value, "8");
    whet__functions_free(f);
}

static void batches(void **state)
{
    struct whet_functions *f = calibrated("good_batch");
    struct whet_result *r = functions_measure(f, 1);

    (void)state;
    assert_true(counter_of(r, 0, "inputs") ==
                (double)whet__functions_arms(f)->about.iterations);
    whet__result_free(r);
    whet__functions_free(f);
}

static void threads(void **state)
{
    struct whet_functions *f = calibrated("good_threads");
    const struct whet_bench_arm *arms = whet__functions_arms(f);
    struct whet_result *r = functions_measure(f, 1);

    (void)state;
    assert_int_equal(whet__functions_count(f), 2);
    assert_string_equal(arms[1].about.name, "good_threads/threads:3");
    assert_int_equal(arms[1].about.threads, 3);
    assert_true(arms[0].about.items == 2 && arms[1].about.items == 6);
    assert_true(counter_of(r, 1, "thread") == 1); /* the mean of 0, 1, 2 */
    assert_true(counter_of(r, 1, "of") == 3);
    assert_true(value_of(r, 1, WHET_METRIC_CPU) > 0);
    assert_true(isnan(value_of(r, 1, WHET_METRIC_ACTIVE)));
    whet__result_free(r);
    whet__functions_free(f);
}

static void own_prints_do_not_disturb(void **state)
{
    struct whet_functions *f = calibrated("good_prints");
    struct whet_result *r = functions_measure(f, 1);

    (void)state;
    assert_true(value_of(r, 0, WHET_METRIC_WALL) > 0);
    whet__result_free(r);
    whet__functions_free(f);
}

static void keeps_files_and_random_numbers(void **state)
{
    struct whet_functions *f = calibrated("good_files");
    struct whet_result *r = functions_measure(f, 2);

    (void)state;
    assert_true(counter_of(r, 0, "kept") == 1);
    whet__result_free(r);
    whet__functions_free(f);
}

static void counts_allocations(void **state)
{
    struct whet_functions *f = calibrated("good_allocations");
    struct whet_result *r = functions_measure(f, 1);

    (void)state;
    assert_true(value_of(r, 0, WHET_METRIC_ALLOCATIONS) == 2);
    assert_true(value_of(r, 0, WHET_METRIC_ALLOCATED) == 20);
    whet__result_free(r);
    whet__functions_free(f);
}

static void shares_counts(void **state)
{
    struct whet_functions_options o = {
        .filter = "good_add", .epoch_ns = 100 * EPOCH_NS, .epochs = 3, .linear = 1};
    struct whet_functions *f = calibrated("good_add"), *with = NULL;
    struct whet_error err;
    struct whet_result *r;

    (void)state;
    assert_int_equal(whet__functions_open(&with, program(), &o, &err), 0);
    assert_int_equal(whet__functions_calibrate(with, &err), 0);
    assert_int_equal(whet__functions_share_counts(with, f, &err), 0);
    assert_int_equal(whet__functions_arms(f)->about.iterations,
                     whet__functions_arms(with)->about.iterations);
    r = functions_measure(with, 1);
    assert_true(value_of(r, 0, WHET_METRIC_WALL) > 0);
    whet__result_free(r);
    whet__functions_free(with);
    whet__functions_free(f);
}

static void leaves_out_what_cannot_be_run(void **state)
{
    struct whet_functions *f = opened("skip_always");
    const char *why;
    struct whet_error err;

    (void)state;
    assert_int_equal(whet__functions_calibrate(f, &err), 0);
    assert_int_equal(whet__functions_count(f), 0);
    assert_int_equal(whet__functions_skipped_count(f), 1);
    assert_string_equal(whet__functions_skipped(f, 0, &why), "skip_always");
    assert_string_equal(why, "needs a 7-bit moon");
    whet__functions_free(f);
}

/* ---- What goes wrong ---- */

/* One that does not go well. That there is no work is seen by the clock, which also counts what
 * comes between: then once more. */
static struct whet_functions *calibrated_bad(const char *name)
{
    struct whet_functions *f = calibrated(name);

    for (int tries = 0; tries < 100 && !whet__functions_arms(f)[0].about.left_out; tries++) {
        whet__functions_free(f);
        f = calibrated(name);
    }
    return f;
}

static void says_what_is_wrong(void **state)
{
    static const struct {
        const char *name, *text;
    } rows[] = {
        {"bad_removed", "the compiler has removed its loop: keep the result"},
        {"bad_removed_batch", "too little for the clock"},
        {"bad_no_loop", "never came to its timed loop"},
        {"bad_two_loops", "two timed loops"},
        {"bad_break", "left early"},
        {"bad_return", "left early"},
        {"bad_untimed_batch", "prepared and not timed"},
        {"bad_argument", "does not have: 'size'"},
        {"bad_counter", "not a name for a counter"},
        {"bad_fails", "benchmark 'bad_fails' failed: the moon is full"},
        {"bad_crashes", "killed by signal 9: 'bad_crashes': last words"},
        {"bad_exits", "ended the program before it could answer: 'bad_exits'"},
        {"bad_exit_code", "exit code 3: 'bad_exit_code': gone"},
        {"bad_thread", "thread 1 has no luck"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct whet_functions *f = calibrated_bad(rows[i].name);
        const struct whet_result_arm *arm = &whet__functions_arms(f)[0].about;

        assert_true(arm->left_out && arm->failure != NULL);
        if (strstr(arm->failure, rows[i].text) == NULL)
            print_message("%s: %s\n", rows[i].name, arm->failure);
        assert_non_null(strstr(arm->failure, rows[i].text));
        whet__functions_free(f);
    }
}

static void a_hung_one_is_ended(void **state)
{
    struct whet_functions_options o = {.filter = "bad_hangs", .timeout_ns = 200000000};
    struct whet_functions *f;
    struct whet_error err;

    (void)state;
    assert_int_equal(whet__functions_open(&f, program(), &o, &err), 0);
    assert_int_equal(whet__functions_calibrate(f, &err), 0);
    assert_non_null(
        strstr(whet__functions_arms(f)[0].about.failure, "took too long: 'bad_hangs'"));
    whet__functions_free(f);
}

static int at_once(void *ctx)
{
    (void)ctx;
    return 1;
}

static void can_be_stopped(void **state)
{
    struct whet_functions_options o = {.filter = "bad_hangs", .stop = at_once};
    struct whet_functions *f = NULL;
    struct whet_error err;
    int rc = whet__functions_open(&f, program(), &o, &err);

    (void)state;
    if (rc == 0) /* the list came before anybody asked */
        rc = whet__functions_calibrate(f, &err);
    assert_int_equal(rc, -ECANCELED);
    whet__functions_free(f);
}

/* The sample of a round: a launch that leaves no answer, or one that is not its own. */
static void a_sample_without_answer_fails(void **state)
{
    struct whet_functions *f = calibrated("good_add");
    double values[WHET_RESULT_METRICS_MAX] = {0};
    struct whet_result *r;
    struct whet_error why;

    (void)state;
    assert_int_equal(whet__result_new(&r, ""), 0);
    assert_int_equal(whet__functions_measured(f, 0, r, values, &why), -EBADMSG);
    assert_non_null(strstr(why.text, "before it could answer: 'good_add'"));
    whet__result_free(r);
    whet__functions_free(f);
}

static void a_worker_refuses_nonsense(void **state)
{
    (void)state;
    assert_int_equal(whet__function_worker(""), 2);
    assert_int_equal(whet__function_worker("dance\nfile=/proc/none/x\n"), 2);
    assert_int_equal(whet__function_worker("list\n"), 2);
    assert_int_equal(whet__function_worker("list\nfile=/proc/none/x/y\n"), 2);
    assert_int_equal(whet__function_worker("run\nfile=/proc/none/x\nname=y\n"), 2);
}

/* ---- Memory that runs out ---- */

static void fails_without_memory(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_functions_options o = {
            .filter = "good_add", .prefix = "p:", .epoch_ns = EPOCH_NS, .epochs = 1};
        struct whet_functions *f = NULL;
        struct whet_error err;
        int rc = whet__functions_open(&f, program(), &o, &err);

        if (rc == 0)
            rc = whet__functions_calibrate(f, &err);
        assert_true(rc == 0 || rc == -ENOMEM);
        whet__functions_free(f);
    }
}

static void a_worker_without_memory_leaves_no_answer(void **state)
{
    static const char *const requests[] = {"list", "run", "calibrate"};
    char path[] = "/tmp/whet-test-XXXXXX", text[256];
    struct whet_function_answer answer;
    struct whet_error err;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    unlink(path);
    for (size_t i = 0; i < 3; i++) {
        snprintf(text, sizeof(text),
                 "%s\nfile=%s\nname=good_copy/bytes:64/offset:8\niterations=10\nepochs=2\n"
                 "epoch_ns=%d\nscratch=/tmp\n",
                 requests[i], path, EPOCH_NS);
        EACH_ALLOCATION_FAILS
        {
            int code = whet__function_worker(text);
            int pending = whet__mem_fail_pending(), rc;

            whet__mem_fail_nth(-1);
            rc = whet__function_answer_take(&answer, path, &err);
            assert_true(code == 0 ? rc == 0 : code == 2 && rc == -ENOENT);
            if (rc == 0)
                whet__function_answer_clear(&answer);
            whet__mem_fail_nth(pending ? 1000000 : -1);
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_every_case),
        cmocka_unit_test(filters),
        cmocka_unit_test(refuses_what_is_no_such_program),
        cmocka_unit_test(measures),
        cmocka_unit_test(knows_the_work),
        cmocka_unit_test(batches),
        cmocka_unit_test(threads),
        cmocka_unit_test(own_prints_do_not_disturb),
        cmocka_unit_test(keeps_files_and_random_numbers),
        cmocka_unit_test(counts_allocations),
        cmocka_unit_test(shares_counts),
        cmocka_unit_test(leaves_out_what_cannot_be_run),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(a_hung_one_is_ended),
        cmocka_unit_test(can_be_stopped),
        cmocka_unit_test(a_sample_without_answer_fails),
        cmocka_unit_test(a_worker_refuses_nonsense),
        cmocka_unit_test(fails_without_memory),
        cmocka_unit_test(a_worker_without_memory_leaves_no_answer),
    };
    int rc;

    if (argc == 3 && strcmp(argv[1], "--worker") == 0)
        return whet__function_worker(argv[2]);
    whet__text_init(&self, 4096);
    if (whet__spawn_self(&self) != 0)
        return 1;
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    whet__text_clear(&self);
    return rc;
}
