/* Small caches side by side. Loads: of a large cache one request in hundreds, of a small one
 * all of them; each of these goes through every policy. */
#include "evict/trials.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

#define NONE        UINT32_MAX
#define KEYS_FIRST  64
#define IDS_PER_KEY 4   /* or the small caches would take more memory than the ids */
#define SWEEP       16  /* keys looked at per request, after the sample became smaller */
#define ROUND_MIN   256 /* requests; else as many as entries fit a small cache */

/* Measured on the traces of tests/unit/replay/published.h with six samples of each: so it was
 * at most .7 points behind the best policy of a (trace, size). To remember less (.9) follows
 * noise; to remember more (.98) comes too late for phases that are few times as long as the
 * cache. A policy that knows keys by a sketch has to fill it first: more is asked of it. */
#define MEMORY        0.95 /* what a request counts one round later */
#define MARGIN        0.01 /* misses per request that another one has to save */
#define MARGIN_SKETCH 0.02

struct trial_key {
    uint32_t next;    /* in its chain, or of those that are free */
    uint8_t policies; /* so many know it */
};

struct whet_trials {
    struct whet_policy *caches[WHET_TRIALS_POLICIES];
    double misses[WHET_TRIALS_POLICIES];
    double requests;
    unsigned count;
    uint64_t capacity; /* of the cache that they stand for */
    unsigned shift;    /* the sample: hashes with so many leading zeros */
    uint32_t left;     /* requests of this round */
    uint32_t max, used;
    uint32_t swept;   /* keys from here on may have left the sample */
    uint32_t asked;   /* the key that policies are asked about */
    uint32_t free;    /* the first */
    uint32_t *chains; /* heads, by hash: twice `max` */
    struct trial_key *keys;
    uint64_t *hashes; /* of keys; policies read them, too */
};

/* Other bits than those by which policies spread keys in their sketches. */
static inline uint64_t mix(uint64_t h)
{
    h = (h ^ h >> 32) * 0xd6e8feb86659fd93u;
    h = (h ^ h >> 29) * 0xa0761d6478bd642fu;
    return h ^ h >> 32;
}

static inline int is_sampled(const struct whet_trials *t, uint64_t hash)
{
    return t->shift == 0 || mix(hash) >> (64 - t->shift) == 0;
}

/* ---- Keys ---- */

static uint32_t *chain_of(const struct whet_trials *t, uint64_t hash)
{
    return &t->chains[hash & (2 * t->max - 1)];
}

static uint32_t find(const struct whet_trials *t, uint64_t hash)
{
    uint32_t key = *chain_of(t, hash);

    while (key != NONE && t->hashes[key] != hash)
        key = t->keys[key].next;
    return key;
}

static void chain(struct whet_trials *t, uint32_t key)
{
    uint32_t *head = chain_of(t, t->hashes[key]);

    t->keys[key].next = *head;
    *head = key;
}

static uint32_t take(struct whet_trials *t, uint64_t hash)
{
    uint32_t key = t->free;

    t->free = t->keys[key].next;
    t->hashes[key] = hash;
    t->used++;
    chain(t, key);
    return key;
}

static void release(struct whet_trials *t, uint32_t key)
{
    uint32_t *link = chain_of(t, t->hashes[key]);

    while (*link != key)
        link = &t->keys[*link].next;
    *link = t->keys[key].next;
    t->keys[key] = (struct trial_key){.next = t->free};
    t->free = key;
    t->used--;
}

/* Keys from `from` to the last are free. */
static void free_keys(struct whet_trials *t, uint32_t from)
{
    for (uint32_t key = t->max; key-- > from;) {
        t->keys[key] = (struct trial_key){.next = t->free};
        t->free = key;
    }
}

/* A policy does not know the key any more. */
static void dropped(void *ctx, uint32_t key, int remembered)
{
    struct whet_trials *t = ctx;

    if (!remembered && --t->keys[key].policies == 0 && key != t->asked)
        release(t, key);
}

/* ---- Room ---- */

static uint32_t keys_for(uint32_t id_count)
{
    uint32_t max = KEYS_FIRST;

    while (max < WHET_TRIALS_KEYS && max < id_count / IDS_PER_KEY)
        max *= 2;
    return max;
}

static uint64_t small_capacity(const struct whet_trials *t)
{
    uint64_t small = t->capacity >> t->shift;

    return small != 0 ? small : 1;
}

