/* os/load.h - how busy the machine is, and whether memory is short.
 *
 * Shape    one call fills one plain struct.
 * Units    ticks of the kernel; ratios 0..1.
 * Memory   none is kept.
 * Errors   none: what cannot be found is negative, or 0 where that is said.
 * Threads  safe from any.
 *
 * `root` is put before every path: "" for the real system, a folder for tests.
 */
#ifndef WHET_OS_LOAD_H
#define WHET_OS_LOAD_H

#include <stdint.h>

struct whet_load {
    uint64_t total_ticks; /* of all processors since the start; 0: unknown */
    uint64_t idle_ticks;  /* of them, unused */
    unsigned processors;  /* that these are of; 0: unknown */
    int runnable;         /* threads that run or want to, the caller included */
    double cpu_some;      /* share of the last 10 s in which some task of our control group
                             waited for a processor, or for its quota; negative: unknown */
    double memory_some; /* share of the last 10 s in which some task waited for memory (PSI): of
                           our control group where it tells, else of the machine */
    double memory_free; /* share of memory that can still be had: of the machine's, or of what
                           our control group may use if that is less; negative: unknown */
};

void whet__load_read(const char *root, struct whet_load *out);

/* Memory alone, in fewer files: all else says that it is unknown. */
void whet__load_read_memory(const char *root, struct whet_load *out);

#endif
