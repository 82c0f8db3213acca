/* Threads that share out tasks. Expected load: from one task per folder (some 20 us
 * each, submitted by other tasks) to one per file (a parse of 0.4 ms; the worst
 * takes a second), on 1 to 256 cores that other programs use too.
 *
 * Each worker has a ring of tasks. Its newest task goes first, which walks a tree
 * depth-first and keeps the ring short; a worker that has none takes the older half
 * of another's, which are the largest parts of a tree. A task costs some 50 ns, less
 * than a hundredth of what it does.
 *
 * A worker that finds nothing goes to sleep. There is no count of open tasks: the
 * job is done when all workers sleep, because only a worker that is awake can hold
 * or make a task. */
#include "pool/pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/mem.h"
#include "pool/ring.h"

#define JOBS_MAX   1024u
#define TICK_NS    100000000
#define NS_PER_SEC 1000000000

struct pool_worker {
    struct whet_ring ring;
    struct whet_pool *pool;
    unsigned number;
    pthread_t thread;
    char apart[128]; /* keeps the next worker's ring off these cache lines */
};

struct whet_pool {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    atomic_uint sleeping; /* asleep and not called yet; changed under the lock */
    unsigned calls;       /* made and not yet answered */
    int closing;
    unsigned jobs;
    struct pool_worker workers[];
};

/* When worker 0 is to look up from its work. */
struct pool_clock {
    whet_pool_tick tick; /* NULL: never */
    void *ctx;
    struct timespec next;
};

/* One whet__pool_for. */
struct pool_loop {
    atomic_size_t next;
    size_t count;
    whet_pool_body body;
    void *ctx;
};

static void clock_init(struct pool_clock *c, whet_pool_tick tick, void *ctx)
{
    c->tick = tick;
    c->ctx = ctx;
    if (tick == NULL)
        return;
    (void)clock_gettime(CLOCK_MONOTONIC, &c->next);
    c->next.tv_nsec += TICK_NS;
    if (c->next.tv_nsec >= NS_PER_SEC) {
        c->next.tv_nsec -= NS_PER_SEC;
        c->next.tv_sec++;
    }
}

static void clock_check(struct pool_clock *c)
{
    struct timespec now;

    if (c == NULL || c->tick == NULL)
        return;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec < c->next.tv_sec ||
        (now.tv_sec == c->next.tv_sec && now.tv_nsec < c->next.tv_nsec))
        return;
    c->tick(c->ctx);
    clock_init(c, c->tick, c->ctx);
}

/* Wakes one sleeper for a task that was just stored. Nothing is missed: the task was
 * counted before `sleeping` is read here, and a sleeper counts itself before it looks
 * for tasks a last time, so one of the two sees the other. A sleeper is called once:
 * it leaves `sleeping` with the call, not when it wakes. */
static void pool_call(struct whet_pool *p)
{
    if (atomic_load(&p->sleeping) == 0)
        return;
    pthread_mutex_lock(&p->lock);
    if (atomic_load(&p->sleeping) > 0) {
        atomic_fetch_sub(&p->sleeping, 1);
        p->calls++;
        pthread_cond_signal(&p->wake);
    }
    pthread_mutex_unlock(&p->lock);
}

static int worker_steal(struct pool_worker *w, struct whet_ring_task *task)
{
    struct whet_ring_task loot[WHET_RING_LOOT];
    struct whet_pool *p = w->pool;

    for (unsigned i = 1; i < p->jobs; i++) {
        size_t count = whet__ring_rob(&p->workers[(w->number + i) % p->jobs].ring, loot);

        if (count == 0)
            continue;
        *task = loot[0];
        if (count > 1) {
            whet__ring_store(&w->ring, loot + 1, count - 1);
            pool_call(p); /* someone may have looked while the loot was in nobody's ring */
        }
        return 1;
    }
    return 0;
}

static void worker_work(struct pool_worker *w, struct pool_clock *clock)
{
    struct whet_ring_task task;

    while (whet__ring_pop(&w->ring, &task) || worker_steal(w, &task)) {
        task.run(task.ctx, task.arg, w->number);
        clock_check(clock);
    }
}

static int pool_has_task(struct whet_pool *p)
{
    for (unsigned i = 0; i < p->jobs; i++) {
        if (atomic_load(&p->workers[i].ring.count) > 0)
            return 1;
    }
    return 0;
}

/* Ends a sleep: answers a call, whoever it was meant for, or just gets up. */
static void pool_rise(struct whet_pool *p)
{
    if (p->calls > 0)
        p->calls--;
    else
        atomic_fetch_sub(&p->sleeping, 1);
}

/* A worker thread's sleep; 0 when the pool closes. */
static int worker_sleep(struct whet_pool *p)
{
    int open;

    pthread_mutex_lock(&p->lock);
    if (atomic_fetch_add(&p->sleeping, 1) + 1 == p->jobs)
        pthread_cond_broadcast(&p->wake); /* worker 0 is among them: it may be done */
    while (p->calls == 0 && !p->closing && !pool_has_task(p))
        pthread_cond_wait(&p->wake, &p->lock);
    pool_rise(p);
    open = !p->closing;
    pthread_mutex_unlock(&p->lock);
    return open;
}

