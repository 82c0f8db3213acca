/* W-TinyLFU: newcomers live in a small LRU window; whoever leaves it has to have been used
 * more often than what the main part would evict for it. How often is estimated for all
 * keys, resident or not, by a sketch of 4-bit counters that are halved now and then. Main
 * is a segmented LRU: a probation of a fifth, and what was used there is protected.
 *
 * The window is 1 % or 10 % of the cache, or moves by hill climbing: it goes on in a
 * direction while the hit rate rises, in steps that wear off.
 *
 * Source   Einziger, Friedman, Manes, "TinyLFU: a highly efficient cache admission
 *          policy", ACM ToS 13(4), 2017; Einziger, Eytan, Friedman, Manes, "Adaptive software
 *          cache management", Middleware 2018. */
#include "evict/policy_list.h"
#include "evict/policy_replay.h"

#include <errno.h>

#include "base/mem.h"

enum { WINDOW, PROBATION, PROTECTED };

#define SAMPLE_FACTOR 10 /* sketch and climber look at so many requests per entry */
#define STEP_FIRST    0.0625
#define STEP_DECAY    0.98
#define STEP_RESTART  0.05 /* a change of the hit rate that makes steps large again */
#define ROW_SEEDS                                                                              \
    {                                                                                          \
        0xc3a5c85c97cb3127u, 0xb492b66fbe98f273u, 0x9ae16a3b2f90404fu, 0xcbf29ce484222325u     \
    }

struct tinylfu {
    struct whet_policy base;
    uint64_t *sketch; /* words of 16 counters: four for each row */
    unsigned sketch_shift;
    uint64_t counted, sample; /* counts since the last halving, and how many make one */
    uint64_t window_max, probation_max, protected_max;
    double step; /* of the window, with its direction */
    double rate_before;
    uint64_t hits, requests; /* since the last step */
};

static struct tinylfu *tinylfu_of(struct whet_policy *p)
{
    return (struct tinylfu *)p;
}

static inline uint64_t hash_of(const struct whet_policy *p, uint32_t id)
{
    uint64_t h = p->hashes != NULL ? p->hashes[id] : id;

    h = (h ^ h >> 32) * 0x9e3779b97f4a7c15u;
    return h ^ h >> 29;
}

/* The word and the bit of a key's counter in a row. */
static inline uint64_t *counter_of(const struct tinylfu *t, uint64_t hash, unsigned row,
                                   unsigned *bit)
{
    static const uint64_t seeds[4] = ROW_SEEDS;
    uint64_t h = hash * seeds[row];

    *bit = (row * 4 + (unsigned)(h & 3)) * 4;
    return &t->sketch[h >> t->sketch_shift];
}

static unsigned estimate(const struct whet_policy *p, uint32_t id)
{
    const struct tinylfu *t = (const struct tinylfu *)p;
    uint64_t hash = hash_of(p, id);
    unsigned lowest = 15;

    for (unsigned row = 0; row < 4; row++) {
        unsigned bit;
        const uint64_t *word = counter_of(t, hash, row, &bit);
        unsigned count = (unsigned)(*word >> bit & 15);

        if (count < lowest)
            lowest = count;
    }
    return lowest;
}

static void halve(struct tinylfu *t)
{
    size_t words = (size_t)1 << (64 - t->sketch_shift);

    for (size_t i = 0; i < words; i++)
        t->sketch[i] = t->sketch[i] >> 1 & 0x7777777777777777u;
    t->counted /= 2;
}

static inline void count_use(struct whet_policy *p, uint32_t id)
{
    struct tinylfu *t = tinylfu_of(p);
    uint64_t hash = hash_of(p, id);
    int added = 0;

    for (unsigned row = 0; row < 4; row++) {
        unsigned bit;
        uint64_t *word = counter_of(t, hash, row, &bit);

        if ((*word >> bit & 15) != 15) {
            *word += (uint64_t)1 << bit;
            added = 1;
        }
    }
    t->counted += (uint64_t)added;
    if (t->counted >= t->sample)
        halve(t);
}

/* What the window grows by, the protected part loses; probation keeps its share. */
static void set_window(struct whet_policy *p, uint64_t window_max)
{
    struct tinylfu *t = tinylfu_of(p);
    uint64_t main_max;

    t->window_max = window_max != 0 ? window_max : 1;
    main_max = p->capacity - t->window_max;
    t->protected_max = main_max > t->probation_max ? main_max - t->probation_max : 0;
}

