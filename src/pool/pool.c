/* Making, resizing and closing a pool: a few times in a program's life. */
#include "pool/engine.h"

#include <errno.h>

#include "base/mem.h"

/* Seats, before any thread may look at them. */
static int worker_add(struct whet_pool *p)
{
    unsigned number = atomic_load(&p->made);
    struct pool_worker *w = whet__mem_zalloc(1, sizeof(*w));
    int rc;

    if (w == NULL)
        return -ENOMEM;
    rc = whet__deque_init(&w->deque);
    if (rc != 0) {
        whet__mem_free(w);
        return rc;
    }
    w->pool = p;
    w->number = number;
    w->sleeper.worker = w;
    p->workers[number] = w;
    atomic_store(&p->made, number + 1);
    return 0;
}

/* Number 0 of a pool that is not detached is a seat, not a thread. */
static unsigned first_thread(const struct whet_pool *p)
{
    return p->detached ? 0 : 1;
}

/* Has ended, or is about to: it has nothing left to do with the pool. */
static void worker_join(struct pool_worker *w)
{
    if (w->started)
        pthread_join(w->thread, NULL);
    w->started = 0;
    w->ended = 0;
}

/* Lets a thread run as this worker. One that was to end, and has not noticed, goes on. */
static int worker_start(struct pool_worker *w)
{
    struct whet_pool *p = w->pool;
    int runs, rc;

    pthread_mutex_lock(&p->lock);
    runs = w->started && !w->ended;
    if (runs)
        atomic_store(&p->target, w->number + 1);
    pthread_mutex_unlock(&p->lock);
    if (runs)
        return 0;
    worker_join(w);
    atomic_store(&p->target, w->number + 1);
    rc = -pthread_create(&w->thread, NULL, whet__engine_main, w);
    w->started = rc == 0;
    if (rc != 0)
        atomic_store(&p->target, w->number);
    return rc;
}

static int pool_grow(struct whet_pool *p, unsigned workers)
{
    int rc = 0;

    for (unsigned i = atomic_load(&p->target); rc == 0 && i < workers; i++) {
        if (i == atomic_load(&p->made))
            rc = worker_add(p);
        if (rc == 0 && i >= first_thread(p))
            rc = worker_start(p->workers[i]);
        else if (rc == 0)
            atomic_store(&p->target, i + 1);
    }
    if (whet__engine_has_job(p))
        whet__sleep_call(p);
    return rc;
}

static void pool_shrink(struct whet_pool *p, unsigned workers)
{
    unsigned old = atomic_load(&p->target);

    pthread_mutex_lock(&p->lock);
    atomic_store(&p->target, workers);
    for (unsigned i = workers; i < old; i++) {
        if (p->workers[i]->sleeper.awaits == NULL)
            whet__sleep_call_worker(p->workers[i]);
    }
    pthread_mutex_unlock(&p->lock);
}

int whet_pool_resize(struct whet_pool *pool, unsigned workers)
{
    int rc = 0;

    if (workers < 1 || workers > pool->max)
        return -EINVAL;
    pthread_mutex_lock(&pool->resize);
    if (workers < atomic_load(&pool->target))
        pool_shrink(pool, workers);
    else
        rc = pool_grow(pool, workers);
    pthread_mutex_unlock(&pool->resize);
    return rc;
}

static int locks_init(struct whet_pool *p)
{
    int rc = whet__queue_init(&p->queue);

    if (rc != 0)
        return rc;
    rc = -pthread_mutex_init(&p->lock, NULL);
    if (rc == 0) {
        rc = -pthread_mutex_init(&p->resize, NULL);
        if (rc == 0)
            return 0;
        pthread_mutex_destroy(&p->lock);
    }
    whet__queue_clear(&p->queue);
    return rc;
}

static unsigned cores_or_most(void)
{
    unsigned cores = whet_pool_cores();

    return cores < WHET_POOL_WORKERS_MAX ? cores : WHET_POOL_WORKERS_MAX;
}

int whet_pool_new(struct whet_pool **out, const struct whet_pool_options *options)
{
    static const struct whet_pool_options defaults;
    const struct whet_pool_options *o = options != NULL ? options : &defaults;
    unsigned workers = o->workers != 0 ? o->workers : cores_or_most(), max;
    struct whet_pool *p;
    int rc;

    max = o->workers_max > workers ? o->workers_max : workers;
    if (max > WHET_POOL_WORKERS_MAX || (o->flags & ~(unsigned)WHET_POOL_DETACHED) != 0)
        return -EINVAL;
    p = whet__mem_zalloc(1, sizeof(*p) + max * sizeof(struct pool_worker *));
    if (p == NULL)
        return -ENOMEM;
    p->max = max;
    p->detached = (o->flags & WHET_POOL_DETACHED) != 0;
    rc = locks_init(p);
    if (rc != 0) {
        whet__mem_free(p);
        return rc;
    }
    rc = pool_grow(p, workers);
    if (rc != 0) {
        whet_pool_free(p);
        return rc;
    }
    *out = p;
    return 0;
}

static void pool_close(struct whet_pool *p)
{
    unsigned made = atomic_load(&p->made);

    pthread_mutex_lock(&p->lock);
    p->closing = 1;
    for (unsigned i = 0; i < made; i++)
        whet__sleep_call_worker(p->workers[i]);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < made; i++)
        worker_join(p->workers[i]);
}

void whet_pool_free(struct whet_pool *pool)
{
    if (pool == NULL)
        return;
    pool_close(pool);
    for (unsigned i = 0; i < atomic_load(&pool->made); i++) {
        whet__deque_clear(&pool->workers[i]->deque);
        whet__mem_free(pool->workers[i]);
    }
    pthread_mutex_destroy(&pool->resize);
    pthread_mutex_destroy(&pool->lock);
    whet__queue_clear(&pool->queue);
    whet__mem_free(pool);
}

unsigned whet_pool_workers(const struct whet_pool *pool)
{
    return atomic_load(&pool->target);
}

unsigned whet_pool_workers_max(const struct whet_pool *pool)
{
    return pool->max;
}
