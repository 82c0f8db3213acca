/* os/term.h: what the environment says, without a terminal and with one. */
#include "../harness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/term.h"

static void clear_environment(void)
{
    unsetenv("COLUMNS");
    unsetenv("LINES");
}

static void knows_a_file_is_no_terminal(void **state)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct whet_term term;

    (void)state;
    clear_environment();
    whet__term_read(fd, &term);
    assert_int_equal(term.tty, 0);
    assert_int_equal(term.columns, 80);
    assert_int_equal(term.rows, 24);
    setenv("COLUMNS", "132", 1);
    setenv("LINES", "50x", 1);
    whet__term_read(fd, &term);
    assert_int_equal(term.columns, 132);
    assert_int_equal(term.rows, 24);
    setenv("COLUMNS", "-3", 1);
    setenv("LINES", "99999999999", 1);
    whet__term_read(fd, &term);
    assert_int_equal(term.columns, 80);
    assert_int_equal(term.rows, 24);
    close(fd);
}

static void asks_a_terminal(void **state)
{
    int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct whet_term term;

    (void)state;
    clear_environment();
    if (fd < 0)
        skip();
    whet__term_read(fd, &term);
    if (!term.tty) {
        close(fd);
        skip();
    }
    assert_in_range(term.columns, 1, 10000);
    assert_in_range(term.rows, 1, 10000);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_a_file_is_no_terminal),
        cmocka_unit_test(asks_a_terminal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
