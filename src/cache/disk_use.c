/* Which entries were used, and what was counted: kept in memory and written down in bulk. A
 * stamp costs a page to be written, so an entry gets one an hour; and while the file is less
 * than half full, and nothing has to go, one a day. */
#include "cache/disk_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "os/clock.h"

#define HOUR_S    INT64_C(3600)
#define DAY_S     INT64_C(86400)
#define SECOND_NS UINT64_C(1000000000)

void whet__disk_use(struct whet_disk *d, struct whet_disk_link *l, int64_t hash, int64_t used_s,
                    uint64_t idle_ns)
{
    int64_t age = l->now_s - used_s;
    int64_t due = atomic_load_explicit(&d->stamping, memory_order_relaxed) ? HOUR_S : DAY_S;
    int64_t *touched;

    if (idle_ns != 0 && idle_ns / 8 < (uint64_t)due * SECOND_NS)
        due = (int64_t)(idle_ns / 8 / SECOND_NS);
    if (age < due || age == 0 || d->read_only)
        return;
    touched = whet__vec_push(&l->touched); /* without: it looks older than it is */
    if (touched != NULL)
        *touched = hash;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

/* What one link has noted; its lock is held. */
static int touch(struct whet_disk *d, struct whet_disk_link *l, void *ctx)
{
    struct whet_vec *touched = ctx;
    const int64_t *hashes = touched->items;
    struct whet_store_stmt *st;
    int rc;

    st = whet__disk_statement(l, WHET_DISK_TOUCH, &rc);
    if (st == NULL)
        return rc;
    (void)d;
    for (size_t i = 0; i < touched->len && rc == 0; i++) {
        if (i > 0 && hashes[i] == hashes[i - 1])
            continue;
        whet__store_bind_int(st, 1, hashes[i]);
        whet__store_bind_int(st, 2, (int64_t)(whet__clock_wall_ns() / SECOND_NS));
        rc = whet__disk_run(st);
    }
    return rc;
}

static int count_level(struct whet_disk *d, struct whet_disk_link *l, int level,
                       const struct whet_cache_level_stats *s)
{
    int rc;
    struct whet_store_stmt *st = whet__disk_statement(l, WHET_DISK_COUNT_LEVEL, &rc);

    if (st == NULL)
        return rc;
    whet__store_bind_int(st, 1, d->client_id);
    whet__store_bind_int(st, 2, level);
    whet__store_bind_int(st, 3, (int64_t)s->hits);
    whet__store_bind_int(st, 4, (int64_t)s->misses);
    whet__store_bind_int(st, 5, (int64_t)s->evictions);
    whet__store_bind_int(st, 6, (int64_t)s->expirations);
    whet__store_bind_int(st, 7, (int64_t)s->invalidations);
    return whet__disk_run(st);
}

static int count_client(struct whet_disk *d, struct whet_disk_link *l,
                        const struct whet_cache_stats *s)
{
    int rc;
    struct whet_store_stmt *put = whet__disk_statement(l, WHET_DISK_PUT_CLIENT, &rc);
    struct whet_store_stmt *st =
        put != NULL ? whet__disk_statement(l, WHET_DISK_COUNT_CLIENT, &rc) : NULL;

    if (st == NULL)
        return rc;
    whet__store_bind_int(put, 1, d->client_id);
    whet__store_bind_text(put, 2, d->client);
    rc = whet__disk_run(put);
    if (rc != 0)
        return rc;
    whet__store_bind_int(st, 1, d->client_id);
    whet__store_bind_int(st, 2, (int64_t)s->puts);
    whet__store_bind_int(st, 3, (int64_t)s->loads);
    whet__store_bind_int(st, 4, (int64_t)s->load_ns);
    whet__store_bind_int(st, 5, (int64_t)s->saved_ns);
    return whet__disk_run(st);
}

static int is_level(const struct whet_cache_level_stats *s)
{
    return s->hits + s->misses + s->evictions + s->expirations + s->invalidations != 0;
}

static int count(struct whet_disk *d, struct whet_disk_link *l, void *ctx)
{
    const struct whet_cache_stats *s = ctx;
    int rc = count_client(d, l, s);

    for (int i = 0; i < WHET_CACHE_LEVELS && rc == 0; i++) {
        if (is_level(&s->levels[i]))
            rc = count_level(d, l, i, &s->levels[i]);
    }
    return rc;
}

static void level_add(struct whet_cache_level_stats *to, const struct whet_cache_level_stats *s)
{
    to->hits += s->hits;
    to->misses += s->misses;
    to->evictions += s->evictions;
    to->expirations += s->expirations;
    to->invalidations += s->invalidations;
}

static int is_something(const struct whet_cache_stats *s)
{
    int some = s->puts + s->loads + s->saved_ns != 0;

    for (int i = 0; i < WHET_CACHE_LEVELS; i++)
        some |= is_level(&s->levels[i]);
    return some;
}

void whet__disk_count(struct whet_disk *d, const struct whet_cache_stats *since)
{
    pthread_mutex_lock(&d->count_lock);
    for (int i = 0; i < WHET_CACHE_LEVELS; i++)
        level_add(&d->counted.levels[i], &since->levels[i]);
    d->counted.puts += since->puts;
    d->counted.loads += since->loads;
    d->counted.load_ns += since->load_ns;
    d->counted.saved_ns += since->saved_ns;
    d->has_counted |= is_something(since);
    pthread_mutex_unlock(&d->count_lock);
}

/* Takes what was counted; 0: nothing was. */
static int take_counted(struct whet_disk *d, struct whet_cache_stats *out)
{
    int some;

    pthread_mutex_lock(&d->count_lock);
    some = d->has_counted;
    *out = d->counted;
    memset(&d->counted, 0, sizeof(d->counted));
    d->has_counted = 0;
    pthread_mutex_unlock(&d->count_lock);
    return some;
}

/* What all links have noted, sorted. */
static void take_touched(struct whet_disk *d, struct whet_vec *out)
{
    for (unsigned i = 0; i < d->readers; i++) {
        struct whet_disk_link *l = &d->links[i];
        const int64_t *from = l->touched.items;

        pthread_mutex_lock(&l->lock);
        for (size_t k = 0; k < l->touched.len; k++) {
            int64_t *to = whet__vec_push(out);

            if (to != NULL)
                *to = from[k];
        }
        l->touched.len = 0;
        pthread_mutex_unlock(&l->lock);
    }
    if (out->len > 1)
        qsort(out->items, out->len, sizeof(int64_t), by_number);
}

unsigned long whet__disk_uses(struct whet_disk *d)
{
    unsigned long uses = 0;

    for (unsigned i = 0; i < d->readers; i++) {
        pthread_mutex_lock(&d->links[i].lock);
        uses += d->links[i].touched.len;
        pthread_mutex_unlock(&d->links[i].lock);
    }
    pthread_mutex_lock(&d->count_lock);
    uses += d->has_counted != 0;
    pthread_mutex_unlock(&d->count_lock);
    return uses;
}

int whet__disk_write_uses(struct whet_disk *d)
{
    struct whet_disk_link *l = &d->writer;
    struct whet_cache_stats counted;
    struct whet_vec touched;
    int some = take_counted(d, &counted), rc = 0;

    whet__vec_init(&touched, sizeof(int64_t), (size_t)1 << 22);
    take_touched(d, &touched);
    if (!some && touched.len == 0)
        return 0;
    pthread_mutex_lock(&l->lock);
    rc = whet__disk_link_open(d, l);
    if (rc == 0 && touched.len > 0)
        rc = whet__disk_transact(d, l, touch, &touched);
    if (rc == 0 && some)
        rc = whet__disk_transact(d, l, count, &counted);
    pthread_mutex_unlock(&l->lock);
    whet__vec_clear(&touched);
    return rc;
}