/* The sketch has a word for each entry that there can be. */
static unsigned sketch_bits(uint64_t entries)
{
    unsigned bits = 4;

    while (bits < 31 && (uint64_t)1 << bits < entries)
        bits++;
    return bits;
}

static size_t bytes(uint32_t id_count)
{
    return whet__mem_bytes(((size_t)1 << sketch_bits(id_count)) * sizeof(uint64_t));
}

/* A sketch for so many entries: 1 if it is a new one. One that is too large does no harm and
 * keeps what it knows, so that less never fails. */
static int fit_sketch(struct tinylfu *t, uint64_t entries)
{
    unsigned bits = sketch_bits(entries);
    int is_new = t->sketch == NULL || bits > 64 - t->sketch_shift;
    uint64_t *sketch;

    if (is_new) {
        sketch = whet__mem_zalloc((size_t)1 << bits, sizeof(*sketch));
        if (sketch == NULL)
            return -ENOMEM;
        whet__mem_free(t->sketch);
        t->sketch = sketch;
        t->sketch_shift = 64 - bits;
        t->counted = 0;
    }
    t->sample = SAMPLE_FACTOR * (entries != 0 ? entries : 1);
    return is_new;
}

/* The same sketch for a little more or less: what was learned stays. */
static void rescale(struct whet_policy *p, uint64_t probation_max)
{
    struct tinylfu *t = tinylfu_of(p);
    uint64_t before = t->window_max + t->probation_max + t->protected_max;
    double ratio = (double)p->capacity / (double)(before != 0 ? before : 1);
    double window = (double)t->window_max * ratio;

    t->step *= ratio;
    t->probation_max = probation_max;
    set_window(p, window < (double)p->capacity ? (uint64_t)window : p->capacity);
}

static int grow(struct whet_policy *p, uint32_t id_count)
{
    int rc = fit_sketch(tinylfu_of(p), p->capacity < id_count ? p->capacity : id_count);

    return rc < 0 ? rc : 0;
}

static int resize(struct whet_policy *p)
{
    struct tinylfu *t = tinylfu_of(p);
    uint64_t entries = p->capacity < p->id_count ? p->capacity : p->id_count;
    uint64_t percent = p->ops->value != 0 ? (uint64_t)p->ops->value : 1;
    uint64_t window = p->capacity / 100 * percent + p->capacity % 100 * percent / 100;
    int is_new = fit_sketch(t, entries);

    if (is_new < 0)
        return is_new;
    if (!is_new) {
        rescale(p, (p->capacity - window) / 5);
        return 0;
    }
    t->step = STEP_FIRST * (double)p->capacity;
    t->probation_max = (p->capacity - window) / 5;
    set_window(p, window);
    return 0;
}

static void clear(struct whet_policy *p)
{
    whet__mem_free(tinylfu_of(p)->sketch);
}

static void move(struct whet_policy *p, uint32_t id, unsigned from, unsigned to)
{
    whet__policy_pull(p, &p->lists[from], id);
    whet__policy_push(p, &p->lists[to], id);
}

static void demote(struct whet_policy *p)
{
    while (p->lists[PROTECTED].size > tinylfu_of(p)->protected_max)
        move(p, whet__policy_list_last(p, &p->lists[PROTECTED]), PROTECTED, PROBATION);
}

/* The window takes from main what main would evict next, or gives its oldest to main. */
static void fit_window(struct whet_policy *p)
{
    const struct tinylfu *t = tinylfu_of(p);
    struct whet_policy_list *lists = p->lists;

    demote(p);
    while (lists[WINDOW].size > t->window_max)
        move(p, whet__policy_list_last(p, &lists[WINDOW]), WINDOW, PROBATION);
    while (!whet__policy_list_empty(p, &lists[PROBATION])) {
        uint32_t id = whet__policy_list_last(p, &lists[PROBATION]);

        if (lists[WINDOW].size + p->nodes[id].size > t->window_max)
            break;
        move(p, id, PROBATION, WINDOW);
    }
}

static void climb(struct whet_policy *p)
{
    struct tinylfu *t = tinylfu_of(p);
    double rate = (double)t->hits / (double)t->requests;
    double change = rate - t->rate_before;
    double step = change >= 0 ? t->step : -t->step;
    double max = (double)p->capacity * 0.8;
    double window = (double)t->window_max + step;

    t->rate_before = rate;
    t->hits = t->requests = 0;
    if (change >= STEP_RESTART || change <= -STEP_RESTART)
        t->step = (step < 0 ? -STEP_FIRST : STEP_FIRST) * (double)p->capacity;
    else
        t->step = STEP_DECAY * step;
    if (window > max)
        window = max;
    set_window(p, window < 1 ? 1 : (uint64_t)window);
    fit_window(p);
}

