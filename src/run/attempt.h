/* run/attempt.h - one run of one job's command: started, looked after, ended.
 *
 * Shape    start; then events and the clock, as they come; then end, once it has ended.
 * Units    nanoseconds, bytes.
 * Memory   the caller's, used again for the next job in the same slot.
 * Errors   -errno: of showing or keeping what it prints. That a program cannot be started is
 *          the job's own failure.
 * Threads  one at a time.
 *
 * Memory is watched, not limited by the kernel: RLIMIT_AS counts what is only reserved, of
 * which some runtimes take terabytes, RLIMIT_DATA each process alone, and both make
 * the program fail in ways of its own. What it and all below it have in RAM, pages
 * that they share once, is what a person means. It is looked at every 20 ms; what grew and
 * ended between two looks is told by the kernel's record of the largest process.
 */
#ifndef WHET_RUN_ATTEMPT_H
#define WHET_RUN_ATTEMPT_H

#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "os/launch.h"
#include "os/tracer.h"
#include "run/job.h"
#include "run/workshop.h"

enum whet_attempt_part {
    WHET_ATTEMPT_END,
    WHET_ATTEMPT_OUT,
    WHET_ATTEMPT_ERR,
    WHET_ATTEMPT_PARTS
};

struct whet_attempt {
    struct whet_workshop *shop;
    const struct whet_run_job *job;
    unsigned slot;
    uint32_t turn;  /* counts the attempts in this slot: part of the tag of their events */
    uint64_t place; /* when it is shown (run/show.h) */
    int is_last;    /* there will be no other: it may be shown before it has ended */
    size_t keep_bytes;
    struct whet_launched child;
    struct whet_printed printed[WHET_STREAMS];
    enum whet_job_end cause; /* why it was ended from here; WHET_JOB_OK: it was not */
    int terminal; /* the signal that its use of the terminal has brought it; 0: none */
    int killed;
    int waits;                     /* is not read, for too much waits to be shown already */
    uint64_t left_ns;              /* then: until its deadline */
    uint64_t deadline_ns;          /* when it is asked to end, or killed; UINT64_MAX: never */
    uint64_t look_ns;              /* when its memory is looked at; likewise */
    uint64_t seen_bytes;           /* the most memory that was seen */
    struct whet_trace *trace;      /* NULL: none */
    struct whet_trace_files files; /* of the trace, once it has ended; until the next start */
};

void whet__attempt_init(struct whet_attempt *a, struct whet_workshop *shop, unsigned slot);
void whet__attempt_clear(struct whet_attempt *a);

/* 1: it runs; 0: it could not be started, and *result says why; -EAGAIN: likewise, for there
 * was no room for another process. `arena` is the job's. -ENOMEM. */
WHET_MUST_USE int whet__attempt_start(struct whet_attempt *a, const struct whet_run_job *job,
                                      struct whet_arena *arena, struct whet_job_result *result);

/* What its events are tagged with, and the way back: the slot; the part, or, for an event of
 * an earlier attempt, WHET_ATTEMPT_PARTS. A descriptor that was closed can still tell of itself
 * while a child that is just being started has a copy of it. */
uint64_t whet__attempt_tag(const struct whet_attempt *a, enum whet_attempt_part part);
unsigned whet__attempt_tag_slot(uint64_t tag);
enum whet_attempt_part whet__attempt_tag_part(const struct whet_attempt *a, uint64_t tag);

/* Something came from it. 1: it has ended. */
WHET_MUST_USE int whet__attempt_event(struct whet_attempt *a, enum whet_attempt_part part);

/* It is its turn to be shown, perhaps in the midst of its run: what it printed is shown. */
WHET_MUST_USE int whet__attempt_show(struct whet_attempt *a);

/* One that waits is read again, if it may be. Its time out counts on from where it stood. */
WHET_MUST_USE int whet__attempt_resume(struct whet_attempt *a, uint64_t now);

/* Does what is due, and answers when to come again. */
uint64_t whet__attempt_tend(struct whet_attempt *a, uint64_t now);

/* Ends it if it stands still for its use of the terminal, which belongs to us. */
void whet__attempt_look_stopped(struct whet_attempt *a, uint64_t now);

/* Stands still with all that it started; goes on `ns` later, which do not count. */
void whet__attempt_suspend(struct whet_attempt *a);
void whet__attempt_continue(struct whet_attempt *a, uint64_t ns);

/* Asks it to end by a signal, and kills it when its grace is over. */
void whet__attempt_stop(struct whet_attempt *a, enum whet_job_end cause, int signal,
                        uint64_t now);

/* After its end: reads what is left of its output, and fills *result. */
WHET_MUST_USE int whet__attempt_end(struct whet_attempt *a, struct whet_job_result *result);

#endif
