/* libgomp; run it with OMP_WAIT_POLICY=passive, too: its default spins. */
#include <omp.h>
#include <stdlib.h>

#include "work.h"

static void loop_automatic(void *ctx)
{
    (void)ctx;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < TASKS; i++)
        work_task(i);
}

static void loop_of_one(void *ctx)
{
    (void)ctx;
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t i = 0; i < TASKS; i++)
        work_task(i);
}

static void tasks(void *ctx)
{
    (void)ctx;
#pragma omp parallel
#pragma omp single
    for (size_t i = 0; i < TASKS; i++) {
#pragma omp task firstprivate(i)
        work_task(i);
    }
}

static void single(void *ctx)
{
    (void)ctx;
    work_pause();
#pragma omp parallel
#pragma omp single
    {
#pragma omp task
        work_task(0);
    }
}

int main(int argc, char **argv)
{
    omp_set_num_threads(argc > 1 ? atoi(argv[1]) : 2);
    work_time("automatic", loop_automatic, NULL);
    work_time("one", loop_of_one, NULL);
    work_time("tasks", tasks, NULL);
    work_time("single", single, NULL);
    return 0;
}
