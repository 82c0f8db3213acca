/* Get or compute: one thread computes, the others wait for it or are served the old value.
 * Load: hits as in cache/get.c; a computation per miss, dearer than all that is done here. */
#include "cache/engine.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "cache/truth/inputs.h"

struct whet_cache_draft {
    struct whet_cache *cache;
    struct whet_put put;
    struct whet_inputs *inputs; /* NULL: not asked for */
    struct whet_entry *entry;   /* NULL: no value was set */
};

/* One load on its way. */
struct load {
    struct whet_cache *cache;
    struct whet_ask ask;
    whet_cache_make make;
    void *ctx;
    const struct whet_cache_put *how;
    struct whet_cache_value *out;
    int early; /* there is a value still */
};

int whet__early_due(uint64_t left_ns, uint64_t cost_ns, double beta, double u)
{
    return (double)cost_ns * beta * -log(u) >= (double)left_ns;
}

static double draw(void)
{
    static _Thread_local struct whet_random random;
    static _Thread_local int seeded;

    if (!seeded)
        whet__random_init(&random, whet__clock_now_ns() ^ (uintptr_t)&random);
    seeded = 1;
    return 1 - whet__random_ratio(&random);
}

int whet_cache_draft_set(struct whet_cache_draft *d, const void *value, size_t len)
{
    struct whet_entry *e;
    int rc;

    if (value == NULL && len != 0)
        return -EINVAL;
    if (len > WHET_CACHE_VALUE_MAX)
        return -EFBIG;
    rc = whet__cache_block(d->cache, &d->put, len, &e);
    if (rc != 0)
        return rc;
    if (len != 0)
        memcpy(whet__entry_value(e), value, len);
    whet__entry_drop(d->entry);
    d->entry = e;
    return 0;
}

struct whet_inputs *whet_cache_draft_inputs(struct whet_cache_draft *d)
{
    return d->inputs;
}

/* The value with what it was made of and what it took; it was a block without them. */
static int finish(struct whet_cache_draft *d, const struct whet_text *about, uint64_t cost_ns)
{
    struct whet_entry *e = d->entry, *made = NULL;
    int rc;

    d->put.about = about->data;
    d->put.about_len = about->len;
    rc = whet__cache_block(d->cache, &d->put, e != NULL ? e->value_len : 0, &made);
    if (rc == 0 && made != NULL) {
        made->cost_ns = cost_ns;
        if (e != NULL)
            memcpy(whet__entry_value(made), whet__entry_value(e), e->value_len);
    }
    d->entry = made;
    whet__entry_drop(e);
    return rc;
}

/* A value that was made is answered, whether or not it can be kept. */
static int keep(struct whet_cache_draft *d, uint64_t cost_ns)
{
    struct whet_cache *c = d->cache;
    struct whet_text about;
    int stale, rc;

    whet__text_init(&about, WHET_INPUTS_MAX);
    stale = whet__inputs_pack(d->inputs, &about, NULL);
    if (stale != 0)
        whet__text_reset(&about);
    rc = stale == -ENOMEM ? stale : finish(d, &about, cost_ns);
    if (rc == 0 && stale != 0)
        d->entry->flags |= WHET_ENTRY_OVERTAKEN;
    if (rc == 0 && stale == 0 && whet__cache_keeps(c, &d->put)) {
        /* Who put a value meanwhile knew something newer. */
        if (whet__cache_store(c, &d->put.ask, d->entry, 1) == 0)
            whet__cache_stored(c, &d->put.ask, d->entry->value_len);
    } else {
        (void)whet__cache_drop(c, &d->put.ask, WHET_CACHE_REPLACED);
        /* It is answered, so others may be made of it: what it was made of has to be known, or
         * they are not kept either. */
        if (rc != 0 || stale != 0 || whet__validity_put(c->validity, d->entry) != 0)
            whet__validity_unkept(c->validity, &d->put.ask.hash);
    }
    whet__text_clear(&about);
    return rc;
}

