/* Three ways to have a pool work: a loop, tasks in a group, and tasks that need others.
 *
 *     cc examples/pool.c $(pkg-config --cflags --libs whet) -o pool && ./pool
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <whet/pool.h>

#define NUMBERS 100000

/* How many steps of the Collatz sequence lead to 1: bodies that differ a lot. */
static int count_steps(void *ctx, size_t index, unsigned worker)
{
    uint16_t *steps = ctx;
    uint64_t n = index + 1;

    (void)worker;
    for (steps[index] = 0; n != 1; steps[index]++)
        n = n % 2 == 0 ? n / 2 : 3 * n + 1;
    return 0;
}

/* A task: the longest of a quarter. `arg` is where it begins and where the answer goes. */
struct quarter {
    const uint16_t *steps;
    size_t longest;
};

static int find_longest(void *ctx, void *arg, unsigned worker)
{
    struct quarter *q = arg;

    (void)ctx;
    (void)worker;
    for (size_t i = 0; i < NUMBERS / 4; i++) {
        if (q->steps[i] > q->steps[q->longest])
            q->longest = i;
    }
    return 0;
}

static int say(void *ctx, void *arg, unsigned worker)
{
    (void)ctx;
    (void)worker;
    return printf("%s\n", (const char *)arg) < 0 ? -1 : 0;
}

static int run_tasks(struct whet_pool *pool, const uint16_t *steps)
{
    struct quarter quarters[4];
    struct whet_group *group;
    int rc = whet_group_new(&group, pool, NULL), waited;

    if (rc != 0)
        return rc;
    for (size_t i = 0; i < 4; i++)
        quarters[i] = (struct quarter){steps + i * (NUMBERS / 4), 0};
    for (size_t i = 0; rc == 0 && i < 4; i++) {
        const struct whet_task task = {.run = find_longest, .arg = &quarters[i]};

        rc = whet_group_submit(group, &task);
    }
    waited = whet_group_wait(group); /* also for what was submitted before a failure */
    whet_group_free(group);
    for (size_t i = 0; rc == 0 && i < 4; i++)
        printf("quarter %zu: %zu takes %u steps\n", i + 1,
               i * (NUMBERS / 4) + quarters[i].longest + 1,
               quarters[i].steps[quarters[i].longest]);
    return rc != 0 ? rc : waited;
}

/* Walls need a floor, and a roof needs walls, whatever the order they are added in. */
static int run_graph(struct whet_pool *pool)
{
    static const char *const parts[] = {"roof", "walls", "floor"};
    struct whet_graph *graph;
    struct whet_error err;
    int rc = whet_graph_new(&graph);

    if (rc != 0)
        return rc;
    for (size_t i = 0, id; rc == 0 && i < 3; i++) {
        const struct whet_task task = {.run = say, .arg = (void *)(uintptr_t)parts[i]};

        rc = whet_graph_add(graph, parts[i], &task, &id);
    }
    if (rc == 0)
        rc = whet_graph_need(graph, 0, 1);
    if (rc == 0)
        rc = whet_graph_need(graph, 1, 2);
    if (rc == 0)
        rc = whet_graph_run(graph, pool, NULL, &err);
    if (rc == 0 && whet_graph_need(graph, 2, 0) == 0 &&
        whet_graph_run(graph, pool, NULL, &err) != 0)
        printf("%s\n", err.text);
    whet_graph_free(graph);
    return rc;
}

int main(void)
{
    static uint16_t steps[NUMBERS];
    struct whet_pool *pool;
    int rc = whet_pool_new(&pool, NULL);

    if (rc == 0) {
        rc = whet_pool_for(pool, NUMBERS, count_steps, steps, NULL);
        if (rc == 0)
            rc = run_tasks(pool, steps);
        if (rc == 0)
            rc = run_graph(pool);
        whet_pool_free(pool);
    }
    if (rc != 0)
        fprintf(stderr, "%s\n", strerror(-rc));
    return rc != 0;
}
