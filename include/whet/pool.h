/* whet/pool.h - threads that share out tasks.
 *
 * Shape    tasks belong to a group, which is waited for, or need each other in a graph;
 *          loops are cut into chunks; whoever waits works. Idle threads sleep, they never spin.
 * Units    workers, tasks; nanoseconds where a name says so.
 * Memory   _new allocates and _free releases; tasks borrow what they are given.
 * Errors   0 or a negative errno value. A task's own answer is its result alone: the
 *          rest goes on.
 * Threads  all of it from any thread, tasks included, but where a function says
 *          otherwise.
 *
 *     static int shrink(void *ctx, size_t index, unsigned worker) { ... return 0; }
 *
 *     struct whet_pool *pool;
 *     int rc = whet_pool_new(&pool, NULL);
 *
 *     if (rc == 0) {
 *         rc = whet_pool_for(pool, count, shrink, pictures, NULL);
 *         whet_pool_free(pool);
 *     }
 */
#ifndef WHET_POOL_H
#define WHET_POOL_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Threads ---- */

struct whet_pool;

#define WHET_POOL_WORKERS_MAX 1024

enum whet_pool_flags {
    WHET_POOL_DETACHED = 1 << 0 /* a thread for every worker: tasks run though nobody waits,
                                   and who waits sleeps */
};

/* All zero: the defaults. */
struct whet_pool_options {
    unsigned workers;     /* 0: as many as affinity and cgroup quota allow, and the maximum */
    unsigned workers_max; /* the most that whet_pool_resize may ask for; less than `workers`
                             is taken for as many */
    unsigned flags;       /* enum whet_pool_flags */
};

/* Starts workers - 1 threads: the seat of worker 0 is for a thread that waits, so that a
 * pool of one starts none and runs everything in the thread that waits. Of several threads
 * that wait at once, from outside the pool, one works and the others sleep.
 * Tasks may use another pool whose tasks do not, in turn, use theirs: of pools in a circle each
 * could wait for the other's seat. After a fork without exec the child has no pool: the
 * threads are its parent's.
 * `options` may be NULL.
 * -EINVAL: more than WHET_POOL_WORKERS_MAX, or unknown flags; -ENOMEM; -EAGAIN: no thread is to
 * be had. */
WHET_API WHET_MUST_USE int whet_pool_new(struct whet_pool **out,
                                         const struct whet_pool_options *options);

/* Only when every group and loop has been waited for, and from no task. */
WHET_API void whet_pool_free(struct whet_pool *pool);

/* How many workers it is to have now, and the most it can have: a task's `worker` is below
 * whet_pool_workers_max, and no two tasks run with one number at the same time, but for
 * those that run inside the wait of another. */
WHET_API unsigned whet_pool_workers(const struct whet_pool *pool);
WHET_API unsigned whet_pool_workers_max(const struct whet_pool *pool);

/* More or fewer workers, while tasks run or not. A worker that is one too many finishes its
 * task first; nothing waits for it.
 * -EINVAL: 0, or more than whet_pool_workers_max; -ENOMEM, -EAGAIN: it has as many more as
 * there were to be had. */
WHET_API WHET_MUST_USE int whet_pool_resize(struct whet_pool *pool, unsigned workers);

/* As many as affinity (taskset, cpuset) and the cgroup's quota allow, at least 1; part of a
 * processor counts as one. */
WHET_API unsigned whet_pool_cores(void);

/* ---- Giving up ---- */

/* Says to many tasks at once that they are no longer wanted. */
struct whet_token;

/* -ENOMEM. */
WHET_API WHET_MUST_USE int whet_token_new(struct whet_token **out);

/* After all that were given it. */
WHET_API void whet_token_free(struct whet_token *token);

/* From any thread or signal handler; for good. */
WHET_API void whet_token_cancel(struct whet_token *token);

/* Cancels it that many nanoseconds from now; the last call counts. */
WHET_API void whet_token_deadline(struct whet_token *token, uint64_t after_ns);

