/* When callers wait for what other machines have invalidated. Expected load: at each get one
 * comparison. Somebody who gets often never waits: half of check_ns after the last contact the
 * next one is made behind his back. Only who comes after a pause, or first of all, waits. */
#include "cache/remote/inside.h"
#include "os/clock.h"

/* Of the coarse clock; and what the wall clock may be set back without our noticing. */
#define TICK_NS UINT64_C(10000000)

/* Where the steps of the coarse clock are too long for half of check_ns, no coarse look does.
 */
void whet__remote_news_init(struct whet_remote *r)
{
    r->near_ns = r->check_ns / 2 >= 2 * TICK_NS ? r->check_ns / 2 + TICK_NS : 0;
}

/* 1: the contact that was made last was begun less than `max_ns` before `now_ns`. A clock that
 * was set back says nothing about its age. */
static int is_fresh(const struct whet_remote *r, uint64_t now_ns, uint64_t max_ns)
{
    uint64_t heard_ns = atomic_load(&r->heard_ns);

    return heard_ns > now_ns ? heard_ns - now_ns < TICK_NS : now_ns - heard_ns < max_ns;
}

static void want_locked(struct whet_remote *r)
{
    r->want_sync = 1;
    pthread_cond_signal(&r->work);
}

/* One who has waited in vain is not followed by others: until the contact that is under way has
 * ended, or the server is back, they go on with what is known. If it has ended by the time that
 * he has the lock again, nobody would say that it did: then the next one may wait. */
static void wait_locked(struct whet_remote *r, uint64_t start_ns, uint64_t now_ns)
{
    uint64_t deadline_ns = start_ns + r->timeout_ns;

    while (!r->down && !r->stopping && r->begun_ns < start_ns &&
           !is_fresh(r, now_ns, r->check_ns)) {
        if (!r->contacting && !r->want_sync)
            want_locked(r);
        if (!whet__remote_wait_locked(r, deadline_ns)) {
            atomic_store(&r->deaf, r->contacting || r->want_sync);
            break;
        }
    }
    if (r->down)
        atomic_store(&r->deaf, 1);
}

static uint64_t hear(struct whet_remote *r)
{
    uint64_t start_ns = whet__clock_now_ns();
    uint64_t now_ns = whet__clock_wall_ns();
    int waits;

    pthread_mutex_lock(&r->lock);
    waits = !is_fresh(r, now_ns, r->check_ns);
    if (!r->running && whet__remote_thread_start_locked(r) != 0)
        waits = 0;
    else if (waits)
        wait_locked(r, start_ns, now_ns);
    else if (!r->contacting && !r->want_sync && !is_fresh(r, now_ns, r->check_ns / 2))
        want_locked(r);
    pthread_mutex_unlock(&r->lock);
    return waits ? whet__clock_now_ns() - start_ns + 1 : 0;
}

uint64_t whet__remote_poll(struct whet_remote *r, uint64_t now_ns)
{
    uint64_t heard_ns = atomic_load_explicit(&r->heard_ns, memory_order_acquire);

    if (now_ns - heard_ns + TICK_NS < r->near_ns)
        return 0;
    return atomic_load_explicit(&r->deaf, memory_order_acquire) ? 0 : hear(r);
}
