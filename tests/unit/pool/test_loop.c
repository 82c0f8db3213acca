/* whet_pool_for: each index once, whatever the chunks; its answers, and how it is given up. */
#include "../harness.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include <whet/pool.h>

struct seen {
    struct whet_pool *pool;
    struct whet_token *token;
    unsigned char *times;
    atomic_size_t ran;
    atomic_int inside; /* of bodies, at the same time */
    size_t cancel_at;
    size_t order[100];
    pthread_barrier_t barrier;
};

static struct whet_pool *pool_of(unsigned workers, unsigned max, unsigned flags)
{
    const struct whet_pool_options options = {workers, max, flags};
    struct whet_pool *p = NULL;

    assert_int_equal(whet_pool_new(&p, &options), 0);
    return p;
}

static int see_index(void *ctx, size_t index, unsigned worker)
{
    struct seen *s = ctx;

    assert_true(worker < whet_pool_workers_max(s->pool));
    s->times[index]++;
    atomic_fetch_add(&s->ran, 1);
    return 0;
}

static void refuses_no_body(void **state)
{
    struct whet_pool *p = pool_of(1, 0, 0);

    (void)state;
    assert_int_equal(whet_pool_for(p, 1, NULL, NULL, NULL), -EINVAL);
    assert_int_equal(whet_pool_for_ranges(p, 1, NULL, NULL, NULL), -EINVAL);
    whet_pool_free(p);
}

static void each_index_once(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 4; workers += 3) {
        for (size_t count = 0; count < 30000; count = count * 3 + 1) {
            for (size_t grain = 0; grain < 40; grain = grain * 5 + 1) {
                struct seen s = {.pool = pool_of(workers, 0, 0)};
                const struct whet_loop_options options = {.grain = grain};

                s.times = whet__mem_zalloc(count, 1);
                assert_int_equal(whet_pool_for(s.pool, count, see_index, &s, &options), 0);
                assert_int_equal(s.ran, count);
                for (size_t i = 0; i < count; i++)
                    assert_int_equal(s.times[i], 1);
                whet_pool_free(s.pool);
                whet__mem_free(s.times);
            }
        }
    }
}

static int see_range(void *ctx, size_t begin, size_t end, unsigned worker)
{
    assert_true(begin < end);
    for (size_t i = begin; i < end; i++)
        assert_int_equal(see_index(ctx, i, worker), 0);
    return 0;
}

static void each_index_is_in_one_range(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 4; workers += 3) {
        for (size_t count = 0; count < 30000; count = count * 3 + 1) {
            struct seen s = {.pool = pool_of(workers, 0, 0)};

            s.times = whet__mem_zalloc(count, 1);
            assert_int_equal(whet_pool_for_ranges(s.pool, count, see_range, &s, NULL), 0);
            assert_int_equal(s.ran, count);
            for (size_t i = 0; i < count; i++)
                assert_int_equal(s.times[i], 1);
            whet_pool_free(s.pool);
            whet__mem_free(s.times);
        }
    }
}

static int fail_range(void *ctx, size_t begin, size_t end, unsigned worker)
{
    (void)worker;
    assert_true(end - begin <= *(const size_t *)ctx);
    return begin >= 30 ? -(int)begin : 0;
}

/* With a grain it is known where ranges begin. */
static void a_range_answers_for_its_indexes(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 4; workers += 3) {
        struct whet_pool *p = pool_of(workers, 0, 0);
        size_t grain = 10;
        int results[995];
        const struct whet_loop_options options = {.grain = grain, .results = results};

        assert_int_equal(whet_pool_for_ranges(p, 995, fail_range, &grain, &options), -30);
        for (size_t i = 0; i < 995; i++)
            assert_int_equal(results[i], i >= 30 ? -(int)(i - i % grain) : 0);
        assert_int_equal(whet_pool_for_ranges(p, 30, fail_range, &grain, &options), 0);
        whet_pool_free(p);
    }
}

static int note_order(void *ctx, size_t index, unsigned worker)
{
    struct seen *s = ctx;

    assert_int_equal(worker, 0);
    s->order[atomic_fetch_add(&s->ran, 1)] = index;
    return 0;
}

static void one_worker_goes_in_order(void **state)
{
    struct seen s = {.pool = pool_of(1, 0, 0)};

    (void)state;
    assert_int_equal(whet_pool_for(s.pool, 100, note_order, &s, NULL), 0);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(s.order[i], i);
    whet_pool_free(s.pool);
}

/* Each body waits for all the others: so every worker has to come. */
static int meet(void *ctx, size_t index, unsigned worker)
{
    (void)index;
    (void)worker;
    pthread_barrier_wait(&((struct seen *)ctx)->barrier);
    return 0;
}

