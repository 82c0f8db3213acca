/* bench/function_registry.h: how configurations become cases, and what is refused. Nothing
 * that was registered goes away, so each case is tried in a process of its own. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/function_registry.h"

static void body(struct whet_bench_state *state)
{
    (void)state;
}

static void (*configure)(struct whet_bench_config *config);

/* All cases as "name,name,"; a failure as its message. */
static void registered(const char *name, char *out, size_t size)
{
    struct whet_bench_entry entry = {name, body, configure, NULL};
    struct whet_function_cases cases;
    struct whet_error err = {0};
    size_t used = 0;

    whet_bench_register(&entry);
    if (whet__function_cases_init(&cases, &err) != 0) {
        snprintf(out, size, "%s", err.text);
        return;
    }
    out[0] = '\0';
    for (size_t i = 0; i < cases.cases.len && used < size; i++) {
        const struct whet_function_case *one = whet__vec_at(&cases.cases, i);

        used += (size_t)snprintf(out + used, size - used, "%s,", one->name);
    }
    whet__function_cases_clear(&cases);
}

/* What a benchmark `name` with this configuration comes to, found out by a child. */
static void expect(const char *name, void (*how)(struct whet_bench_config *), const char *want)
{
    char got[4096] = "";
    int ends[2], status;
    pid_t pid;

    assert_int_equal(pipe(ends), 0);
    pid = fork();
    if (pid == 0) {
        configure = how;
        registered(name, got, sizeof(got));
        _exit(write(ends[1], got, strlen(got)) != (ssize_t)strlen(got));
    }
    close(ends[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_true(read(ends[0], got, sizeof(got) - 1) >= 0);
    close(ends[0]);
    if (strstr(got, want) == NULL)
        print_message("got: %s\n", got);
    assert_non_null(strstr(got, want));
}

static void nothing(struct whet_bench_config *c)
{
    (void)c;
}

static void powers(struct whet_bench_config *c)
{
    whet_bench_range(c, "n", 1, 50, 4);
}

static void same_ends(struct whet_bench_config *c)
{
    whet_bench_range(c, "n", 7, 7, 2);
    whet_bench_steps(c, "m", -4, 5, 4);
}

static void up_to_the_largest(struct whet_bench_config *c)
{
    whet_bench_range(c, "n", INT64_MAX / 2, INT64_MAX, 2);
    whet_bench_steps(c, "m", INT64_MAX - 1, INT64_MAX, INT64_MAX);
}

static void steps_of_half_the_range(struct whet_bench_config *c)
{
    whet_bench_steps(c, "m", INT64_MIN, INT64_MAX, INT64_MAX);
}

static void said_twice(struct whet_bench_config *c)
{
    whet_bench_arg(c, "n", 3);
    whet_bench_arg(c, "n", 3);
    whet_bench_threads(c, 2);
    whet_bench_threads(c, 4);
}

static int none(const int64_t *values)
{
    return values[0] > 100;
}

static void nobody_wants(struct whet_bench_config *c)
{
    whet_bench_arg(c, "n", 3);
    whet_bench_only(c, none);
}

static void makes_cases(void **state)
{
    (void)state;
    expect("x", NULL, "x,");
    expect("x", nothing, "x,");
    expect("x", powers, "x/n:1,x/n:4,x/n:16,x/n:50,");
    expect("x", same_ends, "x/n:7/m:-4,x/n:7/m:0,x/n:7/m:4,");
    expect("x", up_to_the_largest,
           "x/n:4611686018427387903/m:9223372036854775806,"
           "x/n:9223372036854775806/m:9223372036854775806,"
           "x/n:9223372036854775807/m:9223372036854775806,");
    expect("x", steps_of_half_the_range,
           "x/m:-9223372036854775808,x/m:-1,x/m:9223372036854775806,");
    expect("x", said_twice, "x/n:3/threads:2,x/n:3/threads:4,");
    expect("x", nobody_wants, "");
}

static void bad_range(struct whet_bench_config *c)
{
    whet_bench_range(c, "n", 0, 10, 2);
}

static void bad_factor(struct whet_bench_config *c)
{
    whet_bench_range(c, "n", 1, 10, 1);
}

static void bad_steps(struct whet_bench_config *c)
{
    whet_bench_steps(c, "n", 10, 1, 1);
}

static void many_values(struct whet_bench_config *c)
{
    whet_bench_steps(c, "n", INT64_MIN, INT64_MAX, 1);
}

static void many_arguments(struct whet_bench_config *c)
{
    for (char name[2] = "a"; name[0] <= 'i'; name[0]++)
        whet_bench_arg(c, name, 1);
}

static void many_cases(struct whet_bench_config *c)
{
    whet_bench_steps(c, "a", 1, 64, 1);
    whet_bench_steps(c, "b", 1, 64, 1);
}

static void bad_threads(struct whet_bench_config *c)
{
    whet_bench_threads(c, 257);
}

static void bad_group(struct whet_bench_config *c)
{
    whet_bench_group(c, "two words");
}

static void no_name(struct whet_bench_config *c)
{
    whet_bench_arg(c, NULL, 1);
}

static void long_name(struct whet_bench_config *c)
{
    char name[91];

    memset(name, 'n', 90);
    name[90] = '\0';
    for (name[0] = 'a'; name[0] <= 'c'; name[0]++)
        whet_bench_arg(c, name, 1);
}

static void refuses(void **state)
{
    (void)state;
    expect("two words", NULL, "a benchmark's name has to be one word: 'two words'");
    expect("", NULL, "a benchmark's name has to be one word: ''");
    expect("x", bad_range, "1 <= from <= to");
    expect("x", bad_factor, "'n' of benchmark 'x'");
    expect("x", bad_steps, "steps need from <= to");
    expect("x", many_values, "too many values: 'n'");
    expect("x", many_arguments, "too many arguments: 'i'");
    expect("x", many_cases, "more than 1024 cases");
    expect("x", bad_threads, "from 1 to 256");
    expect("x", bad_group, "a group has to be one word: 'two words'");
    expect("x", no_name, "an argument's name has to be one word");
    expect("x", long_name, "longer than 255 bytes");
    expect("taken", NULL, "two benchmarks have the same name: 'taken'");
}

static struct whet_bench_entry taken = {"taken", body, NULL, NULL};

static void fails_without_memory(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_function_cases cases;
        struct whet_error err;
        int rc = whet__function_cases_init(&cases, &err);

        assert_true(rc == 0 || rc == -ENOMEM);
        if (rc == 0)
            whet__function_cases_clear(&cases);
    }
}

static struct whet_bench_entry alone = {"nobody", NULL, nothing, NULL};

static void a_configuration_alone(void **state)
{
    struct whet_function_cases cases;
    struct whet_error err;

    (void)state;
    whet_bench_register(&alone);
    assert_int_equal(whet__function_cases_init(&cases, &err), -EINVAL);
    assert_non_null(strstr(err.text, "not there: 'nobody'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_cases),
        cmocka_unit_test(refuses),
        cmocka_unit_test(fails_without_memory),
        cmocka_unit_test(a_configuration_alone),
    };

    whet_bench_register(&taken);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