/* Calls `make`. 0 or -ENOENT with an entry, or what went wrong. */
static int compute(struct load *l, struct whet_entry **out)
{
    struct whet_cache *c = l->cache;
    struct whet_cache_put how = *l->how;
    struct whet_cache_draft d = {.cache = c, .put = {.ask = l->ask, .how = &how}};
    uint64_t began, took;
    int rc = whet_inputs_new(&d.inputs, c);

    if (rc != 0)
        return rc;
    d.put.epoch = whet__inputs_epoch(d.inputs);
    began = whet__clock_now_ns();
    rc = l->make(l->ctx, &d);
    took = whet__clock_now_ns() - began;
    whet__cache_count(c, WHET_COUNT_LOADS, 1);
    whet__cache_count(c, WHET_COUNT_LOAD_NS, took);
    if (rc > 0 || (rc == 0 && d.entry == NULL))
        rc = -EINVAL;
    d.put.negative = rc == -ENOENT;
    if (rc == -ENOENT) {
        whet__entry_drop(d.entry);
        d.entry = NULL;
        how.ttl_ns = 0; /* is a value's */
    }
    if (rc == 0 || rc == -ENOENT) {
        int kept = keep(&d, took != 0 ? took : 1);

        rc = kept != 0 ? kept : rc;
    }
    whet_inputs_free(d.inputs);
    if (rc == 0 || rc == -ENOENT) {
        *out = d.entry;
        return rc;
    }
    whet__entry_drop(d.entry);
    whet__cache_count(c, WHET_COUNT_LOAD_ERRORS, 1);
    return rc;
}

/* The value as it was put, of an entry of either level in memory; NULL: it cannot be had. Takes
 * the reference over. */
static struct whet_entry *expand(struct whet_entry *e)
{
    struct whet_entry *plain = NULL;

    if (e == NULL || e->raw_len == 0)
        return e;
    if (whet__entry_unpack(e, &plain) != 0)
        plain = NULL;
    whet__entry_drop(e);
    return plain;
}

/* Of an entry that this call holds; takes the reference over. */
static int serve(struct load *l, struct whet_entry *e, enum whet_cache_level level,
                 unsigned flags)
{
    if (e->flags & WHET_ENTRY_NEGATIVE) {
        whet__entry_drop(e);
        return -ENOENT;
    }
    whet__cache_answer(l->out, e, level, flags);
    return 0;
}

/* Whether what somebody computed may answer one who asked meanwhile: not if it was untrue by
 * then. That it has ended says nothing, it was computed just now. */
static int is_true_now(struct load *l, struct whet_entry *e)
{
    return !(e->flags & WHET_ENTRY_OVERTAKEN) &&
           whet__validity_check(l->cache->validity, e, NULL);
}

/* What somebody else has computed. */
static int serve_shared(struct load *l, struct whet_entry *e, int result)
{
    whet__cache_count(l->cache, WHET_COUNT_WAITS, 1);
    if (result == 0 && e != NULL)
        return serve(l, e, WHET_CACHE_MEMORY, 0);
    whet__entry_drop(e);
    return result;
}

/* Another may have landed between the miss and the beginning of this flight. Counts nothing. */
static struct whet_entry *peek_landed(struct load *l)
{
    struct whet_cache *c = l->cache;
    struct whet_memory *m = c->memory != NULL ? c->memory : c->packed;
    struct whet_entry *e;

    if (l->early || m == NULL)
        return NULL;
    whet__ask_init(c, &l->ask, l->ask.key, l->ask.key_len);
    e = whet__memory_peek(m, &l->ask);
    if (e != NULL && whet__cache_judge(c, &l->ask, e) >= 0) {
        whet__entry_drop(e);
        return NULL;
    }
    return expand(e);
}

/* Begins a flight: 1. 0: another's has landed. Theirs may have begun long before this load, and
 * an invalidation come in between: what is no longer true is waited for once more. The next
 * flight has begun after this load, so that whatever comes of it was true meanwhile. */
static int board(struct load *l, int wait, struct whet_flight **flight,
                 struct whet_entry **entry, int *result)
{
    struct whet_flights *flights = l->cache->flights;
    int rc = whet__flight_begin(flights, &l->ask, wait, flight, entry, result);

    if (rc != 0 || *entry == NULL || is_true_now(l, *entry))
        return rc;
    whet__entry_drop(*entry);
    *entry = NULL;
    return whet__flight_begin(flights, &l->ask, wait, flight, entry, result);
}

