/* bench/plan.h and bench/parameter.h: values, arms, names, programs and their hashes. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/parameter.h"
#include "bench/plan.h"
#include "bench/rounds.h"
#include "os/file.h"

/* "1 2 4", or the message. */
static const char *values_of(const char *text)
{
    static char out[4096];
    struct whet_parameter p;
    struct whet_error err;
    struct whet_arena strings;
    size_t at = 0;

    whet__arena_init(&strings, 1 << 22);
    if (whet__parameter_parse(&p, &strings, "p", text, &err) != 0) {
        snprintf(out, sizeof(out), "%s", err.text);
    } else {
        for (size_t i = 0; i < p.count && at < sizeof(out); i++)
            at +=
                (size_t)snprintf(out + at, sizeof(out) - at, "%s%s", i ? " " : "", p.values[i]);
    }
    whet__arena_clear(&strings);
    return out;
}

static void values_are_lists_and_ranges(void **state)
{
    (void)state;
    assert_string_equal(values_of("a,b c,d"), "a b c d");
    assert_string_equal(values_of("a\\,b,c\\d"), "a,b c\\d");
    assert_string_equal(values_of("1..4"), "1 2 3 4");
    assert_string_equal(values_of("-1..1"), "-1 0 1");
    assert_string_equal(values_of("1..9+2"), "1 3 5 7 9");
    assert_string_equal(values_of("1..10+4"), "1 5 9");
    assert_string_equal(values_of("1..64*2"), "1 2 4 8 16 32 64");
    assert_string_equal(values_of("1..10*1.5"), "1 1.5 2.25 3.375 5.0625 7.59375");
    assert_string_equal(values_of("0.1..0.5+0.1"), "0.1 0.2 0.3 0.4 0.5");
    assert_string_equal(values_of("0.5..2+0.5"), "0.5 1 1.5 2");
    assert_string_equal(values_of("-0.5..0.5+0.5"), "-0.5 0 0.5");
    assert_string_equal(values_of("1..3,8,x"), "1 2 3 8 x");
    assert_string_equal(values_of("3..3"), "3");
    assert_string_equal(values_of("HEAD~2..HEAD"), "HEAD~2..HEAD");
    assert_string_equal(values_of("../1"), "../1");
}

static void wrong_values_are_named(void **state)
{
    (void)state;
    assert_string_equal(values_of(""), "an empty value: 'p='");
    assert_string_equal(values_of("a,,b"), "an empty value: 'p=a,,b'");
    assert_string_equal(values_of("a,"), "an empty value: 'p=a,'");
    assert_string_equal(values_of("8..1"), "the smaller number comes first: 'p=8..1'");
    assert_string_equal(values_of("1..8+0"), "the step must be more than 0: 'p=1..8+0'");
    assert_string_equal(values_of("1..8*1"), "the factor must be more than 1: 'p=1..8*1'");
    assert_string_equal(values_of("0..8*2"),
                        "only what is more than 0 can be multiplied: 'p=0..8*2'");
    assert_string_equal(values_of("1..8+x"), "not a number behind the step: 'p=1..8+x'");
    assert_string_equal(values_of("1..2000"), "more than 1024 values: 'p=1..2000'");
    assert_string_equal(values_of("1..9*1.0000000001"),
                        "numbers with too many digits: 'p=1..9*1.0000000001'");
}

struct planned {
    struct whet_plan *plan;
    const struct whet_bench_arm *arms;
    size_t count;
    struct whet_error err;
};

static int add(struct planned *p, const struct whet_plan_entry *entry,
               const struct whet_plan_parameter *parameters, size_t count)
{
    int rc;

    if (p->plan == NULL)
        assert_int_equal(whet__plan_new(&p->plan), 0);
    rc = whet__plan_add(p->plan, entry, parameters, count, &p->err);
    p->arms = whet__plan_arms(p->plan, &p->count);
    return rc;
}

