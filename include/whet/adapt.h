/* whet/adapt.h - a pool that grows and shrinks with the machine's load and memory.
 *
 * Shape    a controller beside a pool, or whatever else has a size: each look takes one
 *          reading, and changes the size when several in a row want the same.
 * Units    workers; ratios 0..1.
 * Memory   _new allocates and _free releases; the pool is the caller's and outlives it.
 * Errors   0 or a negative errno value.
 * Threads  one at a time; the pool may be used meanwhile by any.
 *
 * Nothing happens behind the caller's back: it looks a few times a second from a thread of its
 * own choice, for example in a group's `tick`:
 *
 *     static void tick(void *ctx) { (void)!whet_adapt_look(ctx); }
 */
#ifndef WHET_ADAPT_H
#define WHET_ADAPT_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct whet_adapt;

/* What is known at one moment; negative: unknown. */
struct whet_adapt_reading {
    unsigned cores;         /* that may be used; 0: unknown */
    double idle;            /* share of the processors' time that nobody used since the last */
    double runnable;        /* threads of the whole machine that run or want to */
    double memory_pressure; /* share of time in which some task waited for memory (PSI) */
    double memory_free;     /* share of memory to be had without swapping, or of the control
                               group's limit if that is less: looked at only where there is no
                               pressure file */
    unsigned processors;    /* of the whole machine; 0: as many as cores */
    double cpu_pressure;    /* share of time in which some task of our control group waited for
                               a processor or its quota (PSI): looked at only where cores are
                               fewer than processors */
};

/* All zero: the defaults. */
struct whet_adapt_options {
    unsigned least;       /* workers; 0: 1 */
    unsigned most;        /* 0: whet_pool_workers_max */
    unsigned after;       /* readings in a row that must want the same; 0: 3 */
    double idle_high;     /* above it, and with no queue, the pool grows by one; 0: .25 */
    double queue_high;    /* runnable threads per processor above which it shrinks by one; so
                             it does where we may use a part of the machine and some task of
                             ours waits half of the time. 0: 1.5 */
    double pressure_high; /* memory pressure above which it shrinks by a quarter, at least by
                             one; between this and .01 it does not grow; 0: .1 */
    void (*read)(void *ctx, struct whet_adapt_reading *out); /* takes a reading; NULL: from
                                                                /proc and the cgroup */
    /* Where there is no pool: the size of what takes its place, and a change of it, 0 or
     * -errno. `most` has to be said then. */
    unsigned (*size)(void *ctx);
    int (*resize)(void *ctx, unsigned workers);
    void *ctx; /* handed to all three */
};

enum whet_adapt_reason {
    WHET_ADAPT_NONE, /* nothing was changed yet */
    WHET_ADAPT_MEMORY,
    WHET_ADAPT_QUEUE,
    WHET_ADAPT_IDLE
};

/* The last reading, and what came of all. */
struct whet_adapt_state {
    struct whet_adapt_reading reading;
    unsigned workers;
    enum whet_adapt_reason reason; /* of the last change */
    uint64_t readings, changes;
};

/* The pool's workers_max is as far as it can grow. `pool` may be NULL: see `size`.
 * -EINVAL: least and most make no range within that, or there is nothing to resize; -ENOMEM. */
WHET_API WHET_MUST_USE int whet_adapt_new(struct whet_adapt **out, struct whet_pool *pool,
                                          const struct whet_adapt_options *options);
WHET_API void whet_adapt_free(struct whet_adapt *adapt);

/* Takes a reading: 1 when the pool grew, -1 when it shrank, 0 when it stays. What was set by
 * hand is where it goes on from. Errors of whet_pool_resize: -ENOMEM, -EAGAIN; below -1,
 * all of them. */
WHET_API int whet_adapt_look(struct whet_adapt *adapt);

WHET_API void whet_adapt_now(const struct whet_adapt *adapt, struct whet_adapt_state *out);

/* "memory pressure", "run queue", "idle cores", "none". */
WHET_API const char *whet_adapt_reason_name(enum whet_adapt_reason reason);

#ifdef __cplusplus
}
#endif

#endif
