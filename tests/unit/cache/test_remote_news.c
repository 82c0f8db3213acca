/* cache/remote/news.c, without a server: what the level's thread would do is done here, at the
 * worst moment. */
#include "../harness.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "cache/remote/inside.h"
#include "os/clock.h"

#define WAIT_NS UINT64_C(5000000)

static struct whet_remote remote;

static void begin(void)
{
    pthread_condattr_t attr;

    memset(&remote, 0, sizeof(remote));
    remote.timeout_ns = WAIT_NS;
    remote.check_ns = UINT64_C(1000000000);
    remote.running = 1;
    remote.reached = 1;
    whet__remote_news_init(&remote);
    pthread_mutex_init(&remote.lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&remote.moved, &attr);
    pthread_cond_init(&remote.work, &attr);
    pthread_condattr_destroy(&attr);
}

static void end(void)
{
    pthread_cond_destroy(&remote.moved);
    pthread_cond_destroy(&remote.work);
    pthread_mutex_destroy(&remote.lock);
}

/* A contact that ends when the one who waits for it has run out of time, and before he has
 * the lock again to say so. */
static void *make_late_contact(void *ctx)
{
    pthread_mutex_lock(&remote.lock);
    while (!remote.want_sync) {
        pthread_mutex_unlock(&remote.lock);
        whet__clock_sleep_ns(10000);
        pthread_mutex_lock(&remote.lock);
    }
    remote.want_sync = 0;
    remote.begun_ns = whet__clock_now_ns();
    atomic_store(&remote.heard_ns, whet__clock_wall_ns());
    whet__clock_sleep_ns(3 * WAIT_NS);
    atomic_store(&remote.deaf, 0);
    pthread_cond_broadcast(&remote.moved);
    pthread_mutex_unlock(&remote.lock);
    return ctx;
}

static void nobody_stays_deaf(void **state)
{
    pthread_t thread;

    (void)state;
    begin();
    assert_int_equal(pthread_create(&thread, NULL, make_late_contact, NULL), 0);
    while (whet__remote_poll(&remote, whet__clock_wall_ns()) == 0)
        continue;
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(atomic_load(&remote.deaf), 0);
    end();
}

/* One has waited in vain; the next one does not, until a contact has ended. */
static void waits_in_vain_once(void **state)
{
    (void)state;
    begin();
    assert_true(whet__remote_poll(&remote, whet__clock_wall_ns()) >= WAIT_NS);
    assert_int_equal(atomic_load(&remote.deaf), 1);
    assert_int_equal(whet__remote_poll(&remote, whet__clock_wall_ns()), 0);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_stays_deaf),
        cmocka_unit_test(waits_in_vain_once),
    };

    return cmocka_run_group_tests_name("remote_news", tests, NULL, NULL);
}
