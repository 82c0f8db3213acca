/* bench/split.h: what a shell would make of the same line, and what it refuses. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "bench/split.h"
#include "os/spawn.h"

static const struct whet_split_value values[] = {{"file", "a b*"}, {"n", "4"}, {"empty", ""}};

struct words {
    struct whet_vec list;
    struct whet_arena strings;
};

static void words_open(struct words *w)
{
    whet__vec_init(&w->list, sizeof(const char *), WHET_SPLIT_WORDS_MAX);
    whet__arena_init(&w->strings, 1 << 22);
}

static void words_close(struct words *w)
{
    whet__vec_clear(&w->list);
    whet__arena_clear(&w->strings);
}

/* The words with '|' behind each. */
static const char *split(const char *line)
{
    static char out[4096];
    struct whet_error err = {0};
    struct words w;
    size_t at = 0;
    int rc;

    words_open(&w);
    rc = whet__split(&w.list, &w.strings, line, values, 3, &err);
    out[0] = '\0';
    if (rc != 0)
        snprintf(out, sizeof(out), "%s", err.text);
    for (size_t i = 0; rc == 0 && i < w.list.len; i++)
        at += (size_t)snprintf(out + at, sizeof(out) - at, "%s|",
                               *(const char **)whet__vec_at(&w.list, i));
    words_close(&w);
    return out;
}

static void splits_as_posix_says(void **state)
{
    (void)state;
    assert_string_equal(split("ls -l  /tmp\t"), "ls|-l|/tmp|");
    assert_string_equal(split(""), "");
    assert_string_equal(split(" \n"), "");
    assert_string_equal(split("a\n"), "a|");
    assert_string_equal(split("grep 'a b' \"c d\" e\\ f"), "grep|a b|c d|e f|");
    assert_string_equal(split("a''b\"\"c ''"), "abc||");
    assert_string_equal(split("'it'\\''s'"), "it's|");
    assert_string_equal(split("\"\\$x \\`y\\` \\\\ \\\" \\z\""), "$x `y` \\ \" \\z|");
    assert_string_equal(split("'\\n'"), "\\n|");
    assert_string_equal(split("a \\\n b"), "a|b|");
    assert_string_equal(split("\"a\\\nb\""), "ab|");
    assert_string_equal(split("echo \\| \\* \\{n\\} '|' \"*?\""), "echo|||*|{n}|||*?|");
    assert_string_equal(split("HEAD~1 a#b x=1"), "HEAD~1|a#b|x=1|");
    assert_string_equal(split("[ -f x ]"), "[|-f|x|]|");
    assert_string_equal(split("grep \"end$\" 5$ a$"), "grep|end$|5$|a$|");
    assert_string_equal(split("find . -exec ls {} +"), "find|.|-exec|ls|{}|+|");
    assert_string_equal(split("awk '{print $1}' f"), "awk|{print $1}|f|");
    assert_string_equal(split("awk '{print}' f"), "awk|{print}|f|");
    assert_string_equal(split("\xc3\xa4 \xff"), "\xc3\xa4|\xff|");
}

static void values_are_put_in_unseen(void **state)
{
    (void)state;
    assert_string_equal(split("wc {file} -n{n} '{n}' \"{n}{n}\""), "wc|a b*|-n4|4|44|");
    assert_string_equal(split("x {empty} {empty}y"), "x||y|");
    assert_string_equal(split("sh -c 'echo ${n}'"), "sh|-c|echo $4|");
}

static void what_only_a_shell_can_do_is_refused(void **state)
{
    static const char *const lines[] = {
        "a | b",  "a > b", "a < b",    "a & b",  "a; b",   "a $HOME", "a *",     "a ?",
        "a `b`",  "(a)",   "a \"$x\"", "~/a",    "a ~",    "a # b",   "a {b,c}", "a\nb",
        "a [bc]", "a }",   "\"`a`\"",  "a $(b)", "a $'b'", "a $1",    "2>&1",    "a \"$(b)\""};

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const char *said = split(lines[i]);

        if (strncmp(said, "only a shell can do this: '", 27) != 0 ||
            strstr(said, "--shell") == NULL)
            fail_msg("'%s': %s", lines[i], said);
    }
    assert_string_equal(split("ls | wc"),
                        "only a shell can do this: '|' in 'ls | wc': quote it, or ask for a "
                        "shell (--shell, or 'shell' in a file or in C)");
    assert_string_equal(split("echo \"a $b\""),
                        "only a shell can do this: '$b' in 'echo \"a $b\"': use single quotes, "
                        "or ask for a shell (--shell, or 'shell' in a file or in C)");
    assert_string_equal(
        split("FOO=1 make"),
        "only a shell can do this: 'FOO=1' in 'FOO=1 make': give --env, or --shell");
}

