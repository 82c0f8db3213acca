/* Where idle threads are. Each has a word of its own to wait for, so that exactly those wake up
 * that have something to do. The list is touched only when somebody falls asleep or is
 * called: some thousand times a second. */
#include "pool/engine.h"

#include "os/word_wait.h"

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
    atomic_store_explicit(&s->asleep, 1, memory_order_relaxed);
    list_count(p, s, 1);
}

static void list_take(struct whet_pool *p, struct whet_sleeper *s)
{
    *s->link = s->next;
    if (s->next != NULL)
        s->next->link = s->link;
    list_count(p, s, -1u);
    atomic_store_explicit(&s->asleep, 0, memory_order_release);
}

/* In the list: not called yet. The lock is held. */
static int is_listed(const struct whet_sleeper *s)
{
    return atomic_load_explicit(&s->asleep, memory_order_relaxed) != 0;
}

/* The lock is held, so that a sleeper on its thread's stack is still there. */
static void sleeper_call(struct whet_pool *p, struct whet_sleeper *s)
{
    list_take(p, s);
    whet__word_wake(&s->asleep);
}

/* Woken without the lock: it may want that at once, and where both share a processor that would
 * be two changes of thread more. The word is a worker's own, which lives as long as the pool.
 */
void whet__sleep_call(struct whet_pool *p)
{
    struct whet_sleeper *called = NULL;

    if (atomic_load(&p->hands) == 0)
        return;
    pthread_mutex_lock(&p->lock);
    for (struct whet_sleeper *s = p->sleepers; s != NULL && called == NULL; s = s->next) {
        if (s->worker != NULL && !s->narrow) {
            list_take(p, s);
            called = s;
        }
    }
    pthread_mutex_unlock(&p->lock);
    if (called != NULL)
        whet__word_wake(&called->asleep);
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
    if (is_listed(&w->sleeper))
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

/* Out of the list, if it still is there as it was too late. A sleeper on a stack comes here,
 * too: who has called it may still be at it, and has the lock. 1: it was called. */
static int sleeper_rise(struct whet_pool *p, struct whet_sleeper *s)
{
    int called;

    pthread_mutex_lock(&p->lock);
    called = !is_listed(s);
    if (!called)
        list_take(p, s);
    pthread_mutex_unlock(&p->lock);
    return called;
}

int whet__sleep(struct whet_pool *p, struct whet_sleeper *s, const struct whet_group *awaits,
                uint64_t until_ns)
{
    int rc = 0, stays;

    pthread_mutex_lock(&p->lock);
    s->awaits = awaits;
    list_add(p, s);
    stays = !has_reason(p, s);
    if (!stays)
        list_take(p, s);
    pthread_mutex_unlock(&p->lock);
    if (stays)
        rc = whet__word_wait(&s->asleep, 1, until_ns);
    if (rc != 0 || (stays && s->worker == NULL))
        return sleeper_rise(p, s);
    return 1;
}
