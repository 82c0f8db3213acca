/* os/tracer.h - which files children, and all that they start, open, run, look at and write.
 *
 * Shape    a tracer, opened once; a trace for each child that was launched into it
 *          (os/launch.h), ended when that child has ended. A thread answers for all.
 * Units    none.
 * Memory   for each trace a few hundred bytes for each file, each once; at most
 *          WHET_TRACE_FILES files. One descriptor for each trace, until the last process of it
 *          has ended.
 * Errors   whet__tracer_open finds out by a trial whether it works here, and says why not.
 *          Later nothing fails: what could not be seen is told by `unseen`.
 * Threads  one that calls.
 *
 * By notifications of seccomp (os/notice.h): programs may be static, may fork and have threads,
 * may use ptrace themselves (debuggers, leak checkers); no rights are needed, and nothing is
 * written into them. Two things change for them: setuid programs do not gain privileges (unless
 * we may administer the system), and there can be no second tracer of this kind within.
 *
 * Each file is looked at once before the call that names it first goes on: by what the kernel
 * has in its cache, else by a looker (os/look.h), which alone waits for the file system. While
 * it does only that call is held up, for WHET_LOOK_NS at most.
 *
 * A process that outlives the tracer is answered by a process of ours that stays as long as it
 * does. If we are killed by SIGKILL, calls of such processes fail with ENOSYS instead; none is
 * left waiting.
 */
#ifndef WHET_OS_TRACER_H
#define WHET_OS_TRACER_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "os/file_call.h"
#include "os/look.h"

#define WHET_TRACE_FILES ((size_t)1000000)

struct whet_trace_file {
    const char *path;         /* as in os/file_call.h */
    enum whet_look_kind kind; /* when it was named first; behind links */
    unsigned uses;            /* enum whet_file_use; reading and running only before writing */
};

struct whet_trace_files {
    const struct whet_trace_file *const
        *files; /* in the order in which they were named first */
    size_t count;
    unsigned unseen;    /* enum whet_unseen: why not all could be seen; 0: it could */
    const char *silent; /* WHET_UNSEEN_ANSWER: the first whose file system did not answer; may
                           be NULL for want of memory */
};

struct whet_tracer;
struct whet_trace;

/* -ENOSYS, -EBUSY, -EPERM with a message; -ENOMEM, -EMFILE, -EAGAIN. */
WHET_MUST_USE int whet__tracer_open(struct whet_tracer **out, struct whet_error *err);
void whet__tracer_close(struct whet_tracer *t);

/* For os/launch.h: what a child enters. */
const struct whet_notice_filter *whet__tracer_filter(const struct whet_tracer *t);

/* Begins the trace of the child whose listener this is, which is the tracer's from now on, on
 * failure, too. */
WHET_MUST_USE int whet__trace_begin(struct whet_tracer *t, int listener,
                                    struct whet_trace **out);

/* Nothing is added from now on; what was seen. NULL is fine, for nothing. */
struct whet_trace_files whet__trace_end(struct whet_trace *trace);

/* After its end. */
void whet__trace_free(struct whet_trace *trace);

#endif
