/* data/project_suites.h: every key of a suite, and a place for every mistake. */
#include "whole_project.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "data/project.h"

static const char full[] =
    "version: 1\n"
    "build: [./configure, make -s]\n"
    "suites:\n"
    "  parse:\n"
    "    about: reads a file\n"
    "    command: ./build/parse '{n}.txt'\n"
    "    parameters:\n"
    "      n: \"1..8\"\n"
    "      mode: [fast, slow]\n"
    "    shell: sh\n"
    "    setup: a\n"
    "    prepare: b\n"
    "    conclude: c\n"
    "    cleanup: d\n"
    "    build: make parse\n"
    "    cwd: work\n"
    "    env: {LANG: C, EMPTY: \"\"}\n"
    "    input: in.txt\n"
    "    timeout: 2s\n"
    "    runs: 30\n"
    "    time_budget: 1m\n"
    "    tags: [ci, quick]\n"
    "    metric: cpu\n"
    "    warn: 3%\n"
    "    fail: 6%\n"
    "    targets: {time: 5s, memory: 500MB}\n"
    "    items: 1.5\n"
    "    bytes: 2KiB\n"
    "    scaling:\n"
    "      parameter: size\n"
    "      sizes: [1, 10, 100]\n"
    "      max_exponent: 1.2\n"
    "      max_memory_exponent: 0.5\n"
    "    concurrency:\n"
    "      copies: 3\n"
    "      outputs: [\"out-{copy}\", \"*.log\"]\n"
    "      timeout: 1m\n"
    "      ignore_stdout: true\n"
    "    ignore_exit: [1, 255]\n"
    "  two:\n"
    "    commands: {old: ./old -x, new: [./new, a b]}\n"
    "    reference: old\n"
    "    tags: slow\n"
    "    ignore_exit: all\n"
    "  functions: {program: ./b, filter: \"parse*\", scaling: {parameter: n}}\n"
    "  built-in: {functions: \"@io\"}\n";

static const struct whet_suite *suite(const struct whet_project *p, size_t i)
{
    return whet__vec_at(&p->suites, i);
}

static void load(struct whet_project *p)
{
    struct whet_error err = {0};

    if (whet__project_parse(p, full, strlen(full), "w", &err) != 0)
        fail_msg("%u:%u: %s", err.line, err.column, err.text);
    assert_int_equal(p->suites.len, 4);
}

static void reads_what_runs(void **state)
{
    const struct whet_suite *s;
    struct whet_project p;

    (void)state;
    load(&p);
    assert_string_equal(p.build[0], "./configure");
    assert_string_equal(p.build[1], "make -s");
    assert_null(p.build[2]);
    s = suite(&p, 0);
    assert_string_equal(s->name, "parse");
    assert_int_equal(s->command_count, 1);
    assert_null(s->commands[0].name);
    assert_string_equal(s->commands[0].line, "./build/parse '{n}.txt'");
    assert_string_equal(s->build[0], "make parse");
    assert_string_equal(s->env[0], "LANG=C");
    assert_string_equal(s->env[1], "EMPTY=");
    assert_null(s->env[2]);
    assert_int_equal(s->exit_count, 2);
    assert_int_equal(s->exits[1], 255);
    s = suite(&p, 1);
    assert_string_equal(s->commands[0].name, "old");
    assert_string_equal(s->commands[1].argv[1], "a b");
    assert_null(s->commands[1].argv[2]);
    assert_string_equal(s->tags[0], "slow");
    assert_true(s->any_exit);
    assert_string_equal(suite(&p, 2)->filter, "parse*");
    assert_string_equal(suite(&p, 3)->functions, "@io");
    whet__project_clear(&p);
}

static void reads_how_it_is_judged(void **state)
{
    const struct whet_suite *s;
    struct whet_project p;

    (void)state;
    load(&p);
    s = suite(&p, 0);
    assert_int_equal(s->parameter_count, 3);
    assert_string_equal(s->parameters[0].values, "1..8");
    assert_string_equal(s->parameters[1].values, "fast,slow");
    assert_string_equal(s->parameters[2].name, "size");
    assert_string_equal(s->parameters[2].values, "1,10,100");
    assert_true(s->scaling.max_exponent == 1.2 && s->scaling.max_memory_exponent == 0.5);
    assert_int_equal(s->concurrency.copies, 3);
    assert_string_equal(s->concurrency.outputs[1], "*.log");
    assert_true(s->concurrency.ignore_stdout && s->concurrency.timeout_ns == 60000000000);
    assert_true(s->warn == 0.03 && s->fail == 0.06 && s->items == 1.5 && s->bytes == 2048);
    assert_true(s->runs == 30 && s->budget_ns == 60000000000 && s->timeout_ns == 2000000000);
    assert_string_equal(whet__yaml_get(s->targets, "memory")->text, "500MB");
    whet__project_clear(&p);
}

