/* os/path.h: the XDG base directories and what stands in for them. */
#include "../harness.h"

#include <errno.h>
#include <stdlib.h>

#include "os/path.h"

static void check(int (*path)(struct whet_text *out), const char *expected)
{
    struct whet_text t;

    whet__text_init(&t, 4096);
    assert_int_equal(path(&t), 0);
    assert_string_equal(whet__text_str(&t), expected);
    whet__text_clear(&t);
}

static void clear_environment(void)
{
    unsetenv("XDG_CACHE_HOME");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_STATE_HOME");
    setenv("HOME", "/home/me", 1);
}

static void falls_back_to_home(void **state)
{
    (void)state;
    clear_environment();
    check(whet__path_cache_home, "/home/me/.cache");
    check(whet__path_config_home, "/home/me/.config");
    check(whet__path_state_home, "/home/me/.local/state");
    setenv("HOME", "/", 1);
    check(whet__path_cache_home, "/.cache");
    setenv("HOME", "/home//", 1);
    check(whet__path_cache_home, "/home/.cache");
}

static void takes_absolute_variables_only(void **state)
{
    (void)state;
    clear_environment();
    setenv("XDG_CACHE_HOME", "/c/", 1);
    setenv("XDG_CONFIG_HOME", "relative", 1);
    setenv("XDG_STATE_HOME", "", 1);
    check(whet__path_cache_home, "/c");
    check(whet__path_config_home, "/home/me/.config");
    check(whet__path_state_home, "/home/me/.local/state");
}

static void asks_the_user_database_without_home(void **state)
{
    struct whet_text t;
    int rc;

    (void)state;
    clear_environment();
    setenv("HOME", "not/absolute", 1);
    whet__text_init(&t, 4096);
    rc = whet__path_cache_home(&t);
    assert_true(rc == -ENOENT || (rc == 0 && t.data[0] == '/'));
    whet__text_clear(&t);
}

static void a_failure_leaves_the_text(void **state)
{
    struct whet_text t;

    (void)state;
    clear_environment();
    whet__text_init(&t, 10);
    whet__text_puts(&t, "ab");
    assert_int_equal(whet__path_cache_home(&t), -EFBIG);
    assert_string_equal(whet__text_str(&t), "ab");
    assert_int_equal(whet__text_error(&t), 0);
    t.error = -ENOMEM;
    assert_int_equal(whet__path_cache_home(&t), -ENOMEM);
    whet__text_clear(&t);
}

static void finds_the_real_path(void **state)
{
    struct whet_text t;

    (void)state;
    clear_environment();
    check(whet__path_home, "/home/me");
    whet__text_init(&t, 4096);
    assert_int_equal(whet__path_real("/proc/../proc/./", &t), 0);
    assert_string_equal(whet__text_str(&t), "/proc");
    assert_int_equal(whet__path_real("/no/such/folder", &t), -ENOENT);
    assert_string_equal(whet__text_str(&t), "/proc");
    whet__text_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(falls_back_to_home),
        cmocka_unit_test(takes_absolute_variables_only),
        cmocka_unit_test(asks_the_user_database_without_home),
        cmocka_unit_test(finds_the_real_path),
        cmocka_unit_test(a_failure_leaves_the_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
