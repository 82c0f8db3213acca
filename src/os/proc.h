/* os/proc.h - what /proc knows of one process.
 *
 * Shape    one call fills one plain struct.
 * Units    nanoseconds, bytes.
 * Memory   none is allocated.
 * Errors   -ENOENT, -ESRCH: there is no such process, or the kernel keeps no such
 *          record; -EACCES: it is not for us; -EINVAL: not what we know how to read;
 *          -EMFILE and its like.
 * Threads  safe from any.
 *
 * All but the tree can be asked of a process that has ended and was not yet waited for.
 */
#ifndef WHET_OS_PROC_H
#define WHET_OS_PROC_H

#include <stdint.h>
#include <sys/types.h>

#include <whet/api.h>

/* Of its first thread only. */
struct whet_proc_schedule {
    uint64_t cpu_ns;   /* it ran ... */
    uint64_t delay_ns; /* ... and was ready to run, but another had the processor */
};

/* Of all its threads, and of the children it waited for. */
struct whet_proc_io {
    uint64_t read_bytes; /* by read(2) and its like, wherever they came from */
    uint64_t written_bytes;
    uint64_t storage_read_bytes;
    uint64_t storage_written_bytes; /* less what was deleted before it had to be written */
};

struct whet_proc_tree {
    unsigned processes; /* it and all below it; at most WHET_PROC_TREE_MAX are counted */
    uint64_t rss_bytes; /* that they have in RAM, pages they share counted in each */
};

#define WHET_PROC_TREE_MAX 1024

WHET_MUST_USE int whet__proc_schedule(pid_t pid, struct whet_proc_schedule *out);
WHET_MUST_USE int whet__proc_io(pid_t pid, struct whet_proc_io *out);

/* 1 if this kernel tells who was started by whom. */
int whet__proc_has_tree(void);

/* The same memory, but pages that several share count once: *out <= rss_bytes, but for those
 * whose pages are not told to us, which count as there. Takes a millisecond for each hundred
 * megabytes. */
WHET_MUST_USE int whet__proc_tree_own(pid_t pid, uint64_t *out);

/* A child whose memory is its parent's to the page (it was forked this moment, or shares
 * all of it until it runs another program) adds nothing. */
WHET_MUST_USE int whet__proc_tree(pid_t pid, struct whet_proc_tree *out);

#endif