/* Worker 0's sleep; 1 when all the others sleep as well and no task is left. */
static int owner_sleep(struct whet_pool *p, struct pool_clock *clock)
{
    int done = 0, timeout = 0;

    pthread_mutex_lock(&p->lock);
    atomic_fetch_add(&p->sleeping, 1);
    while (p->calls == 0 && !pool_has_task(p) && timeout == 0) {
        done = atomic_load(&p->sleeping) == p->jobs;
        if (done)
            break;
        if (clock->tick == NULL)
            pthread_cond_wait(&p->wake, &p->lock);
        else
            timeout = pthread_cond_timedwait(&p->wake, &p->lock, &clock->next);
    }
    pool_rise(p);
    pthread_mutex_unlock(&p->lock);
    return done;
}

static void *worker_main(void *arg)
{
    struct pool_worker *w = arg;

    do {
        worker_work(w, NULL);
    } while (worker_sleep(w->pool));
    return NULL;
}

static int wake_init(struct whet_pool *p)
{
    pthread_condattr_t attr;
    int rc;

    if (pthread_condattr_init(&attr) != 0)
        return -ENOMEM;
    rc = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (rc == 0)
        rc = pthread_cond_init(&p->wake, &attr);
    pthread_condattr_destroy(&attr);
    if (rc != 0)
        return -rc;
    rc = pthread_mutex_init(&p->lock, NULL);
    if (rc != 0)
        pthread_cond_destroy(&p->wake);
    return -rc;
}

/* All rings are there before the first thread starts: it looks into them. */
static int workers_init(struct whet_pool *p, unsigned jobs)
{
    for (p->jobs = 0; p->jobs < jobs; p->jobs++) {
        struct pool_worker *w = &p->workers[p->jobs];

        w->pool = p;
        w->number = p->jobs;
        if (whet__ring_init(&w->ring) != 0)
            return -ENOMEM;
    }
    return 0;
}

static void pool_join(struct whet_pool *p, unsigned started)
{
    pthread_mutex_lock(&p->lock);
    p->closing = 1;
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 1; i < started; i++)
        pthread_join(p->workers[i].thread, NULL);
}

static void pool_release(struct whet_pool *p)
{
    for (unsigned i = 0; i < p->jobs; i++)
        whet__ring_clear(&p->workers[i].ring);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    whet__mem_free(p);
}

int whet__pool_new(struct whet_pool **out, unsigned jobs)
{
    struct whet_pool *p;
    int rc;

    if (jobs < 1 || jobs > JOBS_MAX)
        return -EINVAL;
    p = whet__mem_zalloc(1, sizeof(*p) + jobs * sizeof(p->workers[0]));
    if (p == NULL)
        return -ENOMEM;
    rc = wake_init(p);
    if (rc != 0) {
        whet__mem_free(p);
        return rc;
    }
    rc = workers_init(p, jobs);
    for (unsigned i = 1; rc == 0 && i < jobs; i++) {
        rc = -pthread_create(&p->workers[i].thread, NULL, worker_main, &p->workers[i]);
        if (rc != 0)
            pool_join(p, i);
    }
    if (rc != 0) {
        pool_release(p);
        return rc;
    }
    *out = p;
    return 0;
}

void whet__pool_free(struct whet_pool *p)
{
    if (p == NULL)
        return;
    pool_join(p, p->jobs);
    pool_release(p);
}

unsigned whet__pool_jobs(const struct whet_pool *p)
{
    return p->jobs;
}

int whet__pool_submit(struct whet_pool *p, unsigned worker, whet_pool_task task, void *ctx,
                      void *arg)
{
    const struct whet_ring_task entry = {task, ctx, arg};
    int rc = whet__ring_push(&p->workers[worker].ring, &entry);

    if (rc == 0)
        pool_call(p);
    return rc;
}

static void pool_wait(struct whet_pool *p, struct pool_clock *clock)
{
    do {
        worker_work(&p->workers[0], clock);
        clock_check(clock);
    } while (!owner_sleep(p, clock));
}

void whet__pool_wait(struct whet_pool *p, whet_pool_tick tick, void *ctx)
{
    struct pool_clock clock;

    clock_init(&clock, tick, ctx);
    pool_wait(p, &clock);
}

static void loop_run(struct pool_loop *loop, unsigned worker, struct pool_clock *clock)
{
    size_t i;

    while ((i = atomic_fetch_add(&loop->next, 1)) < loop->count) {
        loop->body(loop->ctx, i, worker);
        clock_check(clock);
    }
}

static void loop_task(void *ctx, void *arg, unsigned worker)
{
    (void)arg;
    loop_run(ctx, worker, NULL);
}

void whet__pool_for(struct whet_pool *p, size_t count, whet_pool_body body, whet_pool_tick tick,
                    void *ctx)
{
    struct pool_loop loop = {.count = count, .body = body, .ctx = ctx};
    struct pool_clock clock;

    atomic_init(&loop.next, 0);
    clock_init(&clock, tick, ctx);
    for (unsigned i = 1; i < p->jobs && i < count; i++) {
        if (whet__pool_submit(p, 0, loop_task, &loop, NULL) != 0)
            break; /* fewer hands; worker 0 alone would finish it too */
    }
    loop_run(&loop, 0, &clock);
    pool_wait(p, &clock);
}
