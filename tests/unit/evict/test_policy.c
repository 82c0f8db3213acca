/* evict/policy.h: against closed forms, against slow versions that cannot be wrong, and
 * what holds of every policy whatever happens to it. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "evict/policy.h"
#include "evict/policy_replay.h"

#define REQUESTS 20000
#define IDS      400

static uint32_t ids[REQUESTS], sizes[REQUESTS], next_use[REQUESTS];

static void find_next(size_t count)
{
    uint32_t last[IDS + 1];

    memset(last, 0xff, sizeof(last));
    for (size_t i = count; i-- > 0;) {
        next_use[i] = last[ids[i]];
        last[ids[i]] = (uint32_t)i;
    }
}

/* Keys of a skewed popularity, with a loop and a scan in between. */
static void make_trace(uint64_t seed, size_t count, uint32_t keys)
{
    struct whet_random r;

    whet__random_init(&r, seed);
    for (size_t i = 0; i < count; i++) {
        uint64_t half = whet__random_below(&r, 1 + whet__random_below(&r, keys));

        ids[i] = (uint32_t)whet__random_below(&r, 1 + half);
        if (i % 1000 > 800)
            ids[i] = (uint32_t)(i % keys);
        sizes[i] = 1 + (uint32_t)whet__random_below(&r, 50);
    }
    find_next(count);
}

static void make_loop(uint32_t keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ids[i] = (uint32_t)(i % keys);
    find_next(count);
}

static struct whet_policy *policy_new(const struct whet_policy_ops *ops, uint64_t capacity)
{
    struct whet_policy *p = NULL;

    assert_int_equal(whet__policy_new(&p, ops, IDS, capacity), 0);
    return p;
}

static uint64_t replay(const char *name, uint64_t capacity, size_t count, const uint32_t *sized)
{
    const struct whet_policy_ops *ops = whet__policy_find(name);
    struct whet_policy *p = policy_new(ops, capacity);
    struct whet_replay r = {.ids = ids, .sizes = sized, .next = next_use};

    if (ops->prepare != NULL)
        assert_int_equal(ops->prepare(p, count), 0);
    while (r.at < count) { /* in parts */
        r.end = r.at + 777 < count ? r.at + 777 : count;
        ops->replay(p, &r);
    }
    assert_true(p->used <= capacity);
    whet__policy_free(p);
    return r.misses;
}

static void table_is_sorted(void **state)
{
    struct whet_error err;

    (void)state;
    assert_true(whet__policy_count() >= 12);
    assert_null(whet__policy_at(whet__policy_count()));
    for (size_t i = 0; i < whet__policy_count(); i++) {
        const struct whet_policy_ops *ops = whet__policy_at(i);

        assert_ptr_equal(whet__policy_find(ops->name), ops);
        if (i != 0)
            assert_true(strcmp(whet__policy_at(i - 1)->name, ops->name) < 0);
    }
    assert_null(whet__policy_need("lur", &err));
    assert_string_equal(err.text, "unknown policy: 'lur': did you mean 'lru'?");
    assert_null(whet__policy_need("xxxxxxxxx", &err));
    assert_string_equal(err.text, "unknown policy: 'xxxxxxxxx': the manual lists them");
}

static void refuses(void **state)
{
    const struct whet_policy_ops *lru = whet__policy_find("lru");
    struct whet_policy *p = NULL;

    (void)state;
    assert_int_equal(whet__policy_new(&p, lru, 1, 0), -EINVAL);
    assert_int_equal(whet__policy_new(&p, lru, UINT32_MAX, 1), -EINVAL);
    assert_null(p);
    p = policy_new(lru, 10);
    assert_int_equal(whet__policy_grow(p, IDS - 1), -EINVAL);
    assert_int_equal(whet__policy_resize(p, 0), -EINVAL);
    whet__policy_remove(p, 3); /* not known: nothing */
    whet__policy_free(p);
    whet__policy_free(NULL);
}