static void every_combination_is_an_arm(void **state)
{
    static const struct whet_plan_parameter parameters[] = {{"jobs", "1..2"}, {"mode", "a,b"}};
    static const struct whet_plan_entry entry = {.command = "make -j{jobs} {mode}",
                                                 .setup = "prepare {mode}",
                                                 .cwd = "dir-{jobs}",
                                                 .input = "in-{mode}"};
    struct planned p = {0};

    (void)state;
    assert_int_equal(add(&p, &entry, parameters, 2), 0);
    assert_int_equal(p.count, 4);
    assert_string_equal(p.arms[1].about.name, "make -j1 b");
    assert_string_equal(p.arms[1].about.command, "make -j1 b");
    assert_string_equal(p.arms[2].about.name, "make -j2 a");
    assert_string_equal(p.arms[2].argv[1], "-j2");
    assert_string_equal(p.arms[2].argv[2], "a");
    assert_null(p.arms[2].argv[3]);
    assert_string_equal(p.arms[2].setup[1], "a");
    assert_string_equal(p.arms[2].cwd, "dir-2");
    assert_string_equal(p.arms[2].stdin_path, "in-a");
    assert_int_equal(p.arms[2].about.param_count, 2);
    assert_string_equal(p.arms[2].about.params[0].name, "jobs");
    assert_string_equal(p.arms[2].about.params[0].value, "2");
    whet__plan_free(p.plan);
}

static void names_are_unique(void **state)
{
    static const struct whet_plan_parameter n = {"n", "1,2"};
    static const char *const words[] = {"echo", "it's {n}", NULL};
    struct planned p = {0};

    (void)state;
    assert_int_equal(add(&p, &(struct whet_plan_entry){.command = "true"}, NULL, 0), 0);
    assert_int_equal(add(&p, &(struct whet_plan_entry){.command = "true"}, NULL, 0), 0);
    assert_int_equal(add(&p, &(struct whet_plan_entry){.command = "true"}, &n, 1), 0);
    assert_int_equal(add(&p, &(struct whet_plan_entry){.name = "it", .command = "true"}, &n, 1),
                     0);
    assert_int_equal(
        add(&p, &(struct whet_plan_entry){.name = "with {n}", .command = "true {n}"}, &n, 1),
        0);
    assert_int_equal(add(&p, &(struct whet_plan_entry){.argv = words}, &n, 1), 0);
    assert_string_equal(p.arms[0].about.name, "true");
    assert_string_equal(p.arms[1].about.name, "true #2");
    assert_string_equal(p.arms[2].about.name, "true (n=1)");
    assert_string_equal(p.arms[4].about.name, "it (n=1)");
    assert_string_equal(p.arms[6].about.name, "with 1");
    assert_string_equal(p.arms[8].about.name, "echo 'it'\\''s 1'");
    assert_string_equal(p.arms[8].argv[1], "it's 1");
    whet__plan_free(p.plan);
}

static void a_shell_gets_the_line_whole(void **state)
{
    static const struct whet_plan_parameter n = {"n", "2"};
    struct planned p = {0};

    (void)state;
    assert_int_equal(add(&p,
                         &(struct whet_plan_entry){.command = "ls | head -{n} >${n}x",
                                                   .shell = "bash --norc",
                                                   .prepare = "a; b"},
                         &n, 1),
                     0);
    assert_string_equal(p.arms[0].argv[0], "bash");
    assert_string_equal(p.arms[0].argv[1], "--norc");
    assert_string_equal(p.arms[0].argv[2], "-c");
    assert_string_equal(p.arms[0].argv[3], "ls | head -2 >${n}x");
    assert_string_equal(p.arms[0].prepare[3], "a; b");
    whet__plan_free(p.plan);
}

static const char *variable(const char *const *env, const char *name)
{
    const char *found = NULL;

    for (size_t i = 0; env[i] != NULL; i++) {
        if (strncmp(env[i], name, strlen(name)) == 0) {
            assert_null(found);
            found = env[i] + strlen(name);
        }
    }
    return found;
}

static void the_environment_is_ours_and_more(void **state)
{
    static const char *const env[] = {"WHET_TEST_A=new", "WHET_TEST_B=b{n}", NULL};
    static const char *const wrong[] = {"WHET_TEST_A", NULL};
    static const struct whet_plan_parameter n = {"n", "2"};
    struct planned p = {0};

    (void)state;
    setenv("WHET_TEST_A", "old", 1);
    assert_int_equal(add(&p, &(struct whet_plan_entry){.command = "true", .env = env}, &n, 1),
                     0);
    assert_string_equal(variable(p.arms[0].env, "WHET_TEST_A="), "new");
    assert_string_equal(variable(p.arms[0].env, "WHET_TEST_B="), "b2");
    assert_non_null(variable(p.arms[0].env, "PATH="));
    assert_int_equal(
        add(&p, &(struct whet_plan_entry){.command = "true", .env = wrong}, NULL, 0), -EINVAL);
    assert_string_equal(p.err.text, "not NAME=VALUE: '--env WHET_TEST_A'");
    assert_int_equal(p.count, 1);
    whet__plan_free(p.plan);
}

