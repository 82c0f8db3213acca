/* os/cgroup.h - how much CPU and memory the control groups leave us.
 *
 * Shape    one call fills one plain struct, and each answer names its file.
 * Units    CPU in cores (1.5 is one and a half), bytes.
 * Memory   none is kept.
 * Errors   none: what cannot be found is 0, and its source "". A limit of 0 means that
 *          no limit was found.
 * Threads  safe from any.
 *
 * The groups of this process are found through /proc/self/cgroup and mountinfo, under
 * v1, v2 and both at once. The answer is the tightest limit on the way from its own
 * group to the top of what is mounted here: a container sees no further.
 * `root` is put before every path: "" for the real system, a folder for tests.
 */
#ifndef WHET_OS_CGROUP_H
#define WHET_OS_CGROUP_H

#include <stdint.h>

#define WHET_CGROUP_PATH 512

enum whet_cgroup_version {
    WHET_CGROUP_NONE,
    WHET_CGROUP_V1,
    WHET_CGROUP_V2,
    WHET_CGROUP_HYBRID /* v1 controllers and a v2 tree */
};

struct whet_cgroup {
    enum whet_cgroup_version version;
    double cpu_cores; /* quota / period */
    uint64_t memory_limit_bytes;
    uint64_t memory_used_bytes;   /* of the group that the limit is on, else of our own;
                                     with page cache, as the kernel counts it */
    uint64_t memory_cached_bytes; /* of these, inactive file pages: given back at need */

    /* The files that said so, without the root. */
    char cpu_source[WHET_CGROUP_PATH];
    char memory_source[WHET_CGROUP_PATH];
    char memory_used_source[WHET_CGROUP_PATH];

    /* The folders of our own groups ("" if unknown): for cpu.stat and memory.stat under
     * v1 or v2, and of the v2 tree, where *.pressure is. */
    char cpu_dir[WHET_CGROUP_PATH];
    char memory_dir[WHET_CGROUP_PATH];
    char v2_dir[WHET_CGROUP_PATH];
};

void whet__cgroup_read(const char *root, struct whet_cgroup *out);

/* Only cpu_cores of it, at a quarter of the cost: for each start of a program. */
double whet__cgroup_cpu_cores(const char *root);

#endif
