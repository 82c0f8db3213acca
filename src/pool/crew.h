/* pool/crew.h - the inside of a crew, for crew.c and crew_worker.c.
 *
 * Shape    jobs wait in one line, then in that of a worker; each worker has one process.
 * Units    bytes, nanoseconds.
 * Memory   a job is one block with its frame, freed when its result is told.
 * Errors   0 or a negative errno value.
 * Threads  one at a time.
 */
#ifndef WHET_POOL_CREW_H
#define WHET_POOL_CREW_H

#include <stddef.h>
#include <stdint.h>

#include <whet/crew.h>

#include "base/text.h"
#include "os/servant.h"
#include "pool/crew_wire.h"

struct crew_job {
    struct crew_job *next;
    void *tag;
    size_t len;            /* of the frame */
    struct crew_head head; /* the frame: this and the bytes behind it */
};

struct crew_line {
    struct crew_job *first, **last;
    size_t count, bytes;
};

struct crew_worker {
    struct whet_servant servant;
    struct crew_line jobs;    /* that it holds, the oldest first */
    struct crew_job *unsent;  /* the first that is not wholly sent; NULL: all are */
    size_t sent;              /* bytes of that one's frame */
    struct whet_text in;      /* frames, whole and in part */
    size_t in_at;             /* what has been taken of it */
    enum whet_crew_end cause; /* why it was killed; WHET_CREW_DONE: it was not */
    uint64_t condemned;       /* for which job */
    struct whet_servant_end end;
    int ended;         /* its process has: `end` says how */
    int gone;          /* ... and what it sent is in `in`; also while there is none */
    int recovered;     /* ... and what it had not sent, too */
    uint64_t asked_ns; /* since when it could begin its first job; 0: it was given none */
    unsigned stumbles; /* starts in a row after which no job was begun */
    double mean_ns;    /* processor time of a job, of late */
};

struct whet_crew {
    struct whet_crew_options options;
    struct crew_line waiting; /* no worker holds them yet */
    size_t held;              /* jobs whose result was not taken: in all lines */
    uint64_t serial;
    uint64_t replaced;
    struct crew_job *told; /* the last result's, whose bytes are borrowed */
    unsigned turn;         /* whose result is looked for first */
    unsigned workers_count;
    struct crew_worker workers[];
};

void whet__crew_line_push(struct crew_line *l, struct crew_job *job);
struct crew_job *whet__crew_line_pop(struct crew_line *l);

/* crew_worker.c */
WHET_MUST_USE int whet__crew_worker_start(struct whet_crew *crew, struct crew_worker *w,
                                          struct whet_error *err);
void whet__crew_worker_clear(struct crew_worker *w);

/* Gives it a job. */
void whet__crew_worker_hold(struct crew_worker *w, struct crew_job *job);

/* How many jobs it should hold, by how long they take. */
size_t whet__crew_worker_depth(const struct whet_crew *crew, const struct crew_worker *w);

/* Sends and receives what can be without waiting. -ENOMEM: not all that has come. */
WHET_MUST_USE int whet__crew_worker_pump(struct crew_worker *w);

/* Kills it if its job is over a limit; else says how long that cannot be yet: UINT64_MAX
 * when there is nothing to watch, else at least a millisecond. */
uint64_t whet__crew_worker_watch(struct whet_crew *crew, struct crew_worker *w);

/* Looks whether its process has ended though its socket does not say so. */
void whet__crew_worker_look(struct crew_worker *w);

/* The next result of this worker: 1 and the job, which the caller frees; or 0. Buries and
 * replaces a process that has ended. */
int whet__crew_worker_take(struct whet_crew *crew, struct crew_worker *w,
                           struct whet_crew_result *out, struct crew_job **job);

#endif
