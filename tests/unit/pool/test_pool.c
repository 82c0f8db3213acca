/* <whet/pool.h>: every task runs once, whoever submits it; who waits works; a pool of one
 * stays in the caller's thread; nothing is lost when memory runs out. */
#include "../harness.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include <whet/pool.h>

struct counts {
    struct whet_pool *pool;
    struct whet_group *group;
    struct whet_token *token;
    atomic_ulong ran;
    atomic_ulong refused;
    atomic_ulong ticks;
    atomic_int stop;
    pthread_t owner;
    pthread_barrier_t barrier;
    int foreign; /* tasks seen in another thread than the owner's */
    size_t order[16];
    unsigned char *seen;
};

static struct whet_pool *pool_of(unsigned workers, unsigned max, unsigned flags)
{
    const struct whet_pool_options options = {workers, max, flags};
    struct whet_pool *p = NULL;

    assert_int_equal(whet_pool_new(&p, &options), 0);
    return p;
}

static void open_counts(struct counts *c, unsigned workers)
{
    memset(c, 0, sizeof(*c));
    c->owner = pthread_self();
    c->pool = pool_of(workers, 0, 0);
    assert_int_equal(whet_group_new(&c->group, c->pool, NULL), 0);
}

static void close_counts(struct counts *c)
{
    whet_group_free(c->group);
    whet_pool_free(c->pool);
}

static void submit(struct counts *c, whet_task_run run, void *arg)
{
    const struct whet_task task = {.run = run, .ctx = c, .arg = arg};

    if (whet_group_submit(c->group, &task) != 0)
        atomic_fetch_add(&c->refused, 1);
}

static int count_one(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;

    (void)arg;
    assert_true(worker < whet_pool_workers_max(c->pool));
    atomic_fetch_add(&c->ran, 1);
    return 0;
}

/* A binary tree of tasks; `arg` is the height that is left. */
static int grow_tree(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;
    uintptr_t height = (uintptr_t)arg;

    (void)worker;
    atomic_fetch_add(&c->ran, 1);
    for (int i = 0; i < 2 && height > 0; i++)
        submit(c, grow_tree, (void *)(height - 1));
    return 0;
}