/* 0, -ECANCELED, or -ETIMEDOUT when the deadline has passed. For long tasks to look at now
 * and then: some 1 ns, or 30 ns with a deadline. NULL is never cancelled. */
WHET_API int whet_token_check(const struct whet_token *token);

/* ---- Groups of tasks ---- */

/* What a task does. `worker` is a number for state of its own (see whet_pool_workers_max);
 * the answer is 0, or an error of the task's own choice. */
typedef int (*whet_task_run)(void *ctx, void *arg, unsigned worker);

struct whet_task {
    whet_task_run run;
    void *ctx;     /* handed to run */
    void *arg;     /* handed to run */
    int *result;   /* gets the answer: what run returned, or what whet_token_check said when
                      it was not run; may be NULL */
    int priority;  /* higher goes first; 0 is usual */
    uint64_t size; /* of equal priority, the larger one goes first; 0: nobody knows, in no
                      order and after those that are known */
};

struct whet_group;

/* All zero: the defaults. */
struct whet_group_options {
    const struct whet_token *token; /* tasks that have not begun when it is cancelled are not
                                       run: this is their answer; NULL: none */
    void (*tick)(void *ctx);        /* called by a thread that waits, some ten times a second,
                                       between its tasks and while it sleeps; NULL: none */
    void *ctx;                      /* handed to tick */
};

/* Tasks that are waited for together; it can be used again after a wait.
 * `options` may be NULL. -ENOMEM. */
WHET_API WHET_MUST_USE int whet_group_new(struct whet_group **out, struct whet_pool *pool,
                                          const struct whet_group_options *options);

/* After a wait, or with no task. */
WHET_API void whet_group_free(struct whet_group *group);

/* Adds a copy of `task`, from a task of any group or from outside. Among tasks without
 * priority and size, a worker takes the newest that it submitted itself; idle ones take the
 * oldest.
 * -ENOMEM: it was not added. */
WHET_API WHET_MUST_USE int whet_group_submit(struct whet_group *group,
                                             const struct whet_task *task);

/* Works until every task of the group, and all that these added to it, has ended; runs other
 * groups' tasks meanwhile. A task that waits begins with what it submitted itself, whatever
 * priority others have; of tasks that wait inside the waits of others there are some 30 on
 * a stack, after which only what is waited for is run as long as that goes on. A task may only
 * wait for groups that it made itself: then no wait can be for something below it on its own
 * stack, and none can wait for ever. -EDEADLK: it is a task, and another one (or no task) made
 * the group. */
WHET_API WHET_MUST_USE int whet_group_wait(struct whet_group *group);

/* Since the group was made. */
struct whet_group_counts {
    size_t failed;    /* answered with something else than 0 */
    size_t cancelled; /* were not run */
};

WHET_API void whet_group_count(const struct whet_group *group, struct whet_group_counts *out);

/* ---- Loops ---- */

/* What a loop does for each index; `worker` and the answer as in whet_task_run. */
typedef int (*whet_loop_body)(void *ctx, size_t index, unsigned worker);

/* All zero: the defaults. */
struct whet_loop_options {
    size_t grain; /* indexes handed out at once; 0: as many as take some 20 us by what they
                     took so far, fewer towards the end */
    const struct whet_token *token; /* as in whet_group_options, looked at for each chunk */
    void (*tick)(void *ctx);        /* as in whet_group_options */
    void *ctx;                      /* handed to tick */
    int *results;                   /* of `count` answers; NULL: nobody asks */
};

/* Runs body for 0..count-1, each once, in chunks that are handed out in this order: where
 * some take much longer, put them first. Returns when all have ended. `options` may be NULL.
 * Answers 0, or what the lowest index answered that did not answer 0 (-ECANCELED,
 * -ETIMEDOUT: it was not run).
 * -EINVAL: body is NULL; -ENOMEM: nothing was run; never in a pool that is not detached, as
 * long as only one thread from outside uses it at a time. */
WHET_API int whet_pool_for(struct whet_pool *pool, size_t count, whet_loop_body body, void *ctx,
                           const struct whet_loop_options *options);

