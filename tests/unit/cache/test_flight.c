/* cache/flight.h: one computes, the others wait; circles of waiting are found. */
#include "../harness.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "cache/flight.h"
#include "os/clock.h"

#define THREADS 8

static struct whet_flights *flights;

static struct whet_hash128 key(unsigned n)
{
    return whet__hash128(&n, sizeof(n));
}

/* The result, or what _begin answered; computes and lands `value` when it is its turn. */
static int begin(unsigned n, int wait, struct whet_flight **flight, struct whet_entry **entry)
{
    /* The key's bytes stay as long as the flight. */
    static const char names[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    struct whet_ask ask = {.hash = key(n), .key = names + n, .key_len = 1};
    int result = 0;
    int rc = whet__flight_begin(flights, &ask, wait, flight, entry, &result);

    return rc == 0 ? result : rc;
}

static void test_alone(void **state)
{
    struct whet_flight *one, *two;
    struct whet_entry *entry = NULL;

    (void)state;
    assert_int_equal(whet__flights_new(&flights), 0);
    assert_int_equal(begin(1, 1, &one, &entry), 1);
    assert_int_equal(begin(2, 1, &two, &entry), 1);
    assert_int_equal(begin(1, 1, &one, &entry), -EDEADLK);
    assert_int_equal(begin(1, 0, &one, &entry), -EDEADLK);
    whet__flight_land(flights, two, NULL, 0);
    assert_int_equal(begin(2, 1, &two, &entry), 1);
    whet__flight_land(flights, two, NULL, -EIO);
    whet__flight_land(flights, one, NULL, 0);
    whet__flights_free(flights);
    whet__flights_free(NULL);
}

/* A hash is not a key. */
static void test_alike(void **state)
{
    struct whet_ask a = {.hash = key(1), .key = "a", .key_len = 1};
    struct whet_ask b = {.hash = key(1), .key = "b", .key_len = 1};
    struct whet_flight *one, *two;
    struct whet_entry *entry = NULL;
    int result;

    (void)state;
    assert_int_equal(whet__flights_new(&flights), 0);
    assert_int_equal(whet__flight_begin(flights, &a, 0, &one, &entry, &result), 1);
    assert_int_equal(whet__flight_begin(flights, &b, 0, &two, &entry, &result), 1);
    assert_int_equal(whet__flight_begin(flights, &a, 0, &one, &entry, &result), -EDEADLK);
    whet__flight_land(flights, one, NULL, 0);
    whet__flight_land(flights, two, NULL, 0);
    whet__flights_free(flights);
}

static atomic_int asked, made;

static void *ask(void *arg)
{
    struct whet_flight *flight;
    struct whet_entry *entry = NULL;
    int rc;

    (void)arg;
    rc = begin(7, 0, &flight, &entry);
    assert_int_equal(rc, -EBUSY);
    atomic_fetch_add(&asked, 1);
    rc = begin(7, 1, &flight, &entry);
    if (rc == 1) { /* too late to wait: the next flight */
        whet__flight_land(flights, flight, NULL, 0);
        atomic_fetch_add(&made, 1);
        return NULL;
    }
    assert_int_equal(rc, -77);
    assert_non_null(entry);
    assert_memory_equal(whet__entry_key(entry), "key", 3);
    whet__entry_drop(entry);
    return NULL;
}

static void test_many_wait_for_one(void **state)
{
    struct whet_hash128 hash = key(7);
    struct whet_flight *flight;
    struct whet_entry *entry;
    pthread_t threads[THREADS];

    (void)state;
    assert_int_equal(whet__flights_new(&flights), 0);
    assert_int_equal(whet__entry_new(&entry, &hash, "key", 3, NULL, 0, 0), 0);
    assert_int_equal(begin(7, 1, &flight, NULL), 1);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask, NULL), 0);
    while (atomic_load(&asked) != THREADS)
        whet__clock_sleep_ns(1000000);
    whet__flight_land(flights, flight, entry, -77);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_true(atomic_load(&made) < THREADS);
    assert_int_equal(atomic_load(&entry->refs), 1);
    whet__entry_drop(entry);
    whet__flights_free(flights);
}

/* Threads 0..n-1: each computes its key and then waits for the next one's. */
static atomic_int in_circle, refused;
static int circle;

static void *go_round(void *arg)
{
    unsigned n = (unsigned)(uintptr_t)arg;
    struct whet_flight *mine, *next;
    struct whet_entry *entry = NULL;
    int rc;

    assert_int_equal(begin(n, 1, &mine, &entry), 1);
    atomic_fetch_add(&in_circle, 1);
    while (atomic_load(&in_circle) != circle)
        whet__clock_sleep_ns(100000);
    rc = begin((n + 1) % (unsigned)circle, 1, &next, &entry);
    if (rc == -EDEADLK)
        atomic_fetch_add(&refused, 1);
    else if (rc == 1)
        whet__flight_land(flights, next, NULL, 0);
    whet__flight_land(flights, mine, NULL, 0);
    return NULL;
}

static void test_circles(void **state)
{
    pthread_t threads[THREADS];

    (void)state;
    assert_int_equal(whet__flights_new(&flights), 0);
    for (circle = 2; circle <= 5; circle++) {
        atomic_store(&in_circle, 0);
        atomic_store(&refused, 0);
        for (int i = 0; i < circle; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, go_round, (void *)(uintptr_t)i),
                             0);
        for (int i = 0; i < circle; i++)
            pthread_join(threads[i], NULL);
        assert_int_equal(atomic_load(&refused), 1);
    }
    whet__flights_free(flights);
}

static void *take_off(void *arg)
{
    assert_int_equal(begin(1, 1, arg, NULL), 1);
    return NULL;
}

static void test_forgotten(void **state)
{
    struct whet_flight *theirs, *mine, *again;
    pthread_t thread;

    (void)state;
    assert_int_equal(whet__flights_new(&flights), 0);
    assert_int_equal(pthread_create(&thread, NULL, take_off, &theirs), 0);
    pthread_join(thread, NULL);
    assert_int_equal(begin(2, 1, &mine, NULL), 1);
    assert_int_equal(begin(1, 0, &again, NULL), -EBUSY);
    whet__flights_lock_all(flights);
    whet__flights_unlock_all(flights, 0);
    assert_int_equal(begin(1, 0, &again, NULL), -EBUSY);
    whet__flights_lock_all(flights);
    whet__flights_unlock_all(flights, 1); /* as in the child of a fork */
    assert_int_equal(begin(1, 0, &again, NULL), 1);
    whet__flight_land(flights, again, NULL, 0);
    whet__flight_land(flights, mine, NULL, 0);
    whet__flights_free(flights);
}

static void test_memory(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_flight *flight;
        int rc = whet__flights_new(&flights);

        if (rc == 0) {
            rc = begin(1, 1, &flight, NULL);
            if (rc == 1)
                whet__flight_land(flights, flight, NULL, 0);
            else
                assert_int_equal(rc, -ENOMEM);
            whet__flights_free(flights);
        } else {
            assert_int_equal(rc, -ENOMEM);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_alike),
        cmocka_unit_test(test_many_wait_for_one),
        cmocka_unit_test(test_circles),
        cmocka_unit_test(test_forgotten),
        cmocka_unit_test(test_memory),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
