/* os/word_wait.h: nobody sleeps for what is there already, or longer than allowed, and nobody
 * who is called stays asleep. */
#include "../harness.h"

#include <errno.h>
#include <pthread.h>

#include "os/clock.h"
#include "os/word_wait.h"

#define TURNS 2000

static void does_not_wait_for_what_is_there(void **state)
{
    atomic_uint word = 7;

    (void)state;
    assert_int_equal(whet__word_wait(&word, 6, UINT64_MAX), 0);
    assert_int_equal(whet__word_wait(&word, 6, 0), 0);
    whet__word_wake(&word); /* nobody waits */
}

static void gives_up(void **state)
{
    atomic_uint word = 7;
    uint64_t until_ns = whet__clock_now_ns() + 2000000;

    (void)state;
    assert_int_equal(whet__word_wait(&word, 7, 0), -ETIMEDOUT);
    assert_int_equal(whet__word_wait(&word, 7, until_ns), -ETIMEDOUT);
    assert_true(whet__clock_now_ns() >= until_ns);
}

/* Two threads hand a word to and fro: each waits for the other's change. */
static void *hand_back(void *ctx)
{
    atomic_uint *word = ctx;

    for (unsigned turn = 0; turn < TURNS; turn++) {
        if (whet__word_wait(word, 2 * turn, UINT64_MAX) != 0)
            return ctx;
        atomic_store_explicit(word, 2 * turn + 2, memory_order_release);
        whet__word_wake(word);
    }
    return NULL;
}

static void wakes_who_waits(void **state)
{
    atomic_uint word = 0;
    pthread_t other;
    void *failed;

    (void)state;
    assert_int_equal(pthread_create(&other, NULL, hand_back, &word), 0);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        atomic_store_explicit(&word, 2 * turn + 1, memory_order_release);
        whet__word_wake(&word);
        assert_int_equal(whet__word_wait(&word, 2 * turn + 1, UINT64_MAX), 0);
        assert_int_equal(atomic_load(&word), 2 * turn + 2);
    }
    assert_int_equal(pthread_join(other, &failed), 0);
    assert_null(failed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(does_not_wait_for_what_is_there),
        cmocka_unit_test(gives_up),
        cmocka_unit_test(wakes_who_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