/* A loop over more keys than fit: recency and frequency never hit, the optimum does. */
static void loops_have_closed_forms(void **state)
{
    static const char *const helpless[] = {"fifo", "clock", "lru", "lfu", "arc", "sieve"};

    (void)state;
    make_loop(100, REQUESTS);
    for (size_t i = 0; i < sizeof(helpless) / sizeof(helpless[0]); i++) {
        assert_int_equal(replay(helpless[i], 99, REQUESTS, NULL), REQUESTS);
        assert_int_equal(replay(helpless[i], 100, REQUESTS, NULL), 100);
    }
    /* Of every 99 requests after the first round, 99 - 49 + ... : by its own count, a
     * cache of c keeps c - 1 of n - 1 keys over a round. */
    assert_true(fabs((double)replay("belady", 50, REQUESTS, NULL) / REQUESTS - 50.0 / 99) <
                .004);
    /* LIRS keeps 98 of 100 here: 2 entries pass the others through. */
    assert_true(fabs((double)replay("lirs", 50, REQUESTS, NULL) / REQUESTS - 52.0 / 100) <
                .004);
}

/* ---- Slow versions: a table of what is resident, searched for the worst ---- */

enum slow_kind { SLOW_FIFO, SLOW_LRU, SLOW_LFU, SLOW_BELADY };

struct slow {
    int resident[IDS];
    double rank[IDS]; /* the lowest goes; ties by `since` */
    size_t since[IDS];
};

static void slow_note(struct slow *s, enum slow_kind kind, size_t i, int is_hit)
{
    uint32_t id = ids[i];

    if (kind == SLOW_LRU || (kind == SLOW_FIFO && !is_hit))
        s->rank[id] = (double)i;
    if (kind == SLOW_LFU)
        s->rank[id] = is_hit ? s->rank[id] + 1 : 1;
    if (kind == SLOW_BELADY)
        s->rank[id] = next_use[i] == UINT32_MAX ? -1e18 : -(double)next_use[i];
    s->since[id] = i;
}

static uint64_t slow_replay(enum slow_kind kind, size_t capacity, size_t count)
{
    static struct slow s;
    uint64_t misses = 0;
    size_t used = 0;

    memset(&s, 0, sizeof(s));
    for (size_t i = 0; i < count; i++) {
        int is_hit = s.resident[ids[i]];

        misses += !is_hit;
        if (!is_hit && used == capacity) {
            size_t worst = SIZE_MAX;

            for (size_t k = 0; k < IDS; k++) {
                if (s.resident[k] &&
                    (worst == SIZE_MAX || s.rank[k] < s.rank[worst] ||
                     (s.rank[k] <= s.rank[worst] && s.since[k] < s.since[worst])))
                    worst = k;
            }
            s.resident[worst] = 0;
            used--;
        }
        used += !is_hit;
        s.resident[ids[i]] = 1;
        slow_note(&s, kind, i, is_hit);
    }
    return misses;
}

static void agrees_with_slow_versions(void **state)
{
    static const char *const names[] = {"fifo", "lru", "lfu", "belady"};
    static const size_t capacities[] = {1, 2, 7, 40, 150, 399};

    (void)state;
    make_trace(1, 6000, IDS);
    for (int kind = SLOW_FIFO; kind <= SLOW_BELADY; kind++) {
        for (size_t i = 0; i < sizeof(capacities) / sizeof(capacities[0]); i++)
            assert_int_equal(replay(names[kind], capacities[i], 6000, NULL),
                             slow_replay((enum slow_kind)kind, capacities[i], 6000));
    }
}

/* The fewest misses of all ways to evict, by trying them. */
static unsigned try_all(size_t i, size_t count, unsigned set, unsigned used, unsigned capacity)
{
    unsigned best = UINT32_MAX;
    unsigned bit;

    while (i < count && (set & 1u << ids[i]))
        i++;
    if (i == count)
        return 0;
    bit = 1u << ids[i];
    if (used < capacity)
        return 1 + try_all(i + 1, count, set | bit, used + 1, capacity);
    for (unsigned k = 0; k < 6; k++) {
        unsigned misses;

        if (!(set & 1u << k))
            continue;
        misses = 1 + try_all(i + 1, count, (set & ~(1u << k)) | bit, used, capacity);
        best = misses < best ? misses : best;
    }
    return best;
}

static void belady_is_the_optimum(void **state)
{
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 5);
    for (int round = 0; round < 60; round++) {
        for (size_t i = 0; i < 14; i++)
            ids[i] = (uint32_t)whet__random_below(&r, 6);
        find_next(14);
        for (unsigned capacity = 1; capacity <= 4; capacity++)
            assert_int_equal(replay("belady", capacity, 14, NULL),
                             try_all(0, 14, 0, 0, capacity));
    }
}

