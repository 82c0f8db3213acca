/* run/job_log.h - what became of each job, a line of JSON each, written when it has ended; and
 * what an earlier run has done already.
 *
 * Shape    opened, new or to go on with; asked before a job, told after it; closed.
 * Units    nanoseconds, bytes; times of day as RFC 3339, in UTC.
 * Memory   of an earlier run some 250 bytes for each job.
 * Errors   -errno with a message that names the file; -EBADMSG: it is no such log, with its
 *          line; -EEXIST: there is one, and it was not to be gone on with; -EBUSY: another
 *          process writes it.
 * Threads  one at a time.
 *
 * The form is in whet-formats(5). A line is written by one call, so a process that is
 * killed leaves at most one line that is cut, the last: it is dropped when the log is
 * gone on with. One that a full disk has cut is taken back at once. A job is known by a hash of
 * argv, declared environment and folder, and, among equals, by its number: an input that has
 * grown since does no harm.
 */
#ifndef WHET_RUN_JOB_LOG_H
#define WHET_RUN_JOB_LOG_H

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"
#include "run/job.h"
#include "run/job_past.h"

#define WHET_JOB_LOG_VERSION      1
#define WHET_JOB_LOG_VERSION_TEXT "1"

enum whet_job_log_mode {
    WHET_JOB_LOG_NEW,
    WHET_JOB_LOG_RESUME,       /* what has ended by itself, well or not, is not run again */
    WHET_JOB_LOG_RESUME_FAILED /* what has ended well is not */
};

struct whet_job_log {
    const char *path; /* borrowed */
    int fd;
    enum whet_job_log_mode mode;
    int same_number; /* of equals, only the job of the same number is the same; may be set when
                        it is open */
    int is_new;      /* only its first line is there, which is ours */
    int is_torn;     /* a line was cut and could not be taken back: none may follow */
    struct whet_text line;
    struct whet_text identity;
    struct whet_text here;
    struct whet_job_past past;
};

WHET_MUST_USE int whet__job_log_open(struct whet_job_log *log, const char *path,
                                     enum whet_job_log_mode mode, struct whet_error *err);
void whet__job_log_close(struct whet_job_log *log);

/* The run could not begin: a log of no job is emptied, so that it is in nobody's way. */
void whet__job_log_undo(struct whet_job_log *log);

/* 1: an earlier run has done it; *result says how that went. 0: it has not. */
WHET_MUST_USE int whet__job_log_look_up(struct whet_job_log *log,
                                        const struct whet_run_job *job,
                                        struct whet_job_result *result, struct whet_error *err);

/* Adds its line; nothing for one that was found in the log itself. */
WHET_MUST_USE int whet__job_log_add(struct whet_job_log *log, const struct whet_run_job *job,
                                    const struct whet_job_result *result,
                                    struct whet_error *err);

#endif
