/* front/bench_arms.h and front/bench_session.h: what a command line asks for. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "front/bench_arms.h"
#include "front/bench_session.h"

#define NONE ((size_t)-1)

/* A command line, read as the command reads it. */
struct line {
    struct whet_bench_args args;
    struct whet_global global;
    struct whet_vec operands;
    struct whet_bench_call call;
    struct whet_bench_arms *arms;
    struct whet_error err;
};

static int read_line(struct line *l, int argc, const char *const *argv)
{
    struct whet_option_set set = {whet__bench_options, WHET_BENCH_OPTION_COUNT, &l->args};
    size_t dashes;
    int rc;

    memset(l, 0, sizeof(*l));
    l->args = whet__bench_defaults;
    whet__vec_init(&l->operands, sizeof(const char *), 100);
    rc = whet__options_parse(&set, 1, 0, argc, (char *const *)(uintptr_t)argv, &l->operands,
                             &dashes, &l->err);
    if (rc == 0 && whet__vec_push(&l->operands) == NULL)
        rc = -ENOMEM;
    if (rc != 0)
        return rc;
    l->call = (struct whet_bench_call){.global = &l->global,
                                       .args = &l->args,
                                       .operands = l->operands.items,
                                       .operand_count = l->operands.len - 1,
                                       .dashes = dashes,
                                       .out = stdout};
    return whet__bench_arms_new(&l->arms, &l->call, &l->err);
}

static void line_close(struct line *l)
{
    struct whet_option_set set = {whet__bench_options, WHET_BENCH_OPTION_COUNT, &l->args};

    whet__bench_arms_free(l->arms);
    whet__options_clear(&set);
    whet__vec_clear(&l->operands);
}

#define READ(l, ...)                                                                           \
    read_line(l, (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)),          \
              (const char *[]){__VA_ARGS__})

static void operands_are_commands(void **state)
{
    struct line l;

    (void)state;
    assert_int_equal(READ(&l, "-n", "one", "sleep 0", "true", "--", "echo", "a b", "-x"), 0);
    assert_int_equal(l.arms->count, 3);
    assert_int_equal(l.arms->commands, 3);
    assert_string_equal(l.arms->arms[0].about.name, "one");
    assert_string_equal(l.arms->arms[0].about.command, "sleep 0");
    assert_string_equal(l.arms->arms[1].about.name, "true");
    assert_string_equal(l.arms->arms[2].argv[1], "a b");
    assert_string_equal(l.arms->arms[2].argv[2], "-x");
    assert_int_equal(l.arms->pair[0], NONE);
    assert_int_equal(l.arms->pair[1], 0);
    assert_int_equal(l.arms->pair[2], 0);
    line_close(&l);
}

static void the_bare_shell_is_seen_and_not_compared(void **state)
{
    struct line l;

    (void)state;
    assert_int_equal(READ(&l, "-S", "true", "false"), 0);
    assert_int_equal(l.arms->count, 3);
    assert_int_equal(l.arms->commands, 2);
    assert_string_equal(l.arms->arms[0].argv[0], "sh");
    assert_string_equal(l.arms->arms[0].argv[2], "true");
    assert_string_equal(l.arms->arms[2].about.name, "sh -c ''");
    assert_string_equal(l.arms->arms[2].argv[2], "");
    assert_int_equal(l.arms->pair[1], 0);
    assert_int_equal(l.arms->pair[2], NONE);
    line_close(&l);
}

static void a_reference_is_for_all(void **state)
{
    struct line l;

    (void)state;
    assert_int_equal(READ(&l, "--reference", "b", "-n", "a", "-n", "b", "true", "false"), 0);
    assert_int_equal(l.arms->pair[0], 1);
    assert_int_equal(l.arms->pair[1], NONE);
    line_close(&l);
}

static void only_commands_that_mention_a_parameter_vary(void **state)
{
    struct line l;

    (void)state;
    assert_int_equal(READ(&l, "-P", "n=1..3", "sleep {n}", "true"), 0);
    assert_int_equal(l.arms->count, 4);
    assert_string_equal(l.arms->arms[3].about.name, "true");
    assert_int_equal(l.arms->arms[3].about.param_count, 0);
    line_close(&l);
}

