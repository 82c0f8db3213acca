/* base/log.h: levels, and one line per call. */
#include "../harness.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static int before_calls;

static void before(void)
{
    before_calls++;
}

static void say_all(void)
{
    whet__log(WHET_LOG_ERROR, "error %d", 1);
    whet__log(WHET_LOG_WARNING, "warning");
    whet__log(WHET_LOG_INFO, "info");
    whet__log(WHET_LOG_DEBUG, "debug");
}

/* Runs say_all with stderr in a file and returns what it said. */
static const char *heard(void)
{
    static char text[4096];
    FILE *file = tmpfile();
    int old = dup(STDERR_FILENO);
    size_t len;

    assert_non_null(file);
    fflush(stderr);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    say_all();
    fflush(stderr);
    assert_true(dup2(old, STDERR_FILENO) >= 0);
    close(old);
    rewind(file);
    len = fread(text, 1, sizeof(text) - 1, file);
    text[len] = '\0';
    fclose(file);
    return text;
}

static void says_what_the_level_lets_through(void **state)
{
    (void)state;
    assert_int_equal(whet__log_level(), WHET_LOG_NONE);
    assert_string_equal(heard(), "");
    whet__log_level_set(WHET_LOG_WARNING);
    assert_int_equal(whet__log_level(), WHET_LOG_WARNING);
    assert_string_equal(heard(), "whet: error 1\nwhet: warning\n");
    whet__log_level_set(WHET_LOG_DEBUG);
    assert_string_equal(heard(), "whet: error 1\nwhet: warning\nwhet: info\nwhet: debug\n");
    whet__log_level_set(WHET_LOG_NONE);
}

static void clears_the_screen_before_a_line_only(void **state)
{
    (void)state;
    whet__log_before_set(before);
    (void)heard();
    assert_int_equal(before_calls, 0);
    whet__log_level_set(WHET_LOG_INFO);
    (void)heard();
    assert_int_equal(before_calls, 3);
    whet__log_before_set(NULL);
    (void)heard();
    assert_int_equal(before_calls, 3);
    whet__log_level_set(WHET_LOG_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_the_level_lets_through),
        cmocka_unit_test(clears_the_screen_before_a_line_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
