/* What waits to be written. Expected load: some 100,000 puts per second, as many gets that
 * find nothing here, batches of up to a thousand. */
#include "cache/disk/queue.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "os/clock.h"

#define BUCKETS     ((size_t)4096)
#define COUNT_MAX   ((size_t)4 * BUCKETS)
#define BATCH_COUNT ((size_t)1000)
#define WAIT_NS     UINT64_C(1000000)
#define WAITS       250

int whet__disk_queue_init(struct whet_disk_queue *q)
{
    memset(q, 0, sizeof(*q));
    q->last = &q->first;
    return -pthread_mutex_init(&q->lock, NULL);
}

void whet__disk_queue_clear(struct whet_disk_queue *q)
{
    whet__disk_queue_forget(q);
    whet__mem_free(q->buckets);
    pthread_mutex_destroy(&q->lock);
}

static struct whet_disk_waiting **bucket_of(struct whet_disk_queue *q,
                                            const struct whet_hash128 *hash)
{
    uint64_t bits;

    memcpy(&bits, hash->bytes + 8, sizeof(bits));
    return &q->buckets[bits % BUCKETS];
}

static int is_of(const struct whet_entry *e, const struct whet_hash128 *hash)
{
    return memcmp(e->hash.bytes, hash->bytes, sizeof(hash->bytes)) == 0;
}

/* The newest of this hash. */
static struct whet_disk_waiting *look_up(struct whet_disk_queue *q,
                                         const struct whet_hash128 *hash)
{
    struct whet_disk_waiting *w = q->buckets != NULL ? *bucket_of(q, hash) : NULL;

    while (w != NULL && !is_of(w->entry, hash))
        w = w->chain;
    return w;
}

static int add(struct whet_disk_queue *q, struct whet_entry *entry)
{
    struct whet_disk_waiting **bucket, *w;

    if (q->buckets == NULL)
        q->buckets = whet__mem_zalloc(BUCKETS, sizeof(struct whet_disk_waiting *));
    w = q->buckets != NULL ? whet__mem_zalloc(1, sizeof(*w)) : NULL;
    if (w == NULL)
        return -ENOMEM;
    bucket = bucket_of(q, &entry->hash);
    w->entry = entry;
    w->chain = *bucket;
    *bucket = w;
    *q->last = w;
    q->last = &w->next;
    atomic_fetch_add(&q->count, 1);
    return 0;
}

/* 1: so much waits. */
static int is_above(struct whet_disk_queue *q, size_t count, uint64_t bytes)
{
    return atomic_load(&q->count) > count || q->bytes > bytes;
}

/* 1: it is time to write, and nobody was told yet. Who puts no more than a batch, and then
 * waits for a sync, writes it himself: to have another thread do it costs a fourth more. */
static int look_at_load(struct whet_disk_queue *q, uint64_t max_bytes)
{
    int told = q->told;

    if (is_above(q, COUNT_MAX, max_bytes))
        atomic_store(&q->full, 1);
    if (!is_above(q, BATCH_COUNT, max_bytes / 4))
        return 0;
    q->told = 1;
    return !told;
}

void whet__disk_queue_wait(struct whet_disk_queue *q)
{
    for (int i = 0; i < WAITS && whet__disk_queue_is_full(q); i++)
        whet__clock_sleep_ns(WAIT_NS);
    if (whet__disk_queue_is_full(q))
        atomic_store(&q->stuck, 1);
}

int whet__disk_queue_put(struct whet_disk_queue *q, struct whet_entry *entry,
                         uint64_t max_bytes)
{
    struct whet_disk_waiting *w;
    struct whet_entry *old = NULL;
    int rc = 0;

    pthread_mutex_lock(&q->lock);
    w = look_up(q, &entry->hash);
    if (is_above(q, 2 * COUNT_MAX, 2 * max_bytes)) {
        rc = -ENOBUFS;
    } else if (w != NULL && !w->writing) {
        old = w->entry;
        w->entry = entry;
        w->lost = w->doubted = 0;
        q->bytes -= whet__entry_bytes(old);
    } else {
        rc = add(q, entry);
    }
    if (rc == 0) {
        whet__entry_take(entry);
        q->bytes += whet__entry_bytes(entry);
        rc = look_at_load(q, max_bytes);
    }
    pthread_mutex_unlock(&q->lock);
    whet__entry_drop(old);
    return rc;
}

struct whet_entry *whet__disk_queue_find(struct whet_disk_queue *q,
                                         const struct whet_hash128 *hash, const void *key,
                                         size_t key_len, int *doubted)
{
    struct whet_entry *found = NULL;
    struct whet_disk_waiting *w;

    *doubted = 0;
    if (atomic_load(&q->count) == 0)
        return NULL;
    pthread_mutex_lock(&q->lock);
    w = look_up(q, hash);
    if (w != NULL && !w->lost && w->entry->key_len == key_len &&
        memcmp(whet__entry_key(w->entry), key, key_len) == 0) {
        found = whet__entry_take(w->entry);
        *doubted = w->doubted;
    }
    pthread_mutex_unlock(&q->lock);
    return found;
}

void whet__disk_queue_doubt(struct whet_disk_queue *q, const struct whet_hash128 *hash,
                            uint64_t made_ns)
{
    struct whet_disk_waiting *w;

    if (atomic_load(&q->count) == 0)
        return;
    pthread_mutex_lock(&q->lock);
    w = hash != NULL ? look_up(q, hash) : NULL;
    if (w != NULL && w->entry->made_ns < made_ns)
        w->doubted = 1;
    for (w = hash != NULL ? NULL : q->first; w != NULL; w = w->next)
        w->doubted = 1;
    pthread_mutex_unlock(&q->lock);
}