/* The same, each task waiting for its own. */
static int grow_and_wait(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;
    uintptr_t height = (uintptr_t)arg;
    const struct whet_task task = {.run = grow_and_wait, .ctx = c, .arg = (void *)(height - 1)};
    unsigned long before = atomic_load(&c->ran);
    struct whet_group *below;

    (void)worker;
    atomic_fetch_add(&c->ran, 1);
    if (height == 0)
        return 0;
    assert_int_equal(whet_group_new(&below, c->pool, NULL), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(whet_group_submit(below, &task), 0);
    assert_int_equal(whet_group_wait(below), 0);
    whet_group_free(below);
    assert_true(atomic_load(&c->ran) - before >= ((unsigned long)2 << height) - 1);
    return 0;
}

static int note_thread(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;

    (void)arg;
    if (worker != 0 || !pthread_equal(pthread_self(), c->owner))
        c->foreign++;
    atomic_fetch_add(&c->ran, 1);
    return 0;
}

static int note_order(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;

    (void)worker;
    c->order[atomic_fetch_add(&c->ran, 1)] = (size_t)(uintptr_t)arg;
    return 0;
}

/* Returns only when as many tasks as workers run at once. */
static int meet_all(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;
    struct timespec pause = {0, 1000000};

    (void)arg;
    pthread_barrier_wait(&c->barrier);
    while (worker != 0 && atomic_load(&c->ticks) < 2)
        nanosleep(&pause, NULL);
    atomic_fetch_add(&c->ran, 1);
    return 0;
}

static void count_tick(void *ctx)
{
    atomic_fetch_add(&((struct counts *)ctx)->ticks, 1);
}

static void refuses_silly_numbers(void **state)
{
    const struct whet_pool_options many = {.workers = WHET_POOL_WORKERS_MAX + 1};
    const struct whet_pool_options unknown = {.flags = WHET_POOL_DETACHED << 1};
    struct whet_pool *p = NULL;

    (void)state;
    assert_int_equal(whet_pool_new(&p, &many), -EINVAL);
    assert_int_equal(whet_pool_new(&p, &unknown), -EINVAL);
    assert_null(p);
    whet_pool_free(NULL);
    whet_group_free(NULL);
    whet_token_free(NULL);
    assert_int_equal(whet_pool_new(&p, NULL), 0);
    assert_int_equal(whet_pool_workers(p), whet_pool_cores());
    assert_int_equal(whet_pool_workers_max(p), whet_pool_cores());
    assert_int_equal(whet_pool_resize(p, 0), -EINVAL);
    assert_int_equal(whet_pool_resize(p, whet_pool_cores() + 1), -EINVAL);
    whet_pool_free(p);
}

static void one_worker_needs_no_thread(void **state)
{
    struct counts c;

    (void)state;
    open_counts(&c, 1);
    assert_int_equal(whet_group_wait(c.group), 0);
    for (int i = 0; i < 1000; i++)
        submit(&c, note_thread, NULL);
    assert_int_equal(c.ran, 0);
    assert_int_equal(whet_group_wait(c.group), 0);
    assert_int_equal(c.ran, 1000);
    assert_int_equal(c.foreign, 0);
    close_counts(&c);
}

static void the_newest_task_goes_first(void **state)
{
    struct counts c;

    (void)state;
    open_counts(&c, 1);
    for (uintptr_t i = 0; i < 8; i++)
        submit(&c, note_order, (void *)i);
    assert_int_equal(whet_group_wait(c.group), 0);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(c.order[i], 7 - i);
    close_counts(&c);
}

static void priority_decides_then_size(void **state)
{
    static const struct {
        int priority;
        uint64_t size;
    } tasks[] = {{0, 0}, {-1, 9}, {2, 0}, {0, 5}, {0, 7}, {-1, 0}, {2, 1}, {1, 0}, {0, 7}};
    static const size_t order[] = {6, 2, 7, 4, 8, 3, 0, 1, 5};
    struct counts c;

    (void)state;
    open_counts(&c, 1);
    for (uintptr_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++) {
        const struct whet_task task = {.run = note_order,
                                       .ctx = &c,
                                       .arg = (void *)i,
                                       .priority = tasks[i].priority,
                                       .size = tasks[i].size};

        assert_int_equal(whet_group_submit(c.group, &task), 0);
    }
    assert_int_equal(whet_group_wait(c.group), 0);
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        assert_int_equal(c.order[i], order[i]);
    close_counts(&c);
}

/* Thousands in the queue that keeps order, taken by several. */
static void sizes_by_many_workers(void **state)
{
    struct counts c;

    (void)state;
    open_counts(&c, 4);
    for (uint64_t i = 0; i < 5000; i++) {
        const struct whet_task task = {
            .run = count_one, .ctx = &c, .priority = (int)(i % 3) - 1, .size = i * 7919 % 5000};

        assert_int_equal(whet_group_submit(c.group, &task), 0);
    }
    assert_int_equal(whet_group_wait(c.group), 0);
    assert_int_equal(c.ran, 5000);
    close_counts(&c);
}

static void many_small_tasks(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 4; workers++) {
        struct counts c;

        open_counts(&c, workers);
        for (int i = 0; i < 300000; i++)
            submit(&c, count_one, NULL);
        assert_int_equal(whet_group_wait(c.group), 0);
        assert_int_equal(c.ran, 300000);
        close_counts(&c);
    }
}

static void tasks_submit_tasks(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 8; workers *= 2) {
        struct counts c;

        open_counts(&c, workers);
        for (unsigned long round = 1; round <= 20; round++) {
            submit(&c, grow_tree, (void *)10);
            assert_int_equal(whet_group_wait(c.group), 0);
            assert_int_equal(c.ran, round * 2047);
        }
        close_counts(&c);
    }
}

static void tasks_wait_for_tasks(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 8; workers *= 2) {
        struct counts c;

        open_counts(&c, workers);
        for (unsigned long round = 1; round <= 20; round++) {
            submit(&c, grow_and_wait, (void *)8);
            assert_int_equal(whet_group_wait(c.group), 0);
            assert_int_equal(c.ran, round * 511);
        }
        close_counts(&c);
    }
}

