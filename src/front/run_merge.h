/* front/run_merge.h - what shards of a run left, put together.
 *
 * Shape    one call, which shows what one machine would have shown, in the order of the input.
 * Units    none.
 * Memory   40 bytes for each job; what jobs printed goes by in pieces.
 * Errors   -errno with a message: a shard has not ended, a part is damaged, a job is in two.
 * Threads  one call at a time.
 */
#ifndef WHET_FRONT_RUN_MERGE_H
#define WHET_FRONT_RUN_MERGE_H

#include <whet/api.h>
#include <whet/error.h>

#include "front/run_request.h"

/* Puts parts of `dir` together, writes r->log where there is one, and answers the exit code of
 * the whole. -EEXIST: there is such a log. */
WHET_MUST_USE int whet__run_merge(const struct whet_run_request *r, const char *dir,
                                  struct whet_error *err);

/* Whether r->log may be written. */
WHET_MUST_USE int whet__run_merge_check(const struct whet_run_request *r,
                                        struct whet_error *err);

#endif
