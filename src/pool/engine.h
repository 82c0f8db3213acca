/* pool/engine.h - the inside of a pool, for the files of this folder.
 *
 * Shape    workers with a deque each, a queue for all, a list of who sleeps.
 * Units    workers.
 * Memory   workers are made when first wanted and kept until the pool is freed.
 * Errors   as in <whet/pool.h>.
 * Threads  as said at each member.
 *
 * engine.c finds and runs jobs, sleep.c is where idle threads are, pool.c makes and
 * resizes, group.c and loop.c are what callers see.
 */
#ifndef WHET_POOL_ENGINE_H
#define WHET_POOL_ENGINE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include <whet/pool.h>

#include "pool/deque.h"
#include "pool/queue.h"

/* A thread that sleeps, or will. */
struct whet_sleeper {
    struct whet_sleeper *next, **link;
    struct pool_worker *worker;      /* NULL: it cannot run tasks */
    const struct whet_group *awaits; /* NULL: just out of work; only compared */
    atomic_uint asleep;              /* in the list: not called yet; what it waits for */
    int narrow;                      /* not to be called for jobs */
};

struct pool_worker {
    struct whet_deque deque;
    struct whet_pool *pool;
    struct whet_sleeper sleeper;
    struct pool_worker *before; /* of seat 0: what its thread is in another pool */
    unsigned number;
    unsigned victim;           /* whom it stole from last */
    uint64_t frame;            /* of the task that it runs, never one number twice; 0: none */
    uint64_t frames;           /* given out */
    int64_t mark;              /* where its deque ended when that task began */
    unsigned depth;            /* waits of tasks on its stack */
    struct whet_group *ending; /* of the tasks that it ended last; NULL: all are told */
    size_t ended_count;        /* how many of them the group has not been told yet */
    pthread_t thread;
    int started;     /* has a thread, not joined yet; under the pool's resize lock */
    int ended;       /* which is about to end; under the pool's lock */
    char apart[128]; /* keeps the next worker off these cache lines */
};

struct whet_pool {
    struct whet_queue queue;
    pthread_mutex_t lock;          /* of the list, closing, workers that end */
    struct whet_sleeper *sleepers; /* the one that slept last is first */
    atomic_uint hands;             /* sleepers that can run tasks */
    atomic_uint waiters;           /* sleepers that await a group */
    atomic_uint standing;          /* sleepers that would take the seat */
    atomic_int seat;               /* worker 0's: 1 while taken */
    atomic_uint target;            /* workers that there should be */
    atomic_uint made;              /* workers[] that are there */
    pthread_mutex_t resize;        /* one resize at a time */
    int closing;
    int detached;
    unsigned max;
    struct pool_worker *workers[];
};

struct whet_group {
    struct whet_pool *pool;
    struct whet_group_options options;
    const struct pool_worker *maker; /* the task that made it: NULL when none did */
    uint64_t maker_frame;
    atomic_size_t open; /* submitted and not ended */
    atomic_size_t failed, cancelled;
};

/* When a thread that waits is to look up from its work. */
struct whet_tick {
    void (*tick)(void *ctx); /* NULL: never */
    void *ctx;
    uint64_t next_ns; /* UINT64_MAX: never */
};

/* ---- engine.c ---- */

/* The worker whose task the calling thread runs, though it may be in another pool's loop
 * meanwhile; NULL: none. */
struct pool_worker *whet__engine_task(void);

/* The worker that the calling thread is in that pool; NULL: it is outside. */
struct pool_worker *whet__engine_self(const struct whet_pool *p);

/* Takes seat 0 for a thread from outside; NULL if it is not free. */
struct pool_worker *whet__engine_enter(struct whet_pool *p);
void whet__engine_leave(struct pool_worker *w);

int whet__engine_has_job(struct whet_pool *p);

/* Runs one job if there is one: 1, or 0. What it ended before is told to the group at the
 * latest when it goes on to another one's job, or answers 0.
 * A task that awaits a group looks first for what it has pushed itself since it began. Where
 * WHET_POOL_DEPTH of them wait on one stack, that and jobs of the group in the queue are all:
 * whatever else it began might wait as well, as deep as there are tasks. */
int whet__engine_run_one(struct pool_worker *w, const struct whet_group *awaited);

#define WHET_POOL_DEPTH 32

/* Whether the group has tasks that have not ended, as w knows. */
static inline int whet__engine_is_open(const struct pool_worker *w, const struct whet_group *g)
{
    return atomic_load(&g->open) != (w->ending == g ? w->ended_count : 0);
}

/* Tells the group of what w has ended. */
void whet__engine_tell(struct pool_worker *w);
void *whet__engine_main(void *worker);

/* Adds a job to w's deque, and calls a sleeper for it. */
WHET_MUST_USE int whet__engine_push(struct pool_worker *w, const struct whet_job *job);

static inline int whet__engine_is_deep(const struct pool_worker *w)
{
    return w->depth > WHET_POOL_DEPTH;
}

void whet__tick_init(struct whet_tick *t, void (*tick)(void *ctx), void *ctx);

/* w is what the thread is in the pool; NULL: nothing. */
void whet__tick_check(struct whet_tick *t, struct pool_worker *w);

/* ---- sleep.c ---- */

/* Calls one sleeper for a job that was just stored. Nothing is missed: the job was stored
 * before `hands` is read here, and a sleeper counts itself before it looks for jobs a
 * last time, so one of the two sees the other. */
void whet__sleep_call(struct whet_pool *p);

/* Calls those that await this group, which may be gone already. */
void whet__sleep_call_group(struct whet_pool *p, const struct whet_group *group);

/* Calls one that would take the seat. */
void whet__sleep_call_seat(struct whet_pool *p);

/* Calls a worker for what only it can see. The lock is held. */
void whet__sleep_call_worker(struct pool_worker *w);

/* Sleeps until called or until it is so late (UINT64_MAX: never); not at all if there is
 * something to do. 1; 0: it is so late. */
int whet__sleep(struct whet_pool *p, struct whet_sleeper *s, const struct whet_group *awaits,
                uint64_t until_ns);

/* ---- group.c ---- */

void whet__group_init(struct whet_group *g, struct whet_pool *p,
                      const struct whet_group_options *options);

/* So many of its tasks have ended. After the last one the group may be gone: its waiter goes
 * on. */
void whet__group_end(struct whet_group *g, size_t count);

/* Adds a job of the group without priority and size. */
WHET_MUST_USE int whet__group_submit(struct whet_group *g, const struct whet_job *job);

/* Waits for all of it; the caller has checked that it may. */
void whet__group_wait(struct whet_group *g);

#endif
