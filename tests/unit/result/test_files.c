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

static int set_up(void **state)
{
    static const char *const names[] = {
        "a.c",      "b.h",        "d/c.c",     "d/e/f.c",          "d/e/.g",
        ".git/h.c", "d/.git/i.c", "d/e/j k.c", "d/e/.whet-7-0.tmp"}; /* somebody was killed */
    char path[400];

    (void)state;
    whet__text_init(&place, 300);
    assert_int_equal(whet__file_make_temp_dir(&place), 0);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        touch(names[i]);
    snprintf(path, sizeof(path), "%s/link.c", whet__text_str(&place));
    assert_int_equal(symlink("a.c", path), 0);
    snprintf(path, sizeof(path), "%s/loop", whet__text_str(&place));
    assert_int_equal(symlink(".", path), 0);
    snprintf(path, sizeof(path), "%s/none.c", whet__text_str(&place));
    assert_int_equal(symlink("nowhere", path), 0);
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
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
