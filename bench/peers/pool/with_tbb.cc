#include <cstdlib>

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include "work.h"

struct body {
    void operator()(const tbb::blocked_range<std::size_t> &range) const
    {
        for (std::size_t i = range.begin(); i != range.end(); i++)
            work_task(i);
    }
};

static void loop_automatic(void *)
{
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, TASKS), body());
}

static void loop_of_one(void *)
{
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, TASKS, 1), body(),
                      tbb::simple_partitioner());
}

static void tasks(void *)
{
    tbb::task_group group;

    for (std::size_t i = 0; i < TASKS; i++)
        group.run([i] { work_task(i); });
    group.wait();
}

static void single(void *)
{
    tbb::task_group group;

    work_pause();
    group.run([] { work_task(0); });
    group.wait();
}

int main(int argc, char **argv)
{
    int threads = argc > 1 ? std::atoi(argv[1]) : 2;
    tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                              static_cast<std::size_t>(threads));
    tbb::task_arena arena(threads);

    arena.execute([] {
        work_time("automatic", loop_automatic, nullptr);
        work_time("one", loop_of_one, nullptr);
        work_time("tasks", tasks, nullptr);
        work_time("single", single, nullptr);
    });
    return 0;
}
