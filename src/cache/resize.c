/* Another size while everything goes on: memory gets smaller by a step with each access. */
#include "cache/engine.h"

#include <errno.h>

/* One step, if nobody is at it; the watch ends when a round of all shards had nothing to do. */
static void settle(struct whet_cache *c)
{
    unsigned at = atomic_fetch_add(&c->settle_at, 1);
    struct whet_turn *t = &c->turns.each[at % c->turns.count];
    int more = 0;

    if (!whet__turn_try(t))
        return;
    if (c->memory != NULL)
        more |= whet__memory_settle(c->memory, at % whet__memory_shards(c->memory));
    if (c->packed != NULL)
        more |= whet__memory_settle(c->packed, at % whet__memory_shards(c->packed));
    whet__cache_give(c, t);
    if (more)
        atomic_store(&c->settle_idle, 0);
    else if (atomic_fetch_add(&c->settle_idle, 1) > c->settle_round)
        atomic_fetch_and(&c->watch, ~(unsigned)WHET_WATCH_SETTLE);
}

uint64_t whet__cache_tend(struct whet_cache *c, uint64_t now_ns)
{
    if (whet__watch(c) & WHET_WATCH_SETTLE)
        settle(c);
    if (whet__watch(c) & WHET_WATCH_FRUGAL)
        whet__cache_frugal(c);
    return c->remote != NULL ? whet__remote_poll(c->remote, now_ns) : 0;
}

void whet__cache_settle(struct whet_cache *c)
{
    atomic_store(&c->settle_idle, 0);
    atomic_fetch_or(&c->watch, WHET_WATCH_SETTLE);
}

/* While memory is short, the part that is left may be too small where the whole is not. */
static int fit_whole(struct whet_cache *c, enum whet_cache_level level, uint64_t bytes)
{
    struct whet_memory *m = level == WHET_CACHE_MEMORY ? c->memory : c->packed;
    int rc = m != NULL ? whet__memory_resize(m, bytes) : -EINVAL;

    if (rc == 0)
        whet__cache_settle(c);
    return rc;
}

static int resize_memory(struct whet_cache *c, enum whet_cache_level level, uint64_t bytes)
{
    uint64_t before;
    int rc;

    if (bytes == WHET_CACHE_NONE)
        return -EINVAL;
    before = atomic_exchange(&c->wanted[level], bytes);
    rc = whet__cache_fit(c, level);
    if (rc == -EINVAL)
        rc = fit_whole(c, level, bytes);
    if (rc != 0)
        atomic_store(&c->wanted[level], before);
    return rc;
}

int whet_cache_resize(struct whet_cache *c, enum whet_cache_level level, uint64_t bytes)
{
    if (level == WHET_CACHE_MEMORY || level == WHET_CACHE_PACKED)
        return resize_memory(c, level, bytes);
    if (level != WHET_CACHE_DISK || c->disk == NULL || bytes == 0 || bytes == WHET_CACHE_NONE)
        return -EINVAL;
    whet__disk_resize(c->disk, bytes);
    return 0;
}