/* Misses of this code once it gave the published counts on real traces. */
static void counts_are_pinned(void **state)
{

    static const struct {
        const char *name;
        uint64_t misses[3];
        uint64_t sized_misses;
    } rows[] = {
        {"2q", {14779, 7746, 3094}, 8850},        {"adaptive", {13866, 6439, 2460}, 8330},
        {"arc", {14798, 7977, 3758}, 9019},       {"belady", {11154, 4744, 1755}, 5595},
        {"clock", {15923, 8260, 4020}, 9441},     {"fifo", {16398, 9154, 4001}, 10441},
        {"gdsf", {14765, 6749, 2621}, 3602},      {"lfu", {13751, 6270, 2026}, 7697},
        {"lirs", {14844, 7296, 2478}, 9135},      {"lru", {16109, 8385, 3906}, 9617},
        {"s3fifo", {14016, 7086, 2848}, 8326},    {"sieve", {13970, 6305, 2077}, 7534},
        {"tinylfu", {14013, 6425, 2259}, 7852},   {"tinylfu1", {13879, 6269, 2129}, 7856},
        {"tinylfu10", {13904, 6377, 2251}, 7546},
    };

    (void)state;
    make_trace(2, REQUESTS, IDS);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(replay(rows[i].name, 20, REQUESTS, NULL), rows[i].misses[0]);
        assert_int_equal(replay(rows[i].name, 100, REQUESTS, NULL), rows[i].misses[1]);
        assert_int_equal(replay(rows[i].name, 250, REQUESTS, NULL), rows[i].misses[2]);
        assert_int_equal(replay(rows[i].name, 2000, REQUESTS, sizes), rows[i].sized_misses);
    }
}

/* ---- As a live cache drives it ---- */

/* What the owner believes: 0 free, 1 resident, 2 a ghost. */
struct owner {
    unsigned char held[4 * IDS];
    uint64_t used;
    const struct whet_policy *policy;
    size_t ghosts;
};

static void on_dropped(void *ctx, uint32_t id, int remembered)
{
    struct owner *o = ctx;

    assert_true(o->held[id] == 1 || (o->held[id] == 2 && !remembered));
    if (o->held[id] == 1)
        o->used -= o->policy->nodes[id].size;
    o->ghosts += (size_t)remembered;
    o->held[id] = remembered ? 2 : 0;
}

static void owner_agrees(const struct owner *o, const struct whet_policy *p)
{
    assert_int_equal(o->used, p->used);
    for (uint32_t id = 0; id < p->id_count; id++) {
        assert_int_equal(o->held[id] == 1, whet__policy_resident(p, id));
        assert_int_equal(o->held[id] == 0, p->nodes[id].where == WHET_POLICY_NOWHERE);
    }
}

static void owner_asks(struct owner *o, struct whet_policy *p, uint32_t id, uint32_t size)
{
    if (o->held[id] == 1) {
        p->ops->hit(p, id);
        return;
    }
    p->ops->insert(p, id, size);
    if (whet__policy_resident(p, id)) {
        o->held[id] = 1;
        o->used += size;
    }
    assert_true(p->used <= p->capacity);
}

static void owner_removes(struct owner *o, struct whet_policy *p, uint32_t id)
{
    o->used -= o->held[id] == 1 ? p->nodes[id].size : 0;
    o->held[id] = 0;
    whet__policy_remove(p, id);
}

/* Anything may happen to a live cache: what policy and owner believe stays the same. */
static void live_with(const struct whet_policy_ops *ops, int sized)
{
    struct whet_policy *p = policy_new(ops, sized ? 3000 : 100);
    struct owner o = {.policy = p};
    struct whet_random r;

    whet__random_init(&r, 9);
    p->dropped = on_dropped;
    p->ctx = &o;
    p->ghost_max = sized ? 2000 : 90;
    for (size_t i = 0; i < REQUESTS; i++) {
        uint32_t id = ids[i];

        owner_asks(&o, p, id, sized ? sizes[i] : 1);
        if (i % 11 == 0)
            owner_removes(&o, p, (uint32_t)whet__random_below(&r, p->id_count));
        if (i % 1500 == 700)
            assert_int_equal(whet__policy_resize(p, 1 + whet__random_below(&r, 4000)), 0);
        for (int k = 0; i % 3000 == 2200 && whet__policy_shrink(p, 3); k++)
            assert_true(k < IDS);
        if (i % 6000 == 5000)
            assert_int_equal(whet__policy_grow(p, p->id_count + (uint32_t)(i / 60)), 0);
        if (i % 97 == 0 && p->used <= p->capacity)
            owner_agrees(&o, p);
    }
    assert_int_equal(o.ghosts != 0, (ops->flags & WHET_POLICY_GHOSTS) != 0);
    whet__policy_free(p);
}

