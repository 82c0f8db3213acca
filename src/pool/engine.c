/* Threads that share out tasks. Expected load: from one task per folder (some 20 us
 * each, submitted by other tasks) to one per file (a parse of 0.4 ms; the worst takes a
 * second), on 1 to 256 cores that other programs use too.
 *
 * A worker's newest task goes first, which walks a tree depth-first and keeps deques
 * short; a worker that has none takes the oldest of another, which is the largest part
 * of a tree. Who finds nothing lets others go first, looks once more, and sleeps: on shared
 * cores a thread that spins takes the time of the one it waits for. */
#include "pool/engine.h"

#include <sched.h>

#include "os/clock.h"

#define TICK_NS 100000000

/* What the calling thread is at this moment. One word at a fixed place: the call that a shared
 * library makes for other ones would be a fifth of the cost of a task. There is room for it
 * even when the library is loaded by dlopen. */
static _Thread_local struct pool_worker *self __attribute__((tls_model("initial-exec")));

struct pool_worker *whet__engine_task(void)
{
    struct pool_worker *w = self;

    while (w != NULL && w->frame == 0)
        w = w->before;
    return w;
}

struct pool_worker *whet__engine_self(const struct whet_pool *p)
{
    return self != NULL && self->pool == p ? self : NULL;
}

struct pool_worker *whet__engine_enter(struct whet_pool *p)
{
    struct pool_worker *w = p->workers[0];
    int taken = 0;

    if (p->detached || atomic_load_explicit(&p->seat, memory_order_relaxed) != 0 ||
        !atomic_compare_exchange_strong(&p->seat, &taken, 1))
        return NULL;
    w->before = self;
    self = w;
    return w;
}

void whet__engine_leave(struct pool_worker *w)
{
    struct whet_pool *p = w->pool;

    self = w->before;
    atomic_store(&p->seat, 0);
    if (atomic_load(&p->standing) != 0)
        whet__sleep_call_seat(p);
}

int whet__engine_push(struct pool_worker *w, const struct whet_job *job)
{
    int rc = whet__deque_push(&w->deque, job);

    if (rc == 0)
        whet__sleep_call(w->pool);
    return rc;
}

int whet__engine_has_job(struct whet_pool *p)
{
    unsigned made = atomic_load(&p->made);

    if (atomic_load(&p->queue.level) != WHET_QUEUE_EMPTY)
        return 1;
    for (unsigned i = 0; i < made; i++) {
        if (whet__deque_count(&p->workers[i]->deque) != 0)
            return 1;
    }
    return 0;
}

/* Goes round until one round has met nobody else. */
static int worker_steal(struct pool_worker *w, struct whet_job *job)
{
    struct whet_pool *p = w->pool;
    unsigned made = atomic_load_explicit(&p->made, memory_order_acquire);
    int lost;

    do {
        lost = 0;
        for (unsigned i = 0; i < made; i++) {
            unsigned victim = (w->victim + i) % made;
            enum whet_deque_theft theft;

            if (victim == w->number)
                continue;
            theft = whet__deque_steal(&p->workers[victim]->deque, job);
            if (theft == WHET_DEQUE_GOT) {
                w->victim = victim;
                return 1;
            }
            lost |= theft == WHET_DEQUE_LOST;
        }
    } while (lost);
    return 0;
}

/* What a task that waits should do first: what it has pushed since it began. It is done
 * sooner, and nothing is piled up on its stack. */
static int worker_find_own(struct pool_worker *w, const struct whet_group *awaited,
                           struct whet_job *job)
{
    if (whet__deque_end(&w->deque) > w->mark && whet__deque_pop(&w->deque, job))
        return 1;
    return whet__engine_is_deep(w) && whet__queue_pick(&w->pool->queue, awaited, job);
}

/* Now and then the queue goes first, or tasks that submit themselves again would keep
 * those from outside waiting for ever. */
static int worker_find(struct pool_worker *w, struct whet_job *job)
{
    enum whet_queue_level first = w->frames % 64 == 63 ? WHET_QUEUE_EQUAL : WHET_QUEUE_SOONER;
    struct whet_queue *q = &w->pool->queue;

    if (atomic_load(&q->level) >= (int)first && whet__queue_pop(q, first, job))
        return 1;
    return whet__deque_pop(&w->deque, job) || whet__queue_pop(q, WHET_QUEUE_EQUAL, job) ||
           worker_steal(w, job) || whet__queue_pop(q, WHET_QUEUE_LATER, job);
}