static void mistakes_are_named(void **state)
{
    (void)state;
    assert_string_equal(split("echo 'a"), "no closing ': 'echo 'a'");
    assert_string_equal(split("echo \"a"), "no closing \": 'echo \"a'");
    assert_string_equal(split("echo a\\"), "nothing follows the '\\' at the end: 'echo a\\'");
    assert_string_equal(split("wc {fild}"),
                        "unknown parameter: '{fild}' in 'wc {fild}': did you mean '{file}'?");
    assert_string_equal(split("wc '{fild}'"),
                        "unknown parameter: '{fild}' in 'wc '{fild}'': did you mean '{file}'?");
    assert_string_equal(split("wc {other}"),
                        "unknown parameter: '{other}' in 'wc {other}': quote it (or, for whet "
                        "bench, give -P other=VALUES)");
}

/* The words that /bin/sh makes of the line, each ended by '|'. */
static int shell_splits(const char *line, struct whet_text *out)
{
    char script[1024];
    const char *argv[] = {"/bin/sh", "-c", script, NULL};
    struct whet_spawn_options o = {
        .argv = argv, .out = WHET_SPAWN_CAPTURE, .out_text = out, .err = WHET_SPAWN_NULL};
    struct whet_spawn_result run;

    snprintf(script, sizeof(script), "set -f; for w in %s; do printf '%%s|' \"$w\"; done",
             line);
    return whet__spawn_run(&o, &run, NULL) == 0 && run.exit_code == 0;
}

static void random_lines_agree_with_a_shell(void **state)
{
    static const char letters[] = "ab  '\"\\\\'\"x-=,$.";
    struct whet_random random;
    unsigned compared = 0;

    (void)state;
    whet__random_init(&random, 7);
    for (unsigned i = 0; i < 400; i++) {
        size_t len = 2 + (size_t)whet__random_below(&random, 14);
        char line[32] = "-";
        struct whet_text words;
        struct whet_error err;
        struct words w;

        for (size_t k = 1; k < len; k++)
            line[k] = letters[whet__random_below(&random, sizeof(letters) - 1)];
        line[len] = '\0';
        words_open(&w);
        whet__text_init(&words, 4096);
        if (whet__split(&w.list, &w.strings, line, NULL, 0, &err) == 0 &&
            shell_splits(line, &words)) {
            if (strcmp(split(line), whet__text_str(&words)) != 0)
                fail_msg("%s: %s, not %s", line, split(line), whet__text_str(&words));
            compared++;
        }
        whet__text_clear(&words);
        words_close(&w);
    }
    assert_true(compared > 50);
}

static void what_is_quoted_is_read_back(void **state)
{
    static const char *const words[] = {"a",     "",    "a b", "it's", "$x",
                                        "--a=b", "{n}", "\n",  "~"};

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct whet_text text;
        char expected[64];

        whet__text_init(&text, 4096);
        whet__split_quote(&text, words[i]);
        snprintf(expected, sizeof(expected), "%s|", strcmp(words[i], "{n}") ? words[i] : "4");
        assert_string_equal(split(whet__text_str(&text)), expected);
        whet__text_clear(&text);
    }
}

static void substitutes_names_only(void **state)
{
    unsigned char used[3] = {0};
    struct whet_text text;

    (void)state;
    whet__text_init(&text, 4096);
    whet__split_substitute(&text, "{n} ${n} {x} {file}{", values, 3, used);
    assert_string_equal(whet__text_str(&text), "4 ${n} {x} a b*{");
    assert_true(used[0] && used[1] && !used[2]);
    whet__text_clear(&text);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct words w;

        words_open(&w);
        (void)!whet__split(&w.list, &w.strings, "a 'b c' {file}", values, 3, NULL);
        words_close(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_as_posix_says),
        cmocka_unit_test(values_are_put_in_unseen),
        cmocka_unit_test(what_only_a_shell_can_do_is_refused),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(random_lines_agree_with_a_shell),
        cmocka_unit_test(what_is_quoted_is_read_back),
        cmocka_unit_test(substitutes_names_only),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
