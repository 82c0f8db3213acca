/* front/run_part.h - what one shard of a run leaves in the folder of parts.
 *
 * Shape    opened; begun once its log is ours; told each job that has ended, ended when all of
 *          them have, closed.
 * Units    bytes.
 * Memory   three paths.
 * Errors   -errno with a message that names the file.
 * Threads  one at a time.
 *
 * Of shard K there are
 *     part-K.log     its job log (run/job_log.h), which says of each job where in
 *     part-K.shown   lies what it printed: stdout, and stderr behind it, and
 *     part-K.end     an object, written when the shard has done all that it will do.
 * A job's output is written before its line in the log, so a shard that is killed and started
 * anew by --resume repeats what was running, and nothing else.
 */
#ifndef WHET_FRONT_RUN_PART_H
#define WHET_FRONT_RUN_PART_H

#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"
#include "cluster/shard.h"
#include "run/executor.h"

#define WHET_RUN_PART_VERSION 1

struct whet_run_part {
    struct whet_shard shard;
    struct whet_text log; /* paths */
    struct whet_text shown;
    struct whet_text end;
    int fd; /* of `shown` */
    uint64_t size;
};

/* Appends DIR/part-K.WHICH. */
void whet__run_part_path(const char *dir, unsigned k, const char *which, struct whet_text *out);

WHET_MUST_USE int whet__run_part_open(struct whet_run_part *p, const char *dir,
                                      struct whet_shard shard, struct whet_error *err);
void whet__run_part_close(struct whet_run_part *p);

/* From here on it has not ended. Only with the log open: that keeps others away. */
WHET_MUST_USE int whet__run_part_begin(struct whet_run_part *p, struct whet_error *err);

/* Writes what the job printed; *result says where it is. */
WHET_MUST_USE int whet__run_part_add(struct whet_run_part *p,
                                     const struct whet_printed printed[WHET_STREAMS],
                                     const struct whet_spool *spool,
                                     struct whet_job_result *result, struct whet_error *err);

/* Whether what the job printed, as an earlier run says, is there. */
int whet__run_part_has(const struct whet_run_part *p, const struct whet_job_result *result);

/* How a shard has ended. */
struct whet_run_part_end {
    struct whet_shard shard;
    uint64_t left; /* jobs that will not be started */
    uint64_t
        list; /* stands for the whole list of commands, ours or not; 0: it was not all read */
};

WHET_MUST_USE int whet__run_part_end(const struct whet_run_part *p,
                                     const struct whet_run_part_end *end,
                                     struct whet_error *err);

/* Reads how shard K of DIR has ended. -ENOENT: it has not. */
WHET_MUST_USE int whet__run_part_ended(const char *dir, unsigned k,
                                       struct whet_run_part_end *out, struct whet_error *err);

#endif