static void explains_mistakes(void **state)
{
    static const struct {
        const char *suite; /* begins in line 4, column 5 */
        unsigned line, column;
        const char *says;
    } rows[] = {
        {"comand: x", 4, 5, "unknown key: 'comand': did you mean 'command'?"},
        {"about: x", 3, 3, "nothing to run: 'a': give one of 'command', 'commands', 'program'"},
        {"{command: x, program: y}", 3, 3, "more than one thing to run: 'a'"},
        {"command: [[x]]", 4, 15, "wrong value in 'command': no lists or mappings go here"},
        {"command: {x: y}", 4, 14, "a command line or a list of its words is expected"},
        {"command: \"\"", 4, 14, "a command line or a list of its words is expected"},
        {"commands: x", 4, 15, "names with a command each are expected"},
        {"commands: {\"\": x}", 4, 16, "not a name for a command: ''"},
        {"{command: x, filter: y}", 3, 3, "unused key: 'filter' in 'a'"},
        {"{program: x, concurrency: {copies: 2}}", 3, 3, "unused key: 'concurrency' in 'a'"},
        {"functions: io", 3, 3, "a built-in suite such as @io is expected"},
        {"{command: x, concurrency: {copies: 1}}", 4, 40, "it must be in 2..63"},
        {"{command: x, concurrency: {}}", 4, 31, "missing key: 'copies'"},
        {"{command: x, concurrency: {copies: 2, outputs: {}}}", 4, 52, "patterns are expected"},
        {"{command: x, scaling: {parameter: n}}", 3, 3, "no sizes: 'n' of 'a'"},
        {"{command: x, scaling: {sizes: [1]}}", 4, 27, "missing key: 'parameter'"},
        {"{command: x, parameters: {n: 1}, scaling: {parameter: n, sizes: 2}}", 3, 3,
         "values given twice: 'n' of 'a'"},
        {"{command: x, scaling: {parameter: n, sizes: 2, max_exponent: 1e3}}", 4, 66,
         "wrong value for 'max_exponent': '1e3': a number is expected"},
        {"{command: x, parameters: {copy: 1}}", 4, 31, "{copy} is the number"},
        {"{command: x, parameters: {\"a b\": 1}}", 4, 31, "not a name for a parameter: 'a b'"},
        {"{command: x, parameters: {n: [\"1,2\"]}}", 4, 35, "have no comma"},
        {"{command: x, parameters: {n: {}}}", 4, 34, "values are expected"},
        {"{command: x, ignore_exit: [0]}", 4, 31, "exit codes, 1 to 255, is expected"},
        {"{command: x, ignore_exit: [256]}", 4, 31, "exit codes, 1 to 255, is expected"},
        {"{command: x, ignore_exit: 1}", 4, 31, "'all' or a list of exit codes"},
        {"{command: x, env: {\"a=b\": c}}", 4, 24, "not a name of a variable: 'a=b'"},
        {"{command: x, tags: {}}", 4, 24, "a tag or a list of tags is expected"},
        {"{command: x, build: []}", 4, 25, "a command line or a list of command lines"},
        {"{command: x, warn: 9%, fail: 3%}", 3, 3, "'warn' is over 'fail': 'a'"},
        {"{commands: {a: b, c: d}, reference: e}", 3, 3, "no such command: 'reference: e'"},
        {"{command: x, targets: {time: [1]}}", 4, 34, "no lists or mappings go here"},
        {"{command: x, runs: 0}", 4, 24, "it must be in 1..100000"},
    };
    struct whet_project p;
    struct whet_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[512];

        snprintf(text, sizeof(text), "version: 1\nsuites:\n  a:\n    %s\n", rows[i].suite);
        assert_true(whet__project_parse(&p, text, strlen(text), "w", &err) < 0);
        if (err.line != rows[i].line || err.column != rows[i].column ||
            strstr(err.text, rows[i].says) == NULL)
            fail_msg("%s: %u:%u: %s", text, err.line, err.column, err.text);
    }
}

static void explains_names(void **state)
{
    static const char *const texts[] = {
        "version: 1\nsuites: []\n",
        "version: 1\nsuites:\n",
        "version: 1\nsuites: {a/b: {command: x}}\n",
        "version: 1\nsuites: {\"-a\": {command: x}}\n",
        "version: 1\nsuites: {\"\": {command: x}}\n",
        "version: 1\nsuites: {a: b}\n",
        "version: 1\nbuild: {a: b}\n",
    };
    struct whet_project p;
    struct whet_error err;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (whet__project_parse(&p, texts[i], strlen(texts[i]), "w", &err) != -EINVAL)
            fail_msg("%s is taken", texts[i]);
        assert_int_equal(err.line, 2);
        assert_string_equal(err.file, "w");
    }
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    project_survives_failed_allocations(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_runs),
        cmocka_unit_test(reads_how_it_is_judged),
        cmocka_unit_test(explains_mistakes),
        cmocka_unit_test(explains_names),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