static void new_round(struct whet_trials *t)
{
    uint64_t small = small_capacity(t);

    t->left = small < ROUND_MIN          ? ROUND_MIN
              : small < WHET_TRIALS_KEYS ? (uint32_t)small
                                         : WHET_TRIALS_KEYS;
}

/* Larger arrays; `max` stays what it was. */
static int resize_arrays(struct whet_trials *t, uint32_t max)
{
    struct trial_key *keys = whet__mem_resize(t->keys, max, sizeof(*keys));
    uint64_t *hashes = whet__mem_resize(t->hashes, max, sizeof(*hashes));
    uint32_t *chains = whet__mem_resize(t->chains, 2 * (size_t)max, sizeof(*chains));

    t->keys = keys != NULL ? keys : t->keys;
    t->hashes = hashes != NULL ? hashes : t->hashes;
    t->chains = chains != NULL ? chains : t->chains;
    for (unsigned i = 0; i < t->count; i++) {
        if (t->caches[i] != NULL)
            t->caches[i]->hashes = t->hashes;
    }
    return keys != NULL && hashes != NULL && chains != NULL ? 0 : -ENOMEM;
}

/* The arrays have room for so many keys, and now they have them. */
static void use_arrays(struct whet_trials *t, uint32_t max)
{
    uint32_t before = t->max;

    t->max = max;
    t->swept = 0;
    memset(t->chains, 0xff, 2 * (size_t)max * sizeof(*t->chains));
    free_keys(t, before);
    for (uint32_t key = 0; key < before; key++) {
        if (t->keys[key].policies != 0)
            chain(t, key);
    }
}

int whet__trials_new(struct whet_trials **out, const struct whet_policy_ops *const *policies,
                     unsigned count, uint32_t id_count, uint64_t capacity)
{
    struct whet_trials *t = whet__mem_zalloc(1, sizeof(*t));
    uint32_t max = keys_for(id_count);
    int rc;

    if (t == NULL)
        return -ENOMEM;
    t->count = count;
    t->capacity = capacity;
    t->free = t->asked = NONE;
    rc = resize_arrays(t, max);
    for (unsigned i = 0; rc == 0 && i < count; i++) {
        rc = whet__policy_new(&t->caches[i], policies[i], max, capacity);
        if (rc != 0)
            break;
        t->caches[i]->ghost_max = 2 * capacity;
        t->caches[i]->hashes = t->hashes;
        t->caches[i]->dropped = dropped;
        t->caches[i]->ctx = t;
    }
    if (rc != 0) {
        whet__trials_free(t);
        return rc;
    }
    use_arrays(t, max);
    new_round(t);
    *out = t;
    return 0;
}

void whet__trials_free(struct whet_trials *t)
{
    if (t == NULL)
        return;
    for (unsigned i = 0; i < t->count; i++)
        whet__policy_free(t->caches[i]);
    whet__mem_free(t->keys);
    whet__mem_free(t->hashes);
    whet__mem_free(t->chains);
    whet__mem_free(t);
}

size_t whet__trials_bytes(const struct whet_policy_ops *const *policies, unsigned count,
                          uint32_t id_count)
{
    uint32_t max = keys_for(id_count);
    size_t bytes = whet__mem_bytes(sizeof(struct whet_trials)) +
                   whet__mem_bytes(max * sizeof(struct trial_key)) +
                   whet__mem_bytes(max * sizeof(uint64_t)) +
                   whet__mem_bytes(2 * (size_t)max * sizeof(uint32_t));

    for (unsigned i = 0; i < count; i++)
        bytes += whet__policy_bytes(policies[i], max);
    return bytes;
}

/* What has grown when something fails later does no harm: ids that are never used. */
int whet__trials_grow(struct whet_trials *t, uint32_t id_count)
{
    uint32_t max = keys_for(id_count);
    int rc = 0;

    if (max <= t->max)
        return 0;
    for (unsigned i = 0; rc == 0 && i < t->count; i++) {
        if (t->caches[i]->id_count < max)
            rc = whet__policy_grow(t->caches[i], max);
    }
    if (rc == 0)
        rc = resize_arrays(t, max);
    if (rc == 0)
        use_arrays(t, max);
    return rc;
}

