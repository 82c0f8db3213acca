/* <whet/error.h> and <whet/version.h>: texts of every shape, cut to fit. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include <whet/error.h>
#include <whet/version.h>

static void says_as_much_as_is_known(void **state)
{
    struct whet_error err;
    char out[600];

    (void)state;
    memset(&err, 'x', sizeof(err));
    assert_int_equal(whet_error_set(&err, -EINVAL, "cause: '%s'", "it"), -EINVAL);
    assert_int_equal(err.code, -EINVAL);
    assert_string_equal(whet_error_format(&err, out, sizeof(out)), "cause: 'it'");
    whet_error_at(&err, "file", 0, 0);
    assert_string_equal(whet_error_format(&err, out, sizeof(out)), "file: cause: 'it'");
    whet_error_at(&err, "file", 3, 0);
    assert_string_equal(whet_error_format(&err, out, sizeof(out)), "file:3: cause: 'it'");
    whet_error_at(&err, "file", 3, 7);
    assert_string_equal(whet_error_format(&err, out, sizeof(out)), "file:3:7: cause: 'it'");
    assert_string_equal(whet_error_format(&err, out, 8), "file:3:");
    assert_int_equal(whet_error_set(&err, -EIO, "again"), -EIO);
    assert_string_equal(whet_error_format(&err, out, sizeof(out)), "again");
}

static void nobody_has_to_listen(void **state)
{
    (void)state;
    assert_int_equal(whet_error_set(NULL, -EINVAL, "%d", 1), -EINVAL);
    whet_error_at(NULL, "file", 1, 1);
}

static void cuts_what_is_too_long(void **state)
{
    struct whet_error err;
    char longest[2000];

    (void)state;
    memset(longest, 'a', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    (void)whet_error_set(&err, -EINVAL, "%s", longest);
    whet_error_at(&err, longest, 1, 1);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    assert_int_equal(strlen(err.file), sizeof(err.file) - 1);
}

static void the_version_is_that_of_the_header(void **state)
{
    (void)state;
    assert_string_equal(whet_version(), WHET_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_as_much_as_is_known),
        cmocka_unit_test(nobody_has_to_listen),
        cmocka_unit_test(cuts_what_is_too_long),
        cmocka_unit_test(the_version_is_that_of_the_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
