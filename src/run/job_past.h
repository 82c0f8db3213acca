/* run/job_past.h - what an earlier run has done, by the identity of jobs.
 *
 * Shape    filled line by line, then asked before each job; what is found is taken, so that of
 *          equal jobs each finds another.
 * Units    bytes.
 * Memory   some 250 bytes for each job, until it is cleared.
 * Errors   -ENOMEM.
 * Threads  one at a time.
 */
#ifndef WHET_RUN_JOB_PAST_H
#define WHET_RUN_JOB_PAST_H

#include <stdint.h>

#include <whet/api.h>

#include "base/arena.h"
#include "base/map.h"
#include "run/job.h"

/* What a log says of one; equals are in a list, by identity, the latest first. */
struct whet_job_done {
    uint64_t number;
    enum whet_job_end end;
    int exit_code;
    int signal;
    int kept;
    uint64_t kept_at;
    uint64_t kept_bytes[2];
    int taken; /* by a job of this run */
    struct whet_job_done *next;
};

struct whet_job_past {
    struct whet_map equals;  /* from identity to what is known of equals */
    struct whet_map numbers; /* from equals and a number to what is known of that one */
    struct whet_arena arena;
};

void whet__job_past_init(struct whet_job_past *past);
void whet__job_past_clear(struct whet_job_past *past);

int whet__job_past_empty(const struct whet_job_past *past);

/* Copies *done; it takes the place of an earlier one of the same job. */
WHET_MUST_USE int whet__job_past_put(struct whet_job_past *past, const char *id,
                                     const struct whet_job_done *done);

/* What has been done already: that of the same number, else (unless `same_number`) the latest
 * that no job has taken. One that failed counts with `failed_too`, one that was never run does
 * not. Borrowed until _clear; NULL: nothing. */
const struct whet_job_done *whet__job_past_take(struct whet_job_past *past, const char *id,
                                                uint64_t number, int same_number,
                                                int failed_too);

#endif
