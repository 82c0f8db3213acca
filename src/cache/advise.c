/* Advice on size, from a sample of the keys that were used (replay/sampler.h). Load: each
 * access compares its hash; the few in the sample take a lock.
 *
 * An access is one that was answered, or a put: a miss is counted when its value is put, when
 * its size is known, and misses that no cache could answer are left out. */
#include "cache/engine.h"

#include <errno.h>
#include <pthread.h>

#include "base/mem.h"
#include "replay/sampler.h"

#define ACCESSES_MIN 1000
#define SAMPLED_MIN  100

struct whet_cache_advisor {
    pthread_mutex_t lock;
    struct whet_sampler *sampler;
    uint64_t sampled;
};

int whet__advisor_new(struct whet_cache_advisor **out, uint32_t keys)
{
    struct whet_cache_advisor *a = whet__mem_zalloc(1, sizeof(*a));
    int rc;

    if (a == NULL)
        return -ENOMEM;
    rc = whet__sampler_new(&a->sampler, keys, WHET_SAMPLER_BYTES);
    if (rc != 0) {
        whet__mem_free(a);
        return rc;
    }
    pthread_mutex_init(&a->lock, NULL);
    *out = a;
    return 0;
}

void whet__advisor_free(struct whet_cache_advisor *a)
{
    if (a == NULL)
        return;
    whet__sampler_free(a->sampler);
    pthread_mutex_destroy(&a->lock);
    whet__mem_free(a);
}

void whet__advisor_lock(struct whet_cache_advisor *a)
{
    pthread_mutex_lock(&a->lock);
}

void whet__advisor_unlock(struct whet_cache_advisor *a)
{
    pthread_mutex_unlock(&a->lock);
}

static void advisor_saw(struct whet_cache *c, uint64_t hash, uint32_t bytes)
{
    struct whet_cache_advisor *a = c->advisor;

    pthread_mutex_lock(&a->lock);
    whet__sampler_add(a->sampler, hash, bytes);
    a->sampled++;
    atomic_store_explicit(&c->sample_below, whet__sampler_below(a->sampler),
                          memory_order_relaxed);
    pthread_mutex_unlock(&a->lock);
}

void whet__cache_show(struct whet_cache *c, const struct whet_ask *ask, uint32_t bytes,
                      unsigned watch)
{
    uint64_t hash = whet__hash_high(&ask->hash);

    if (watch & WHET_WATCH_SAMPLE &&
        hash <= atomic_load_explicit(&c->sample_below, memory_order_relaxed))
        advisor_saw(c, hash, bytes);
    if (watch & WHET_WATCH_TRACE)
        whet__recorder_saw(c, hash, bytes);
    if (watch & WHET_WATCH_PREDICT)
        whet__oracle_saw(c->oracle, ask);
}

/* What counts are behind the curve: all accesses, of which the sampler saw some. */
static int read_curve(struct whet_cache *c, uint64_t accesses, struct whet_curve *curve,
                      struct whet_cache_advice *advice)
{
    struct whet_cache_advisor *a = c->advisor;
    uint64_t seen;
    int rc;

    pthread_mutex_lock(&a->lock);
    seen = whet__sampler_requests(a->sampler);
    if (accesses > seen)
        whet__sampler_skip(a->sampler, accesses - seen);
    advice->accesses = whet__sampler_requests(a->sampler);
    advice->sampled = a->sampled;
    rc = a->sampled >= SAMPLED_MIN && advice->accesses >= ACCESSES_MIN
             ? whet__sampler_curve(a->sampler, curve)
             : -ENODATA;
    pthread_mutex_unlock(&a->lock);
    return rc;
}

int whet_cache_advise(struct whet_cache *c, double target, struct whet_cache_advice *out)
{
    struct whet_cache_advice advice = {0};
    struct whet_cache_stats stats;
    const struct whet_cache_level_stats *memory = &stats.levels[WHET_CACHE_MEMORY];
    struct whet_curve curve = {0};
    uint64_t size = 0, accesses;
    int rc;

    if (!(target > 0 && target < 1))
        return -EINVAL;
    if (c->advisor == NULL)
        return -ENODATA;
    whet_cache_stats_read(c, &stats);
    accesses = stats.hits + whet__cache_counted(c, WHET_COUNT_STORED);
    rc = read_curve(c, accesses, &curve, &advice);
    if (rc != 0)
        return rc;
    advice.cold_ratio = curve.floor;
    advice.hit_ratio = accesses != 0 ? (double)memory->hits / (double)accesses : 0;
    advice.reachable = whet__curve_size_for(&curve, target, &size) == 0;
    advice.bytes = advice.reachable ? size : 0;
    advice.hit_ratio_half = 1 - whet__curve_at(&curve, memory->capacity_bytes / 2);
    advice.hit_ratio_double = 1 - whet__curve_at(&curve, memory->capacity_bytes * 2);
    whet__curve_clear(&curve);
    *out = advice;
    return 0;
}
