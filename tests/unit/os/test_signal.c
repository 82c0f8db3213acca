/* os/signal.h: the first signal sets a flag, the second ends the process. */
#include "../harness.h"

#include <signal.h>
#include <stdio.h>
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

/* A wish comes while the parent is not read: what is being written is written. */
static void a_wish_while_writing(void)
{
    static const char bytes[200000];
    FILE *out;
    int ends[2];
    char some[4096];
    pid_t child, self = getpid();
    size_t left = sizeof(bytes);

    whet__by_hand_install();
    if (pipe(ends) != 0)
        _exit(1);
    child = fork();
    if (child == 0) {
        close(ends[1]);
        (void)kill(self, SIGUSR1);
        while (left > 0) {
            ssize_t got = read(ends[0], some, sizeof(some));

            (void)kill(self, SIGUSR2);
            if (got <= 0)
                _exit(1);
            left -= (size_t)got;
        }
        _exit(0);
    }
    close(ends[0]);
    out = fdopen(ends[1], "w");
    if (out == NULL || fwrite(bytes, 1, sizeof(bytes), out) != sizeof(bytes) ||
        fclose(out) != 0)
        _exit(2);
    if (waitpid(child, NULL, 0) != child)
        _exit(3);
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

static void a_wish_leaves_what_is_written_alone(void **state)
{
    int status = status_of(a_wish_while_writing);

    (void)state;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
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
        cmocka_unit_test(a_wish_leaves_what_is_written_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
