/* cluster/shard.h - which part of a whole this process is to do.
 *
 * Shape    one call that reads what a person or a job array says.
 * Units    shards count from 1.
 * Memory   none.
 * Errors   -EINVAL with a message.
 * Threads  safe from any that leave the environment alone.
 */
#ifndef WHET_CLUSTER_SHARD_H
#define WHET_CLUSTER_SHARD_H

#include <whet/api.h>
#include <whet/error.h>

#define WHET_SHARDS_MAX 1000000

struct whet_shard {
    unsigned number; /* 1..of; 0: the whole */
    unsigned of;
};

/* "2/8", or "array": the task that this is, of a Slurm array of tasks 1..N. NULL: the whole. */
WHET_MUST_USE int whet__shard_read(const char *text, struct whet_shard *out,
                                   struct whet_error *err);

#endif
