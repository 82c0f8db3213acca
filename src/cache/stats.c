/* What a cache has done: counters that each thread adds to in a stripe of its own, summed up
 * when somebody asks. Load: some additions per miss, none per hit of memory. */
#include "cache/engine.h"

#include <string.h>

static atomic_uint threads;
/* Of this thread, from 1; 0: not given yet. initial-exec: an instruction instead of a call. */
static _Thread_local unsigned number __attribute__((tls_model("initial-exec")));

void whet__cache_count(struct whet_cache *c, enum whet_cache_count which, uint64_t more)
{
    if (number == 0)
        number = atomic_fetch_add(&threads, 1) % WHET_COUNT_STRIPES + 1;
    atomic_fetch_add_explicit(&c->stripes[number - 1].counts[which], more,
                              memory_order_release);
}

uint64_t whet__cache_counted(const struct whet_cache *c, enum whet_cache_count which)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < WHET_COUNT_STRIPES; i++)
        sum += atomic_load_explicit(&c->stripes[i].counts[which], memory_order_acquire);
    return sum;
}

/* What a level counted as a hit before it was found untrue. */
static void take_untrue(struct whet_cache_level_stats *s, uint64_t untrue)
{
    if (untrue > s->hits)
        untrue = s->hits;
    s->hits -= untrue;
    s->misses += untrue;
    s->invalidations += untrue;
}

typedef void (*disk_teller)(struct whet_disk *d, struct whet_cache_level_stats *out);

static void read_levels(struct whet_cache *c, struct whet_cache_level_stats *levels,
                        disk_teller disk)
{
    if (c->memory != NULL)
        whet__memory_stats(c->memory, &levels[WHET_CACHE_MEMORY]);
    if (c->packed != NULL)
        whet__memory_stats(c->packed, &levels[WHET_CACHE_PACKED]);
    if (c->disk != NULL)
        disk(c->disk, &levels[WHET_CACHE_DISK]);
    if (c->remote != NULL)
        whet__remote_stats(c->remote, &levels[WHET_CACHE_REMOTE]);
    take_untrue(&levels[WHET_CACHE_DISK], whet__cache_counted(c, WHET_COUNT_DISK_UNTRUE));
    take_untrue(&levels[WHET_CACHE_REMOTE], whet__cache_counted(c, WHET_COUNT_REMOTE_UNTRUE));
    levels[WHET_CACHE_MEMORY].present = c->memory != NULL;
    levels[WHET_CACHE_PACKED].present = c->packed != NULL;
    levels[WHET_CACHE_DISK].present = c->disk != NULL;
    levels[WHET_CACHE_REMOTE].present = c->remote != NULL;
}

static void read_all(struct whet_cache *c, struct whet_cache_stats *out, disk_teller disk)
{
    struct whet_memory_sums sums = {0}, packed = {0};
    struct whet_cache_stats s;
    uint64_t fast;

    memset(&s, 0, sizeof(s));
    read_levels(c, s.levels, disk);
    if (c->memory != NULL)
        whet__memory_sums(c->memory, &sums);
    if (c->packed != NULL)
        whet__memory_sums(c->packed, &packed);
    fast = s.levels[WHET_CACHE_MEMORY].hits;
    /* A get is counted before its hit, so that hits, read first, are never more than gets. */
    s.hits = fast + whet__cache_counted(c, WHET_COUNT_HITS);
    s.gets = fast + whet__cache_counted(c, WHET_COUNT_GETS);
    s.negative = sums.negative + whet__cache_counted(c, WHET_COUNT_NEGATIVE);
    s.levels[WHET_CACHE_MEMORY].saved_ns = sums.saved_ns;
    for (unsigned i = 0; i < WHET_CACHE_LEVELS; i++) {
        s.levels[i].saved_ns += whet__cache_counted(c, WHET_COUNT_SAVED_NS + i);
        s.saved_ns += s.levels[i].saved_ns;
    }
    s.stale = whet__cache_counted(c, WHET_COUNT_STALE);
    s.puts = whet__cache_counted(c, WHET_COUNT_PUTS);
    s.loads = whet__cache_counted(c, WHET_COUNT_LOADS);
    s.load_ns = whet__cache_counted(c, WHET_COUNT_LOAD_NS);
    s.load_errors = whet__cache_counted(c, WHET_COUNT_LOAD_ERRORS);
    s.waits = whet__cache_counted(c, WHET_COUNT_WAITS);
    s.early = whet__cache_counted(c, WHET_COUNT_EARLY);
    s.pinned_bytes = sums.pinned_bytes + packed.pinned_bytes;
    if (c->oracle != NULL)
        whet__oracle_stats(c->oracle, &s);
    *out = s;
}

void whet_cache_stats_read(struct whet_cache *c, struct whet_cache_stats *out)
{
    read_all(c, out, whet__disk_stats);
}

void whet__cache_counts_read(struct whet_cache *c, struct whet_cache_stats *out)
{
    read_all(c, out, whet__disk_counts);
}

static void since(uint64_t *now, uint64_t *before)
{
    uint64_t all = *now;

    *now = all > *before ? all - *before : 0;
    *before = all;
}

void whet__cache_stats_since(struct whet_cache_stats *now, struct whet_cache_stats *before)
{
    for (unsigned i = 0; i < WHET_CACHE_LEVELS; i++) {
        struct whet_cache_level_stats *n = &now->levels[i], *b = &before->levels[i];

        since(&n->hits, &b->hits);
        since(&n->misses, &b->misses);
        since(&n->evictions, &b->evictions);
        since(&n->expirations, &b->expirations);
        since(&n->invalidations, &b->invalidations);
        since(&n->failures, &b->failures);
        since(&n->saved_ns, &b->saved_ns);
    }
    since(&now->gets, &before->gets);
    since(&now->hits, &before->hits);
    since(&now->negative, &before->negative);
    since(&now->stale, &before->stale);
    since(&now->puts, &before->puts);
    since(&now->loads, &before->loads);
    since(&now->load_ns, &before->load_ns);
    since(&now->load_errors, &before->load_errors);
    since(&now->waits, &before->waits);
    since(&now->early, &before->early);
    since(&now->saved_ns, &before->saved_ns);
    since(&now->predicted, &before->predicted);
    since(&now->predicted_hits, &before->predicted_hits);
}
