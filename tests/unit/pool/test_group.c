/* When a group is told that its tasks have ended: workers save it up, and nobody may wait for
 * it longer than for the task itself. */
#include "../harness.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include <whet/pool.h>

struct counts {
    struct whet_pool *pool;
    struct whet_group *group;
    atomic_ulong ran;
    atomic_int stop;
};

static void open_counts(struct counts *c, unsigned workers, unsigned flags)
{
    const struct whet_pool_options options = {.workers = workers, .flags = flags};

    memset(c, 0, sizeof(*c));
    assert_int_equal(whet_pool_new(&c->pool, &options), 0);
    assert_int_equal(whet_group_new(&c->group, c->pool, NULL), 0);
}

static void close_counts(struct counts *c)
{
    whet_group_free(c->group);
    whet_pool_free(c->pool);
}

static int count_one(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;

    (void)arg;
    (void)worker;
    atomic_fetch_add(&c->ran, 1);
    return 0;
}

static void nap(void)
{
    const struct timespec pause = {0, 1000000};

    nanosleep(&pause, NULL);
}

static int await_go(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;

    (void)arg;
    (void)worker;
    while (!atomic_load(&c->stop))
        nap();
    return 0;
}

/* Who goes on with a long task of another group has told the first one that it has ended. */
static void a_group_ends_though_its_worker_goes_on(void **state)
{
    const struct whet_task first = {.run = count_one}, second = {.run = await_go};
    struct whet_task task;
    struct whet_group *other;
    struct counts c;

    (void)state;
    open_counts(&c, 1, WHET_POOL_DETACHED);
    assert_int_equal(whet_group_new(&other, c.pool, NULL), 0);
    task = first;
    task.ctx = &c;
    assert_int_equal(whet_group_submit(c.group, &task), 0);
    assert_int_equal(whet_group_submit(c.group, &task), 0);
    task = second;
    task.ctx = &c;
    assert_int_equal(whet_group_submit(other, &task), 0);
    assert_int_equal(whet_group_wait(c.group), 0);
    assert_int_equal(atomic_load(&c.ran), 2);
    atomic_store(&c.stop, 1);
    assert_int_equal(whet_group_wait(other), 0);
    whet_group_free(other);
    close_counts(&c);
}

static int wait_for_own(void *ctx, void *arg, unsigned worker)
{
    const struct whet_task task = {.run = count_one, .ctx = ctx};
    struct counts *c = ctx;
    struct whet_group *own;

    (void)arg;
    (void)worker;
    assert_int_equal(whet_group_new(&own, c->pool, NULL), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(whet_group_submit(own, &task), 0);
    assert_int_equal(whet_group_wait(own), 0);
    whet_group_free(own);
    return (int)atomic_load(&c->ran);
}

/* And a wait ends with the last task of its group, before those of others are begun. */
static void a_wait_ends_before_other_tasks(void **state)
{
    struct whet_task task;
    struct counts c;
    int ran = 0;

    (void)state;
    open_counts(&c, 1, 0);
    task = (struct whet_task){.run = count_one, .ctx = &c};
    assert_int_equal(whet_group_submit(c.group, &task), 0);
    task = (struct whet_task){.run = wait_for_own, .ctx = &c, .result = &ran};
    assert_int_equal(whet_group_submit(c.group, &task), 0);
    assert_int_equal(whet_group_wait(c.group), 0);
    assert_int_equal(ran, 3);
    assert_int_equal(atomic_load(&c.ran), 4);
    close_counts(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_ends_though_its_worker_goes_on),
        cmocka_unit_test(a_wait_ends_before_other_tasks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