static inline void note(struct whet_policy *p, uint32_t id, int is_hit)
{
    struct tinylfu *t = tinylfu_of(p);

    count_use(p, id);
    if (p->ops->value != 0)
        return;
    t->hits += (uint64_t)is_hit;
    if (++t->requests >= t->sample)
        climb(p);
}

static inline void hit(struct whet_policy *p, uint32_t id)
{
    unsigned where = p->nodes[id].where;

    if (where == p->lists[PROBATION].where) {
        move(p, id, PROBATION, PROTECTED);
        demote(p);
    } else {
        whet__policy_renew(p, &p->lists[where - 1], id);
    }
    note(p, id, 1);
}

static void take_out(struct whet_policy *p, uint32_t id)
{
    whet__policy_pull(p, &p->lists[p->nodes[id].where - 1], id);
    p->used -= p->nodes[id].size;
}

static int drop_last(struct whet_policy *p, unsigned list)
{
    uint32_t id;

    if (whet__policy_list_empty(p, &p->lists[list]))
        return 0;
    id = whet__policy_list_last(p, &p->lists[list]);
    take_out(p, id);
    whet__policy_forget(p, id);
    return 1;
}

static int evict(struct whet_policy *p)
{
    return drop_last(p, PROBATION) || drop_last(p, PROTECTED) || drop_last(p, WINDOW);
}

/* The window's oldest against what main would evict: the loser goes. */
static void contest(struct whet_policy *p)
{
    struct whet_policy_list *lists = p->lists;
    unsigned from = whet__policy_list_empty(p, &lists[PROBATION]) ? PROTECTED : PROBATION;
    uint32_t candidate = whet__policy_list_last(p, &lists[WINDOW]);

    if (whet__policy_list_empty(p, &lists[WINDOW]) || whet__policy_list_empty(p, &lists[from]))
        evict(p);
    else if (estimate(p, candidate) > estimate(p, whet__policy_list_last(p, &lists[from])))
        drop_last(p, from);
    else
        drop_last(p, WINDOW);
}

static void insert(struct whet_policy *p, uint32_t id, uint32_t size)
{
    const struct tinylfu *t = tinylfu_of(p);
    struct whet_policy_list *window = &p->lists[WINDOW];

    note(p, id, 0);
    if (size > p->capacity)
        return;
    while (p->used + size > p->capacity) {
        if (window->size + size > t->window_max)
            contest(p);
        else
            evict(p);
    }
    while (window->size + size > t->window_max && !whet__policy_list_empty(p, window))
        move(p, whet__policy_list_last(p, window), WINDOW, PROBATION);
    whet__policy_enter(p, window, id, size);
}

static void adopt(struct whet_policy *p, uint32_t id, uint32_t size, unsigned uses)
{
    whet__policy_enter(p, &p->lists[uses != 0 ? PROTECTED : PROBATION], id, size);
    for (unsigned i = 0; i <= uses; i++)
        count_use(p, id);
    demote(p);
}

static void replay(struct whet_policy *p, struct whet_replay *r)
{
    whet__policy_replay_with(p, r, hit, insert);
}

#define TINYLFU                                                                                \
    .flags = WHET_POLICY_HASHES, .grow = grow, .state_size = sizeof(struct tinylfu),           \
    .clear = clear, .bytes = bytes, .resize = resize, .hit = hit, .insert = insert,            \
    .adopt = adopt, .remove = take_out, .evict = evict, .replay = replay

const struct whet_policy_ops whet__policy_tinylfu = {
    .name = "tinylfu",
    .title = "W-TinyLFU",
    .summary = "newcomers used less often than residents; its window adapts",
    .value = 0,
    TINYLFU,
};

const struct whet_policy_ops whet__policy_tinylfu1 = {
    .name = "tinylfu1",
    .title = "W-TinyLFU 1%",
    .summary = "the same with a window of 1%",
    .value = 1,
    TINYLFU,
};

const struct whet_policy_ops whet__policy_tinylfu10 = {
    .name = "tinylfu10",
    .title = "W-TinyLFU 10%",
    .summary = "the same with a window of 10%",
    .value = 10,
    TINYLFU,
};
