/* cluster/parts.h - the folder in which shards leave what is put together afterwards.
 *
 * Shape    made before, looked into after a job array (cluster/slurm.h).
 * Units    none.
 * Memory   texts of the caller.
 * Errors   0 or -errno with a message.
 * Threads  safe from any.
 */
#ifndef WHET_CLUSTER_PARTS_H
#define WHET_CLUSTER_PARTS_H

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"
#include "cluster/slurm.h"

#define WHET_PARTS_WORDS 256

/* Makes the folder, which may be there, and appends its absolute path. NULL: a new one in the
 * current folder, for the caller to remove. */
WHET_MUST_USE int whet__parts_make(const char *asked, struct whet_text *out,
                                   struct whet_error *err);

/* Says that a task failed, in Slurm's words and its own. -EIO. */
int whet__parts_failed(const struct whet_slurm_options *array, unsigned task, const char *word,
                       struct whet_error *err);

#endif
