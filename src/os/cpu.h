/* os/cpu.h - the processors of this machine, and how many of them are ours.
 *
 * Shape    one call fills one plain struct.
 * Units    counts and bytes.
 * Memory   none is kept.
 * Errors   none: what cannot be found is 0 or "", which means "unknown".
 * Threads  safe from any.
 *
 * `root` is put before every path: "" for the real system, a folder for tests.
 */
#ifndef WHET_OS_CPU_H
#define WHET_OS_CPU_H

#include <stdint.h>

#define WHET_CPU_CACHES 8

enum whet_cpu_cache_kind {
    WHET_CPU_CACHE_UNIFIED,
    WHET_CPU_CACHE_DATA,
    WHET_CPU_CACHE_INSTRUCTION
};

struct whet_cpu_cache {
    unsigned level; /* 1.. */
    enum whet_cpu_cache_kind kind;
    uint64_t size_bytes;
    unsigned line_bytes;
    unsigned shared_by; /* logical processors that share it, the first one among them */
};

struct whet_cpu {
    unsigned online; /* logical processors that the kernel runs */
    unsigned usable; /* of them, those that this thread's affinity allows (taskset,
                        cpuset); see os/cgroup.h for the quota */
    unsigned cores;  /* physical cores online: fewer than `online` with SMT */
    char model[128];
    unsigned cache_count; /* caches of the first processor, by level */
    struct whet_cpu_cache caches[WHET_CPU_CACHES];
};

void whet__cpu_read(const char *root, struct whet_cpu *out);

/* How many processors this thread may use, at least 1: for choosing a number of
 * threads without reading all of the above. */
unsigned whet__cpu_usable(void);

#endif
