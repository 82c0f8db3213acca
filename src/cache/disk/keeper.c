/* The thread that writes behind, and lets go of what others have forgotten: snapshots in which
 * nobody reads any more, uses that were not written down. It is started by the first put or
 * the first snapshot, and looks around four times a second, or once a minute when there is
 * nothing to look after: for what was counted meanwhile. */
#include "cache/disk/parts.h"

#include <errno.h>
#include <time.h>

#include "os/clock.h"
#include "os/thread.h"

#define TICK_NS   UINT64_C(250000000)
#define SECOND_NS UINT64_C(1000000000)
#define TRIM_NS   UINT64_C(60000000000)
#define TRIM_USES 4096

static int cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    int rc = pthread_condattr_init(&attr);

    if (rc != 0)
        return -rc;
    rc = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (rc == 0)
        rc = pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
    return -rc;
}

int whet__disk_keeper_init(struct whet_disk *d)
{
    return cond_init(&d->keeper.work);
}

int whet__disk_keeper_forget(struct whet_disk *d)
{
    d->keeper.there = 0;
    atomic_store(&d->keeper.ticking, 0);
    return cond_init(&d->keeper.work);
}

/* 1 when somebody reads in it, now or since the last look. */
static int look_at_link(struct whet_disk_link *l)
{
    int busy = 1;

    if (!atomic_load(&l->held))
        return 0;
    if (pthread_mutex_trylock(&l->lock) != 0)
        return 1;
    if (l->gets == l->gets_seen) {
        whet__disk_snapshot_end(l);
        busy = 0;
    }
    l->gets_seen = l->gets;
    pthread_mutex_unlock(&l->lock);
    return busy;
}

static int look_at_links(struct whet_disk *d)
{
    int busy = 0;

    for (unsigned i = 0; i < d->readers; i++)
        busy |= look_at_link(&d->links[i]);
    return busy;
}

static int is_held(struct whet_disk *d)
{
    for (unsigned i = 0; i < d->readers; i++) {
        if (atomic_load(&d->links[i].held))
            return 1;
    }
    return 0;
}

static void write_uses_if_due(struct whet_disk *d)
{
    uint64_t now = whet__clock_now_ns();
    unsigned long uses = whet__disk_uses(d) + (unsigned long)whet__disk_has_counts(d);
    int rc;

    if (uses == 0 || (uses < TRIM_USES && now < d->trimmed_ns + TRIM_NS))
        return;
    d->trimmed_ns = now;
    rc = whet__disk_write_uses(d);
    if (rc != 0)
        whet__disk_failed(d, rc);
}

/* What is counted elsewhere, for the file. */
static void ask_for_counts(struct whet_disk *d)
{
    uint64_t now = whet__clock_now_ns();

    if (d->tell == NULL || d->read_only || now < d->told_ns + TRIM_NS)
        return;
    d->told_ns = now;
    d->tell(d->ctx);
}

/* 1 when there will be more to look after. */
static int look_around(struct whet_disk *d)
{
    ask_for_counts(d);
    pthread_mutex_lock(&d->write_lock);
    whet__disk_drain(d);
    write_uses_if_due(d);
    whet__disk_fit_now(d);
    pthread_mutex_unlock(&d->write_lock);
    return look_at_links(d) || (whet__disk_owed_any(&d->owed) && !d->read_only);
}

/* The queue's lock is held. 1: it is time to look around. 0: somebody has begun something that
 * will have to be looked after, which is no haste. */
static int rest(struct whet_disk *d)
{
    int ticking = atomic_load(&d->keeper.ticking);
    uint64_t pause = ticking ? TICK_NS : TRIM_NS;
    struct timespec until;

    if (d->queue.told)
        return 1;
    clock_gettime(CLOCK_MONOTONIC, &until);
    pause += (uint64_t)until.tv_nsec;
    until.tv_sec += (time_t)(pause / SECOND_NS);
    until.tv_nsec = (long)(pause % SECOND_NS);
    return pthread_cond_timedwait(&d->keeper.work, &d->queue.lock, &until) == ETIMEDOUT ||
           ticking;
}

/* Likewise. */
static void fall_asleep(struct whet_disk *d)
{
    if (atomic_load(&d->queue.count) != 0 || atomic_load(&d->resized))
        return;
    atomic_store(&d->keeper.ticking, 0);
    if (is_held(d)) /* one began meanwhile, and saw us ticking */
        atomic_store(&d->keeper.ticking, 1);
}

static void *keep(void *arg)
{
    struct whet_disk *d = arg;
    int busy;

    pthread_mutex_lock(&d->queue.lock);
    while (!d->keeper.stop) {
        if (!rest(d) || d->keeper.stop)
            continue;
        pthread_mutex_unlock(&d->queue.lock);
        busy = look_around(d);
        pthread_mutex_lock(&d->queue.lock);
        if (!busy)
            fall_asleep(d);
    }
    pthread_mutex_unlock(&d->queue.lock);
    return NULL;
}

int whet__disk_keeper_start(struct whet_disk *d)
{
    struct whet_disk_keeper *k = &d->keeper;
    int rc;

    if (atomic_load(&k->ticking))
        return 0;
    pthread_mutex_lock(&d->queue.lock);
    rc = k->stop ? -EAGAIN : 0;
    if (rc == 0 && !k->there)
        rc = whet__thread_start(&k->thread, keep, d);
    if (rc == 0) {
        k->there = 1;
        atomic_store(&k->ticking, 1);
        pthread_cond_signal(&k->work);
    }
    pthread_mutex_unlock(&d->queue.lock);
    return rc == 0 ? 0 : -EAGAIN;
}

void whet__disk_keeper_call(struct whet_disk *d)
{
    pthread_cond_signal(&d->keeper.work);
}

void whet__disk_rest(struct whet_disk *d)
{
    struct whet_disk_keeper *k = &d->keeper;
    int there;

    pthread_mutex_lock(&d->queue.lock);
    k->stop = 1;
    there = k->there;
    k->there = 0;
    atomic_store(&k->ticking, 0);
    pthread_cond_signal(&k->work);
    pthread_mutex_unlock(&d->queue.lock);
    if (there)
        pthread_join(k->thread, NULL);
}

void whet__disk_keeper_clear(struct whet_disk *d)
{
    whet__disk_rest(d);
    pthread_cond_destroy(&d->keeper.work);
}
