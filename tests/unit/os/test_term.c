/* os/term.h: what the environment says, without a terminal and with one. */
#include "../harness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/term.h"

static void clear_environment(void)
{
    static const char *const names[] = {"NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR",
                                        "COLUMNS",  "LINES",          "TERM"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unsetenv(names[i]);
}

static int colour_of(int fd)
{
    struct whet_term term;

    whet__term_read(fd, &term);
    return term.colour;
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
    assert_int_equal(term.colour, 0);
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
    setenv("CLICOLOR_FORCE", "1", 1);
    assert_int_equal(colour_of(fd), 1);
    setenv("NO_COLOR", "1", 1);
    assert_int_equal(colour_of(fd), 0);
    setenv("NO_COLOR", "", 1);
    setenv("CLICOLOR_FORCE", "0", 1);
    assert_int_equal(colour_of(fd), 0);
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
    assert_int_equal(term.colour, 0);
    setenv("TERM", "xterm", 1);
    assert_int_equal(colour_of(fd), 1);
    setenv("CLICOLOR", "0", 1);
    assert_int_equal(colour_of(fd), 0);
    unsetenv("CLICOLOR");
    setenv("TERM", "dumb", 1);
    assert_int_equal(colour_of(fd), 0);
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
