/* @parallel: what a task costs, and how far more threads help work that only computes. */
#include "suites/suites.h"

#include <errno.h>
#include <string.h>

#include <whet/pool.h>

#define TASKS      1000
#define CHUNKS     64
#define CHUNK_WORK 20000 /* steps: some 20 us */

static void configure(struct whet_bench_config *config, const char *about)
{
    unsigned cores = whet_pool_cores();

    whet_bench_group(config, "parallel");
    whet_bench_about(config, about);
    for (unsigned jobs = 1; jobs < cores; jobs *= 2)
        whet_bench_arg(config, "jobs", jobs);
    whet_bench_arg(config, "jobs", cores);
}

static struct whet_pool *pool_open(struct whet_bench_state *state)
{
    struct whet_pool *pool = NULL;
    const struct whet_pool_options options = {.workers =
                                                  (unsigned)whet_bench_value(state, "jobs")};
    int rc = whet_pool_new(&pool, &options);

    if (rc != 0)
        whet_bench_fail(state, "cannot start threads: %s", strerror(-rc));
    return pool;
}

static int nothing(void *ctx, size_t index, unsigned worker)
{
    (void)ctx;
    (void)index;
    (void)worker;
    return 0;
}

static void tasks_run(struct whet_bench_state *state)
{
    struct whet_pool *pool = pool_open(state);

    whet_bench_set_items(state, TASKS);
    WHET_BENCH_LOOP(state)
    {
        (void)whet_pool_for(pool, TASKS, nothing, NULL, NULL);
    }
    whet_pool_free(pool);
}

static void tasks_configure(struct whet_bench_config *config)
{
    configure(config, "a thousand tasks that do nothing: the cost of handing out");
}

/* A chain of multiplications, which neither memory nor the other thread slows down. */
static int compute(void *ctx, size_t index, unsigned worker)
{
    uint64_t x = index;

    (void)ctx;
    (void)worker;
    for (unsigned i = 0; i < CHUNK_WORK; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        WHET_BENCH_HIDE(x);
    }
    return 0;
}

static void compute_run(struct whet_bench_state *state)
{
    struct whet_pool *pool = pool_open(state);

    whet_bench_set_items(state, CHUNKS);
    WHET_BENCH_LOOP(state)
    {
        (void)whet_pool_for(pool, CHUNKS, compute, NULL, NULL);
    }
    whet_pool_free(pool);
}

static void compute_configure(struct whet_bench_config *config)
{
    configure(config, "64 chunks of arithmetic: the speed-up that threads can give here");
}

static struct whet_bench_entry benchmarks[] = {
    {"parallel_compute", compute_run, compute_configure, NULL},
    {"parallel_tasks", tasks_run, tasks_configure, NULL},
};

const struct whet_suite_entry whet__suite_parallel = {
    "parallel", "the thread pool: cost of a task, speed-up by jobs", benchmarks,
    sizeof(benchmarks) / sizeof(benchmarks[0])};
