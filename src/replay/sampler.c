/* SHARDS: the curve of LRU from the keys with the lowest hashes. Loads: every access of a
 * live cache, so a key that is not in the sample costs one comparison. */
#include "replay/sampler.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "replay/recency.h"

#define NONE     UINT32_MAX
#define BIN_BITS 7 /* 128 bins between powers of two: sizes to 0.8 % */
#define BINS     ((size_t)(64 - BIN_BITS + 1) << BIN_BITS)
#define HASH_ALL 18446744073709551616.0 /* 2^64 */

struct sampled_key {
    uint64_t hash;
    uint32_t next; /* in its chain */
    uint32_t size; /* 1 where entries are counted */
};

struct whet_sampler {
    struct whet_recency recency;
    struct sampled_key *keys;
    uint32_t *chains; /* heads, by the hash's lowest bits */
    uint32_t *heap;   /* keys, the highest hash on top */
    uint32_t count, max, chain_mask;
    uint64_t below; /* the sample: hashes up to this one */
    double weight;  /* requests that one in the sample stands for: 1 / rate */
    int in_bytes;
    uint64_t requests;
    double cold, counted;
    double bins[BINS]; /* by distance */
};

static size_t bin_of(double distance)
{
    uint64_t d = distance < 9e18 ? (uint64_t)distance : (uint64_t)9e18;
    unsigned shift;

    if (d >> BIN_BITS == 0)
        return (size_t)d;
    shift = 63 - BIN_BITS - (unsigned)__builtin_clzll(d);
    return ((size_t)shift << BIN_BITS) + (size_t)(d >> shift);
}

/* The largest distance of a bin. */
static uint64_t bin_last(size_t bin)
{
    size_t shift = bin >> BIN_BITS;

    if (shift < 2)
        return bin;
    shift--;
    return (((uint64_t)bin - (shift << BIN_BITS) + 1) << shift) - 1;
}

int whet__sampler_new(struct whet_sampler **out, uint32_t keys, unsigned flags)
{
    struct whet_sampler *s;
    uint32_t chains = 16;
    int rc;

    if (keys == 0 || keys > WHET_SAMPLER_KEYS_MAX)
        return -EINVAL;
    s = whet__mem_zalloc(1, sizeof(*s));
    if (s == NULL)
        return -ENOMEM;
    while (chains < 2 * keys)
        chains *= 2;
    s->max = keys;
    s->chain_mask = chains - 1;
    s->below = UINT64_MAX;
    s->weight = 1;
    s->in_bytes = (flags & WHET_SAMPLER_BYTES) != 0;
    s->keys = whet__mem_alloc(((size_t)keys + 1) * sizeof(*s->keys));
    s->heap = whet__mem_alloc(((size_t)keys + 1) * sizeof(*s->heap));
    s->chains = whet__mem_alloc(chains * sizeof(*s->chains));
    rc = s->keys != NULL && s->heap != NULL && s->chains != NULL ? 0 : -ENOMEM;
    if (rc == 0)
        rc = whet__recency_init(&s->recency, keys + 1, s->in_bytes);
    if (rc != 0) {
        whet__sampler_free(s);
        return rc;
    }
    memset(s->chains, 0xff, chains * sizeof(*s->chains));
    *out = s;
    return 0;
}

void whet__sampler_free(struct whet_sampler *s)
{
    if (s == NULL)
        return;
    whet__recency_clear(&s->recency);
    whet__mem_free(s->keys);
    whet__mem_free(s->heap);
    whet__mem_free(s->chains);
    whet__mem_free(s);
}

static uint32_t find(const struct whet_sampler *s, uint64_t hash)
{
    uint32_t k = s->chains[hash & s->chain_mask];

    while (k != NONE && s->keys[k].hash != hash)
        k = s->keys[k].next;
    return k;
}

