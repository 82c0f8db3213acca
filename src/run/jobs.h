/* run/jobs.h - jobs that are all known before the first is run.
 *
 * Shape    added one by one, then a graph (run/needs.h) may be made of them.
 * Units    none.
 * Memory   owns the texts of what came as JSON; up to WHET_JOBS_MAX jobs.
 * Errors   -EINVAL, -EBADMSG with a message that has the line; -ENOMEM; -EFBIG.
 * Threads  one at a time.
 *
 * A job as JSON is one object on one line. Its keys are the fields of struct whet_run_job:
 *     argv (or command, a line, with shell or without), name, category, type, env, cwd, inputs,
 *     outputs, depfile, needs, timeout, retries, retry_delay, memory.
 * Any other key is an error, with the nearest that there is.
 */
#ifndef WHET_RUN_JOBS_H
#define WHET_RUN_JOBS_H

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "base/vec.h"
#include "run/job.h"

#define WHET_JOBS_MAX 1000000

struct whet_jobs {
    struct whet_vec items; /* of struct whet_run_job */
    struct whet_arena arena;
    const char *file; /* for messages; borrowed; NULL: none */
};

void whet__jobs_init(struct whet_jobs *j, const char *file);
void whet__jobs_clear(struct whet_jobs *j);

/* Adds a copy, whose texts are borrowed, and gives it its number. */
WHET_MUST_USE int whet__jobs_add(struct whet_jobs *j, const struct whet_run_job *job,
                                 struct whet_error *err);

/* Adds what a line of JSON says. What it leaves out is as in `like`; with `shell`, a command is
 * for a shell unless it says otherwise. */
WHET_MUST_USE int whet__jobs_add_json(struct whet_jobs *j, const char *text, size_t len,
                                      unsigned line, int shell, const struct whet_run_job *like,
                                      struct whet_error *err);

#endif
