/* Where idle threads are. Each has a condition of its own, so that exactly those wake up
 * that have something to do. The list is touched only when somebody falls asleep or is
 * called: some thousand times a second. */
#include "pool/engine.h"

#include <errno.h>
#include <time.h>

#define NS_PER_SEC 1000000000u

int whet__sleep_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    int rc;

    if (pthread_condattr_init(&attr) != 0)
        return -ENOMEM;
    rc = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (rc == 0)
        rc = pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
    return -rc;
}

static void list_count(struct whet_pool *p, const struct whet_sleeper *s, unsigned by)
{
    if (!s->narrow)
        atomic_fetch_add(s->worker != NULL ? &p->hands : &p->standing, by);
    if (s->awaits != NULL)
        atomic_fetch_add(&p->waiters, by);
}

static void list_add(struct whet_pool *p, struct whet_sleeper *s)
{
    s->next = p->sleepers;
    s->link = &p->sleepers;
    if (s->next != NULL)
        s->next->link = &s->next;
    p->sleepers = s;
    s->asleep = 1;
    list_count(p, s, 1);
}

static void list_take(struct whet_pool *p, struct whet_sleeper *s)
{
    *s->link = s->next;
    if (s->next != NULL)
        s->next->link = s->link;
    s->asleep = 0;
    list_count(p, s, -1u);
}

/* The lock is held, so that a sleeper on its thread's stack is still there. */
static void sleeper_call(struct whet_pool *p, struct whet_sleeper *s)
{
    list_take(p, s);
    pthread_cond_broadcast(s->cond);
}

/* Called without the lock: who is woken first wants the lock, and where both share a
 * processor that would be two changes of thread more. The condition is a worker's own, which
 * lives as long as the pool. */
void whet__sleep_call(struct whet_pool *p)
{
    pthread_cond_t *cond = NULL;

    if (atomic_load(&p->hands) == 0)
        return;
    pthread_mutex_lock(&p->lock);
    for (struct whet_sleeper *s = p->sleepers; s != NULL && cond == NULL; s = s->next) {
        if (s->worker != NULL && !s->narrow) {
            list_take(p, s);
            cond = s->cond;
        }
    }
    pthread_mutex_unlock(&p->lock);
    if (cond != NULL)
        pthread_cond_signal(cond);
}

void whet__sleep_call_group(struct whet_pool *p, const struct whet_group *group)
{
    struct whet_sleeper *next;

    if (atomic_load(&p->waiters) == 0)
        return;
    pthread_mutex_lock(&p->lock);
    for (struct whet_sleeper *s = p->sleepers; s != NULL; s = next) {
        next = s->next;
        if (s->awaits == group)
            sleeper_call(p, s);
    }
    pthread_mutex_unlock(&p->lock);
}

void whet__sleep_call_seat(struct whet_pool *p)
{
    pthread_mutex_lock(&p->lock);
    for (struct whet_sleeper *s = p->sleepers; s != NULL; s = s->next) {
        if (s->worker == NULL) {
            sleeper_call(p, s);
            break;
        }
    }
    pthread_mutex_unlock(&p->lock);
}

void whet__sleep_call_worker(struct pool_worker *w)
{
    if (w->sleeper.asleep)
        sleeper_call(w->pool, &w->sleeper);
}

/* What it would be called for has happened before it could be called. The group's memory is
 * still there: its waiter is the one that asks. */
static int has_reason(struct whet_pool *p, const struct whet_sleeper *s)
{
    if (s->awaits != NULL && atomic_load(&s->awaits->open) == 0)
        return 1;
    if (s->narrow)
        return 0;
    if (s->worker == NULL)
        return !p->detached && atomic_load(&p->seat) == 0;
    if (s->awaits == NULL && (p->closing || s->worker->number >= atomic_load(&p->target)))
        return 1;
    return whet__engine_has_job(p);
}

static int sleeper_doze(struct whet_pool *p, struct whet_sleeper *s, uint64_t until_ns)
{
    struct timespec until;

    if (until_ns == UINT64_MAX)
        return pthread_cond_wait(s->cond, &p->lock);
    until.tv_sec = (time_t)(until_ns / NS_PER_SEC);
    until.tv_nsec = (long)(until_ns % NS_PER_SEC);
    return pthread_cond_timedwait(s->cond, &p->lock, &until);
}

int whet__sleep(struct whet_pool *p, struct whet_sleeper *s, const struct whet_group *awaits,
                uint64_t until_ns)
{
    int rc = 0;

    pthread_mutex_lock(&p->lock);
    s->awaits = awaits;
    list_add(p, s);
    if (!has_reason(p, s)) {
        while (s->asleep && rc == 0)
            rc = sleeper_doze(p, s, until_ns);
    }
    if (s->asleep)
        list_take(p, s);
    pthread_mutex_unlock(&p->lock);
    return rc == 0;
}
