/* What is compared: the few numbers of a run that people decide by. */
#include "bench/metric.h"

const char *whet__metric_name(enum whet_bench_metric metric)
{
    static const char *const names[] = {"wall", "cpu", "memory"};

    return metric < WHET_BENCH_METRICS ? names[metric] : "unknown";
}

double whet__metric_of(const struct whet_bench_sample *sample, enum whet_bench_metric metric)
{
    switch (metric) {
    case WHET_BENCH_WALL:
        return (double)sample->run.wall_ns;
    case WHET_BENCH_CPU:
        return (double)(sample->run.user_ns + sample->run.sys_ns);
    case WHET_BENCH_MEMORY:
        return (double)sample->run.max_rss_bytes;
    case WHET_BENCH_METRICS:
        break;
    }
    return 0;
}
