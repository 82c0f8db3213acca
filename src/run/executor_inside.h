/* run/executor_inside.h - what the files of the executor share: its state, and the way of a job
 * through a slot.
 *
 * Shape    see run/executor.h.
 * Units    nanoseconds, bytes.
 * Memory   the executor's.
 * Errors   kept in the executor: the first one ends the run.
 * Threads  the executor's one.
 */
#ifndef WHET_RUN_EXECUTOR_INSIDE_H
#define WHET_RUN_EXECUTOR_INSIDE_H

#include <stdint.h>

#include <whet/error.h>

#include "base/arena.h"
#include "base/text.h"
#include "run/attempt.h"
#include "run/executor.h"

enum slot_state {
    SLOT_FREE,
    SLOT_RUNNING,
    SLOT_ENDED, /* its process is waited for, and the number of that may be another's by now */
    SLOT_RESTING
};

/* Jobs that wait for something else than a processor have places of their own. */
enum place { PLACE_ANY, PLACE_IO, PLACES };

struct slot {
    enum slot_state state;
    enum place place;
    struct whet_attempt attempt;
    struct whet_arena arena;
    struct whet_run_job job;
    struct whet_job_result result;
    uint64_t rest_ns; /* until when it waits for its next attempt */
    unsigned crowded; /* how often there was no room for its process */
    unsigned next_free;
};

struct executor {
    const struct whet_run_options *options;
    struct whet_workshop shop;
    struct slot *slots;
    unsigned slot_count;
    unsigned limit; /* of them, that jobs of any type may use now */
    unsigned free;  /* the first free one; slot_count: none */
    unsigned busy;
    unsigned taken_places[PLACES];
    struct slot *held; /* its job waits for a place; NULL: none does */
    struct whet_run_counts counts;
    uint64_t taken;   /* jobs from the source */
    int exhausted;    /* there are no more */
    int stopping;     /* no more are started */
    int interrupted;  /* running ones were told so */
    int source_waits; /* for its descriptor */
    uint64_t wake_ns; /* when something is due in a slot */
    uint64_t tick_ns;
    uint64_t pace_ns;
    struct whet_text said; /* of the job that ended last */
    uint64_t stopped_ns;   /* when those that were stopped are looked for next */
    uint64_t turn_seen;    /* whose turn it was then (run/show.h) */
    uint64_t turn_ns;      /* when that is done next */
    int error;             /* that ends the run */
    struct whet_error *err;
};

/* The first error ends the run; those who have filled *err said more than the number does:
 * `what` is NULL then. */
void whet__executor_fail(struct executor *x, int rc, const char *what);

/* Of keeping or showing what a command printed. */
void whet__executor_fail_printed(struct executor *x, int rc);

/* No job is started any more, and those that run are asked to end. */
void whet__executor_stop(struct executor *x, int signal);

/* The way of a job: begun, or found done; another attempt, when its time has come; the end of
 * each; and over, however that came. */
void whet__slot_begin(struct executor *x, struct slot *s);
void whet__slot_attempt(struct executor *x, struct slot *s);
void whet__slot_attempt_ended(struct executor *x, struct slot *s);
void whet__slot_end(struct executor *x, struct slot *s);

/* It has no job any more. */
void whet__slot_free(struct executor *x, struct slot *s);

#endif
