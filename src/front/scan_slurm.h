/* front/scan_slurm.h - a scan by many machines: a shard for each task of a Slurm job array, and
 * their answers put together.
 *
 * Shape    one call, the answer of one scan.
 * Units    none.
 * Memory   *out is freed by whet_scan_free.
 * Errors   -errno with *err filled: those of cluster/slurm.h, a shard that failed (the parts
 *          are kept, and the message says where), those of whet_scan_merge.
 * Threads  one call at a time; it blocks until the array has ended.
 */
#ifndef WHET_FRONT_SCAN_SLURM_H
#define WHET_FRONT_SCAN_SLURM_H

#include <whet/api.h>
#include <whet/error.h>
#include <whet/scan.h>

#include "base/vec.h"

struct whet_scan_slurm {
    unsigned shards;   /* tasks of the array; 1..WHET_SLURM_TASKS_MAX */
    const char *parts; /* folder for their answers, that all machines see; NULL: one in
                          the current folder, removed at the end */
    const struct whet_vec *words; /* of const char *: further words for sbatch */
    void (*progress)(void *ctx, unsigned ended, unsigned running, unsigned total);
    void *ctx;
};

/* `options` as for whet_scan_run: its `stop` is asked, its `progress` is not called. */
WHET_MUST_USE int whet__scan_on_slurm(struct whet_scan **out, const char *path,
                                      const struct whet_scan_options *options,
                                      const struct whet_scan_slurm *how,
                                      struct whet_error *err);

#endif
