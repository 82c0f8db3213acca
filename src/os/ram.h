/* os/ram.h - the memory of this machine, and our own peak.
 *
 * Shape    one call fills one plain struct.
 * Units    bytes.
 * Memory   none is kept.
 * Errors   none: what cannot be found is 0, which means "unknown" (swap_total_bytes of
 *          0 can also mean that there is no swap).
 * Threads  safe from any.
 *
 * Limits of control groups are not in it: see os/cgroup.h. `root` is put before every
 * path: "" for the real system, a folder for tests.
 */
#ifndef WHET_OS_RAM_H
#define WHET_OS_RAM_H

#include <stdint.h>

struct whet_ram {
    uint64_t total_bytes;
    uint64_t available_bytes; /* the kernel's estimate of what can be taken without
                                 swapping */
    uint64_t swap_total_bytes;
    uint64_t swap_free_bytes;
};

void whet__ram_read(const char *root, struct whet_ram *out);

/* The most this process has had in RAM at once. */
uint64_t whet__ram_own_peak_bytes(void);

#endif