static void heap_push(struct whet_sampler *s, uint32_t at, uint32_t key)
{
    while (at != 0 && s->keys[s->heap[(at - 1) / 2]].hash < s->keys[key].hash) {
        s->heap[at] = s->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    s->heap[at] = key;
}

/* Takes the top off; `count` keys stay. */
static uint32_t heap_pop(struct whet_sampler *s, uint32_t count)
{
    uint32_t top = s->heap[0];
    uint32_t key = s->heap[count];
    uint32_t at = 0;

    for (;;) {
        uint32_t child = 2 * at + 1;

        if (child >= count)
            break;
        if (child + 1 < count &&
            s->keys[s->heap[child]].hash < s->keys[s->heap[child + 1]].hash)
            child++;
        if (s->keys[key].hash >= s->keys[s->heap[child]].hash)
            break;
        s->heap[at] = s->heap[child];
        at = child;
    }
    s->heap[at] = key;
    return top;
}

static void end_below(struct whet_sampler *s, uint64_t hash)
{
    s->below = hash != 0 ? hash - 1 : 0;
    s->weight = HASH_ALL / (hash != 0 ? (double)hash : 1);
}

/* The key with the highest hash leaves, and the sample ends below it. Answers its place. */
static uint32_t lower(struct whet_sampler *s)
{
    uint32_t key = heap_pop(s, --s->count);
    uint32_t *link = &s->chains[s->keys[key].hash & s->chain_mask];

    while (*link != key)
        link = &s->keys[*link].next;
    *link = s->keys[key].next;
    whet__recency_remove(&s->recency, key);
    end_below(s, s->keys[key].hash);
    return key;
}

static void insert(struct whet_sampler *s, uint64_t hash, uint32_t size)
{
    uint32_t key = s->count;

    if (s->count == s->max) {
        if (hash > s->keys[s->heap[0]].hash) {
            end_below(s, hash);
            return;
        }
        key = lower(s);
    }
    s->keys[key] = (struct sampled_key){hash, s->chains[hash & s->chain_mask], size};
    s->chains[hash & s->chain_mask] = key;
    heap_push(s, s->count++, key);
    (void)whet__recency_use(&s->recency, key, size);
}

/* The stack distance of a use, and the use: the key itself is what it is, the others stand
 * for more. */
static double distance_of(struct whet_sampler *s, uint32_t key, uint32_t size)
{
    uint32_t before = s->keys[key].size;
    uint64_t others = whet__recency_use(&s->recency, key, size) - before;

    s->keys[key].size = size;
    return before + (double)others * s->weight;
}

void whet__sampler_add(struct whet_sampler *s, uint64_t hash, uint32_t size)
{
    uint32_t key;

    s->requests++;
    if (hash > s->below)
        return;
    if (!s->in_bytes)
        size = 1;
    key = find(s, hash);
    s->counted += s->weight;
    if (key != NONE) {
        s->bins[bin_of(distance_of(s, key, size))] += s->weight;
    } else {
        s->cold += s->weight;
        insert(s, hash, size);
    }
}

uint64_t whet__sampler_below(const struct whet_sampler *s)
{
    return s->below;
}

void whet__sampler_skip(struct whet_sampler *s, uint64_t requests)
{
    s->requests += requests;
}

uint64_t whet__sampler_requests(const struct whet_sampler *s)
{
    return s->requests;
}

/* Below the size of an entry, times what it stands for, the curve says nothing. */
static uint64_t size_visible(const struct whet_sampler *s)
{
    double mean = s->count != 0 ? (double)s->recency.total / s->count : 1;

    return (uint64_t)ceil(s->weight * (mean > 1 ? mean : 1));
}

static double limit(double ratio, double above)
{
    return ratio < 0 ? 0 : ratio > above ? above : ratio;
}

int whet__sampler_curve(const struct whet_sampler *s, struct whet_curve *out)
{
    struct whet_curve c = {.rate = 1 / s->weight, .is_exact = s->weight <= 1};
    double requests = (double)s->requests;
    /* What is missing counts as hits at distance 1. */
    double hits = requests - s->counted + s->bins[0];

    if (s->requests == 0)
        return -EINVAL;
    c.points = whet__mem_zalloc(2 * BINS, sizeof(*c.points));
    if (c.points == NULL)
        return -ENOMEM;
    c.points[c.count++] = (struct whet_curve_point){0, 1};
    for (size_t i = 1; i < BINS; i++) {
        double before = c.points[c.count - 1].miss_ratio;

        hits += s->bins[i];
        if (s->bins[i] <= 0)
            continue;
        /* Nothing changes over a gap; in between would be a slope. */
        if (bin_last(i - 1) > c.points[c.count - 1].size)
            c.points[c.count++] = (struct whet_curve_point){bin_last(i - 1), before};
        c.points[c.count++] =
            (struct whet_curve_point){bin_last(i), limit(1 - hits / requests, before)};
    }
    c.floor = limit(s->cold / requests, 1);
    c.min_size = size_visible(s);
    *out = c;
    return 0;
}

int whet__curve_sampled(struct whet_curve *out, const struct whet_trace *t, uint32_t keys,
                        const struct whet_simulate_options *options)
{
    static const struct whet_simulate_options none = {0};
    const struct whet_simulate_options *o = options != NULL ? options : &none;
    int in_bytes = (o->flags & WHET_SIMULATE_BYTES) != 0;
    struct whet_sampler *s = NULL;
    int rc;

    if (t->count == 0 || (in_bytes && t->sizes == NULL))
        return -EINVAL;
    rc = whet__sampler_new(&s, keys, in_bytes ? WHET_SAMPLER_BYTES : 0);
    for (size_t i = 0; rc == 0 && i < t->count; i++) {
        whet__sampler_add(s, whet__sampler_hash(t->ids[i]), in_bytes ? t->sizes[i] : 1);
        rc = whet__simulate_pause(o, i);
    }
    if (rc == 0)
        rc = whet__sampler_curve(s, out);
    whet__sampler_free(s);
    return rc;
}
