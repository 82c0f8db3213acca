/* os/thread.h: whose handlers run where. */
#include "../harness.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "os/thread.h"

static void *read_mask(void *arg)
{
    pthread_sigmask(SIG_SETMASK, NULL, arg);
    return NULL;
}

static void a_thread_takes_no_signals_but_its_own_faults(void **state)
{
    static const int taken[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    static const int left[] = {SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGALRM, SIGPROF, SIGCHLD};
    sigset_t mask, before, after;
    pthread_t thread;

    (void)state;
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_int_equal(whet__thread_start(&thread, read_mask, &mask), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        assert_false(sigismember(&mask, taken[i]));
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
        assert_true(sigismember(&mask, left[i]));
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    for (int number = 1; number < SIGRTMAX; number++)
        assert_int_equal(sigismember(&before, number), sigismember(&after, number));
}

static int gate[2], done[2];

/* Until the test lets it go; nobody joins it. */
static void *wait_there(void *arg)
{
    char byte;

    assert_int_equal(read(gate[0], &byte, 1), 1);
    assert_int_equal(write(done[1], "", 1), 1);
    return arg;
}

/* What is for the process waits for a thread of the program's. */
static void a_signal_waits_for_the_program(void **state)
{
    const struct timespec now = {0};
    sigset_t one;
    char byte;

    (void)state;
    assert_int_equal(pipe(gate), 0);
    assert_int_equal(pipe(done), 0);
    assert_int_equal(whet__thread_start(NULL, wait_there, NULL), 0);
    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &one, NULL);
    assert_int_equal(kill(getpid(), SIGUSR1), 0); /* which would end the process */
    assert_int_equal(sigtimedwait(&one, NULL, &now), SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &one, NULL);
    assert_int_equal(write(gate[1], "", 1), 1);
    assert_int_equal(read(done[0], &byte, 1), 1);
    for (int i = 0; i < 2; i++) {
        close(gate[i]);
        close(done[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thread_takes_no_signals_but_its_own_faults),
        cmocka_unit_test(a_signal_waits_for_the_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
