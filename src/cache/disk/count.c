/* What the processes of a client have counted, on its way into the client's rows. A process
 * that writes nothing else leaves its counts in the page that all users of the file share: a
 * transaction for them would cost some milliseconds of syncing, several times what a short
 * process does at all. The next one that writes takes them along. */
#include "cache/disk/parts.h"

#include <string.h>

#define LEVEL_NUMBERS 5
#define LEVELS        ((unsigned)WHET_CACHE_LEVELS)
#define AHEAD         (LEVELS * LEVEL_NUMBERS + 4) /* the first of what was fetched ahead */
#define NUMBERS       (AHEAD + 2)

_Static_assert(AHEAD == WHET_SHARED_COUNTS && NUMBERS - AHEAD == WHET_SHARED_AHEAD,
               "all that is counted has a place in the page");

/* All that is counted, as one row of numbers. */
static uint64_t *number_at(struct whet_cache_stats *s, unsigned i)
{
    struct whet_cache_level_stats *l = &s->levels[i / LEVEL_NUMBERS % LEVELS];
    uint64_t *const of_level[] = {&l->hits, &l->misses, &l->evictions, &l->expirations,
                                  &l->invalidations};
    uint64_t *const of_all[] = {&s->puts,     &s->loads,     &s->load_ns,
                                &s->saved_ns, &s->predicted, &s->predicted_hits};

    return i < LEVELS * LEVEL_NUMBERS ? of_level[i % LEVEL_NUMBERS]
                                      : of_all[i - LEVELS * LEVEL_NUMBERS];
}

void whet__disk_count(struct whet_disk *d, const struct whet_cache_stats *since)
{
    struct whet_cache_stats more = *since;

    pthread_mutex_lock(&d->count_lock);
    for (unsigned i = 0; i < NUMBERS; i++) {
        *number_at(&d->counted, i) += *number_at(&more, i);
        d->has_counted |= *number_at(&more, i) != 0;
    }
    pthread_mutex_unlock(&d->count_lock);
}

int whet__disk_has_counts(struct whet_disk *d)
{
    int has;

    pthread_mutex_lock(&d->count_lock);
    has = d->has_counted;
    pthread_mutex_unlock(&d->count_lock);
    return has;
}

/* The client's place in the page, or -1; with `make` a free one, if there is none of it. */
static int place_of(struct whet_disk *d, int64_t client, int make)
{
    unsigned long long id = (unsigned long long)client;

    for (int i = 0; i < WHET_SHARED_CLIENTS; i++) {
        struct whet_shared_counts *p = &d->shared->page->counted[i];
        unsigned long long is = atomic_load(&p->client);

        if (is == 0 && make && atomic_compare_exchange_strong(&p->client, &is, id))
            return i;
        if (is == id)
            return i;
    }
    return -1;
}

static atomic_ullong *left_at(struct whet_disk *d, int place, unsigned i)
{
    struct whet_shared_page *page = d->shared->page;

    return i < AHEAD ? &page->counted[place].counts[i] : &page->ahead[place][i - AHEAD];
}

void whet__disk_counts_left(struct whet_disk *d, int64_t client, struct whet_cache_stats *out)
{
    int place = place_of(d, client, 0);

    memset(out, 0, sizeof(*out));
    for (unsigned i = 0; place >= 0 && i < NUMBERS; i++)
        *number_at(out, i) = atomic_load(left_at(d, place, i));
}

int whet__disk_counts_leave(struct whet_disk *d)
{
    int place = d->shared->owned ? -1 : place_of(d, d->client_id, 1);

    if (place < 0)
        return 0;
    pthread_mutex_lock(&d->count_lock);
    for (unsigned i = 0; i < NUMBERS; i++)
        atomic_fetch_add(left_at(d, place, i), *number_at(&d->counted, i));
    memset(&d->counted, 0, sizeof(d->counted));
    d->has_counted = 0;
    pthread_mutex_unlock(&d->count_lock);
    return 1;
}

int whet__disk_counts_take(struct whet_disk *d, struct whet_cache_stats *out)
{
    int place = place_of(d, d->client_id, 0);
    uint64_t some = 0;

    pthread_mutex_lock(&d->count_lock);
    *out = d->counted;
    memset(&d->counted, 0, sizeof(d->counted));
    d->has_counted = 0;
    pthread_mutex_unlock(&d->count_lock);
    for (unsigned i = 0; i < NUMBERS; i++) {
        if (place >= 0)
            *number_at(out, i) += atomic_exchange(left_at(d, place, i), 0);
        some |= *number_at(out, i);
    }
    return some != 0;
}

static int write_level(struct whet_disk *d, struct whet_disk_link *l, unsigned level,
                       const uint64_t numbers[LEVEL_NUMBERS])
{
    int rc;
    struct whet_store_stmt *st = whet__disk_statement(l, WHET_DISK_COUNT_LEVEL, &rc);

    if (st == NULL)
        return rc;
    whet__store_bind_int(st, 1, d->client_id);
    whet__store_bind_int(st, 2, level);
    for (unsigned i = 0; i < LEVEL_NUMBERS; i++)
        whet__store_bind_int(st, 3 + (int)i, (int64_t)numbers[i]);
    return whet__disk_run(st);
}

static int write_client(struct whet_disk *d, struct whet_disk_link *l,
                        struct whet_cache_stats *s)
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
    for (unsigned i = LEVELS * LEVEL_NUMBERS; i < AHEAD; i++)
        whet__store_bind_int(st, 2 + (int)(i - LEVELS * LEVEL_NUMBERS),
                             (int64_t)*number_at(s, i));
    return whet__disk_run(st);
}

/* 0: there is nothing to write. What was fetched ahead comes behind the levels; what of it was
 * in vain may become less, which is a number below zero. */
static uint64_t level_numbers(struct whet_cache_stats *s, unsigned level,
                              uint64_t out[LEVEL_NUMBERS])
{
    uint64_t some = 0;

    memset(out, 0, LEVEL_NUMBERS * sizeof(*out));
    if (level == WHET_DISK_AHEAD) {
        out[0] = s->predicted_hits;
        out[1] = s->predicted - s->predicted_hits;
    }
    for (unsigned i = 0; i < LEVEL_NUMBERS; i++) {
        if (level < LEVELS)
            out[i] = *number_at(s, level * LEVEL_NUMBERS + i);
        some |= out[i];
    }
    return some;
}

int whet__disk_write_counts(struct whet_disk *d, struct whet_disk_link *l, void *ctx)
{
    struct whet_cache_stats *s = ctx;
    uint64_t numbers[LEVEL_NUMBERS];
    int rc = write_client(d, l, s);

    for (unsigned level = 0; level <= WHET_DISK_AHEAD && rc == 0; level++) {
        if (level_numbers(s, level, numbers) != 0)
            rc = write_level(d, l, level, numbers);
    }
    return rc;
}