static void live_and_owner_agree(void **state)
{
    (void)state;
    make_trace(3, REQUESTS, IDS);
    for (size_t i = 0; i < whet__policy_count(); i++) {
        const struct whet_policy_ops *ops = whet__policy_at(i);

        if (ops->flags & WHET_POLICY_FUTURE)
            continue;
        live_with(ops, 0);
        live_with(ops, 1);
    }
}

/* Both drivers of one implementation count the same. */
static void live_is_replay(void **state)
{
    (void)state;
    make_trace(4, REQUESTS, IDS);
    for (size_t k = 0; k < whet__policy_count(); k++) {
        const struct whet_policy_ops *ops = whet__policy_at(k);
        struct whet_policy *p;
        uint64_t misses = 0;

        if (ops->flags & WHET_POLICY_FUTURE)
            continue;
        p = policy_new(ops, 60);
        for (size_t i = 0; i < REQUESTS; i++) {
            if (whet__policy_resident(p, ids[i])) {
                ops->hit(p, ids[i]);
            } else {
                ops->insert(p, ids[i], 1);
                misses++;
            }
        }
        assert_int_equal(misses, replay(ops->name, 60, REQUESTS, NULL));
        whet__policy_free(p);
    }
}

/* Capacities of next to nothing, and entries that can never fit. */
static void works_when_tiny(void **state)
{
    (void)state;
    make_trace(6, 2000, 50);
    for (size_t k = 0; k < whet__policy_count(); k++) {
        const char *name = whet__policy_at(k)->name;

        for (uint64_t capacity = 1; capacity < 12; capacity++) {
            assert_true(replay(name, capacity, 2000, NULL) <= 2000);
            assert_true(replay(name, capacity, 2000, sizes) <= 2000);
        }
    }
}

static void survives_no_memory(void **state)
{
    (void)state;
    make_trace(7, 3000, 50);
    for (size_t k = 0; k < whet__policy_count(); k++) {
        const struct whet_policy_ops *ops = whet__policy_at(k);

        EACH_ALLOCATION_FAILS
        {
            struct whet_policy *p = NULL;
            int rc = whet__policy_new(&p, ops, IDS, 30);

            if (rc == 0 && ops->prepare != NULL)
                rc = ops->prepare(p, 3000);
            if (rc == 0 && (ops->flags & WHET_POLICY_FUTURE) == 0) {
                owner_asks(&(struct owner){.policy = p}, p, 5, 1);
                rc = whet__policy_grow(p, 2 * IDS);
                assert_true(whet__policy_resident(p, 5));
            }
            if (rc == 0)
                rc = whet__policy_resize(p, 90);
            assert_true(rc == 0 || rc == -ENOMEM);
            whet__policy_free(p);
        }
    }
}

/* All of them, all the time: by other threads, while the policy looks for one to evict. */
static unsigned is_used(void *ctx, uint32_t id)
{
    (void)ctx;
    (void)id;
    return 2;
}

static void evicts_what_is_used_meanwhile(void **state)
{
    (void)state;
    for (size_t k = 0; k < whet__policy_count(); k++) {
        const struct whet_policy_ops *ops = whet__policy_at(k);
        struct whet_policy *p;

        if ((ops->flags & WHET_POLICY_LATER) == 0)
            continue;
        for (uint32_t count = 1; count < 9; count++) {
            p = policy_new(ops, 50);
            p->uses = is_used;
            for (uint32_t id = 0; id < count; id++)
                ops->insert(p, id, 5);
            for (uint32_t id = 0; id < count; id++)
                assert_true(ops->evict(p));
            assert_false(ops->evict(p));
            assert_int_equal(p->used, 0);
            whet__policy_free(p);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_sorted),
        cmocka_unit_test(refuses),
        cmocka_unit_test(loops_have_closed_forms),
        cmocka_unit_test(agrees_with_slow_versions),
        cmocka_unit_test(belady_is_the_optimum),
        cmocka_unit_test(counts_are_pinned),
        cmocka_unit_test(live_and_owner_agree),
        cmocka_unit_test(live_is_replay),
        cmocka_unit_test(works_when_tiny),
        cmocka_unit_test(survives_no_memory),
        cmocka_unit_test(evicts_what_is_used_meanwhile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
