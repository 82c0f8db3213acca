/* run/template.h: each form of each value, in lines, in words and for a shell. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "run/command.h"
#include "run/template.h"

#define JOB  7
#define SLOT 3

static char filled[4096];

/* The words with '|' behind each, or the message. */
static const char *join(struct whet_template *t, int rc, const char *const *row,
                        struct whet_error *err)
{
    const char *const *argv = NULL;
    struct whet_arena arena;
    size_t at = 0;

    whet__arena_init(&arena, 1 << 20);
    if (rc == 0) {
        rc = whet__template_fill(t, row, JOB, SLOT, &arena, &argv, err);
        whet__template_clear(t);
    }
    filled[0] = '\0';
    for (size_t i = 0; rc == 0 && argv[i] != NULL; i++)
        at += (size_t)snprintf(filled + at, sizeof(filled) - at, "%s|", argv[i]);
    if (rc != 0)
        snprintf(filled, sizeof(filled), "%s", err->text);
    whet__arena_clear(&arena);
    return filled;
}

static size_t length(const char *const *row)
{
    size_t count = 0;

    while (row[count] != NULL)
        count++;
    return count;
}

static const char *line(const char *text, int shell, const char *const *row)
{
    struct whet_error err = {0};
    struct whet_template t;
    int rc = whet__template_line(&t, text, shell, length(row), &err);

    return join(&t, rc, row, &err);
}

static const char *words(const char *const *argv, const char *const *row)
{
    struct whet_error err = {0};
    struct whet_template t;
    int rc = whet__template_words(&t, argv, length(row), &err);

    return join(&t, rc, row, &err);
}

#define ROW(...)  ((const char *const[]){__VA_ARGS__, NULL})
#define LINE(...) line(text, 0, ROW(__VA_ARGS__))

/* The expected values are what GNU parallel 20221122 gives. */
static void each_form_of_a_path(void **state)
{
    static const char text[] = "c {} {.} {/} {//} {/.}";

    (void)state;
    assert_string_equal(LINE("a.txt"), "c|a.txt|a|a.txt|.|a|");
    assert_string_equal(LINE("d/e.tar.gz"), "c|d/e.tar.gz|d/e.tar|e.tar.gz|d|e.tar|");
    assert_string_equal(LINE("d.x/e"), "c|d.x/e|d.x/e|e|d.x|e|");
    assert_string_equal(LINE("/x"), "c|/x|/x|x|/|x|");
    assert_string_equal(LINE(".rc"), "c|.rc||.rc|.||");
    assert_string_equal(LINE("plain"), "c|plain|plain|plain|.|plain|");
}

static void a_value_is_never_split(void **state)
{
    (void)state;
    assert_string_equal(line("c {}", 0, ROW("a b")), "c|a b|");
    assert_string_equal(line("c -o{.}.png", 0, ROW("a b.svg")), "c|-oa b.png|");
    assert_string_equal(line("c {}", 0, ROW("'; rm -rf $HOME *")), "c|'; rm -rf $HOME *|");
    assert_string_equal(line("c {}", 0, ROW("{.} {}")), "c|{.} {}|");
    assert_string_equal(line("c '{}' \"{}\"", 0, ROW("a b")), "c|a b|a b|");
    assert_string_equal(line("c {}", 0, ROW("")), "c||");
    assert_string_equal(words(ROW("c d", "{}x"), ROW("a b")), "c d|a bx|");
}

static void lists_by_number(void **state)
{
    (void)state;
    assert_string_equal(line("c {2} {1.} {2/}", 0, ROW("a.c", "d/e")), "c|d/e|a|e|");
    assert_string_equal(line("c {}", 0, ROW("a", "b")), "c|a b|");
    assert_string_equal(line("c {#} {%}", 0, ROW("a")), "c|7|3|");
    assert_string_equal(words(ROW("c", "{#}{2}"), ROW("a", "b")), "c|7b|");
    assert_string_equal(line("c {3}", 0, ROW("a", "b")),
                        "no such list of inputs: '{3}': there are 2");
    assert_string_equal(line("c {0/}", 0, ROW("a")),
                        "no such list of inputs: '{0/}': there is 1");
}

static void without_a_place_inputs_go_to_the_end(void **state)
{
    (void)state;
    assert_string_equal(line("c -x", 0, ROW("a b", "c")), "c|-x|a b|c|");
    assert_string_equal(words(ROW("c", "-x"), ROW("a b", "c")), "c|-x|a b|c|");
    assert_string_equal(line("c -x", 1, ROW("a b")),
                        "/bin/sh|-c|whet_1=${1}; c -x \"$whet_1\"|sh|a b|");
}