static void every_worker_comes(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 16; workers *= 2) {
        struct seen s = {.pool = pool_of(workers, 0, 0)};

        assert_int_equal(pthread_barrier_init(&s.barrier, NULL, workers), 0);
        for (int i = 0; i < 20; i++)
            assert_int_equal(whet_pool_for(s.pool, workers, meet, &s, NULL), 0);
        pthread_barrier_destroy(&s.barrier);
        whet_pool_free(s.pool);
    }
}

static int fail_some(void *ctx, size_t index, unsigned worker)
{
    (void)ctx;
    (void)worker;
    return index >= 30 && index % 10 == 0 ? -(int)index : 0;
}

static void failures_are_answers(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 4; workers += 3) {
        struct whet_pool *p = pool_of(workers, 0, 0);
        int results[1000];
        const struct whet_loop_options options = {.results = results};

        for (int round = 0; round < 20; round++) {
            assert_int_equal(whet_pool_for(p, 1000, fail_some, NULL, &options), -30);
            for (size_t i = 0; i < 1000; i++)
                assert_int_equal(results[i], fail_some(NULL, i, 0));
        }
        whet_pool_free(p);
    }
}

/* Indexes are begun in order: who has a later one waits, lest all are done before it comes. */
static int cancel_some(void *ctx, size_t index, unsigned worker)
{
    struct seen *s = ctx;

    (void)worker;
    if (index == s->cancel_at)
        whet_token_cancel(s->token);
    while (index > s->cancel_at && whet_token_check(s->token) == 0)
        sched_yield();
    atomic_fetch_add(&s->ran, 1);
    return 0;
}

static void a_token_ends_it(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 3; workers++) {
        struct seen s = {.pool = pool_of(workers, 0, 0), .cancel_at = 10};
        int results[1000];
        struct whet_loop_options options = {.grain = 1, .results = results};
        size_t run = 0;

        assert_int_equal(whet_token_new(&s.token), 0);
        options.token = s.token;
        assert_int_equal(whet_pool_for(s.pool, 1000, cancel_some, &s, &options), -ECANCELED);
        for (size_t i = 0; i < 1000; i++)
            run += results[i] == 0;
        assert_int_equal(run, s.ran);
        for (size_t i = 0; i < 1000; i++)
            assert_int_equal(results[i], i < run ? 0 : -ECANCELED);
        if (workers == 1)
            assert_int_equal(run, 11);
        assert_int_equal(whet_pool_for(s.pool, 10, cancel_some, &s, &options), -ECANCELED);
        assert_int_equal(run, s.ran);
        whet_token_free(s.token);
        whet_pool_free(s.pool);
    }
}

static int loop_inside(void *ctx, size_t index, unsigned worker)
{
    struct seen *outer = ctx, inner = {.pool = outer->pool};
    unsigned char times[50] = {0};

    (void)index;
    (void)worker;
    inner.times = times;
    assert_int_equal(whet_pool_for(inner.pool, sizeof(times), see_index, &inner, NULL), 0);
    assert_int_equal(inner.ran, sizeof(times));
    atomic_fetch_add(&outer->ran, 1);
    return 0;
}

static void loops_inside_loops(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 4; workers++) {
        struct seen s = {.pool = pool_of(workers, 0, 0)};

        assert_int_equal(whet_pool_for(s.pool, 2000, loop_inside, &s, NULL), 0);
        assert_int_equal(s.ran, 2000);
        whet_pool_free(s.pool);
    }
}

static void *loop_visit(void *arg)
{
    for (int i = 0; i < 100; i++)
        assert_int_equal(loop_inside(arg, 0, 0), 0);
    return NULL;
}

/* Threads without a seat have it done by others. */
static void loops_from_several_threads(void **state)
{
    (void)state;
    for (unsigned flags = 0; flags <= WHET_POOL_DETACHED; flags++) {
        struct seen s = {.pool = pool_of(2, 0, flags)};
        pthread_t threads[4];

        for (int i = 0; i < 4; i++)
            assert_int_equal(pthread_create(&threads[i], NULL, loop_visit, &s), 0);
        for (int i = 0; i < 4; i++)
            assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(s.ran, 400);
        whet_pool_free(s.pool);
    }
}

/* A task of one pool runs a loop of another. */
static int loop_of_the_other(void *ctx, size_t index, unsigned worker)
{
    struct seen *pair = ctx;

    assert_int_equal(whet_pool_for(pair[1].pool, 3, loop_inside, &pair[1], NULL), 0);
    return loop_inside(&pair[0], index, worker);
}

static void two_pools(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 3; workers++) {
        struct seen pair[2] = {{.pool = pool_of(workers, 0, 0)}, {.pool = pool_of(1, 0, 0)}};

        assert_int_equal(whet_pool_for(pair[0].pool, 20, loop_of_the_other, pair, NULL), 0);
        assert_int_equal(pair[0].ran, 20);
        assert_int_equal(pair[1].ran, 60);
        whet_pool_free(pair[0].pool);
        whet_pool_free(pair[1].pool);
    }
}

