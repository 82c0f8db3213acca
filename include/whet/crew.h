/* whet/crew.h - jobs in processes of their own: what crashes takes only itself down.
 *
 * Shape    a crew of persistent worker processes; jobs are bytes that go in, results are
 *          bytes that come out, in the order in which they end.
 * Units    nanoseconds, bytes.
 * Memory   _new allocates and _free releases; a job's bytes are copied, a result's are
 *          borrowed until the next call.
 * Errors   0 or a negative errno value. A job that crashes, or is over a limit, fails
 *          alone: its result says why, a new worker takes the place, the rest goes on.
 * Threads  one at a time for each crew; any may have one of its own.
 *
 * The workers run a program of the caller's choice (posix_spawn: a large parent costs
 * nothing), which may be its own and calls whet_crew_serve. They die with the process that
 * started them, however that ends. What they print goes to its stderr; of its other open files
 * they have none. It must leave waiting for them to the crew: where SIGCHLD is ignored, or
 * something else waits for any child, a crash is told as WHET_CREW_EXITED with status -1.
 *
 *     crew_options.argv = (const char *const[]){"/usr/libexec/shrink-worker", NULL};
 *     rc = whet_crew_new(&crew, &crew_options, &err);
 *     for (size_t i = 0; rc == 0 && i < count; i++) {
 *         while ((rc = whet_crew_submit(crew, &pictures[i], bytes[i], sizes[i])) == -EAGAIN)
 *             if (whet_crew_next(crew, &result) == 1)
 *                 take(&result);
 *     }
 *     while (whet_crew_next(crew, &result) == 1)
 *         take(&result);
 */
#ifndef WHET_CREW_H
#define WHET_CREW_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- In the process that has jobs to give ---- */

struct whet_crew;

#define WHET_CREW_WORKERS_MAX 1024

/* All zero but for argv: the defaults. */
struct whet_crew_options {
    const char *const *argv; /* the program: a path, then its arguments, then NULL */
    unsigned workers;        /* processes; 0: as many as affinity and cgroup quota allow */
    unsigned in_flight;      /* jobs that one worker may hold, so that it need not wait for
                                the next; fewer while jobs take long. 0: 32; at most 1024 */
    uint64_t cpu_ns;         /* processor time of one job, from when it is begun; 0: no limit */
    uint64_t wall_ns;        /* its time by the clock, for what hangs; 0: no limit */
    uint64_t start_ns;       /* for a worker to begin a job at all, from when it was given its
                                first one; 0: 20 s */
    uint64_t memory_bytes;   /* address space of a worker; 0: no limit */
    uint64_t reply_max_bytes; /* of one result: a larger one is none, with status -EFBIG;
                                 0: 64 MiB */
};

/* Starts the workers.
 * -EINVAL: an option is out of range; -ENOENT, -EACCES and others: the program cannot be
 * started, *err (may be NULL) names it; -ENOMEM, -EMFILE, -EAGAIN. */
WHET_API WHET_MUST_USE int whet_crew_new(struct whet_crew **out,
                                         const struct whet_crew_options *options,
                                         struct whet_error *err);

/* Kills what runs; results that were not taken are lost. */
WHET_API void whet_crew_free(struct whet_crew *crew);

/* Gives it a job; `tag` comes back with the result. It is sent at once or, where jobs are so
 * short that sending costs more than the job, at the latest by the next whet_crew_next.
 * -EAGAIN: it has as many as it may: take a result first. -ENOMEM. */
WHET_API WHET_MUST_USE int whet_crew_submit(struct whet_crew *crew, void *tag, const void *data,
                                            size_t len);

enum whet_crew_end {
    WHET_CREW_DONE,      /* `status` is what the job answered */
    WHET_CREW_CRASHED,   /* a signal: `status` */
    WHET_CREW_EXITED,    /* the worker exited in the middle of it: `status` is its code */
    WHET_CREW_CPU,       /* over the limit of processor time, also if it had done it all before
                            it could be stopped ... */
    WHET_CREW_WALL,      /* ... of time by the clock ... */
    WHET_CREW_MEMORY,    /* ... of memory: it answered -ENOMEM, its data alone were too much, or
                            it crashed with less than an eighth of the limit left */
    WHET_CREW_GARBLED,   /* the worker sent what is no result; it was killed */
    WHET_CREW_NO_WORKER, /* no worker lived long enough to begin it, or began it within
                            start_ns, three times */
    WHET_CREW_ENDS       /* how many there are */
};

struct whet_crew_result {
    void *tag;
    enum whet_crew_end end;
    int status;
    uint64_t cpu_ns;  /* that it took, of WHET_CREW_DONE */
    const void *data; /* of WHET_CREW_DONE: what whet_crew_reply was given */
    size_t len;
};

/* Waits for the next result: 1; 0: there is no job left. -EINTR: a signal came first; -ENOMEM:
 * no result was lost, and it can be called again. */
WHET_API WHET_MUST_USE int whet_crew_next(struct whet_crew *crew, struct whet_crew_result *out);

/* The same without waiting; 0: there is none yet. A job that is over a limit is only stopped
 * by this call or the one above. */
WHET_API WHET_MUST_USE int whet_crew_try(struct whet_crew *crew, struct whet_crew_result *out);

/* Workers that had to be replaced so far. */
WHET_API uint64_t whet_crew_replaced(const struct whet_crew *crew);

/* "crashed", "processor time", ... for reports. */
WHET_API const char *whet_crew_end_name(enum whet_crew_end end);

/* ---- In a worker ---- */

struct whet_crew_job;

/* What a worker does for a job: reads its bytes, gives an answer with whet_crew_reply as
 * often as it likes, and returns a status of its own choice: 0, or a negative errno value.
 * The bytes are 16-aligned and borrowed until it returns. */
typedef int (*whet_crew_work)(void *ctx, struct whet_crew_job *job, const void *data,
                              size_t len);

/* Appends to the job's result. */
WHET_API void whet_crew_reply(struct whet_crew_job *job, const void *data, size_t len);

/* Does jobs until there are none to come, which is 0: the program is to exit then.
 * -ENOTCONN: the process was not started by whet_crew_new; -EPROTO: by one of another
 * version; -ENOMEM. */
WHET_API WHET_MUST_USE int whet_crew_serve(whet_crew_work work, void *ctx);

#ifdef __cplusplus
}
#endif

#endif
