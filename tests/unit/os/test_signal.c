/* os/signal.h: the first signal sets a flag, the second ends the process. */
#include "../harness.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/signal.h"

static int status_of(void (*body)(void))
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        /* Whoever runs the tests may have them ignored (nohup, a job in the background). */
        signal(SIGINT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        signal(SIGHUP, SIG_DFL);
        body();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void one_signal(void)
{
    whet__interrupt_install();
    if (whet__interrupted() != 0)
        _exit(1);
    raise(SIGTERM);
    if (whet__interrupted() != SIGTERM)
        _exit(2);
    raise(SIGPIPE);
}

static void two_signals(void)
{
    whet__interrupt_install();
    raise(SIGHUP);
    raise(SIGINT);
}

static void a_signal_after_all(void)
{
    whet__interrupt_install();
    whet__interrupt_remove();
    raise(SIGTERM);
}

static void an_ignored_signal(void)
{
    signal(SIGHUP, SIG_IGN);
    whet__interrupt_install();
    raise(SIGHUP);
    raise(SIGHUP);
    if (whet__interrupted() != 0)
        _exit(1);
}

static void the_first_sets_the_flag(void **state)
{
    int status = status_of(one_signal);

    (void)state;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void the_second_ends_the_process(void **state)
{
    int status = status_of(two_signals);

    (void)state;
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGINT);
}

static void taken_back_the_first_ends_it(void **state)
{
    int status = status_of(a_signal_after_all);

    (void)state;
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void what_was_ignored_stays_so(void **state)
{
    int status = status_of(an_ignored_signal);

    (void)state;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_sets_the_flag),
        cmocka_unit_test(the_second_ends_the_process),
        cmocka_unit_test(taken_back_the_first_ends_it),
        cmocka_unit_test(what_was_ignored_stays_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
