/* Patterns to names, in a folder of the test's own. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../harness.h"
#include "base/text.h"
#include "os/file.h"
#include "result/files.h"

static struct whet_text place;

static void touch(const char *name)
{
    char path[400];

    snprintf(path, sizeof(path), "%s/%s", whet__text_str(&place), name);
    *strrchr(path, '/') = '\0';
    assert_int_equal(whet__file_make_dirs(path, 0777), 0);
    path[strlen(path)] = '/';
    assert_int_equal(whet__file_write(path, "", 0, 0), 0);
}

static void make_link(const char *name, const char *target)
{
    char path[400];

    snprintf(path, sizeof(path), "%s/%s", whet__text_str(&place), name);
    assert_int_equal(symlink(target, path), 0);
}

static int set_up(void **state)
{
    static const char *const names[] = {
        "a.c",      "b.h",        "d/c.c",     "d/e/f.c",          "d/e/.g",
        ".git/h.c", "d/.git/i.c", "d/e/j k.c", "d/e/.whet-7-0.tmp"}; /* somebody was killed */

    (void)state;
    whet__text_init(&place, 300);
    assert_int_equal(whet__file_make_temp_dir(&place), 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        touch(names[i]);
    make_link("link.c", "a.c");
    make_link("loop", ".");
    make_link("none.c", "nowhere");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(whet__file_remove_tree(whet__text_str(&place)), 0);
    whet__text_clear(&place);
    return 0;
}

static const char *names_of(const char *pattern, const char *second)
{
    static char out[512];
    struct whet_arena arena;
    struct whet_vec names;
    size_t at = 0;
    int rc;

    whet__arena_init(&arena, 1 << 20);
    whet__vec_init(&names, sizeof(const char *), 100);
    rc = whet__files_find(whet__text_str(&place), pattern, &arena, &names);
    if (rc == 0 && second != NULL)
        rc = whet__files_find(whet__text_str(&place), second, &arena, &names);
    whet__files_sort(&names);
    snprintf(out, sizeof(out), "%s", rc != 0 ? strerror(-rc) : "");
    for (size_t i = 0; rc == 0 && i < names.len; i++)
        at += (size_t)snprintf(out + at, sizeof(out) - at, "%s|",
                               ((const char **)names.items)[i]);
    whet__vec_clear(&names);
    whet__arena_clear(&arena);
    return out;
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(names_of("a.c", NULL), "a.c|");
    assert_string_equal(names_of("not there", NULL), "not there|");
    assert_string_equal(names_of("*.c", NULL), "a.c|link.c|");
    assert_string_equal(names_of("*.[ch]", "a.*"), "a.c|b.h|link.c|");
    assert_string_equal(names_of("d/*.c", NULL), "d/c.c|");
    assert_string_equal(names_of("d/*/*.c", NULL), "d/e/f.c|d/e/j k.c|");
    assert_string_equal(names_of("**/*.c", NULL), "a.c|d/c.c|d/e/f.c|d/e/j k.c|link.c|");
    assert_string_equal(names_of("d", NULL), "d/c.c|d/e/.g|d/e/f.c|d/e/j k.c|");
    assert_string_equal(names_of("d/e/", NULL), "d/e/.g|d/e/f.c|d/e/j k.c|");
    assert_string_equal(names_of("x/*.c", NULL), "");
    assert_string_equal(names_of("d/[", NULL), "Invalid argument");
}

static void a_folder_that_a_pattern_matches_stands_for_its_files(void **state)
{
    (void)state;
    touch("x.c/y/z");
    touch("x.c/.git/no");
    assert_string_equal(names_of("x*", NULL), "x.c/y/z|");
    assert_string_equal(names_of("x.?", NULL), "x.c/y/z|");
    assert_string_equal(names_of("x*/", NULL), "x.c/y/z|");
    assert_string_equal(names_of("x*/**", NULL), "x.c/y/z|");
    assert_string_equal(names_of("x*/*", NULL), "x.c/y/z|");
    assert_string_equal(names_of("*/?", NULL),
                        "d/e/.g|d/e/f.c|d/e/j k.c|loop/d/c.c|loop/d/e/.g|"
                        "loop/d/e/f.c|loop/d/e/j k.c|x.c/y/z|");
    assert_string_equal(names_of("*.c", NULL), "a.c|link.c|x.c/y/z|");
    assert_string_equal(names_of("**/x.c", NULL), "x.c/y/z|");
}

static void links_to_folders_are_followed(void **state)
{
    (void)state;
    touch("out/f");
    touch("out/.git/g");
    touch("top/in/f");
    make_link("top/out", "../out");
    make_link("top/in/up", "..");
    make_link("top/other", "in");
    make_link("out/back", "../top");
    make_link("top/git", "../out/.git");
    assert_string_equal(names_of("top", NULL),
                        "top/git/g|top/in/f|top/in/up/ -> top/|top/other/ -> top/in/|"
                        "top/out/back/ -> top/|top/out/f|");
    assert_string_equal(names_of("top/oth*", NULL),
                        "top/other/f|top/other/up/git/g|top/other/up/in/f|"
                        "top/other/up/in/up/ -> top/other/up/|"
                        "top/other/up/other/ -> top/other/up/in/|"
                        "top/other/up/out/back/ -> top/other/up/|top/other/up/out/f|");
    assert_string_equal(names_of("top/*/f", NULL), "top/in/f|top/other/f|top/out/f|");
    assert_string_equal(names_of("top/**/f", NULL), "top/in/f|");
    EACH_ALLOCATION_FAILS
    {
        const char *names = names_of("top/in", "top/*/f");

        if (strncmp(names, "top/in/f|", 9) != 0)
            assert_string_equal(names, "Cannot allocate memory");
    }
}

static void test_memory(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        const char *names = names_of("d/*.c", "a.c");

        if (strcmp(names, "a.c|d/c.c|") != 0)
            assert_string_equal(names, "Cannot allocate memory");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(a_folder_that_a_pattern_matches_stands_for_its_files),
        cmocka_unit_test(links_to_folders_are_followed),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