static int wait_for_another(void *ctx, void *arg, unsigned worker)
{
    (void)arg;
    (void)worker;
    return whet_group_wait(((struct counts *)ctx)->group);
}

static void a_task_cannot_wait_for_its_own_group(void **state)
{
    int result = 0;
    struct counts c;
    struct whet_task task = {.run = wait_for_another, .result = &result};

    (void)state;
    open_counts(&c, 2);
    task.ctx = &c;
    assert_int_equal(whet_group_submit(c.group, &task), 0);
    assert_int_equal(whet_group_wait(c.group), 0);
    assert_int_equal(result, -EDEADLK);
    close_counts(&c);
}

/* Sleepers must be found by each wave, also when they fall asleep just then. */
static void many_short_waves(void **state)
{
    struct counts c;

    (void)state;
    open_counts(&c, 4);
    for (unsigned long wave = 1; wave <= 5000; wave++) {
        for (int i = 0; i < 3; i++)
            submit(&c, count_one, NULL);
        assert_int_equal(whet_group_wait(c.group), 0);
        assert_int_equal(c.ran, wave * 3);
    }
    close_counts(&c);
}

static void all_workers_take_part_and_the_owner_ticks(void **state)
{
    struct counts c = {0};
    const struct whet_group_options options = {.tick = count_tick, .ctx = &c};

    (void)state;
    c.pool = pool_of(4, 0, 0);
    assert_int_equal(whet_group_new(&c.group, c.pool, &options), 0);
    assert_int_equal(pthread_barrier_init(&c.barrier, NULL, 4), 0);
    for (int i = 0; i < 4; i++)
        submit(&c, meet_all, NULL);
    assert_int_equal(whet_group_wait(c.group), 0);
    assert_int_equal(c.ran, 4);
    assert_true(c.ticks >= 2);
    pthread_barrier_destroy(&c.barrier);
    close_counts(&c);
}

static void detached_tasks_run_without_a_wait(void **state)
{
    const struct timespec pause = {0, 1000000};
    struct counts c = {0};

    (void)state;
    c.pool = pool_of(1, 0, WHET_POOL_DETACHED);
    assert_int_equal(whet_group_new(&c.group, c.pool, NULL), 0);
    for (unsigned long i = 1; i <= 20; i++) {
        submit(&c, count_one, NULL);
        while (atomic_load(&c.ran) != i)
            nanosleep(&pause, NULL);
    }
    for (unsigned long i = 1; i <= 1000; i++) {
        submit(&c, grow_and_wait, (void *)2);
        assert_int_equal(whet_group_wait(c.group), 0);
        assert_int_equal(c.ran, 20 + i * 7);
    }
    close_counts(&c);
}

/* From several threads at once, each with groups of its own; there is one seat for all. */
static void *visit(void *arg)
{
    struct counts *all = arg, c = {.pool = all->pool};

    for (unsigned long i = 1; i <= 300; i++) {
        assert_int_equal(whet_group_new(&c.group, c.pool, NULL), 0);
        submit(&c, grow_tree, (void *)4);
        submit(&c, grow_and_wait, (void *)3);
        assert_int_equal(whet_group_wait(c.group), 0);
        assert_int_equal(c.ran, i * (31 + 15));
        whet_group_free(c.group);
    }
    return NULL;
}

static void threads_from_outside(void **state)
{
    static const struct {
        unsigned workers, flags;
    } pools[] = {{1, 0}, {2, 0}, {3, 0}, {1, WHET_POOL_DETACHED}, {3, WHET_POOL_DETACHED}};

    (void)state;
    for (size_t i = 0; i < sizeof(pools) / sizeof(pools[0]); i++) {
        struct counts c = {.pool = pool_of(pools[i].workers, 0, pools[i].flags)};
        pthread_t threads[4];

        for (int k = 0; k < 4; k++)
            assert_int_equal(pthread_create(&threads[k], NULL, visit, &c), 0);
        for (int k = 0; k < 4; k++)
            assert_int_equal(pthread_join(threads[k], NULL), 0);
        whet_pool_free(c.pool);
    }
}