static void mistakes_are_refused_whole(void **state)
{
    static const struct whet_plan_parameter twice[] = {{"n", "1"}, {"n", "2"}};
    static const struct whet_plan_parameter many[] = {{"n", "1..10"}, {"m", "1..10"}};
    static const struct whet_plan_parameter wrong = {"1n", "2"};
    static const char *const nothing[] = {NULL};
    struct planned p = {0};

    (void)state;
    assert_int_equal(add(&p, &(struct whet_plan_entry){.command = " "}, NULL, 0), -EINVAL);
    assert_string_equal(p.err.text, "empty command: ' '");
    assert_int_equal(add(&p, &(struct whet_plan_entry){.argv = nothing}, NULL, 0), -EINVAL);
    assert_int_equal(add(&p, &(struct whet_plan_entry){.command = "a {n}"}, twice, 2), -EINVAL);
    assert_string_equal(p.err.text, "parameter given twice: 'n'");
    assert_int_equal(add(&p, &(struct whet_plan_entry){.command = "a {n}"}, many, 2), -EINVAL);
    assert_string_equal(p.err.text, "too many combinations: 'm=1..10': at most 64 commands can "
                                    "be measured together");
    assert_int_equal(add(&p, &(struct whet_plan_entry){.command = "a"}, &wrong, 1), -EINVAL);
    for (unsigned i = 0; i < WHET_ROUNDS_ARMS_MAX; i++)
        assert_int_equal(add(&p, &(struct whet_plan_entry){.command = "a"}, NULL, 0), 0);
    assert_int_equal(add(&p, &(struct whet_plan_entry){.command = "a"}, NULL, 0), -EINVAL);
    assert_string_equal(p.err.text,
                        "too many commands: 'a #65': at most 64 can be measured together");
    assert_int_equal(p.count, WHET_ROUNDS_ARMS_MAX);
    whet__plan_free(p.plan);
}

static void programs_are_found_and_hashed(void **state)
{
    struct planned p = {0};

    (void)state;
    assert_int_equal(add(&p, &(struct whet_plan_entry){.command = "sleep 0"}, NULL, 0), 0);
    assert_int_equal(add(&p, &(struct whet_plan_entry){.command = "sleep 0"}, NULL, 0), 0);
    assert_int_equal(add(&p, &(struct whet_plan_entry){.command = "sleep 1"}, NULL, 0), 0);
    assert_int_equal(add(&p,
                         &(struct whet_plan_entry){.command = "/bin/sleep 0", .equal_argv0 = 1},
                         NULL, 0),
                     0);
    assert_int_equal(
        add(&p, &(struct whet_plan_entry){.command = "./made-later", .setup = "true"}, NULL, 0),
        0);
    assert_int_equal(
        add(&p, &(struct whet_plan_entry){.command = "exit 0", .shell = "sh"}, NULL, 0), 0);
    assert_int_equal(whet__plan_resolve(p.plan, &p.err), 0);
    assert_string_equal(p.arms[0].about.code_hash, p.arms[1].about.code_hash);
    assert_string_equal(p.arms[0].about.program_hash, p.arms[2].about.program_hash);
    assert_string_not_equal(p.arms[0].about.code_hash, p.arms[2].about.code_hash);
    assert_string_equal(p.arms[0].program, p.arms[0].about.program);
    assert_int_equal(p.arms[0].program[0], '/');
    assert_string_equal(p.arms[3].argv[0], "sleep");
    assert_string_equal(p.arms[3].program, "/bin/sleep");
    assert_string_equal(p.arms[3].about.code_hash, p.arms[0].about.code_hash);
    assert_null(p.arms[4].about.program_hash);
    assert_null(p.arms[5].about.program_hash);
    assert_non_null(p.arms[5].about.code_hash);
    whet__plan_free(p.plan);
}

static const char *resolve_error(const char *command, const char *cwd)
{
    static struct whet_error err;
    struct planned p = {0};

    assert_int_equal(
        add(&p, &(struct whet_plan_entry){.command = command, .cwd = cwd}, NULL, 0), 0);
    assert_true(whet__plan_resolve(p.plan, &err) < 0);
    whet__plan_free(p.plan);
    return err.text;
}

