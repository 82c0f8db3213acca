/* When a group is told that its tasks have ended: workers save it up, and nobody may wait for
 * it longer than for the task itself. */
#include "../harness.h"

#include <errno.h>
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

/* How deep tasks that wait are piled up on each worker's stack. */
struct pile {
    struct counts counts;
    int priority;
    unsigned depth[4], deepest[4];
};

static int wait_for_child(void *ctx, void *arg, unsigned worker)
{
    struct pile *p = ctx;
    const struct whet_task child = {
        .run = count_one, .ctx = &p->counts, .priority = p->priority};
    struct whet_group *own;

    (void)arg;
    if (++p->depth[worker] > p->deepest[worker])
        p->deepest[worker] = p->depth[worker];
    assert_int_equal(whet_group_new(&own, p->counts.pool, NULL), 0);
    assert_int_equal(whet_group_submit(own, &child), 0);
    assert_int_equal(whet_group_wait(own), 0);
    whet_group_free(own);
    p->depth[worker]--;
    return 0;
}

static unsigned pile_up(unsigned workers, int priority, uint64_t size)
{
    struct whet_task task = {.run = wait_for_child, .size = size};
    struct pile p = {.priority = priority};
    unsigned deepest = 0;

    open_counts(&p.counts, workers, 0);
    task.ctx = &p;
    for (int i = 0; i < 20000; i++)
        assert_int_equal(whet_group_submit(p.counts.group, &task), 0);
    assert_int_equal(whet_group_wait(p.counts.group), 0);
    assert_int_equal(atomic_load(&p.counts.ran), 20000);
    for (unsigned i = 0; i < 4; i++)
        deepest = p.deepest[i] > deepest ? p.deepest[i] : deepest;
    close_counts(&p.counts);
    return deepest;
}

/* Tasks that wait do not begin all others on their stack: those that go before what they wait
 * for, because they are large, or because that has time. */
static void waits_are_not_piled_up(void **state)
{
    (void)state;
    assert_int_equal(pile_up(1, 0, 0), 1);
    assert_int_equal(pile_up(1, 0, 5), 1);
    assert_in_range(pile_up(1, -1, 0), 2, 40);
    assert_in_range(pile_up(4, 0, 5), 1, 1000);
    assert_in_range(pile_up(4, -1, 0), 1, 1000);
    assert_in_range(pile_up(4, 1, 0), 1, 1000);
}

struct two_pools {
    struct counts lower, upper;
    int answer;
};

static int wait_for_lower(void *ctx, size_t index, unsigned worker)
{
    struct two_pools *t = ctx;

    (void)index;
    (void)worker;
    t->answer = whet_group_wait(t->lower.group);
    return 0;
}

static int loop_in_upper(void *ctx, void *arg, unsigned worker)
{
    struct two_pools *t = ctx;

    (void)arg;
    (void)worker;
    return whet_pool_for(t->upper.pool, 1, wait_for_lower, t, NULL);
}

/* A task remains one while it runs a loop of another pool. */
static void no_wait_for_what_is_below(void **state)
{
    struct two_pools t;
    const struct whet_task task = {.run = loop_in_upper, .ctx = &t};

    (void)state;
    open_counts(&t.lower, 1, 0);
    open_counts(&t.upper, 1, 0);
    assert_int_equal(whet_group_submit(t.lower.group, &task), 0);
    assert_int_equal(whet_group_wait(t.lower.group), 0);
    assert_int_equal(t.answer, -EDEADLK);
    close_counts(&t.upper);
    close_counts(&t.lower);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_ends_though_its_worker_goes_on),
        cmocka_unit_test(a_wait_ends_before_other_tasks),
        cmocka_unit_test(waits_are_not_piled_up),
        cmocka_unit_test(no_wait_for_what_is_below),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
