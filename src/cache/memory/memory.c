/* The level in memory: shards, their locks, and what callers are told. Load: a hit of some
 * ten nanoseconds, millions a second from every thread; a miss and a put per computed
 * value. */
#include "cache/memory/memory.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "cache/memory/shard.h"

#define SHARDS_MAX      1024u
#define SHARD_ALIGNMENT 64
#define SHARD_BYTES     ((uint64_t)4 << 20) /* where nobody says: no smaller than this, ... */
#define SHARDS_PER_CPU  8u                  /* ... and no more than so many per processor */

struct whet_memory {
    struct whet_shard *shards; /* aligned */
    unsigned shard_count;      /* a power of two */
    struct whet_memory_options options;
    size_t own_bytes; /* of this block and the shards' */
};

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

static size_t block_size(unsigned shard_count)
{
    return sizeof(struct whet_memory) + SHARD_ALIGNMENT +
           shard_count * sizeof(struct whet_shard);
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

int whet__memory_new(struct whet_memory **out, const struct whet_memory_options *options)
{
    unsigned count =
        options->shards != 0 ? power_of_two(options->shards) : choose_shards(options->bytes);
    struct whet_memory *m = whet__mem_zalloc(1, block_size(count));
    uintptr_t after = (uintptr_t)(m + 1);
    unsigned made = 0;
    int rc = 0;

    if (m == NULL)
        return -ENOMEM;
    m->options = *options;
    m->own_bytes = whet__mem_bytes(block_size(count));
    m->shard_count = count;
    m->shards = (struct whet_shard *)((after + SHARD_ALIGNMENT - 1) &
                                      ~(uintptr_t)(SHARD_ALIGNMENT - 1));
    while (rc == 0 && made < count) {
        rc = whet__shard_init(&m->shards[made], options->policy,
                              shard_capacity(m, options->bytes), shard_slots(m));
        made += rc == 0;
    }
    if (rc != 0) {
        m->shard_count = made;
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

/* Not by the bits that the index goes by. */
unsigned whet__memory_shard_of(const struct whet_memory *m, const struct whet_hash128 *hash)
{
    uint16_t bits;

    memcpy(&bits, hash->bytes + 8, sizeof(bits));
    return bits & (m->shard_count - 1);
}

static inline struct whet_shard *lock_shard(struct whet_memory *m,
                                            const struct whet_hash128 *hash)
{
    struct whet_shard *s = &m->shards[whet__memory_shard_of(m, hash)];

    (void)pthread_mutex_lock(&s->lock);
    return s;
}

static void tell(struct whet_memory *m, struct whet_entry *e, enum whet_cache_reason reason)
{
    if (m->options.left != NULL)
        m->options.left(m->options.ctx, e, reason);
    else
        whet__entry_drop(e);
}

static void tell_all(struct whet_memory *m, struct whet_entry *gone)
{
    while (gone != NULL) {
        struct whet_entry *e = gone;

        gone = e->next;
        tell(m, e, WHET_CACHE_EVICTED);
    }
}

static inline void unlock_shard(struct whet_memory *m, struct whet_shard *s)
{
    struct whet_entry *gone;

    gone = whet__shard_gone(s);
    (void)pthread_mutex_unlock(&s->lock);
    if (gone != NULL)
        tell_all(m, gone);
}

/* ---- Get ---- */

static inline int is_sure(const struct whet_entry *e, const struct whet_ask *ask)
{
    return atomic_load_explicit(&e->checked, memory_order_relaxed) == ask->changes &&
           !whet__entry_ended(e, ask->now_ns);
}

/* `item` NULL: it has left meanwhile. */
static inline void count_hit(struct whet_shard *s, const struct whet_ask *ask,
                             const struct whet_index_item *item, struct whet_entry *e)
{
    if (item != NULL)
        whet__shard_use(s, item);
    whet__shard_add(s, WHET_SHARD_HITS, 1);
    if (e->cost_ns != 0)
        whet__shard_add(s, WHET_SHARD_SAVED, e->cost_ns);
    if (e->flags & WHET_ENTRY_NEGATIVE)
        whet__shard_add(s, WHET_SHARD_NEGATIVE, 1);
    if (ask->now_ns != 0 && e->idle_ns != 0)
        atomic_store_explicit(&e->used_ns, ask->now_ns, memory_order_relaxed);
}

struct whet_entry *whet__memory_get(struct whet_memory *m, const struct whet_ask *ask,
                                    int *sure)
{
    struct whet_shard *s = lock_shard(m, &ask->hash);
    const struct whet_index_item *item = whet__shard_find(s, ask);
    struct whet_entry *e = NULL;

    if (item == NULL) {
        whet__shard_add(s, WHET_SHARD_MISSES, 1);
    } else {
        e = whet__entry_take(item->entry);
        *sure = is_sure(e, ask);
        if (*sure)
            count_hit(s, ask, item, e);
    }
    unlock_shard(m, s);
    return e;
}

/* Numbers without a call. */
static inline void copy_value(void *out, struct whet_entry *e, size_t len)
{
    if (len == sizeof(uint64_t))
        memcpy(out, whet__entry_value(e), sizeof(uint64_t));
    else if (len != 0)
        memcpy(out, whet__entry_value(e), len);
}

int whet__memory_read(struct whet_memory *m, const struct whet_ask *ask, void *out, size_t room,
                      size_t *len)
{
    struct whet_shard *s = lock_shard(m, &ask->hash);
    const struct whet_index_item *item = whet__shard_find(s, ask);
    struct whet_entry *e = item != NULL ? item->entry : NULL;
    int rc = e != NULL && e->raw_len == 0 && is_sure(e, ask);

    if (rc != 0) {
        count_hit(s, ask, item, e);
        if (e->flags & WHET_ENTRY_NEGATIVE) {
            rc = -ENOENT;
        } else {
            copy_value(out, e, e->value_len < room ? e->value_len : room);
            *len = e->value_len;
        }
    }
    unlock_shard(m, s);
    return rc;
}

/* The item of this very entry; another one may be there by now. */
static struct whet_index_item *find_same(const struct whet_shard *s, const struct whet_ask *ask,
                                         const struct whet_entry *entry)
{
    struct whet_index_item *item = whet__shard_find(s, ask);

    return item != NULL && item->entry == entry ? item : NULL;
}

void whet__memory_confirm(struct whet_memory *m, const struct whet_ask *ask,
                          struct whet_entry *entry)
{
    struct whet_shard *s = lock_shard(m, &ask->hash);

    count_hit(s, ask, find_same(s, ask, entry), entry);
    unlock_shard(m, s);
}

static void count_reason(struct whet_shard *s, enum whet_cache_reason reason)
{
    if (reason == WHET_CACHE_EXPIRED)
        whet__shard_add(s, WHET_SHARD_EXPIRATIONS, 1);
    else if (reason == WHET_CACHE_INVALIDATED)
        whet__shard_add(s, WHET_SHARD_INVALIDATIONS, 1);
}

/* What has left by a call of its own. */
static struct whet_entry *take_out(struct whet_shard *s, struct whet_index_item *item,
                                   enum whet_cache_reason reason)
{
    if (item == NULL)
        return NULL;
    count_reason(s, reason);
    return whet__shard_take_out(s, item);
}

void whet__memory_refuse(struct whet_memory *m, const struct whet_ask *ask,
                         struct whet_entry *entry, enum whet_cache_reason reason, int keep)
{
    struct whet_shard *s = lock_shard(m, &ask->hash);
    struct whet_entry *e = NULL;

    whet__shard_add(s, WHET_SHARD_MISSES, 1);
    if (!keep)
        e = take_out(s, find_same(s, ask, entry), reason);
    unlock_shard(m, s);
    if (e != NULL)
        tell(m, e, reason);
}

struct whet_entry *whet__memory_peek(struct whet_memory *m, const struct whet_ask *ask)
{
    struct whet_shard *s = lock_shard(m, &ask->hash);
    const struct whet_index_item *item = whet__shard_find(s, ask);
    struct whet_entry *e = item != NULL ? whet__entry_take(item->entry) : NULL;

    unlock_shard(m, s);
    return e;
}

/* ---- Put and remove ---- */

int whet__memory_put(struct whet_memory *m, struct whet_entry *entry)
{
    struct whet_shard *s = lock_shard(m, &entry->hash);
    struct whet_entry *old;
    int in = whet__shard_put(s, whet__entry_take(entry), &old);

    unlock_shard(m, s);
    if (old != NULL)
        tell(m, old, WHET_CACHE_REPLACED);
    if (!in)
        whet__entry_drop(entry);
    return in;
}

int whet__memory_remove(struct whet_memory *m, const struct whet_ask *ask,
                        enum whet_cache_reason reason, struct whet_entry **out)
{
    struct whet_shard *s = lock_shard(m, &ask->hash);
    struct whet_entry *e = take_out(s, whet__shard_find(s, ask), reason);

    unlock_shard(m, s);
    if (e == NULL)
        return 0;
    if (out != NULL)
        *out = e;
    else
        tell(m, e, reason);
    return 1;
}

/* ---- All of them ---- */

/* References to all entries of a shard; their number, or -ENOMEM. */
static int64_t copy_entries(struct whet_shard *s, struct whet_entry ***out)
{
    const struct whet_index *x = &s->tables.index;
    struct whet_entry **list;
    int64_t count = 0;

    (void)pthread_mutex_lock(&s->lock);
    list = whet__mem_zalloc(s->tables.slot_count, sizeof(struct whet_entry *));
    for (uint32_t i = 0; list != NULL && i < x->size; i++) {
        if (x->items[i].slot != WHET_SLOT_NONE && x->items[i].entry != NULL)
            list[count++] = whet__entry_take(x->items[i].entry);
    }
    (void)pthread_mutex_unlock(&s->lock);
    *out = list;
    return list != NULL ? count : -ENOMEM;
}

int whet__memory_each(struct whet_memory *m, int (*each)(void *ctx, struct whet_entry *entry),
                      void *ctx)
{
    int rc = 0;

    for (unsigned i = 0; rc == 0 && i < m->shard_count; i++) {
        struct whet_entry **list;
        int64_t count = copy_entries(&m->shards[i], &list);

        if (count < 0)
            return (int)count;
        for (int64_t k = 0; k < count; k++) {
            if (rc == 0)
                rc = each(ctx, list[k]);
            whet__entry_drop(list[k]);
        }
        whet__mem_free(list);
    }
    return rc;
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
    unlock_shard(m, s);
    return more;
}

uint64_t whet__memory_largest(const struct whet_memory *m)
{
    uint64_t capacity =
        atomic_load_explicit(&m->shards[0].counts[WHET_SHARD_CAPACITY], memory_order_relaxed);

    return whet__shard_largest(m->options.policy, capacity);
}

static uint64_t sum_of(struct whet_memory *m, enum whet_shard_count which)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < m->shard_count; i++)
        sum += atomic_load_explicit(&m->shards[i].counts[which], memory_order_relaxed);
    return sum;
}

void whet__memory_stats(struct whet_memory *m, struct whet_cache_level_stats *out)
{
    out->present = 1;
    out->hits += sum_of(m, WHET_SHARD_HITS);
    out->misses += sum_of(m, WHET_SHARD_MISSES);
    out->evictions += sum_of(m, WHET_SHARD_EVICTIONS);
    out->expirations += sum_of(m, WHET_SHARD_EXPIRATIONS);
    out->invalidations += sum_of(m, WHET_SHARD_INVALIDATIONS);
    out->entries += sum_of(m, WHET_SHARD_ENTRIES);
    out->bytes += sum_of(m, WHET_SHARD_BYTES) + m->own_bytes;
    out->capacity_bytes += sum_of(m, WHET_SHARD_CAPACITY) + m->own_bytes;
}

void whet__memory_sums(struct whet_memory *m, struct whet_memory_sums *out)
{
    out->pinned_bytes = sum_of(m, WHET_SHARD_PINNED);
    out->saved_ns = sum_of(m, WHET_SHARD_SAVED);
    out->negative = sum_of(m, WHET_SHARD_NEGATIVE);
}

void whet__memory_lock_all(struct whet_memory *m)
{
    for (unsigned i = 0; i < m->shard_count; i++)
        (void)pthread_mutex_lock(&m->shards[i].lock);
}

void whet__memory_unlock_all(struct whet_memory *m)
{
    for (unsigned i = m->shard_count; i-- > 0;)
        (void)pthread_mutex_unlock(&m->shards[i].lock);
}
