/* Tasks that are waited for together. Expected load: one group for a walk of 100,000
 * tasks, or one for each task of a divided problem. */
#include "pool/engine.h"

#include <assert.h>
#include <errno.h>

#include "base/mem.h"
#include "os/clock.h"

#define PATIENCE_NS 1000000

void whet__group_init(struct whet_group *g, struct whet_pool *p,
                      const struct whet_group_options *options)
{
    static const struct whet_group_options none;
    const struct pool_worker *w = whet__engine_task();

    g->pool = p;
    g->options = options != NULL ? *options : none;
    g->maker = w;
    g->maker_frame = w != NULL ? w->frame : 0;
    atomic_init(&g->open, 0);
    atomic_init(&g->failed, 0);
    atomic_init(&g->cancelled, 0);
}

int whet_group_new(struct whet_group **out, struct whet_pool *pool,
                   const struct whet_group_options *options)
{
    struct whet_group *g = whet__mem_alloc(sizeof(*g));

    if (g == NULL)
        return -ENOMEM;
    whet__group_init(g, pool, options);
    *out = g;
    return 0;
}

void whet_group_free(struct whet_group *group)
{
    assert(group == NULL || atomic_load(&group->open) == 0);
    whet__mem_free(group);
}

void whet__group_end(struct whet_group *g, size_t count)
{
    struct whet_pool *p = g->pool;

    if (atomic_fetch_sub(&g->open, count) == count)
        whet__sleep_call_group(p, g);
}

/* Into the deque of the thread that calls; that of the seat is anybody's who takes it. */
static int job_store(struct whet_pool *p, const struct whet_job *job)
{
    struct pool_worker *w = whet__engine_self(p);
    int rc;

    if (w != NULL)
        return whet__engine_push(w, job);
    w = whet__engine_enter(p);
    if (w != NULL) {
        rc = whet__engine_push(w, job);
        whet__engine_leave(w);
        return rc;
    }
    rc = whet__queue_push(&p->queue, job, 0, 0);
    if (rc == 0)
        whet__sleep_call(p);
    return rc;
}

int whet__group_submit(struct whet_group *g, const struct whet_job *job)
{
    int rc;

    atomic_fetch_add_explicit(&g->open, 1, memory_order_relaxed);
    rc = job_store(g->pool, job);
    if (rc != 0)
        whet__group_end(g, 1);
    return rc;
}

/* With a priority or size: into the queue that keeps them in order. */
static int submit_in_order(struct whet_group *g, const struct whet_job *job,
                           const struct whet_task *task)
{
    int rc;

    atomic_fetch_add_explicit(&g->open, 1, memory_order_relaxed);
    rc = whet__queue_push(&g->pool->queue, job, task->priority, task->size);
    if (rc == 0)
        whet__sleep_call(g->pool);
    else
        whet__group_end(g, 1);
    return rc;
}

int whet_group_submit(struct whet_group *group, const struct whet_task *task)
{
    const struct whet_job job = {task->run, task->ctx, task->arg, group, task->result};

    if (task->priority == 0 && task->size == 0)
        return whet__group_submit(group, &job);
    return submit_in_order(group, &job, task);
}

static int is_open(const struct whet_group *g)
{
    return atomic_load(&g->open) != 0;
}

/* Deep in a stack, where not every job will do: what is awaited is run by others, as a rule,
 * and is soon done. Where it is not (it may be in a deque that nobody else looks into) anything
 * is better than to wait for ever; the deeper, the later. */
static void sleep_deep(struct whet_group *g, struct pool_worker *w)
{
    uint64_t patience_ns = (uint64_t)(w->depth - WHET_POOL_DEPTH) * PATIENCE_NS;
    int called;

    w->sleeper.narrow = 1;
    called = whet__sleep(w->pool, &w->sleeper, g, whet__clock_now_ns() + patience_ns);
    w->sleeper.narrow = 0;
    if (!called)
        (void)whet__engine_run_one(w, NULL);
}

/* As a worker of the pool. */
static void group_work(struct whet_group *g, struct pool_worker *w, struct whet_tick *tick)
{
    struct whet_pool *p = w->pool;
    unsigned inside = w->frame != 0;
    int slept = 0;

    w->depth += inside;
    while (whet__engine_is_open(w, g)) {
        if (!whet__engine_run_one(w, g)) {
            slept = 1;
            if (inside && whet__engine_is_deep(w))
                sleep_deep(g, w);
            else
                (void)whet__sleep(p, &w->sleeper, g, tick->next_ns);
        }
        if (tick->tick != NULL)
            whet__tick_check(tick, w);
    }
    w->depth -= inside;
    whet__engine_tell(w);
    if (slept && whet__engine_has_job(p))
        whet__sleep_call(p); /* it may have been called for a job, which is others' now */
}

/* As a thread from outside: works as soon as the seat is free. */
static void group_visit(struct whet_group *g, struct whet_tick *tick)
{
    struct whet_pool *p = g->pool;
    struct whet_sleeper stand = {.worker = NULL};
    struct pool_worker *w;

    while (is_open(g)) {
        w = whet__engine_enter(p);
        if (w != NULL) {
            group_work(g, w, tick);
            whet__engine_leave(w);
            return;
        }
        (void)whet__sleep(p, &stand, g, tick->next_ns);
        whet__tick_check(tick, NULL);
    }
    /* It may have been called to the seat, which is another's now. */
    if (atomic_load(&p->standing) != 0 && atomic_load(&p->seat) == 0)
        whet__sleep_call_seat(p);
}

void whet__group_wait(struct whet_group *g)
{
    struct pool_worker *w = whet__engine_self(g->pool);
    struct whet_tick tick;

    whet__tick_init(&tick, g->options.tick, g->options.ctx);
    if (w != NULL)
        group_work(g, w, &tick);
    else
        group_visit(g, &tick);
}

int whet_group_wait(struct whet_group *group)
{
    const struct pool_worker *w = whet__engine_task();

    if (w != NULL && (group->maker != w || group->maker_frame != w->frame))
        return -EDEADLK;
    whet__group_wait(group);
    return 0;
}

void whet_group_count(const struct whet_group *group, struct whet_group_counts *out)
{
    out->failed = atomic_load(&group->failed);
    out->cancelled = atomic_load(&group->cancelled);
}