/* -ENOMEM: some have it and some have not. Less than before never fails. */
static int set_capacity(struct whet_trials *t)
{
    uint64_t small = small_capacity(t);
    int rc = 0;

    for (unsigned i = 0; rc == 0 && i < t->count; i++) {
        rc = whet__policy_resize(t->caches[i], small);
        if (rc == 0)
            t->caches[i]->ghost_max = 2 * small;
    }
    return rc;
}

/* A smaller cache is simulated by about as many entries as the one before: with more keys. */
int whet__trials_resize(struct whet_trials *t, uint64_t capacity)
{
    uint64_t capacity_before = t->capacity;
    uint64_t small_before = small_capacity(t);
    unsigned shift_before = t->shift;
    int rc;

    t->capacity = capacity;
    while (t->shift != 0 && capacity >> (t->shift - 1) <= small_before)
        t->shift--;
    if (t->shift != 0 && t->shift == shift_before && t->used < t->max / 4)
        t->shift--; /* many small steps, too */
    rc = set_capacity(t);
    if (rc == 0)
        return 0;
    t->capacity = capacity_before;
    t->shift = shift_before;
    (void)!set_capacity(t);
    return rc;
}

/* ---- Requests ---- */

/* Of the keys that were not looked at yet, so many: those out of the sample go. */
static void sweep(struct whet_trials *t, uint32_t count)
{
    for (; count != 0 && t->swept < t->max; count--) {
        uint32_t key = t->swept++;

        if (t->keys[key].policies == 0 || is_sampled(t, t->hashes[key]))
            continue;
        t->asked = key;
        for (unsigned i = 0; i < t->count; i++)
            whet__policy_remove(t->caches[i], key);
        release(t, key);
    }
}

static void halve(struct whet_trials *t)
{
    t->shift++;
    t->swept = 0;
    (void)!set_capacity(t); /* less never fails */
}

/* The sample halves while an eighth of the keys is left: before these are used up the sweep
 * has passed. Only of keys that were chosen for their hashes it may have to hurry. */
static void keep_room(struct whet_trials *t)
{
    sweep(t, SWEEP);
    if (t->used >= t->max - t->max / 8 && t->swept == t->max)
        halve(t);
    while (t->used == t->max) {
        sweep(t, t->max);
        if (t->used == t->max)
            halve(t);
    }
}

static void ask(struct whet_trials *t, unsigned i, uint32_t key, uint32_t size)
{
    struct whet_policy *p = t->caches[i];
    int was_known = p->nodes[key].where != WHET_POLICY_NOWHERE;

    if (whet__policy_resident(p, key)) {
        p->ops->hit(p, key);
        return;
    }
    t->misses[i]++;
    p->ops->insert(p, key, size);
    if (!was_known && p->nodes[key].where != WHET_POLICY_NOWHERE)
        t->keys[key].policies++;
}

int whet__trials_use(struct whet_trials *t, uint64_t hash, uint32_t size)
{
    uint32_t key;

    if (!is_sampled(t, hash))
        return 0;
    keep_room(t);
    key = find(t, hash);
    if (key == NONE)
        key = take(t, hash);
    t->asked = key;
    t->requests++;
    for (unsigned i = 0; i < t->count; i++)
        ask(t, i, key, size);
    if (t->keys[key].policies == 0)
        release(t, key);
    if (--t->left != 0)
        return 0;
    new_round(t);
    return 1;
}

/* Misses that a policy would have to save. */
static double margin_of(const struct whet_trials *t, unsigned i)
{
    int has_sketch = (t->caches[i]->ops->flags & WHET_POLICY_HASHES) != 0;

    return t->requests * (has_sketch ? MARGIN_SKETCH : MARGIN);
}

unsigned whet__trials_judge(struct whet_trials *t, unsigned now)
{
    unsigned best = now;

    for (unsigned i = 0; i < t->count; i++) {
        if (t->misses[i] < t->misses[best])
            best = i;
    }
    if (t->misses[best] + margin_of(t, best) > t->misses[now])
        best = now;
    for (unsigned i = 0; i < t->count; i++)
        t->misses[i] *= MEMORY;
    t->requests *= MEMORY;
    return best;
}

double whet__trials_miss_ratio(const struct whet_trials *t, unsigned policy)
{
    return t->requests > 0 ? t->misses[policy] / t->requests : 1;
}

double whet__trials_rate(const struct whet_trials *t)
{
    return 1 / (double)((uint64_t)1 << t->shift);
}