size_t whet__disk_queue_take(struct whet_disk_queue *q, struct whet_entry **batch, size_t max,
                             uint64_t max_bytes)
{
    uint64_t bytes = 0;
    size_t count = 0;

    pthread_mutex_lock(&q->lock);
    q->told = 0;
    for (struct whet_disk_waiting *w = q->first; w != NULL && count < max; w = w->next) {
        if (!w->lost) {
            bytes += whet__entry_bytes(w->entry);
            if (count > 0 && bytes > max_bytes)
                break;
            batch[count++] = w->entry;
        }
        w->writing = 1;
        w->taken = !w->lost;
    }
    pthread_mutex_unlock(&q->lock);
    return count;
}

/* Out of its bucket; the list is the caller's. */
static void unchain(struct whet_disk_queue *q, struct whet_disk_waiting *w)
{
    struct whet_disk_waiting **at = bucket_of(q, &w->entry->hash);

    while (*at != w)
        at = &(*at)->chain;
    *at = w->chain;
    q->bytes -= whet__entry_bytes(w->entry);
    atomic_fetch_sub(&q->count, 1);
}

static void drop_list(struct whet_disk_waiting *w)
{
    while (w != NULL) {
        struct whet_disk_waiting *next = w->next;

        whet__entry_drop(w->entry);
        whet__mem_free(w);
        w = next;
    }
}

void whet__disk_queue_done(struct whet_disk_queue *q)
{
    struct whet_disk_waiting *done, **end = &done;

    pthread_mutex_lock(&q->lock);
    done = q->first;
    while (*end != NULL && (*end)->writing) {
        unchain(q, *end);
        end = &(*end)->next;
    }
    q->first = *end;
    *end = NULL;
    if (q->first == NULL)
        q->last = &q->first;
    atomic_store(&q->full, 0); /* the next put looks again */
    atomic_store(&q->stuck, 0);
    pthread_mutex_unlock(&q->lock);
    drop_list(done);
}

int whet__disk_queue_has_room(struct whet_disk_queue *q, uint64_t max_bytes)
{
    int full;

    pthread_mutex_lock(&q->lock);
    full = is_above(q, COUNT_MAX, max_bytes);
    pthread_mutex_unlock(&q->lock);
    return !full;
}

/* Of two with one key the older one is not written any more: the newer one, which came while a
 * batch was on its way, will be. */
int whet__disk_queue_keep(struct whet_disk_queue *q, uint64_t max_bytes)
{
    int keep;

    pthread_mutex_lock(&q->lock);
    keep = !is_above(q, COUNT_MAX, max_bytes);
    for (struct whet_disk_waiting *w = q->first; keep && w != NULL && w->writing; w = w->next) {
        w->writing = w->taken = 0;
        w->lost |= look_up(q, &w->entry->hash) != w;
    }
    pthread_mutex_unlock(&q->lock);
    return keep;
}

void whet__disk_queue_refuse(struct whet_disk_queue *q, const struct whet_entry *entry,
                             struct whet_disk_owed *owed)
{
    struct whet_disk_waiting *w;

    pthread_mutex_lock(&q->lock);
    w = look_up(q, &entry->hash);
    if (w != NULL && w->entry == entry) {
        w->lost = 1;
        whet__disk_owed_add(owed, &entry->hash, entry->made_ns);
    }
    pthread_mutex_unlock(&q->lock);
}

/* Both at once: a batch that is written in between must not take the debt for paid. */
void whet__disk_queue_drop(struct whet_disk_queue *q, const struct whet_hash128 *hash,
                           uint64_t since_ns, struct whet_disk_owed *owed)
{
    pthread_mutex_lock(&q->lock);
    for (struct whet_disk_waiting *w = look_up(q, hash); w != NULL; w = w->chain) {
        if (is_of(w->entry, hash))
            w->lost = 1;
    }
    whet__disk_owed_add(owed, hash, since_ns);
    pthread_mutex_unlock(&q->lock);
}

void whet__disk_queue_settle(struct whet_disk_queue *q, struct whet_disk_owed *owed)
{
    pthread_mutex_lock(&q->lock);
    for (struct whet_disk_waiting *w = q->first; w != NULL && w->writing; w = w->next) {
        if (w->taken && w->lost)
            whet__disk_owed_add(owed, &w->entry->hash, w->entry->made_ns);
        else if (w->taken)
            whet__disk_owed_done(owed, &w->entry->hash, UINT64_MAX);
    }
    pthread_mutex_unlock(&q->lock);
}

void whet__disk_queue_lose(struct whet_disk_queue *q)
{
    pthread_mutex_lock(&q->lock);
    for (struct whet_disk_waiting *w = q->first; w != NULL; w = w->next)
        w->lost = 1;
    pthread_mutex_unlock(&q->lock);
}

void whet__disk_queue_forget(struct whet_disk_queue *q)
{
    struct whet_disk_waiting *all;

    pthread_mutex_lock(&q->lock);
    all = q->first;
    if (q->buckets != NULL)
        memset(q->buckets, 0, BUCKETS * sizeof(struct whet_disk_waiting *));
    q->first = NULL;
    q->last = &q->first;
    q->bytes = 0;
    q->told = 0;
    atomic_store(&q->count, 0);
    atomic_store(&q->full, 0);
    atomic_store(&q->stuck, 0);
    pthread_mutex_unlock(&q->lock);
    drop_list(all);
}
