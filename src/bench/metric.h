/* bench/metric.h - the numbers of a run that arms are compared by.
 *
 * Shape    a closed list; each is read from a sample.
 * Units    nanoseconds and bytes, as doubles for what calculates with them.
 * Memory   returned strings are static.
 * Errors   none.
 * Threads  safe from any.
 */
#ifndef WHET_BENCH_METRIC_H
#define WHET_BENCH_METRIC_H

#include "bench/sample.h"

enum whet_bench_metric {
    WHET_BENCH_WALL,   /* ns from start to end */
    WHET_BENCH_CPU,    /* ns of processor time, user and system, children included */
    WHET_BENCH_MEMORY, /* bytes: peak resident set of its largest process. Not below what
                          the measuring process itself had at its peak (os/spawn.h) */
    WHET_BENCH_METRICS /* how many there are */
};

/* "wall", "cpu", "memory". */
const char *whet__metric_name(enum whet_bench_metric metric);

double whet__metric_of(const struct whet_bench_sample *sample, enum whet_bench_metric metric);

#endif
