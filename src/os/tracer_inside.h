/* os/tracer_inside.h - what the files behind os/tracer.h share: the trial before, the thread,
 * and the time after.
 *
 * Shape    a tracer has listeners, one for each child and all that it starts; a call is what
 * one of these waits for to be answered. Where a file has to be asked for, the call waits in a
 * queue for a looker, then for that. Units    nanoseconds. Memory   at most WHET_TRACER_CALLS
 * calls wait at a time; their memory is the tracer's. Errors   as told for each. Threads  of a
 * tracer, all but `filter`, `events`, `stop`, `thread` and `looks` is under its lock, which is
 * never held while anything waits. Listeners are freed by its thread, or when that is gone. Of
 * the rest, one at a time.
 */
#ifndef WHET_OS_TRACER_INSIDE_H
#define WHET_OS_TRACER_INSIDE_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "os/file_call.h"
#include "os/look.h"
#include "os/tracer.h"

#define WHET_TRACER_CALLS 256

struct whet_tracer_listener {
    int fd;
    struct whet_trace *trace; /* NULL: nobody asks any more */
    struct whet_tracer_listener *next;
    struct whet_tracer_listener **link;
};

struct whet_trace {
    struct whet_tracer *tracer;
    struct whet_map by_path; /* to struct whet_trace_file */
    struct whet_vec files;   /* of struct whet_trace_file * */
    struct whet_arena arena;
    unsigned unseen; /* enum whet_unseen */
    const char *silent;
    struct whet_tracer_listener *listener; /* NULL: all of its processes have ended */
};

struct whet_tracer_call {
    struct whet_tracer_listener *listener; /* NULL: whoever called is gone */
    struct whet_notice notice;
    int count; /* of files; -errno: they could not be read */
    int at;    /* the first of which nothing is known yet */
    unsigned unseen;
    struct whet_trace_file *files[2];
    struct whet_file_call named[2];
    uint64_t since_ns;    /* it has waited; 0: it has not */
    uint64_t deadline_ns; /* of the looker */
    struct whet_tracer_call *next;
};

struct whet_tracer {
    struct whet_notice_filter filter;
    int events;
    int stop; /* an eventfd */
    pthread_t thread;
    struct whet_looks looks;
    pthread_mutex_t lock;
    struct whet_tracer_listener *listeners;
    struct whet_tracer_call *reading; /* from a process's memory; NULL: none */
    struct whet_tracer_call *asked[WHET_LOOKERS];
    struct whet_tracer_call *queue; /* for a looker */
    struct whet_tracer_call **queue_end;
    struct whet_tracer_call *unused;
    struct whet_tracer_call calls[WHET_TRACER_CALLS];
};

/* Traces a child of ours that opens one file. `scratch` is overwritten.
 * -ENOSYS, -EBUSY, -EPERM: it does not work here; else -errno. */
WHET_MUST_USE int whet__tracer_try(const struct whet_notice_filter *filter,
                                   struct whet_file_call *scratch);

/* Says it; the number again. */
int whet__tracer_explain(int rc, struct whet_error *err);

/* The thread, of a struct whet_tracer, until `stop` is written to. */
void *whet__tracer_serve(void *tracer);

/* Under the lock. */
void whet__tracer_listener_free(struct whet_tracer *t, struct whet_tracer_listener *l);

/* Under the lock, at the end of a trace: files that it still waits for are not known. */
void whet__tracer_leave(struct whet_tracer *t, struct whet_trace *trace);

/* Under the lock: answers all calls that wait. */
void whet__tracer_let_go(struct whet_tracer *t);

/* A process that answers for these listeners as long as somebody is there to call, and has
 * nothing else of ours. */
void whet__tracer_stand_in(const int *listeners, size_t count);

#endif