/* What a loop does for all of begin..end-1; its answer is that of each of them. */
typedef int (*whet_range_body)(void *ctx, size_t begin, size_t end, unsigned worker);

/* The same, called once for each chunk: for bodies of a few nanoseconds, which would cost less
 * than their call, and loops that the compiler can make faster when it sees them whole. */
WHET_API int whet_pool_for_ranges(struct whet_pool *pool, size_t count, whet_range_body body,
                                  void *ctx, const struct whet_loop_options *options);

/* ---- Tasks that need others ---- */

/* Tasks with names, each run when all that it needs have answered 0. Built by one thread;
 * can be run again. */
struct whet_graph;

/* -ENOMEM. */
WHET_API WHET_MUST_USE int whet_graph_new(struct whet_graph **out);
WHET_API void whet_graph_free(struct whet_graph *graph);

/* Adds a copy of `task` under a copy of `name`, which is for messages; *id counts from 0.
 * -ENOMEM. */
WHET_API WHET_MUST_USE int whet_graph_add(struct whet_graph *graph, const char *name,
                                          const struct whet_task *task, size_t *id);

/* Says that task `id` is run after `needed`, and only if that answers 0.
 * -EINVAL: there is no such id; -ENOMEM. */
WHET_API WHET_MUST_USE int whet_graph_need(struct whet_graph *graph, size_t id, size_t needed);

/* Runs all tasks and waits; `options` may be NULL. What needs a task that did not answer 0 is
 * not run: its own answer is -ECANCELED. So it is with the token's when that is cancelled.
 * -ELOOP: tasks need each other in a circle, nothing was run, *err (may be NULL) names them
 * in order, always the same; -ENOMEM: nothing was run. */
WHET_API WHET_MUST_USE int whet_graph_run(struct whet_graph *graph, struct whet_pool *pool,
                                          const struct whet_group_options *options,
                                          struct whet_error *err);

/* The answer of a task in the last run; -ECANCELED before there was one, -EINVAL: there is no
 * such id. */
WHET_API int whet_graph_result(const struct whet_graph *graph, size_t id);

/* ---- How many workers are worth it ---- */

/* A measured throughput, tasks per second or the like, with a number of workers. */
struct whet_pool_scaling_point {
    unsigned workers;
    double throughput;
};

/* The universal scalability law (Gunther, Guerrilla Capacity Planning, 2007):
 * throughput(n) = rate * n / (1 + contention * (n - 1) + coherence * n * (n - 1)). */
struct whet_pool_scaling {
    double rate;       /* throughput of one worker */
    double contention; /* what waits in a queue: Amdahl's serial part */
    double coherence;  /* what each worker has to settle with each other one */
    double error;      /* what the points are off the law: of the relative residuals
                          sqrt(sum of squares / spare); 0: not known, if there is no spare */
    double peak;       /* workers with the highest throughput; infinite: there is no such */
    unsigned spare;    /* points beyond the terms that were fitted; with 0 any points fit */
};

/* Fits the law to `count` points in any order, several for a number of workers or one; 5
 * numbers of workers with 2 points each predict within some 2 %, of points that scatter by
 * 3 %. With 2 numbers coherence is taken as 0.
 * -EINVAL: fewer than 2 different numbers of workers, or a value that is not positive and
 * finite. -ENOMEM. */
WHET_API WHET_MUST_USE int whet_pool_scaling_fit(struct whet_pool_scaling *out,
                                                 const struct whet_pool_scaling_point *points,
                                                 size_t count);

/* The speed-up over one worker that the law predicts for `workers`, at least 1. */
WHET_API double whet_pool_scaling_speedup(const struct whet_pool_scaling *scaling,
                                          unsigned workers);

/* The number of workers, 1..most, from which one more would add less than `gain` of the
 * throughput of one: with 0.1 each must do at least a tenth of what one alone does. */
WHET_API unsigned whet_pool_scaling_best(const struct whet_pool_scaling *scaling, unsigned most,
                                         double gain);

#ifdef __cplusplus
}
#endif

#endif
