/* scan/ignore.h and scan/ignore_folder.h: the cases of gitignore(5), one by one. The
 * comparison with git itself is in test_walk_git.c. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include "scan/ignore_folder.h"

/* What the rules say about a path: '-' nothing, 'i' ignored, 'k' kept by a '!'. A '/' at
 * its end makes it a folder. Folders above it are not asked. */
static char ask(const char *rules, size_t len, const char *path)
{
    struct whet_ignore_scope scope = {0};
    struct whet_ignore_folder folder;
    struct whet_arena arena;
    const struct whet_ignore_rule *rule;
    size_t path_len = strlen(path), at;
    bool is_dir = path[path_len - 1] == '/';
    char answer = '-';

    path_len -= is_dir;
    for (at = path_len; at > 0 && path[at - 1] != '/';)
        at--;
    whet__arena_init(&arena, (size_t)1 << 30);
    whet__ignore_folder_init(&folder);
    assert_int_equal(whet__ignore_compile(&scope.set, rules, len, NULL, &arena), 0);
    assert_int_equal(whet__ignore_folder_enter(&folder, path, at, &scope, NULL), 0);
    rule = whet__ignore_folder_match(&folder, path + at, path_len - at, is_dir);
    if (rule != NULL)
        answer = rule->negated ? 'k' : 'i';
    whet__ignore_folder_clear(&folder);
    whet__arena_clear(&arena);
    return answer;
}

struct question {
    const char *rules;
    const char *path;
    char answer;
};

static void check(const struct question *q, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char got = ask(q[i].rules, strlen(q[i].rules), q[i].path);

        if (got != q[i].answer)
            print_error("rules \"%s\", path \"%s\"\n", q[i].rules, q[i].path);
        assert_int_equal(got, q[i].answer);
    }
}

#define CHECK(questions) check(questions, sizeof(questions) / sizeof(questions[0]))

static void lines_are_read_as_git_reads_them(void **state)
{
    static const struct question q[] = {
        {"", "a", '-'},
        {"\n\n", "a", '-'},
        {"a", "a", 'i'},
        {"# a\na", "a", 'i'},
        {"#a", "#a", '-'},
        {"\\#a", "#a", 'i'},
        {"\\!a", "!a", 'i'},
        {"a  ", "a", 'i'},
        {"a\\ ", "a ", 'i'},
        {"a\\  ", "a ", 'i'},
        {"a\t", "a", '-'},
        {"a\t", "a\t", 'i'},
        {" a", "a", '-'},
        {" a", " a", 'i'},
        {"a\r\nb", "a", 'i'},
        {"a\r\nb", "b", 'i'},
        {"a\r", "a", 'i'},
        {"a\rb", "a\rb", 'i'},
        {"\xef\xbb\xbf"
         "a",
         "a", 'i'},
        {"b\n\xef\xbb\xbf"
         "a",
         "a", '-'},
        {"!", "!", '-'},
        {"/", "a/", '-'},
        {"a\\", "a", '-'},
        {"a\\", "a\\", '-'},
    };

    (void)state;
    CHECK(q);
    assert_int_equal(ask("a\0b\nc", 5, "a"), 'i');
    assert_int_equal(ask("a\0b\nc", 5, "c"), 'i');
}

static void the_last_match_decides(void **state)
{
    static const struct question q[] = {
        {"*.o\n!a.o", "a.o", 'k'},     {"!a.o\n*.o", "a.o", 'i'},
        {"a\n!a\na", "a", 'i'},        {"a\n!a/", "a", 'i'},
        {"a\n!a/", "a/", 'k'},         {"a/\n!a", "a/", 'k'},
        {"a/\n!b", "a", '-'},          {"!a/\na\n", "a/", 'i'},
        {"*\n!*.c", "x.c", 'k'},       {"*\n!*.c", "x.d", 'i'},
        {"!/a\na", "a", 'i'},          {"a\n!/a", "a", 'k'},
        {"/a\n!a", "a", 'k'},          {"a*\n!ab*\nabc", "abd", 'k'},
        {"a*\n!ab*\nabc", "abc", 'i'}, {"*.o\n*.o/\n!*.o", "a.o/", 'k'},
    };

    (void)state;
    CHECK(q);
}

static void a_slash_ties_a_rule_to_its_folder(void **state)
{
    static const struct question q[] = {
        {"a", "x/a", 'i'},
        {"/a", "a", 'i'},
        {"/a", "x/a", '-'},
        {"x/a", "x/a", 'i'},
        {"x/a", "y/x/a", '-'},
        {"a/", "a", '-'},
        {"a/", "x/a/", 'i'},
        {"x/a/", "x/a", '-'},
        {"x/a/", "x/a/", 'i'},
        {"x/*.c", "x/a.c", 'i'},
        {"x/*.c", "x/y/a.c", '-'},
        {"x/*", "x/a", 'i'},
        {"*/a", "x/a", 'i'},
        {"*/a", "a", '-'},
        {"*/a", "x/y/a", '-'},
        {"doc/*.txt", "doc/n.txt", 'i'},
        {"doc/*.txt", "doc/s/n.txt", '-'},
        {"//a", "a", '-'},
        {"x//a", "x/a", '-'},
        {"/*", "a", 'i'},
    };

    (void)state;
    CHECK(q);
}