/* Computes, or waits for who does. Without `wait`, 1: somebody does. */
static int fly(struct load *l, int wait)
{
    struct whet_flights *flights = l->cache->flights;
    struct whet_flight *flight = NULL;
    struct whet_entry *e = NULL;
    int result = 0;
    int rc = board(l, wait, &flight, &e, &result);

    if (rc < 0)
        return rc == -EBUSY ? 1 : rc;
    if (rc == 0)
        return serve_shared(l, e, result);
    e = peek_landed(l);
    if (e == NULL)
        result = compute(l, &e);
    else if (e->flags & WHET_ENTRY_NEGATIVE)
        result = -ENOENT;
    whet__flight_land(flights, flight, e, result);
    if (result == 0)
        return serve(l, e, WHET_CACHE_MEMORY, 0);
    whet__entry_drop(e);
    return result;
}

/* A hit near its end is computed anew by one of those who ask, the likelier the nearer. */
static int is_due(const struct load *l, const struct whet_entry *e)
{
    double beta = l->cache->options.early_refresh;

    if (beta == 0 || e->end_ns == 0 || e->cost_ns == 0)
        return 0;
    return whet__early_due(e->end_ns > l->ask.now_ns ? e->end_ns - l->ask.now_ns : 0,
                           e->cost_ns, beta, draw());
}

static int serve_hit(struct load *l, struct whet_found *found)
{
    int rc;

    if (is_due(l, found->entry)) {
        l->early = 1;
        rc = fly(l, 0);
        if (rc == 0 || rc == -ENOENT) {
            whet__cache_count(l->cache, WHET_COUNT_EARLY, 1);
            whet__entry_drop(found->entry);
            return rc;
        }
    }
    return serve(l, found->entry, found->level, 0);
}

/* One computes; the others have the old value meanwhile. */
static int serve_stale(struct load *l, struct whet_entry *stale)
{
    int rc = fly(l, 0);

    if (rc != 1) {
        whet__entry_drop(stale);
        return rc;
    }
    stale = expand(stale);
    if (stale == NULL)
        return fly(l, 1);
    whet__cache_count(l->cache, WHET_COUNT_STALE, 1);
    whet__cache_count(l->cache, WHET_COUNT_HITS, 1);
    return serve(l, stale, WHET_CACHE_MEMORY, WHET_CACHE_STALE);
}

static int find_or_fly(struct load *l, uint64_t waited_ns)
{
    struct whet_cache *c = l->cache;
    struct whet_found found = {.waited_ns = waited_ns};
    int hit = whet__cache_find_near(c, &l->ask, &found);

    if (!hit || found.level != WHET_CACHE_MEMORY) {
        whet__cache_count(c, WHET_COUNT_GETS, 1);
        if (!hit && found.stale == NULL)
            hit = whet__cache_find_far(c, &l->ask, 1, &found);
        if (hit)
            whet__cache_found(c, &found);
    }
    if (!hit) {
        whet__cache_missed(c, &l->ask);
        return found.stale != NULL ? serve_stale(l, found.stale) : fly(l, 1);
    }
    whet__entry_drop(found.stale);
    whet__cache_saw(c, &l->ask, found.entry->value_len, WHET_WATCH_ACCESS);
    return serve_hit(l, &found);
}

int whet_cache_load(struct whet_cache *c, const void *key, size_t key_len, whet_cache_make make,
                    void *ctx, const struct whet_cache_put *how, struct whet_cache_value *out)
{
    static const struct whet_cache_put plain = {0};
    struct load l = {
        .cache = c, .make = make, .ctx = ctx, .how = how != NULL ? how : &plain, .out = out};
    uint64_t waited_ns;

    if (!whet__key_ok(key, key_len) || make == NULL || l.how->inputs != NULL ||
        (l.how->flags & WHET_CACHE_NO_VALUE) || !whet__put_ok(NULL, 0, l.how))
        return -EINVAL;
    waited_ns = whet__cache_begin(c, &l.ask, key, key_len);
    return find_or_fly(&l, waited_ns);
}
