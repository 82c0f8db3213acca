/* Running a command many times at once, to see what more copies bring. Expected load: a
 * command of a tenth of a second to some seconds, a few dozen runs. */
#include <whet/sizing.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "os/clock.h"
#include "os/spawn.h"

#define ROUNDS     3
#define ROUNDS_MAX 64
#define COPIES_MAX 256u
#define NS_PER_SEC 1e9

struct probe {
    const struct whet_sizing_probe_options *options;
    struct whet_sizing_probe *out;
    unsigned rounds;
    double shares[ROUNDS_MAX], times[ROUNDS_MAX];
    struct whet_error err;
    int error; /* the first; under the lock */
    pthread_mutex_t lock;
};

static void probe_fail(struct probe *p, int rc, const struct whet_error *err)
{
    pthread_mutex_lock(&p->lock);
    if (p->error == 0) {
        p->error = rc;
        p->err = *err;
    }
    pthread_mutex_unlock(&p->lock);
}

static int program_run(struct probe *p, struct whet_spawn_result *r)
{
    const struct whet_spawn_options options = {.argv = p->options->argv,
                                               .out = WHET_SPAWN_NULL,
                                               .err = WHET_SPAWN_NULL,
                                               .flags = WHET_SPAWN_DETAILS,
                                               .stop = p->options->stop,
                                               .ctx = p->options->ctx};
    struct whet_error err = {0};
    int rc = whet__spawn_run(&options, r, &err);

    if (rc == 0 && r->stopped)
        rc = whet_error_set(&err, -ECANCELED, "stopped");
    else if (rc == 0 && (r->signal != 0 || r->exit_code != 0))
        rc = whet_error_set(&err, -ECHILD, "the command failed: '%.200s': %s %d",
                            p->options->argv[0], r->signal != 0 ? "signal" : "exit code",
                            r->signal != 0 ? r->signal : r->exit_code);
    if (rc != 0)
        probe_fail(p, rc, &err);
    return rc;
}

static int copy_run(void *ctx, size_t index, unsigned worker)
{
    struct probe *p = ctx;
    struct whet_spawn_result r;
    int rc = program_run(p, &r);

    (void)index;
    (void)worker;
    if (rc != 0)
        return rc;
    pthread_mutex_lock(&p->lock);
    if (r.max_rss_bytes > r.rss_floor_bytes && r.max_rss_bytes > p->out->task_bytes)
        p->out->task_bytes = r.max_rss_bytes;
    pthread_mutex_unlock(&p->lock);
    return 0;
}

/* A run alone: what share of its time it computes. Time in which others had the processor
 * says nothing of it. */
static int alone_run(struct probe *p, unsigned round)
{
    struct whet_spawn_result r;
    double busy, wall;
    int rc = program_run(p, &r);

    if (rc != 0)
        return rc;
    busy = (double)(r.user_ns + r.sys_ns);
    wall = (double)r.wall_ns;
    if ((r.known & WHET_SPAWN_KNOWS_DELAY) != 0 && (double)r.delay_ns < wall)
        wall -= (double)r.delay_ns;
    p->times[round] = wall;
    p->shares[round] = wall > 0 && busy < wall ? busy / wall : 1;
    return 0;
}

/* `copies` at once, each a few times: runs per second. */
static int together_run(struct probe *p, unsigned copies, double *throughput)
{
    const struct whet_pool_options options = {.workers = copies};
    const struct whet_loop_options loop = {.grain = 1};
    size_t runs = copies < 4 ? 4 : copies;
    struct whet_pool *pool;
    uint64_t start_ns;
    int rc = whet_pool_new(&pool, &options);

    if (rc != 0)
        return rc;
    start_ns = whet__clock_now_ns();
    rc = whet_pool_for(pool, runs, copy_run, p, &loop);
    *throughput = (double)runs * NS_PER_SEC / (double)(whet__clock_now_ns() - start_ns);
    whet_pool_free(pool);
    return rc;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *values, unsigned count)
{
    qsort(values, count, sizeof(*values), by_value);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* 1, 2, 3, 4, 8, ... and the most: on two cores a point more than the law has terms. */
static void points_plan(struct whet_sizing_probe *out, unsigned most)
{
    for (unsigned n = 1; n < most && out->point_count + 1 < WHET_SIZING_POINTS_MAX;
         n = n < 4 ? n + 1 : n * 2)
        out->points[out->point_count++].workers = n;
    out->points[out->point_count++].workers = most;
}

static int rounds_run(struct probe *p)
{
    struct whet_sizing_probe *out = p->out;
    int rc = 0;

    for (unsigned round = 0; rc == 0 && round < p->rounds; round++) {
        rc = alone_run(p, round);
        for (size_t i = 0; rc == 0 && i < out->point_count; i++) {
            double throughput = 0;

            rc = together_run(p, out->points[i].workers, &throughput);
            if (throughput > out->points[i].throughput)
                out->points[i].throughput = throughput;
        }
    }
    return rc;
}

int whet_sizing_measure(struct whet_sizing_probe *out,
                        const struct whet_sizing_probe_options *options, struct whet_error *err)
{
    struct whet_sizing_probe result = {0};
    struct probe p = {.options = options, .out = &result, .rounds = options->rounds};
    unsigned most = options->most != 0 ? options->most : 2 * whet_pool_cores();
    int rc;

    if (options->argv == NULL || options->argv[0] == NULL || p.rounds > ROUNDS_MAX)
        return whet_error_set(err, -EINVAL, "no command, or too many rounds");
    if (p.rounds == 0)
        p.rounds = ROUNDS;
    rc = -pthread_mutex_init(&p.lock, NULL);
    if (rc != 0)
        return whet_error_set(err, rc, "out of memory");
    points_plan(&result, most < COPIES_MAX ? most : COPIES_MAX);
    rc = rounds_run(&p);
    pthread_mutex_destroy(&p.lock);
    if (rc != 0)
        return whet_error_set(err, rc, "%s", p.error != 0 ? p.err.text : strerror(-rc));
    qsort(p.shares, p.rounds, sizeof(p.shares[0]), by_value);
    result.cpu_share = p.shares[p.rounds - 1]; /* what disturbs only makes it smaller */
    result.task_ns = median(p.times, p.rounds);
    *out = result;
    return 0;
}