/* In a frame of its own, which is how a task is told from those inside its waits. */
static int job_call(struct pool_worker *w, const struct whet_job *job)
{
    uint64_t frame = w->frame;
    int64_t mark = w->mark;
    int rc;

    w->frame = ++w->frames;
    w->mark = whet__deque_end(&w->deque);
    rc = job->run(job->ctx, job->arg, w->number);
    w->mark = mark;
    w->frame = frame;
    return rc;
}

void whet__engine_tell(struct pool_worker *w)
{
    struct whet_group *g = w->ending;
    size_t count = w->ended_count;

    w->ending = NULL;
    w->ended_count = 0;
    if (g != NULL)
        whet__group_end(g, count);
}

/* The group that w has still to tell: no other. As long as a job of it runs or is there to
 * be run, it is not done, and a count that all workers share need not be touched. */
static void turn_to(struct pool_worker *w, struct whet_group *g)
{
    if (w->ending != g)
        whet__engine_tell(w);
}

static void job_run(struct pool_worker *w, const struct whet_job *job)
{
    struct whet_group *g = job->group;
    int rc = g->options.token != NULL ? whet_token_check(g->options.token) : 0;

    turn_to(w, g);
    if (rc != 0) {
        atomic_fetch_add_explicit(&g->cancelled, 1, memory_order_relaxed);
    } else {
        rc = job_call(w, job);
        if (rc != 0)
            atomic_fetch_add_explicit(&g->failed, 1, memory_order_relaxed);
    }
    if (job->result != NULL)
        *job->result = rc;
    turn_to(w, g); /* away from what it ran inside its waits */
    w->ending = g;
    w->ended_count++;
}

int whet__engine_run_one(struct pool_worker *w, const struct whet_group *awaited)
{
    int inside = awaited != NULL && w->frame != 0;
    struct whet_job job;

    if (!(inside && worker_find_own(w, awaited, &job)) &&
        ((inside && whet__engine_is_deep(w)) || !worker_find(w, &job))) {
        whet__engine_tell(w);
        return 0;
    }
    job_run(w, &job);
    return 1;
}

static int is_wanted(const struct pool_worker *w)
{
    return w->number < atomic_load_explicit(&w->pool->target, memory_order_relaxed);
}

/* Ends the thread if the pool closes or has become smaller; what is left in its deque is
 * for others to steal. */
static int worker_ends(struct pool_worker *w)
{
    struct whet_pool *p = w->pool;
    int ends;

    pthread_mutex_lock(&p->lock);
    ends = p->closing || !is_wanted(w);
    if (ends)
        w->ended = 1;
    pthread_mutex_unlock(&p->lock);
    if (ends && whet__engine_has_job(p))
        whet__sleep_call(p); /* it may have been called for a job */
    return ends;
}

/* Until there is nothing to do, and, if there was something, still nothing when it comes back
 * from letting others go first. Where the thread that called it waits for this very processor,
 * that one goes on, and what it submits needs no call: two threads that hand over a processor
 * for each of a thousand small tasks cost more than the tasks. Who finds nothing at all came
 * late: the one that called it has done it itself. */
static void worker_work(struct pool_worker *w)
{
    while (is_wanted(w) && whet__engine_run_one(w, NULL)) {
        while (is_wanted(w) && whet__engine_run_one(w, NULL)) {
        }
        sched_yield();
    }
    whet__engine_tell(w);
}

void *whet__engine_main(void *worker)
{
    struct pool_worker *w = worker;

    self = w;
    do {
        worker_work(w);
        if (is_wanted(w))
            (void)whet__sleep(w->pool, &w->sleeper, NULL, UINT64_MAX);
    } while (!worker_ends(w));
    return NULL;
}

void whet__tick_init(struct whet_tick *t, void (*tick)(void *ctx), void *ctx)
{
    t->tick = tick;
    t->ctx = ctx;
    t->next_ns = tick != NULL ? whet__clock_now_ns() + TICK_NS : UINT64_MAX;
}

void whet__tick_check(struct whet_tick *t, struct pool_worker *w)
{
    if (t->tick == NULL || whet__clock_now_ns() < t->next_ns)
        return;
    if (w != NULL)
        whet__engine_tell(w);
    t->tick(t->ctx);
    t->next_ns = whet__clock_now_ns() + TICK_NS;
}