static void a_shell_never_reads_a_value_as_a_command(void **state)
{
    (void)state;
    assert_string_equal(line("wc {} >{.}.n", 1, ROW("a b.c")),
                        "/bin/sh|-c|whet_1=${1}; whet_2=${2}; wc \"$whet_1\" >\"$whet_2\".n|"
                        "sh|a b.c|a b|");
    assert_string_equal(line("echo {}", 1, ROW("$(reboot)'")),
                        "/bin/sh|-c|whet_1=${1}; echo \"$whet_1\"|sh|$(reboot)'|");
    assert_string_equal(line("echo $(({} * 2)) # {}", 1, ROW("21")),
                        "/bin/sh|-c|echo $((21 * 2)) # 21|");
    assert_string_equal(line("c {1} {2}", 1, ROW("a", "")),
                        "/bin/sh|-c|whet_1=${1}; c a \"$whet_1\"|sh||");
    assert_string_equal(line("echo ${x} {}", 1, ROW("a")), "/bin/sh|-c|echo ${x} a|");
    assert_non_null(strstr(line("echo '{}'", 1, ROW("a")), "an input in quotes: '{}'"));
    assert_non_null(strstr(line("echo \"x {/.}\"", 1, ROW("a")), "an input in quotes: '{/.}'"));
    assert_non_null(strstr(line("echo `ls {}`", 1, ROW("a")), "an input in quotes"));
    assert_string_equal(line("echo \\\"{}", 1, ROW("a")), "/bin/sh|-c|echo \\\"a|");
    assert_non_null(strstr(line("echo \\{}", 1, ROW("a")), "an input in quotes: '{}'"));
    assert_non_null(strstr(line("cat <<E\n{}\nE", 1, ROW("a")), "do not go with '<<'"));
}

/* Three rows together, joined by '|'. */
static const char *batch(const char *text)
{
    static char out[1000];
    static const char *const a[] = {"a b.c"}, *const b[] = {"d/e.c"}, *const c[] = {""};
    static const char *const *const rows[] = {a, b, c};
    struct whet_error err = {0};
    const char *const *argv = NULL;
    struct whet_template t;
    struct whet_arena arena;
    size_t len = 0;

    whet__arena_init(&arena, 1 << 20);
    assert_int_equal(whet__template_line(&t, text, 0, 1, &err), 0);
    assert_int_equal(whet__template_split(&t, &err), 0);
    assert_int_equal(whet__template_fill_all(&t, rows, 3, 4, 2, &arena, &argv, &err), 0);
    for (; *argv != NULL; argv++)
        len += (size_t)snprintf(out + len, sizeof(out) - len, "%s|", *argv);
    whet__template_clear(&t);
    whet__arena_clear(&arena);
    return out;
}

static void a_word_is_there_for_each_row(void **state)
{
    (void)state;
    assert_string_equal(batch("c -x"), "c|-x|a b.c|d/e.c||");
    assert_string_equal(batch("c {} -n{#},{%} -I{/.} 'q {}'"),
                        "c|a b.c|d/e.c||-n4,2|-Ia b|-Ie|-I|q a b.c|q d/e.c|q |");
    assert_string_equal(batch("c '{x}' \"{}\""), "c|{x}|a b.c|d/e.c||");
}

static void memory_may_run_out(void **state)
{
    static const char *const row[] = {"a b.c", "d"};

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_error err = {0};
        const char *const *argv;
        struct whet_template t;
        struct whet_arena arena;
        int rc = whet__template_line(&t, "c x", 0, 2, &err);

        whet__arena_init(&arena, 1 << 20);
        assert_true(rc == 0 || rc == -ENOMEM);
        if (rc == 0) {
            rc = whet__template_fill(&t, row, 1, 1, &arena, &argv, &err);
            assert_true(rc == 0 || rc == -ENOMEM);
            whet__template_clear(&t);
        }
        whet__arena_clear(&arena);
    }
}

static void memory_may_run_out_for_a_shell(void **state)
{
    static const char *const row[] = {"a b.c"};

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_error err = {0};
        const char *const *argv;
        struct whet_arena arena;
        int rc;

        whet__arena_init(&arena, 1 << 20);
        rc = whet__command_words("c {}", 1, &(struct whet_split_value){"", row[0]}, 1, &arena,
                                 &argv, &err);
        assert_true(rc == 0 || rc == -ENOMEM);
        if (rc == 0)
            assert_string_equal(argv[4], row[0]);
        whet__arena_clear(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_of_a_path),
        cmocka_unit_test(a_value_is_never_split),
        cmocka_unit_test(lists_by_number),
        cmocka_unit_test(without_a_place_inputs_go_to_the_end),
        cmocka_unit_test(a_shell_never_reads_a_value_as_a_command),
        cmocka_unit_test(a_word_is_there_for_each_row),
        cmocka_unit_test(memory_may_run_out),
        cmocka_unit_test(memory_may_run_out_for_a_shell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
