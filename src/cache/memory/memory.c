/* The level in memory: shards, what comes and goes, and what callers are told. Load: a miss and
 * a put per computed value. */
#include "cache/memory/level.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"

#define SHARDS_MAX     1024u
#define ALIGNMENT      64
#define SHARD_BYTES    ((uint64_t)4 << 20) /* where nobody says: no smaller than this, ... */
#define SHARDS_PER_CPU 8u                  /* ... and no more than so many per processor */

/* ---- Make and free ---- */

static unsigned power_of_two(uint64_t least)
{
    unsigned n = 1;

    while (n < least && n < SHARDS_MAX)
        n *= 2;
    return n;
}

static unsigned choose_shards(uint64_t bytes)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned most = power_of_two(SHARDS_PER_CPU * (uint64_t)(cpus > 0 ? cpus : 1));

    while (most > 1 && bytes / most < SHARD_BYTES)
        most /= 2;
    return most;
}

static size_t block_size(unsigned shards, unsigned readers)
{
    return sizeof(struct whet_memory) + ALIGNMENT + shards * sizeof(struct whet_shard) +
           readers * sizeof(struct whet_reader);
}

/* Of each shard; 0 when there is nothing left for them. */
static uint64_t shard_capacity(const struct whet_memory *m, uint64_t bytes)
{
    return bytes > m->own_bytes ? (bytes - m->own_bytes) / m->shard_count : 0;
}

static uint32_t shard_slots(const struct whet_memory *m)
{
    return m->options.entries / m->shard_count + (m->options.entries % m->shard_count != 0);
}

/* All in one block, which is zero. */
static struct whet_memory *make_block(const struct whet_memory_options *o)
{
    unsigned shards = o->shards != 0 ? power_of_two(o->shards) : choose_shards(o->bytes);
    unsigned readers = whet__readers_count(o->bytes);
    size_t size = block_size(shards, readers);
    struct whet_memory *m = whet__mem_zalloc(1, size);
    uintptr_t behind;

    if (m == NULL)
        return NULL;
    behind = (uintptr_t)(m + 1);
    m->options = *o;
    m->own_bytes = whet__mem_bytes(size);
    m->shards = (struct whet_shard *)((behind + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1));
    m->shard_count = shards;
    m->readers.each = (struct whet_reader *)(m->shards + shards);
    m->readers.count = readers;
    return m;
}

int whet__memory_new(struct whet_memory **out, const struct whet_memory_options *options)
{
    struct whet_memory *m = make_block(options);
    unsigned count = m != NULL ? m->shard_count : 0;
    int rc = m != NULL ? 0 : -ENOMEM;

    for (unsigned made = 0; rc == 0 && made < count; made++) {
        rc = whet__shard_init(&m->shards[made], options->policy,
                              shard_capacity(m, options->bytes), shard_slots(m), &m->readers);
        if (rc != 0)
            m->shard_count = made;
    }
    if (rc != 0) {
        whet__memory_free(m);
        return rc;
    }
    *out = m;
    return 0;
}

void whet__memory_free(struct whet_memory *m)
{
    if (m == NULL)
        return;
    for (unsigned i = 0; i < m->shard_count; i++)
        whet__shard_clear(&m->shards[i]);
    whet__mem_free(m);
}

/* ---- Locks, and what is told when they are released ---- */

unsigned whet__memory_shards(const struct whet_memory *m)
{
    return m->shard_count;
}

unsigned whet__memory_shard_of(const struct whet_memory *m, const struct whet_hash128 *hash)
{
    return (unsigned)(whet__memory_shard(m, hash) - m->shards);
}

void whet__memory_tell(struct whet_memory *m, struct whet_entry *e,
                       enum whet_cache_reason reason)
{
    if (m->options.left != NULL)
        m->options.left(m->options.ctx, e, reason);
    else
        whet__entry_drop(e);
}

void whet__memory_tell_all(struct whet_memory *m, struct whet_entry *gone)
{
    while (gone != NULL) {
        struct whet_entry *e = gone;

        gone = e->next;
        whet__memory_tell(m, e, WHET_CACHE_EVICTED);
    }
}

/* ---- Put and remove ---- */

static void count_reason(struct whet_shard *s, enum whet_cache_reason reason)
{
    if (reason == WHET_CACHE_EXPIRED)
        whet__shard_add(s, WHET_SHARD_EXPIRATIONS, 1);
    else if (reason == WHET_CACHE_INVALIDATED)
        whet__shard_add(s, WHET_SHARD_INVALIDATIONS, 1);
}

