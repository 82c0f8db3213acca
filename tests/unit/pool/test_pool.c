/* pool/pool.h: every task runs once, whoever submits it; jobs == 1 stays in the
 * caller's thread; nothing is lost when memory runs out. */
#include "../harness.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "pool/pool.h"

struct counts {
    struct whet_pool *pool;
    atomic_ulong ran;
    atomic_ulong refused;
    atomic_ulong ticks;
    pthread_t owner;
    pthread_barrier_t barrier;
    int foreign; /* tasks seen in another thread than the owner's */
    size_t order[8];
    unsigned char *seen;
};

static void count_one(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;

    (void)arg;
    assert_true(worker < whet__pool_jobs(c->pool));
    atomic_fetch_add(&c->ran, 1);
}

/* A binary tree of tasks; `arg` is the height that is left. */
static void grow_tree(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;
    uintptr_t height = (uintptr_t)arg;

    atomic_fetch_add(&c->ran, 1);
    for (int i = 0; i < 2 && height > 0; i++) {
        if (whet__pool_submit(c->pool, worker, grow_tree, c, (void *)(height - 1)) != 0)
            atomic_fetch_add(&c->refused, 1);
    }
}

static void note_thread(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;

    (void)arg;
    if (worker != 0 || !pthread_equal(pthread_self(), c->owner))
        c->foreign++;
    atomic_fetch_add(&c->ran, 1);
}

static void note_order(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;

    (void)worker;
    c->order[atomic_fetch_add(&c->ran, 1)] = (size_t)(uintptr_t)arg;
}

/* Returns only when as many tasks as workers run at once. */
static void meet_all(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;
    struct timespec pause = {0, 1000000};

    (void)arg;
    pthread_barrier_wait(&c->barrier);
    while (worker != 0 && atomic_load(&c->ticks) < 2)
        nanosleep(&pause, NULL);
    atomic_fetch_add(&c->ran, 1);
}

static void count_tick(void *ctx)
{
    atomic_fetch_add(&((struct counts *)ctx)->ticks, 1);
}

static void see_index(void *ctx, size_t index, unsigned worker)
{
    struct counts *c = ctx;

    (void)worker;
    c->seen[index]++;
    atomic_fetch_add(&c->ran, 1);
}

static void refuses_silly_numbers(void **state)
{
    struct whet_pool *p = NULL;

    (void)state;
    assert_int_equal(whet__pool_new(&p, 0), -EINVAL);
    assert_int_equal(whet__pool_new(&p, 1025), -EINVAL);
    assert_null(p);
    whet__pool_free(NULL);
}

static void one_job_needs_no_thread(void **state)
{
    struct counts c = {.owner = pthread_self()};

    (void)state;
    assert_int_equal(whet__pool_new(&c.pool, 1), 0);
    assert_int_equal(whet__pool_jobs(c.pool), 1);
    whet__pool_wait(c.pool, NULL, NULL);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(whet__pool_submit(c.pool, 0, note_thread, &c, NULL), 0);
    whet__pool_wait(c.pool, NULL, NULL);
    assert_int_equal(c.ran, 1000);
    assert_int_equal(c.foreign, 0);
    whet__pool_free(c.pool);
}

static void the_newest_task_goes_first(void **state)
{
    struct counts c = {0};

    (void)state;
    assert_int_equal(whet__pool_new(&c.pool, 1), 0);
    for (uintptr_t i = 0; i < 8; i++)
        assert_int_equal(whet__pool_submit(c.pool, 0, note_order, &c, (void *)i), 0);
    whet__pool_wait(c.pool, NULL, NULL);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(c.order[i], 7 - i);
    whet__pool_free(c.pool);
}

static void a_million_small_tasks(void **state)
{
    (void)state;
    for (unsigned jobs = 1; jobs <= 4; jobs++) {
        struct counts c = {0};

        assert_int_equal(whet__pool_new(&c.pool, jobs), 0);
        for (int i = 0; i < 1000000; i++)
            assert_int_equal(whet__pool_submit(c.pool, 0, count_one, &c, NULL), 0);
        whet__pool_wait(c.pool, NULL, NULL);
        assert_int_equal(c.ran, 1000000);
        whet__pool_free(c.pool);
    }
}

