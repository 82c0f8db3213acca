/* check/written.h: files found by patterns, and the first difference of two lists. */
#include "../harness.h"
#include "../own_folder.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check/written.h"
#include "os/file.h"

static void put(const char *name, const char *content)
{
    char path[600];

    snprintf(path, sizeof(path), "%s/%s", whet__text_str(&own_folder), name);
    *strrchr(path, '/') = '\0';
    assert_int_equal(whet__file_make_dirs(path, 0700), 0);
    path[strlen(path)] = '/';
    assert_int_equal(whet__file_write(path, content, strlen(content), 0), 0);
}

static void take(struct whet_written *w, const char *pattern)
{
    struct whet_error err = {0};

    whet__written_init(w);
    if (whet__written_add(w, whet__text_str(&own_folder), pattern, 0, &err) != 0)
        fail_msg("%s", err.text);
}

/* What differs between two patterns; "" if nothing. */
static const char *differs(const char *should, const char *is)
{
    static char why[200];
    struct whet_written a, b;

    why[0] = '\0';
    take(&a, should);
    take(&b, is);
    if (!whet__written_differ(&a, &b, why, sizeof(why)))
        assert_string_equal(why, "");
    whet__written_clear(&a);
    whet__written_clear(&b);
    return why;
}

static size_t count(const char *pattern)
{
    struct whet_written w;
    size_t found;

    take(&w, pattern);
    found = w.files.len;
    whet__written_clear(&w);
    return found;
}

static void finds_what_patterns_mean(void **state)
{
    (void)state;
    put("out-0/a.txt", "x");
    put("out-0/deep/b.txt", "y");
    put("out-[1]/c", "z");
    assert_int_equal(count("out-0"), 2);
    assert_int_equal(count("out-0/"), 2);
    assert_int_equal(count("out-0/*"), 2);
    assert_int_equal(count("out-0/*.txt"), 1);
    assert_int_equal(count("out-0/a.txt"), 1);
    assert_int_equal(count("out-\\[1\\]/?"), 1);
    assert_int_equal(count("*"), 3);
    assert_int_equal(count("nothing"), 0);
    assert_int_equal(count("out-0/[bc]*"), 0);
}

static void links_are_not_followed(void **state)
{
    char link[600];

    (void)state;
    put("real/a", "x");
    snprintf(link, sizeof(link), "%s/real/loop", whet__text_str(&own_folder));
    assert_int_equal(symlink(".", link), 0);
    assert_int_equal(count("real"), 1);
}

static void tells_the_first_difference(void **state)
{
    (void)state;
    put("one-0/a", "same\nsame\n");
    put("one-1/a", "same\nsame\n");
    assert_string_equal(differs("one-0", "one-1"), "");
    assert_string_equal(differs("one-0/*", "one-1/*"), "");
    put("one-1/a", "same\nsaNe\n");
    assert_string_equal(differs("one-0", "one-1"), "'one-1/a' differs at byte 7 (line 2)");
    put("one-1/a", "same\n");
    assert_string_equal(differs("one-0", "one-1"), "'one-1/a' ends at byte 5 (line 2) of 10");
    put("one-1/a", "same\nsame\nmore");
    assert_string_equal(differs("one-0", "one-1"), "'one-1/a' goes on behind byte 10 (line 3)");
    put("one-1/a", "same\nsame\n");
    put("one-1/b", "");
    assert_string_equal(differs("one-0", "one-1"), "'one-1/b' should not be there");
    assert_string_equal(differs("one-1", "one-0"), "a file like 'one-1/b' is missing");
}

static void texts_with_nul_are_texts(void **state)
{
    char why[100] = "";

    (void)state;
    assert_int_equal(whet__written_text_differs("x", "a\0b", 3, "a\0b", 3, why, 100), 0);
    assert_int_equal(whet__written_text_differs("x", "a\0b", 3, "a\0c", 3, why, 100), 1);
    assert_string_equal(why, "'x' differs at byte 2 (line 1)");
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    put("some/a", "x");
    put("some/b/c", "y");
    EACH_ALLOCATION_FAILS
    {
        struct whet_written w;
        int rc;

        whet__written_init(&w);
        rc = whet__written_add(&w, whet__text_str(&own_folder), "some", 0, NULL);
        assert_true(rc == 0 || rc == -ENOMEM || rc == -EFBIG);
        whet__written_clear(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_what_patterns_mean, own_folder_enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(links_are_not_followed, own_folder_enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(tells_the_first_difference, own_folder_enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(texts_with_nul_are_texts, own_folder_enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(survives_failed_allocations, own_folder_enter,
                                        own_folder_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