struct whet_entry *whet__memory_take_out(struct whet_shard *s, uint32_t at,
                                         enum whet_cache_reason reason)
{
    if (at == WHET_LINE_NONE)
        return NULL;
    count_reason(s, reason);
    return whet__shard_take_out(s, at);
}

int whet__memory_put(struct whet_memory *m, struct whet_entry *entry)
{
    struct whet_shard *s = whet__memory_lock(m, &entry->hash);
    struct whet_entry *old;
    int in = whet__shard_put(s, whet__entry_take(entry), &old);

    whet__memory_unlock(m, s);
    if (old != NULL)
        whet__memory_tell(m, old, WHET_CACHE_REPLACED);
    if (!in)
        whet__entry_drop(entry);
    return in;
}

int whet__memory_remove(struct whet_memory *m, const struct whet_ask *ask,
                        enum whet_cache_reason reason, struct whet_entry **out)
{
    struct whet_shard *s = whet__memory_lock(m, &ask->hash);
    struct whet_entry *e =
        whet__memory_take_out(s, whet__index_find(s->tables.index, ask), reason);

    whet__memory_unlock(m, s);
    if (e == NULL)
        return 0;
    if (out != NULL)
        *out = e;
    else
        whet__memory_tell(m, e, reason);
    return 1;
}

void whet__memory_forget(struct whet_memory *m, const struct whet_hash128 *hash,
                         uint64_t made_ns, uint64_t now_ns)
{
    struct whet_shard *s = whet__memory_lock(m, hash);
    uint32_t at = whet__index_of(s->tables.index, hash);
    struct whet_entry *e = NULL;

    if (at != WHET_LINE_NONE) {
        uint64_t made = whet__line_entry(s->tables.index, at)->made_ns;

        if (made < made_ns || made > now_ns)
            e = whet__memory_take_out(s, at, WHET_CACHE_REPLACED);
    }
    whet__memory_unlock(m, s);
    if (e != NULL)
        whet__memory_tell(m, e, WHET_CACHE_REPLACED);
}

/* What is pinned and goes makes the policy fit anew, and thereby evict. */
static struct whet_entry *shard_empty(struct whet_shard *s, struct whet_entry *gone)
{
    for (uint32_t at = WHET_LINE_NONE; whet__index_next(s->tables.index, &at);) {
        struct whet_entry *e = whet__shard_take_out(s, at);

        e->next = gone;
        gone = e;
    }
    for (struct whet_entry *e = whet__shard_gone(s), *next; e != NULL; e = next) {
        next = e->next;
        e->next = gone;
        gone = e;
    }
    return gone;
}

struct whet_entry *whet__memory_empty(struct whet_memory *m, struct whet_entry *gone)
{
    for (unsigned i = 0; i < m->shard_count; i++) {
        (void)pthread_mutex_lock(&m->shards[i].lock);
        gone = shard_empty(&m->shards[i], gone);
        (void)pthread_mutex_unlock(&m->shards[i].lock);
    }
    return gone;
}

int whet__memory_resize(struct whet_memory *m, uint64_t bytes)
{
    uint64_t capacity = shard_capacity(m, bytes);

    if (capacity < whet__shard_least(m->options.policy, WHET_SLOTS_MIN))
        return -EINVAL;
    for (unsigned i = 0; i < m->shard_count; i++) {
        struct whet_shard *s = &m->shards[i];

        (void)pthread_mutex_lock(&s->lock);
        whet__shard_resize(s, capacity);
        (void)pthread_mutex_unlock(&s->lock);
    }
    return 0;
}

int whet__memory_settle(struct whet_memory *m, unsigned shard)
{
    struct whet_shard *s = &m->shards[shard];
    int more;

    (void)pthread_mutex_lock(&s->lock);
    more = whet__shard_settle(s);
    whet__memory_unlock(m, s);
    return more;
}

uint64_t whet__memory_largest(const struct whet_memory *m)
{
    uint64_t capacity =
        atomic_load_explicit(&m->shards[0].counts[WHET_SHARD_CAPACITY], memory_order_relaxed);

    return whet__shard_largest(m->options.policy, capacity);
}

void whet__memory_lock_all(struct whet_memory *m)
{
    for (unsigned i = 0; i < m->shard_count; i++)
        (void)pthread_mutex_lock(&m->shards[i].lock);
}

void whet__memory_unlock_all(struct whet_memory *m, int in_child)
{
    if (in_child)
        whet__readers_forget(&m->readers);
    for (unsigned i = m->shard_count; i-- > 0;)
        (void)pthread_mutex_unlock(&m->shards[i].lock);
}
