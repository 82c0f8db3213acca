/* front/run_slurm.h - commands run by many machines: a shard for each task of a Slurm job
 * array, and what they printed put together.
 *
 * Shape    one call, an exit code.
 * Units    none.
 * Memory   a few hundred bytes for each task.
 * Errors   -errno with *err filled: those of cluster/slurm.h, a shard that did not end (parts
 *          are kept, and the message says where), those of front/run_merge.h.
 * Threads  one call at a time; it blocks until the array has ended.
 */
#ifndef WHET_FRONT_RUN_SLURM_H
#define WHET_FRONT_RUN_SLURM_H

#include <whet/api.h>
#include <whet/error.h>

#include "front/run_request.h"

#define WHET_RUN_SHARDS_DEFAULT 8

WHET_MUST_USE int whet__run_on_slurm(const struct whet_run_request *r, struct whet_error *err);

#endif
