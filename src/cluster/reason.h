/* cluster/reason.h - why a task of Slurm waits, and whether it will ever start.
 *
 * Shape    one question about two words of squeue.
 * Units    none.
 * Memory   none.
 * Errors   none: a reason that is not known is one to wait for.
 * Threads  safe from any.
 */
#ifndef WHET_CLUSTER_REASON_H
#define WHET_CLUSTER_REASON_H

enum whet_slurm_reason {
    WHET_SLURM_REASON_QUEUE, /* for others to end, for nodes to come back, ... */
    WHET_SLURM_REASON_HELD,  /* until somebody releases it */
    WHET_SLURM_REASON_NODES, /* for nodes that are down, or of which there are too few */
    WHET_SLURM_REASON_NEVER  /* what it asks for is not to be had, or it failed too often */
};

/* `state` as by squeue's %T, `reason` as by its %r. */
enum whet_slurm_reason whet__slurm_reason(const char *state, const char *reason);

#endif