static void hooks_and_the_rest_reach_the_arms(void **state)
{
    struct line l;

    (void)state;
    assert_int_equal(READ(&l, "-s", "a x", "-p", "b", "-p", "c", "-i1,7", "--timeout", "2s",
                          "--input", "in", "--cwd", "/", "--equal-argv", "/bin/true", "false"),
                     0);
    assert_string_equal(l.arms->arms[0].setup[1], "x");
    assert_string_equal(l.arms->arms[1].setup[0], "a");
    assert_string_equal(l.arms->arms[0].prepare[0], "b");
    assert_string_equal(l.arms->arms[1].prepare[0], "c");
    assert_int_equal(l.arms->arms[0].exit_count, 2);
    assert_int_equal(l.arms->arms[0].exits[1], 7);
    assert_int_equal(l.arms->arms[0].timeout_ns, 2000000000);
    assert_string_equal(l.arms->arms[1].stdin_path, "in");
    assert_string_equal(l.arms->arms[1].cwd, "/");
    assert_string_equal(l.arms->arms[0].argv[0], "true");
    line_close(&l);
}

static void rounds_are_counted_as_asked(void **state)
{
    struct whet_session_options o;
    struct whet_affinity cpus;
    struct line l;

    (void)state;
    assert_int_equal(READ(&l, "true"), 0);
    assert_int_equal(whet__bench_session_options(&o, &l.args, &cpus, NULL, &l.err), 0);
    assert_int_equal(o.rounds.rounds, 300);
    assert_int_equal(o.rounds.min_rounds, 0); /* as many as intervals need */
    assert_int_equal(o.rounds.budget_ns, 10000000000);
    assert_true(o.rounds.width > 0.012 && o.rounds.width < 0.013);
    assert_true(o.confirm && o.rounds.pad_env);
    line_close(&l);
    assert_int_equal(READ(&l, "-r", "5", "-w", "0", "--no-confirm", "--no-pad", "true"), 0);
    assert_int_equal(whet__bench_session_options(&o, &l.args, &cpus, NULL, &l.err), 0);
    assert_int_equal(o.rounds.rounds, 5);
    assert_int_equal(o.rounds.min_rounds, 5);
    assert_int_equal(o.rounds.budget_ns, 0);
    assert_true(o.rounds.no_warmup && !o.rounds.pad_env && !o.confirm);
    assert_true(o.rounds.width == 0);
    line_close(&l);
    assert_int_equal(READ(&l, "--level", "100%", "true"), 0);
    assert_int_equal(whet__bench_session_options(&o, &l.args, &cpus, NULL, &l.err), -EINVAL);
    line_close(&l);
    assert_int_equal(READ(&l, "--warn", "10%", "--fail", "5%", "true"), 0);
    assert_int_equal(whet__bench_session_options(&o, &l.args, &cpus, NULL, &l.err), -EINVAL);
    assert_string_equal(l.err.text, "'--fail' is less than '--warn'");
    line_close(&l);
}

static void mistakes_leave_nothing_behind(void **state)
{
    struct line l;

    (void)state;
    assert_int_equal(READ(&l, "-P", "x", "true"), -EINVAL);
    line_close(&l);
    assert_int_equal(READ(&l, "true", "nowhere/to/be/found"), -ENOENT);
    line_close(&l);
    assert_int_equal(READ(&l, "--program", "/bin/true"), -ENOTSUP);
    line_close(&l);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct line l;

        (void)!READ(&l, "-S", "-P", "n=1,2", "--env", "A=b", "-p", "x", "sleep {n}", "true");
        line_close(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operands_are_commands),
        cmocka_unit_test(the_bare_shell_is_seen_and_not_compared),
        cmocka_unit_test(a_reference_is_for_all),
        cmocka_unit_test(only_commands_that_mention_a_parameter_vary),
        cmocka_unit_test(hooks_and_the_rest_reach_the_arms),
        cmocka_unit_test(rounds_are_counted_as_asked),
        cmocka_unit_test(mistakes_leave_nothing_behind),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