static int answer_arg(void *ctx, void *arg, unsigned worker)
{
    (void)ctx;
    (void)worker;
    return (int)(intptr_t)arg;
}

static void a_failure_is_the_result_of_its_task(void **state)
{
    struct whet_group_counts counts;
    int results[100];
    struct counts c;

    (void)state;
    open_counts(&c, 3);
    for (intptr_t i = 0; i < 100; i++) {
        const struct whet_task task = {
            .run = answer_arg, .arg = (void *)(i % 10 == 3 ? -i : 0), .result = &results[i]};

        assert_int_equal(whet_group_submit(c.group, &task), 0);
    }
    assert_int_equal(whet_group_wait(c.group), 0);
    for (int i = 0; i < 100; i++)
        assert_int_equal(results[i], i % 10 == 3 ? -i : 0);
    whet_group_count(c.group, &counts);
    assert_int_equal(counts.failed, 10);
    assert_int_equal(counts.cancelled, 0);
    close_counts(&c);
}

static int cancel_all(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;

    (void)arg;
    (void)worker;
    whet_token_cancel(c->token);
    return whet_token_check(c->token) == -ECANCELED ? 0 : -EPROTO;
}

static void what_has_not_begun_is_cancelled(void **state)
{
    struct whet_group_counts counts;
    int results[10];
    struct counts c = {0};
    struct whet_group_options options = {0};

    (void)state;
    assert_int_equal(whet_token_new(&c.token), 0);
    options.token = c.token;
    c.pool = pool_of(1, 0, 0);
    assert_int_equal(whet_group_new(&c.group, c.pool, &options), 0);
    assert_int_equal(whet_token_check(c.token), 0);
    for (int i = 0; i < 10; i++) { /* the newest goes first: 9 to 0 */
        const struct whet_task task = {
            .run = i == 6 ? cancel_all : count_one, .ctx = &c, .result = &results[i]};

        assert_int_equal(whet_group_submit(c.group, &task), 0);
    }
    assert_int_equal(whet_group_wait(c.group), 0);
    for (int i = 0; i < 10; i++)
        assert_int_equal(results[i], i < 6 ? -ECANCELED : 0);
    whet_group_count(c.group, &counts);
    assert_int_equal(counts.cancelled, 6);
    assert_int_equal(counts.failed, 0);
    assert_int_equal(c.ran, 3);
    close_counts(&c);
    whet_token_free(c.token);
}

static void a_deadline_that_has_passed_cancels(void **state)
{
    struct whet_group_options options = {0};
    struct counts c = {0};
    int result = 0;
    struct whet_task task = {.run = count_one, .result = &result};

    (void)state;
    assert_int_equal(whet_token_new(&c.token), 0);
    options.token = c.token;
    c.pool = pool_of(2, 0, 0);
    task.ctx = &c;
    assert_int_equal(whet_group_new(&c.group, c.pool, &options), 0);
    whet_token_deadline(c.token, UINT64_MAX);
    assert_int_equal(whet_group_submit(c.group, &task), 0);
    assert_int_equal(whet_group_wait(c.group), 0);
    assert_int_equal(result, 0);
    whet_token_deadline(c.token, 0);
    assert_int_equal(whet_group_submit(c.group, &task), 0);
    assert_int_equal(whet_group_wait(c.group), 0);
    assert_int_equal(result, -ETIMEDOUT);
    assert_int_equal(c.ran, 1);
    whet_token_cancel(c.token);
    assert_int_equal(whet_token_check(c.token), -ECANCELED);
    assert_int_equal(whet_token_check(NULL), 0);
    close_counts(&c);
    whet_token_free(c.token);
}

/* Keeps the pool busy until told to stop. */
static int submit_itself(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;

    assert_true(worker < whet_pool_workers_max(c->pool));
    atomic_fetch_add(&c->ran, 1);
    if (!atomic_load(&c->stop))
        submit(c, submit_itself, arg);
    return 0;
}

