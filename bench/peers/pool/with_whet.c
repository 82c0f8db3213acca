#include <stdlib.h>

#include <whet/pool.h>

#include "work.h"

static struct whet_pool *pool;
static struct whet_group *group;

static int body(void *ctx, size_t index, unsigned worker)
{
    (void)ctx;
    (void)worker;
    work_task(index);
    return 0;
}

static int task(void *ctx, void *arg, unsigned worker)
{
    (void)ctx;
    (void)worker;
    work_task((size_t)arg);
    return 0;
}

static int range_body(void *ctx, size_t begin, size_t end, unsigned worker)
{
    (void)ctx;
    (void)worker;
    for (size_t i = begin; i < end; i++)
        work_task(i);
    return 0;
}

static void loop_automatic(void *ctx)
{
    (void)whet_pool_for_ranges(pool, TASKS, range_body, ctx, NULL);
}

static void loop_of_calls(void *ctx)
{
    (void)whet_pool_for(pool, TASKS, body, ctx, NULL);
}

static void loop_of_one(void *ctx)
{
    static const struct whet_loop_options options = {.grain = 1};

    (void)whet_pool_for(pool, TASKS, body, ctx, &options);
}

static void tasks(void *ctx)
{
    struct whet_task t = {.run = task, .ctx = ctx};

    for (size_t i = 0; i < TASKS; i++) {
        t.arg = (void *)i;
        if (whet_group_submit(group, &t) != 0)
            abort();
    }
    if (whet_group_wait(group) != 0)
        abort();
}

static void single(void *ctx)
{
    const struct whet_task t = {.run = task, .ctx = ctx};

    work_pause();
    if (whet_group_submit(group, &t) != 0 || whet_group_wait(group) != 0)
        abort();
}

int main(int argc, char **argv)
{
    const struct whet_pool_options options = {.workers =
                                                  argc > 1 ? (unsigned)atoi(argv[1]) : 2};

    if (whet_pool_new(&pool, &options) != 0 || whet_group_new(&group, pool, NULL) != 0)
        return 1;
    work_time("automatic", loop_automatic, NULL);
    work_time("calls", loop_of_calls, NULL);
    work_time("one", loop_of_one, NULL);
    work_time("tasks", tasks, NULL);
    work_time("single", single, NULL);
    whet_group_free(group);
    whet_pool_free(pool);
    return 0;
}
