/* pool/pool.h - a fixed set of threads that share out tasks.
 *
 * Shape    each worker has a stack of tasks; a worker without one takes the
 *          oldest of another. Nobody spins: idle workers sleep.
 * Units    worker numbers are 0..jobs-1; the caller of whet__pool_wait works as
 *          number 0, so jobs == 1 starts no thread.
 * Memory   the pool is freed by whet__pool_free after a wait. Tasks borrow what
 *          they are given.
 * Errors   -ENOMEM, -EAGAIN (no thread to be had): nothing was started.
 * Threads  submit from any task, or from the owner before it waits. _wait, _for
 *          and _free belong to the owner, the thread that called _new.
 */
#ifndef WHET_POOL_POOL_H
#define WHET_POOL_POOL_H

#include <stddef.h>

#include <whet/api.h>

struct whet_pool;

/* `ctx` is shared by the tasks of one job, `arg` is a task's own. Both come from
 * the call that made the task, so that jobs of different kinds share a pool. */
typedef void (*whet_pool_task)(void *ctx, void *arg, unsigned worker);
typedef void (*whet_pool_body)(void *ctx, size_t index, unsigned worker);

/* Called by worker 0 about ten times a second: between its tasks and while it
 * waits for others. */
typedef void (*whet_pool_tick)(void *ctx);

/* 1 <= jobs <= 1024, else -EINVAL. */
WHET_MUST_USE int whet__pool_new(struct whet_pool **out, unsigned jobs);
void whet__pool_free(struct whet_pool *p);
unsigned whet__pool_jobs(const struct whet_pool *p);

/* Adds a task; `worker` is the number of the task that calls, 0 for the owner.
 * -ENOMEM: it was not added. */
WHET_MUST_USE int whet__pool_submit(struct whet_pool *p, unsigned worker, whet_pool_task task,
                                    void *ctx, void *arg);

/* Works until every task, and all they submitted, is done. `tick` may be NULL. */
void whet__pool_wait(struct whet_pool *p, whet_pool_tick tick, void *ctx);

/* Runs body for 0..count-1, each once, handed out one by one in that order (put
 * the largest first). Returns when all are done, and all tasks that were
 * submitted before or by them. `ctx` is handed to both; `tick` may be NULL. */
void whet__pool_for(struct whet_pool *p, size_t count, whet_pool_body body, whet_pool_tick tick,
                    void *ctx);

#endif
