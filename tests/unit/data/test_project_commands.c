/* data/project_commands.h: every key of a command, both shapes, and a place for every mistake.
 */
#include "whole_project.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "data/project.h"

static const char full[] = "version: 1\n"
                           "commands:\n"
                           "  short: make -s\n"
                           "  words: [cc, -c, a b.c]\n"
                           "  long:\n"
                           "    command: \"a | b\"\n"
                           "    shell: true\n"
                           "    category: build\n"
                           "    type: io\n"
                           "    env: {A: 1, B: \"\"}\n"
                           "    cwd: sub\n"
                           "    inputs: [\"*.c\", x]\n"
                           "    outputs: y\n"
                           "    depfile: y.d\n"
                           "    needs: [short, words]\n"
                           "    timeout: 1m30s\n"
                           "    memory: 2MiB\n"
                           "    retries: 3\n"
                           "    retry_delay: 5ms\n";

static const struct whet_project_command *command(const struct whet_project *p, size_t i)
{
    return whet__vec_at(&p->commands, i);
}

static void reads_every_key(void **state)
{
    const struct whet_project_command *c;
    struct whet_error err = {0};
    struct whet_project p;

    (void)state;
    if (whet__project_parse(&p, full, strlen(full), "w", &err) != 0)
        fail_msg("%u:%u: %s", err.line, err.column, err.text);
    assert_int_equal(p.commands.len, 3);
    c = command(&p, 0);
    assert_string_equal(c->name, "short");
    assert_string_equal(c->line, "make -s");
    assert_null(c->argv);
    assert_int_equal(c->type, -1);
    assert_int_equal(c->line_number, 3);
    assert_int_equal(c->column, 3);
    assert_null(c->inputs);
    c = command(&p, 1);
    assert_null(c->line);
    assert_string_equal(c->argv[2], "a b.c");
    assert_null(c->argv[3]);
    c = command(&p, 2);
    assert_string_equal(c->line, "a | b");
    assert_true(c->shell);
    assert_string_equal(c->category, "build");
    assert_string_equal(whet__project_command_types[c->type], "io");
    assert_string_equal(c->env[0], "A=1");
    assert_string_equal(c->env[1], "B=");
    assert_null(c->env[2]);
    assert_string_equal(c->cwd, "sub");
    assert_string_equal(c->inputs[0], "*.c");
    assert_string_equal(c->inputs[1], "x");
    assert_null(c->inputs[2]);
    assert_string_equal(c->outputs[0], "y");
    assert_null(c->outputs[1]);
    assert_string_equal(c->depfile, "y.d");
    assert_string_equal(c->needs[1], "words");
    assert_int_equal(c->timeout_ns, 90000000000);
    assert_int_equal(c->memory_bytes, 2 << 20);
    assert_int_equal(c->retries, 3);
    assert_int_equal(c->retry_delay_ns, 5000000);
    whet__project_clear(&p);
}

static void explains_mistakes(void **state)
{
    static const struct {
        const char *command; /* begins in line 3, column 6 */
        unsigned column;
        const char *says;
    } rows[] = {
        {"{comand: x}", 7, "unknown key: 'comand': did you mean 'command'?"},
        {"{shell: true}", 6, "command"},
        {"{command: [[x]]}", 17, "no lists or mappings go here"},
        {"{command: {x: y}}", 16, "a command line or a list of its words is expected"},
        {"{command: \"\"}", 16, "a command line or a list of its words is expected"},
        {"\"\"", 6, "a command line or a list of its words is expected"},
        {"{command: [a], shell: true}", 16, "a shell takes a line: 'a'"},
        {"{command: a, inputs: {x: y}}", 27, "file names or patterns are expected"},
        {"{command: a, needs: {x: y}}", 26, "names of other commands are expected"},
        {"{command: a, type: gpu}", 25, "gpu"},
        {"{command: a, timeout: 0s}", 28, "timeout"},
        {"{command: a, memory: 0}", 27, "memory"},
        {"{command: a, retries: 1001}", 28, "retries"},
        {"{command: a, env: [x]}", 24, "env"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct whet_error err = {0};
        struct whet_project p;
        char text[200];

        snprintf(text, sizeof(text), "version: 1\ncommands:\n  a: %s\n", rows[i].command);
        assert_int_not_equal(whet__project_parse(&p, text, strlen(text), "w", &err), 0);
        if (strstr(err.text, rows[i].says) == NULL || err.line != 3 ||
            err.column != rows[i].column)
            fail_msg("%s: %u:%u: %s", rows[i].command, err.line, err.column, err.text);
    }
}

static void there_may_not_be_too_many(void **state)
{
    struct whet_error err = {0};
    struct whet_project p;
    struct whet_text text;

    (void)state;
    whet__text_init(&text, 1 << 20);
    whet__text_puts(&text, "version: 1\ncommands:\n");
    for (int i = 0; i < WHET_PROJECT_COMMANDS_MAX; i++)
        whet__text_printf(&text, "  c%d: x\n", i);
    assert_int_equal(whet__project_parse(&p, whet__text_str(&text), text.len, "w", &err), 0);
    assert_int_equal(p.commands.len, WHET_PROJECT_COMMANDS_MAX);
    whet__project_clear(&p);
    whet__text_puts(&text, "  more: x\n");
    assert_int_not_equal(whet__project_parse(&p, whet__text_str(&text), text.len, "w", &err),
                         0);
    assert_non_null(strstr(err.text, "there are too many"));
    whet__text_clear(&text);
}

static void memory_may_run_out(void **state)
{
    (void)state;
    project_survives_failed_allocations(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_key),
        cmocka_unit_test(explains_mistakes),
        cmocka_unit_test(there_may_not_be_too_many),
        cmocka_unit_test(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