static void two_stars_reach_over_folders(void **state)
{
    static const struct question q[] = {
        {"**/foo", "foo", 'i'},
        {"**/foo", "a/b/foo", 'i'},
        {"**/foo/bar", "foo/bar", 'i'},
        {"**/foo/bar", "a/foo/bar", 'i'},
        {"**/foo/bar", "a/bar", '-'},
        {"abc/**", "abc/x", 'i'},
        {"abc/**", "abc/x/y", 'i'},
        {"abc/**", "abc/", '-'},
        {"a/**/b", "a/b", 'i'},
        {"a/**/b", "a/x/b", 'i'},
        {"a/**/b", "a/x/y/b", 'i'},
        {"a/**/b", "ab", '-'},
        {"a/**/b/**/c", "a/b/x/b/c", 'i'},
        {"**", "a/b", 'i'},
        {"a**b", "axb", 'i'},
        {"x/a**b", "x/a/b", '-'},
        {"x/*a**b", "x/ayb", 'i'},
        {"/a**", "ab/c", 'i'}, /* sic: as git */
        {"a/**/*.c", "a/x.c", 'i'},
        {"a/**/*.c", "a/b/c/x.c", 'i'},
        {"**/a/*", "x/a/b/c", '-'},
        {"***/a", "x/y/a", 'i'},
    };

    (void)state;
    CHECK(q);
}

static void wildcards_and_sets(void **state)
{
    static const struct question q[] = {
        {"?", "a", 'i'},
        {"?", "ab", '-'},
        {"x?y/a", "x/y/a", '-'},
        {"*a*b*", "xaxbx", 'i'},
        {"*a*b*", "xbxax", '-'},
        {"*.py[cod]", "a.pyc", 'i'},
        {"*.py[cod]", "a.py", '-'},
        {"[a-c]", "b", 'i'},
        {"[!a-c]", "b", '-'},
        {"[^a-c]", "d", 'i'},
        {"[]]", "]", 'i'},
        {"[!]]", "a", 'i'},
        {"[]-a]", "^", 'i'},
        {"[a-]", "-", 'i'},
        {"[\\]]", "]", 'i'},
        {"[[:digit:]]", "7", 'i'},
        {"[![:digit:]]", "7", '-'},
        {"[[:nope:]]", "n", '-'},
        {"[[:digit]", ":", 'i'},
        {"[a", "[a", '-'},
        {"\\[a", "[a", 'i'},
        {"\\*", "*", 'i'},
        {"\\*", "a", '-'},
        {"[\x80-\xff]", "\xe9", 'i'},
        {"x[/]y", "x/y", '-'},
        {"[!a]/b", "x/b", 'i'},
        {"*$py.class", "a$py.class", 'i'},
        {"[z-a]", "m", '-'},
        {"[a-c-e]", "-", 'i'},
        {"*.tar.gz", "a.tar.gz", 'i'},
    };

    (void)state;
    CHECK(q);
}

/* Patterns that make a matcher with recursion take exponential time. */
static void a_bad_pattern_takes_no_time(void **state)
{
    static char path[4000];
    const char *rules = "a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b\n"
                        "/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/a/**/b\n";

    (void)state;
    memset(path, 'a', sizeof(path) - 1);
    assert_int_equal(ask(rules, strlen(rules), path), '-');
    for (size_t i = 1; i < sizeof(path) - 2; i += 2)
        path[i] = '/';
    assert_int_equal(ask(rules, strlen(rules), path), '-');
}

static void too_large_a_file_is_refused(void **state)
{
    struct whet_ignore set = {.rule_count = 7};
    struct whet_arena arena;
    char *text = whet__mem_zalloc(WHET_IGNORE_FILE_MAX + 1, 1);

    (void)state;
    whet__arena_init(&arena, (size_t)1 << 30);
    assert_int_equal(whet__ignore_compile(&set, text, WHET_IGNORE_FILE_MAX + 1, NULL, &arena),
                     -EFBIG);
    assert_int_equal(set.rule_count, 7);
    whet__arena_clear(&arena);
    whet__mem_free(text);
}

static void survives_failed_allocations(void **state)
{
    static const char rules[] = "a\n*.o\nb*\n[x-z]?\n/c/**/d\n!e/\n";

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_ignore_scope scope = {0};
        struct whet_ignore_folder folder;
        struct whet_arena arena;

        whet__arena_init(&arena, 1 << 20);
        whet__ignore_folder_init(&folder);
        if (whet__ignore_compile(&scope.set, rules, strlen(rules), "f", &arena) == 0) {
            assert_int_equal(scope.set.rule_count, 6);
            assert_string_equal(scope.set.rules[4].where, "f:5");
            if (whet__ignore_folder_enter(&folder, "c/", 2, &scope, NULL) == 0)
                assert_non_null(whet__ignore_folder_match(&folder, "d", 1, false));
            else
                assert_null(whet__ignore_folder_match(&folder, "d", 1, false));
        } else {
            assert_int_equal(scope.set.rule_count, 0);
        }
        whet__ignore_folder_clear(&folder);
        whet__arena_clear(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_read_as_git_reads_them),
        cmocka_unit_test(the_last_match_decides),
        cmocka_unit_test(a_slash_ties_a_rule_to_its_folder),
        cmocka_unit_test(two_stars_reach_over_folders),
        cmocka_unit_test(wildcards_and_sets),
        cmocka_unit_test(a_bad_pattern_takes_no_time),
        cmocka_unit_test(too_large_a_file_is_refused),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
