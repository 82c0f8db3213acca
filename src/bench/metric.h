/* bench/metric.h - the numbers that runs are measured by.
 *
 * Shape    a metric is a name, a unit and which way is better. The built-in ones come
 *          first in every result, in the order of the enum; a program's own counters
 *          (<whet/bench.h>) follow them.
 * Units    as view/number.h: nanoseconds and bytes, as doubles. Of a command they are of one
 *          run; of a C function of one iteration.
 * Memory   built-in metrics are static.
 * Errors   none.
 * Threads  safe from any.
 *
 * A value that could not be measured is NaN: never 0, never a guess.
 */
#ifndef WHET_BENCH_METRIC_H
#define WHET_BENCH_METRIC_H

#include <stddef.h>

#include "view/number.h"

enum whet_metric_better { WHET_METRIC_LOWER, WHET_METRIC_HIGHER, WHET_METRIC_NEITHER };

struct whet_metric {
    const char *name;  /* one word, as in JSON and whet.yaml: "wall" */
    const char *title; /* for people: "wall time" */
    enum whet_unit unit;
    enum whet_metric_better better;
};

enum whet_metric_id {
    WHET_METRIC_WALL,   /* from start to end */
    WHET_METRIC_ACTIVE, /* wall less `delay`; known only where one thread did it all */
    WHET_METRIC_CPU,    /* user + system, of children that were waited for too */
    WHET_METRIC_USER,
    WHET_METRIC_SYSTEM,
    WHET_METRIC_DELAY,           /* ready to run, but another had the processor; main thread */
    WHET_METRIC_MEMORY,          /* peak resident set of the largest process (wait4) */
    WHET_METRIC_TREE_MEMORY,     /* peak of all its processes together */
    WHET_METRIC_MINOR_FAULTS,    /* without and ... */
    WHET_METRIC_MAJOR_FAULTS,    /* ... with reading from storage */
    WHET_METRIC_VOLUNTARY,       /* context switches: it waited ... */
    WHET_METRIC_INVOLUNTARY,     /* ... or had to make room */
    WHET_METRIC_READ,            /* bytes asked of files, pipes, sockets ... */
    WHET_METRIC_WRITTEN,         /* ... and given to them */
    WHET_METRIC_STORAGE_READ,    /* bytes that storage had to deliver ... */
    WHET_METRIC_STORAGE_WRITTEN, /* ... or to take */
    WHET_METRIC_CYCLES,          /* hardware counters, user mode */
    WHET_METRIC_INSTRUCTIONS,
    WHET_METRIC_BRANCH_MISSES,
    WHET_METRIC_CACHE_MISSES,
    WHET_METRIC_ALLOCATIONS, /* of a function: calls for memory ... */
    WHET_METRIC_ALLOCATED,   /* ... and their bytes */
    WHET_METRIC_IDS          /* how many are built in */
};

/* The built-in metrics, WHET_METRIC_IDS of them. */
extern const struct whet_metric whet__metrics[WHET_METRIC_IDS];

#endif