static int resize_at_times(void *ctx, size_t index, unsigned worker)
{
    struct seen *s = ctx;

    if (index % 50 == 7)
        assert_int_equal(whet_pool_resize(s->pool, 1 + (unsigned)(index / 50) % 5), 0);
    return see_index(ctx, index, worker);
}

static void resizes_while_it_runs(void **state)
{
    unsigned char times[5000];

    (void)state;
    for (int round = 0; round < 10; round++) {
        struct seen s = {.pool = pool_of(2, 5, 0), .times = times};
        const struct whet_loop_options options = {.grain = 1};

        memset(times, 0, sizeof(times));
        assert_int_equal(whet_pool_for(s.pool, sizeof(times), resize_at_times, &s, &options),
                         0);
        assert_int_equal(s.ran, sizeof(times));
        whet_pool_free(s.pool);
    }
}

/* A worker that is one too many, in the middle of a task that waits for another one's. */
struct leaver {
    struct whet_pool *pool;
    struct whet_group *group;
    atomic_int child_runs, child_may_end, waits, resized;
    atomic_size_t ran;
};

static int leaver_child(void *ctx, void *arg, unsigned worker)
{
    struct leaver *l = ctx;

    (void)arg;
    (void)worker;
    atomic_store(&l->child_runs, 1);
    while (!atomic_load(&l->child_may_end))
        sched_yield();
    return 0;
}

static int leaver_task(void *ctx, void *arg, unsigned worker)
{
    struct leaver *l = ctx;
    const struct whet_task child = {.run = leaver_child, .ctx = l};
    struct whet_group *own;

    (void)arg;
    if (worker == 0 || atomic_load(&l->waits))
        return 0;
    assert_int_equal(whet_group_new(&own, l->pool, NULL), 0);
    assert_int_equal(whet_group_submit(own, &child), 0);
    while (!atomic_load(&l->child_runs))
        sched_yield();
    atomic_store(&l->waits, 1);
    while (!atomic_load(&l->resized))
        sched_yield();
    assert_int_equal(whet_group_wait(own), 0);
    whet_group_free(own);
    return 0;
}

static int count_run(void *ctx, size_t index, unsigned worker)
{
    struct leaver *l = ctx;

    (void)index;
    (void)worker;
    atomic_fetch_add(&l->ran, 1);
    return 0;
}

/* Nobody else has time for the loop: it is done all the same. */
static void a_worker_too_many_leaves_no_loop_undone(void **state)
{
    struct leaver l = {.pool = pool_of(2, 0, WHET_POOL_DETACHED)};
    const struct whet_task task = {.run = leaver_task, .ctx = &l};

    (void)state;
    assert_int_equal(whet_group_new(&l.group, l.pool, NULL), 0);
    while (!atomic_load(&l.waits)) {
        assert_int_equal(whet_group_submit(l.group, &task), 0);
        sched_yield();
    }
    assert_int_equal(whet_pool_resize(l.pool, 1), 0);
    atomic_store(&l.resized, 1);
    assert_int_equal(whet_pool_for(l.pool, 100, count_run, &l, NULL), 0);
    assert_int_equal(atomic_load(&l.ran), 100);
    atomic_store(&l.child_may_end, 1);
    assert_int_equal(whet_group_wait(l.group), 0);
    whet_group_free(l.group);
    whet_pool_free(l.pool);
}

/* A loop in a pool with a seat needs no memory that it might not get. */
static void runs_without_memory(void **state)
{
    struct seen s = {.pool = pool_of(3, 0, 0)};
    unsigned char times[2000] = {0};

    (void)state;
    s.times = times;
    EACH_ALLOCATION_FAILS
    {
        assert_int_equal(whet_pool_for(s.pool, sizeof(times), see_index, &s, NULL), 0);
    }
    assert_true(s.ran % sizeof(times) == 0);
    whet_pool_free(s.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_no_body),
        cmocka_unit_test(each_index_once),
        cmocka_unit_test(each_index_is_in_one_range),
        cmocka_unit_test(a_range_answers_for_its_indexes),
        cmocka_unit_test(one_worker_goes_in_order),
        cmocka_unit_test(every_worker_comes),
        cmocka_unit_test(failures_are_answers),
        cmocka_unit_test(a_token_ends_it),
        cmocka_unit_test(loops_inside_loops),
        cmocka_unit_test(loops_from_several_threads),
        cmocka_unit_test(two_pools),
        cmocka_unit_test(resizes_while_it_runs),
        cmocka_unit_test(a_worker_too_many_leaves_no_loop_undone),
        cmocka_unit_test(runs_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
