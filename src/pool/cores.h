/* pool/cores.h - how many threads this process can really run at once.
 *
 * Shape    one answer.
 * Units    processors, at least 1.
 * Memory   none is kept.
 * Errors   none: what cannot be read does not limit.
 * Threads  safe from any.
 */
#ifndef WHET_POOL_CORES_H
#define WHET_POOL_CORES_H

/* The smaller of what affinity (taskset, cpuset) and the cgroup's quota allow; a part
 * of a processor counts as one. */
unsigned whet__pool_cores(void);

#endif
