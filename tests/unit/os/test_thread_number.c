/* os/thread_number.h: no two threads have one number at a time. */
#include "../harness.h"
#include "../sanitized.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/thread_number.h"

#define THREADS (WHET_THREAD_NUMBERS + 10)

static atomic_uint taken[WHET_THREAD_NUMBERS + 1];
static pthread_barrier_t together;

static void *take_number(void *ctx)
{
    unsigned number = whet__thread_number();

    (void)ctx;
    atomic_fetch_add(&taken[number], 1);
    pthread_barrier_wait(&together);
    return number == whet__thread_number() ? ctx : NULL;
}

/* Twice: numbers come back when their threads have ended. */
static void numbers_are_ones_own(void **state)
{
    unsigned mine = whet__thread_number();

    (void)state;
    assert_true(mine < WHET_THREAD_NUMBERS);
    for (int round = 0; round < 2; round++) {
        pthread_t ids[THREADS];
        void *answer;

        memset(taken, 0, sizeof(taken));
        pthread_barrier_init(&together, NULL, THREADS);
        for (unsigned i = 0; i < THREADS; i++)
            assert_int_equal(pthread_create(&ids[i], NULL, take_number, ids), 0);
        for (unsigned i = 0; i < THREADS; i++) {
            assert_int_equal(pthread_join(ids[i], &answer), 0);
            assert_ptr_equal(answer, ids);
        }
        pthread_barrier_destroy(&together);
        for (unsigned i = 0; i < WHET_THREAD_NUMBERS; i++)
            assert_int_equal(atomic_load(&taken[i]), i != mine);
        assert_int_equal(atomic_load(&taken[WHET_THREAD_NUMBERS]),
                         THREADS - WHET_THREAD_NUMBERS + 1);
    }
    assert_int_equal(whet__thread_number(), mine);
}

static void *wait_with_number(void *ctx)
{
    (void)whet__thread_number();
    pthread_barrier_wait(&together);
    pthread_barrier_wait(&together);
    return ctx;
}

static void *tell_number(void *ctx)
{
    *(unsigned *)ctx = whet__thread_number();
    return ctx;
}

/* In the child of a fork the numbers of the parent's other threads are free. */
static int child_has_numbers(unsigned mine)
{
    unsigned number = WHET_THREAD_NUMBERS;
    pthread_t id;

    if (pthread_create(&id, NULL, tell_number, &number) != 0 || pthread_join(id, NULL) != 0)
        return 0;
    return number < WHET_THREAD_NUMBERS && number != mine && whet__thread_number() == mine;
}

static void numbers_come_back_by_a_fork(void **state)
{
    unsigned mine = whet__thread_number();
    pthread_t ids[WHET_THREAD_NUMBERS];
    int status = -1;
    pid_t pid;

    (void)state;
    if (SANITIZED_THREADS)
        skip();
    pthread_barrier_init(&together, NULL, WHET_THREAD_NUMBERS + 1);
    for (unsigned i = 0; i < WHET_THREAD_NUMBERS; i++)
        assert_int_equal(pthread_create(&ids[i], NULL, wait_with_number, ids), 0);
    pthread_barrier_wait(&together);
    pid = fork();
    if (pid == 0)
        _exit(child_has_numbers(mine) ? 0 : 1);
    pthread_barrier_wait(&together);
    for (unsigned i = 0; i < WHET_THREAD_NUMBERS; i++)
        assert_int_equal(pthread_join(ids[i], NULL), 0);
    pthread_barrier_destroy(&together);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void barrier_returns(void **state)
{
    (void)state;
    if (whet__thread_barrier_init() != 0)
        skip();
    assert_int_equal(whet__thread_barrier(), 0);
    assert_int_equal(whet__thread_barrier(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_ones_own),
        cmocka_unit_test(numbers_come_back_by_a_fork),
        cmocka_unit_test(barrier_returns),
    };

    return cmocka_run_group_tests_name("thread_number", tests, NULL, NULL);
}