static void tasks_submit_tasks(void **state)
{
    (void)state;
    for (unsigned jobs = 1; jobs <= 8; jobs *= 2) {
        struct counts c = {0};

        assert_int_equal(whet__pool_new(&c.pool, jobs), 0);
        for (unsigned long round = 1; round <= 20; round++) {
            assert_int_equal(whet__pool_submit(c.pool, 0, grow_tree, &c, (void *)10), 0);
            whet__pool_wait(c.pool, NULL, NULL);
            assert_int_equal(c.ran, round * 2047);
        }
        whet__pool_free(c.pool);
    }
}

/* Sleepers must be found by each wave, also when they fall asleep just then. */
static void many_short_waves(void **state)
{
    struct counts c = {0};

    (void)state;
    assert_int_equal(whet__pool_new(&c.pool, 4), 0);
    for (unsigned long wave = 1; wave <= 5000; wave++) {
        for (int i = 0; i < 3; i++)
            assert_int_equal(whet__pool_submit(c.pool, 0, count_one, &c, NULL), 0);
        whet__pool_wait(c.pool, NULL, NULL);
        assert_int_equal(c.ran, wave * 3);
    }
    whet__pool_free(c.pool);
}

static void all_workers_take_part_and_the_owner_ticks(void **state)
{
    struct counts c = {0};

    (void)state;
    assert_int_equal(whet__pool_new(&c.pool, 4), 0);
    assert_int_equal(pthread_barrier_init(&c.barrier, NULL, 4), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(whet__pool_submit(c.pool, 0, meet_all, &c, NULL), 0);
    whet__pool_wait(c.pool, count_tick, &c);
    assert_int_equal(c.ran, 4);
    assert_true(c.ticks >= 2);
    pthread_barrier_destroy(&c.barrier);
    whet__pool_free(c.pool);
}

static void a_loop_sees_each_index_once(void **state)
{
    (void)state;
    for (unsigned jobs = 1; jobs <= 4; jobs += 3) {
        for (size_t count = 0; count < 2000; count = count * 3 + 1) {
            struct counts c = {.seen = whet__mem_zalloc(count, 1)};

            assert_int_equal(whet__pool_new(&c.pool, jobs), 0);
            whet__pool_for(c.pool, count, see_index, count_tick, &c);
            assert_int_equal(c.ran, count);
            for (size_t i = 0; i < count; i++)
                assert_int_equal(c.seen[i], 1);
            whet__pool_free(c.pool);
            whet__mem_free(c.seen);
        }
    }
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct counts c = {.seen = NULL};
        unsigned long submitted = 0;

        if (whet__pool_new(&c.pool, 3) == 0) {
            for (int i = 0; i < 300; i++)
                submitted += whet__pool_submit(c.pool, 0, count_one, &c, NULL) == 0;
            whet__pool_wait(c.pool, NULL, NULL);
            assert_int_equal(c.ran, submitted);
            atomic_store(&c.ran, 0);
            if (whet__pool_submit(c.pool, 0, grow_tree, &c, (void *)3) == 0) {
                whet__pool_wait(c.pool, NULL, NULL);
                if (c.refused == 0)
                    assert_int_equal(c.ran, 15);
            }
            whet__pool_free(c.pool);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_silly_numbers),
        cmocka_unit_test(one_job_needs_no_thread),
        cmocka_unit_test(the_newest_task_goes_first),
        cmocka_unit_test(a_million_small_tasks),
        cmocka_unit_test(tasks_submit_tasks),
        cmocka_unit_test(many_short_waves),
        cmocka_unit_test(all_workers_take_part_and_the_owner_ticks),
        cmocka_unit_test(a_loop_sees_each_index_once),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