static int resize_often(void *ctx, void *arg, unsigned worker)
{
    struct counts *c = ctx;

    (void)arg;
    (void)worker;
    for (unsigned i = 0; i < 400; i++) {
        unsigned workers = 1 + i * 7 % 6;

        assert_int_equal(whet_pool_resize(c->pool, workers), 0);
        assert_int_equal(whet_pool_workers(c->pool), workers);
    }
    atomic_store(&c->stop, 1);
    return 0;
}

static void resizes_under_load(void **state)
{
    (void)state;
    for (unsigned flags = 0; flags <= WHET_POOL_DETACHED; flags++) {
        struct counts c = {0};

        c.pool = pool_of(2, 6, flags);
        assert_int_equal(whet_group_new(&c.group, c.pool, NULL), 0);
        for (int i = 0; i < 20; i++)
            submit(&c, submit_itself, NULL);
        if (flags == WHET_POOL_DETACHED)
            submit(&c, resize_often, NULL);
        else
            assert_int_equal(resize_often(&c, NULL, 0), 0);
        assert_int_equal(whet_group_wait(c.group), 0);
        assert_true(c.ran >= 20);
        close_counts(&c);
    }
}

/* A pool that has grown has as many hands as it says. */
static void grows_by_real_threads(void **state)
{
    struct counts c = {.ticks = 2};

    (void)state;
    c.pool = pool_of(1, 5, 0);
    assert_int_equal(whet_pool_workers_max(c.pool), 5);
    assert_int_equal(whet_group_new(&c.group, c.pool, NULL), 0);
    for (unsigned workers = 5; workers > 0; workers -= 2) {
        assert_int_equal(whet_pool_resize(c.pool, 1), 0);
        assert_int_equal(whet_pool_resize(c.pool, workers), 0);
        assert_int_equal(pthread_barrier_init(&c.barrier, NULL, workers), 0);
        for (unsigned i = 0; i < workers; i++)
            submit(&c, meet_all, NULL);
        assert_int_equal(whet_group_wait(c.group), 0);
        pthread_barrier_destroy(&c.barrier);
        if (workers == 1)
            break;
    }
    close_counts(&c);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        const struct whet_pool_options options = {.workers = 3, .workers_max = 4};
        unsigned long submitted = 0;
        struct counts c = {0};

        if (whet_pool_new(&c.pool, &options) == 0) {
            if (whet_group_new(&c.group, c.pool, NULL) == 0) {
                for (int i = 0; i < 300; i++) {
                    const struct whet_task task = {
                        .run = count_one, .ctx = &c, .size = (uint64_t)i % 2};

                    submitted += whet_group_submit(c.group, &task) == 0;
                }
                if (whet_pool_resize(c.pool, 4) != 0)
                    assert_int_equal(whet_pool_workers(c.pool), 3);
                assert_int_equal(whet_group_wait(c.group), 0);
                assert_int_equal(c.ran, submitted);
                whet_group_free(c.group);
            }
            whet_pool_free(c.pool);
        }
        if (whet_token_new(&c.token) == 0)
            whet_token_free(c.token);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_silly_numbers),
        cmocka_unit_test(one_worker_needs_no_thread),
        cmocka_unit_test(the_newest_task_goes_first),
        cmocka_unit_test(priority_decides_then_size),
        cmocka_unit_test(sizes_by_many_workers),
        cmocka_unit_test(many_small_tasks),
        cmocka_unit_test(tasks_submit_tasks),
        cmocka_unit_test(tasks_wait_for_tasks),
        cmocka_unit_test(a_task_cannot_wait_for_its_own_group),
        cmocka_unit_test(many_short_waves),
        cmocka_unit_test(all_workers_take_part_and_the_owner_ticks),
        cmocka_unit_test(detached_tasks_run_without_a_wait),
        cmocka_unit_test(threads_from_outside),
        cmocka_unit_test(a_failure_is_the_result_of_its_task),
        cmocka_unit_test(what_has_not_begun_is_cancelled),
        cmocka_unit_test(a_deadline_that_has_passed_cancels),
        cmocka_unit_test(resizes_under_load),
        cmocka_unit_test(grows_by_real_threads),
        cmocka_unit_test(survives_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
