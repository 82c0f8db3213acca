/* The tasks of one worker, under a lock that only thieves contend for. Expected load:
 * a few dozen tasks, since the newest go first; 100,000 when one folder holds as many
 * folders. */
#include "pool/ring.h"

#include <assert.h>
#include <errno.h>

#include "base/mem.h"

#define RING_MIN ((size_t)64)
#define RING_MAX ((size_t)1 << 27) /* 3 GiB */

_Static_assert(RING_MIN >= WHET_RING_LOOT, "loot fits in an empty ring");

int whet__ring_init(struct whet_ring *r)
{
    struct whet_ring_task *tasks = whet__mem_zalloc(RING_MIN, sizeof(*tasks));

    if (tasks == NULL)
        return -ENOMEM;
    if (pthread_mutex_init(&r->lock, NULL) != 0) {
        whet__mem_free(tasks);
        return -ENOMEM;
    }
    r->tasks = tasks;
    r->cap = RING_MIN;
    r->head = 0;
    atomic_init(&r->count, 0);
    return 0;
}

void whet__ring_clear(struct whet_ring *r)
{
    pthread_mutex_destroy(&r->lock);
    whet__mem_free(r->tasks);
    r->tasks = NULL;
}

static struct whet_ring_task *ring_at(const struct whet_ring *r, size_t index)
{
    return &r->tasks[(r->head + index) & (r->cap - 1)];
}

static int ring_grow(struct whet_ring *r, size_t count)
{
    struct whet_ring_task *tasks;

    if (r->cap >= RING_MAX)
        return -ENOMEM;
    tasks = whet__mem_zalloc(r->cap * 2, sizeof(*tasks));
    if (tasks == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        tasks[i] = *ring_at(r, i);
    whet__mem_free(r->tasks);
    r->tasks = tasks;
    r->cap *= 2;
    r->head = 0;
    return 0;
}

int whet__ring_push(struct whet_ring *r, const struct whet_ring_task *task)
{
    size_t count;
    int rc = 0;

    pthread_mutex_lock(&r->lock);
    count = atomic_load(&r->count);
    if (count == r->cap)
        rc = ring_grow(r, count);
    if (rc == 0) {
        *ring_at(r, count) = *task;
        atomic_store(&r->count, count + 1);
    }
    pthread_mutex_unlock(&r->lock);
    return rc;
}

int whet__ring_pop(struct whet_ring *r, struct whet_ring_task *out)
{
    size_t count;

    if (atomic_load(&r->count) == 0)
        return 0;
    pthread_mutex_lock(&r->lock);
    count = atomic_load(&r->count);
    if (count > 0) {
        *out = *ring_at(r, count - 1);
        atomic_store(&r->count, count - 1);
    }
    pthread_mutex_unlock(&r->lock);
    return count > 0;
}

size_t whet__ring_rob(struct whet_ring *r, struct whet_ring_task loot[WHET_RING_LOOT])
{
    size_t count, take;

    if (atomic_load(&r->count) == 0)
        return 0;
    pthread_mutex_lock(&r->lock);
    count = atomic_load(&r->count);
    take = (count + 1) / 2 < WHET_RING_LOOT ? (count + 1) / 2 : WHET_RING_LOOT;
    for (size_t i = 0; i < take; i++)
        loot[i] = *ring_at(r, i);
    r->head = (r->head + take) & (r->cap - 1);
    atomic_store(&r->count, count - take);
    pthread_mutex_unlock(&r->lock);
    return take;
}

void whet__ring_store(struct whet_ring *r, const struct whet_ring_task *loot, size_t count)
{
    pthread_mutex_lock(&r->lock);
    assert(atomic_load(&r->count) == 0);
    for (size_t i = 0; i < count; i++)
        *ring_at(r, i) = loot[count - 1 - i];
    atomic_store(&r->count, count);
    pthread_mutex_unlock(&r->lock);
}