/* One file under several names, which is how some programs know what to do. */
static void names_count_where_there_are_several(void **state)
{
    struct whet_text dir, command;
    struct planned p = {0};

    (void)state;
    whet__text_init(&dir, 4096);
    whet__text_init(&command, 4096);
    assert_int_equal(whet__file_make_temp_dir(&dir), 0);
    for (int i = 0; i < 2; i++) {
        whet__text_reset(&command);
        whet__text_printf(&command, "%s/%s", whet__text_str(&dir), i == 0 ? "on" : "off");
        assert_int_equal(symlink("/bin/true", whet__text_str(&command)), 0);
        assert_int_equal(
            add(&p, &(struct whet_plan_entry){.command = whet__text_str(&command)}, NULL, 0),
            0);
    }
    assert_int_equal(whet__plan_resolve(p.plan, &p.err), 0);
    assert_string_equal(p.arms[0].about.program_hash, p.arms[1].about.program_hash);
    assert_string_not_equal(p.arms[0].about.code_hash, p.arms[1].about.code_hash);
    whet__plan_free(p.plan);
    assert_int_equal(whet__file_remove_tree(whet__text_str(&dir)), 0);
    whet__text_clear(&dir);
    whet__text_clear(&command);
}

static void missing_programs_are_named(void **state)
{
    (void)state;
    assert_string_equal(resolve_error("no-such-program", NULL),
                        "cannot find program: 'no-such-program': it is not in PATH");
    assert_string_equal(resolve_error("./nowhere", NULL),
                        "cannot find program: './nowhere': check its name");
    assert_string_equal(resolve_error("./sleep", "/"),
                        "cannot find program: './sleep': check its name");
    assert_string_equal(resolve_error("/etc/passwd", NULL),
                        "not a program: '/etc/passwd': it may not be executed");
    assert_string_equal(resolve_error("cd /", NULL),
                        "only a shell can do this: 'cd': give --shell");
}

static void the_hash_is_of_the_file(void **state)
{
    static const char script[] = "#!/bin/sh\nexit 0\n";
    struct planned p = {0};
    struct whet_text dir, path;

    (void)state;
    whet__text_init(&dir, 4096);
    whet__text_init(&path, 4096);
    assert_int_equal(whet__file_make_temp_dir(&dir), 0);
    whet__text_printf(&path, "%s/prog", whet__text_str(&dir));
    assert_int_equal(whet__file_write(whet__text_str(&path), script, sizeof(script) - 1, 0), 0);
    assert_int_equal(chmod(whet__text_str(&path), 0755), 0);
    assert_int_equal(
        add(&p, &(struct whet_plan_entry){.command = "./prog", .cwd = whet__text_str(&dir)},
            NULL, 0),
        0);
    assert_int_equal(whet__plan_resolve(p.plan, &p.err), 0);
    assert_string_equal(p.arms[0].program, "./prog"); /* from its own folder */
    assert_string_equal(p.arms[0].about.program + strlen(whet__text_str(&dir)), "/./prog");
    assert_null(p.arms[0].about.program_hash); /* a script */
    assert_non_null(p.arms[0].about.code_hash);
    whet__plan_free(p.plan);
    assert_int_equal(whet__file_remove_tree(whet__text_str(&dir)), 0);
    whet__text_clear(&dir);
    whet__text_clear(&path);
}

static void survives_failed_allocations(void **state)
{
    static const struct whet_plan_parameter n = {"n", "1,2"};
    static const char *const env[] = {"A=b", NULL};
    static const struct whet_plan_entry entry = {
        .command = "sleep {n}", .setup = "true", .env = env, .cwd = "/", .equal_argv0 = 1};

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_plan *plan = NULL;

        if (whet__plan_new(&plan) == 0 && whet__plan_add(plan, &entry, &n, 1, NULL) == 0)
            (void)!whet__plan_resolve(plan, NULL);
        whet__plan_free(plan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_lists_and_ranges),
        cmocka_unit_test(wrong_values_are_named),
        cmocka_unit_test(every_combination_is_an_arm),
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(a_shell_gets_the_line_whole),
        cmocka_unit_test(the_environment_is_ours_and_more),
        cmocka_unit_test(mistakes_are_refused_whole),
        cmocka_unit_test(programs_are_found_and_hashed),
        cmocka_unit_test(names_count_where_there_are_several),
        cmocka_unit_test(missing_programs_are_named),
        cmocka_unit_test(the_hash_is_of_the_file),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
