/* cache/memory/memory.h: its contract, and that a live level decides as the simulator says. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "evict/policy_replay.h"
#include "made_entries.h"
#include "replay/simulate.h"

/* What `left` was told. */
struct told {
    uint64_t count[WHET_CACHE_REMOVED + 1];
    uint64_t last_key;
};

static void on_left(void *ctx, struct whet_entry *e, enum whet_cache_reason reason)
{
    struct told *t = ctx;

    t->count[reason]++;
    memcpy(&t->last_key, whet__entry_key(e), sizeof(t->last_key));
    assert_true(is_as_made(e));
    whet__entry_drop(e);
}

static struct whet_memory *memory_new(const char *policy, uint64_t bytes, struct told *told)
{
    struct whet_memory_options o = {.policy = whet__policy_find(policy),
                                    .bytes = bytes,
                                    .shards = 1,
                                    .left = told != NULL ? on_left : NULL,
                                    .ctx = told};
    struct whet_memory *m = NULL;

    assert_int_equal(whet__memory_new(&m, &o), 0);
    return m;
}

static void refuses(void **state)
{
    struct whet_memory_options o = {
        .policy = whet__policy_find("lru"), .bytes = 2000, .shards = 1};
    struct whet_memory *m = NULL;

    (void)state;
    assert_int_equal(whet__memory_new(&m, &o), -EINVAL);
    assert_null(m);
    o.bytes = 1 << 20;
    o.shards = 1024; /* 1 KiB for each */
    assert_int_equal(whet__memory_new(&m, &o), -EINVAL);
    o.shards = 3; /* 4 */
    assert_int_equal(whet__memory_new(&m, &o), 0);
    assert_int_equal(whet__memory_resize(m, 3000), -EINVAL);
    assert_true(stats_of(m).capacity_bytes <= 1 << 20);
    assert_true(stats_of(m).capacity_bytes > (1 << 20) - 64);
    whet__memory_free(m);
    whet__memory_free(NULL);
}

static void gets_what_was_put(void **state)
{
    struct told told = {{0}, 0};
    struct whet_memory *m = memory_new("s3fifo", 1 << 20, &told);
    uint64_t key = 5;
    struct whet_ask ask = ask_for(&key);
    unsigned char out[100];
    struct whet_entry *e;
    size_t len = 99;
    int sure = -1;

    (void)state;
    assert_null(whet__memory_get(m, &ask, &sure));
    assert_int_equal(sure, -1);
    assert_int_equal(whet__memory_read(m, &ask, out, sizeof(out), &len), 0);
    assert_int_equal(len, 99);
    assert_true(put_new(m, key, 50));
    e = whet__memory_get(m, &ask, &sure);
    assert_non_null(e);
    assert_int_equal(sure, 1);
    assert_int_equal(e->value_len, 50);
    assert_true(is_as_made(e));
    assert_int_equal(whet__memory_read(m, &ask, out, 10, &len), 1);
    assert_int_equal(len, 50);
    assert_int_equal(out[9], made_byte(5, 50));
    assert_int_equal(whet__memory_read(m, &ask, NULL, 0, &len), 1);

    assert_true(put_new(m, key, 50)); /* in its place */
    assert_true(put_new(m, key, 70));
    assert_int_equal(told.count[WHET_CACHE_REPLACED], 2);
    assert_int_equal(whet__memory_read(m, &ask, out, sizeof(out), &len), 1);
    assert_int_equal(len, 70);
    assert_true(is_as_made(e)); /* held */
    whet__entry_drop(e);
    assert_int_equal(stats_of(m).entries, 1);
    assert_int_equal(stats_of(m).hits, 4);
    assert_int_equal(stats_of(m).misses, 1);

    assert_int_equal(whet__memory_remove(m, &ask, WHET_CACHE_REMOVED, NULL), 1);
    assert_int_equal(whet__memory_remove(m, &ask, WHET_CACHE_REMOVED, NULL), 0);
    assert_int_equal(told.count[WHET_CACHE_REMOVED], 1);
    assert_true(put_new(m, key, 1));
    assert_int_equal(whet__memory_remove(m, &ask, WHET_CACHE_INVALIDATED, &e), 1);
    whet__entry_drop(e);
    assert_int_equal(told.count[WHET_CACHE_INVALIDATED], 0); /* it went to the caller */
    assert_int_equal(stats_of(m).invalidations, 1);
    assert_int_equal(stats_of(m).entries, 0);
    whet__memory_free(m);
}

/* What is not sure is asked about: counted once the answer is there. */
static void asks_when_unsure(void **state)
{
    struct told told = {{0}, 0};
    struct whet_memory *m = memory_new("lru", 1 << 20, &told);
    uint64_t key = 9;
    struct whet_ask ask = ask_for(&key);
    struct whet_entry *e = make_entry(key, 20);
    struct whet_entry *got;
    size_t len;
    int sure;

    (void)state;
    e->end_ns = 1000;
    e->idle_ns = 100;
    atomic_store(&e->used_ns, 500);
    assert_int_equal(whet__memory_put(m, e), 1);
    ask.now_ns = 599;
    assert_int_equal(whet__memory_read(m, &ask, NULL, 0, &len), 1); /* used at 599 */
    ask.now_ns = 690;
    got = whet__memory_get(m, &ask, &sure);
    assert_ptr_equal(got, e);
    assert_int_equal(sure, 1);
    whet__entry_drop(got);
    ask.changes++;
    assert_int_equal(whet__memory_read(m, &ask, NULL, 0, &len), 0);
    got = whet__memory_get(m, &ask, &sure);
    assert_int_equal(sure, 0);
    assert_int_equal(stats_of(m).hits, 2);
    whet__memory_confirm(m, &ask, got);
    assert_int_equal(stats_of(m).hits, 3);
    whet__entry_drop(got);

    ask.changes--;
    ask.now_ns = 1000;
    got = whet__memory_get(m, &ask, &sure);
    assert_int_equal(sure, 0);
    whet__memory_refuse(m, &ask, got, WHET_CACHE_EXPIRED, 1);
    assert_int_equal(stats_of(m).entries, 1);
    assert_int_equal(stats_of(m).expirations, 0);
    whet__memory_refuse(m, &ask, got, WHET_CACHE_EXPIRED, 0);
    assert_int_equal(told.count[WHET_CACHE_EXPIRED], 1);
    assert_int_equal(stats_of(m).expirations, 1);
    assert_int_equal(stats_of(m).misses, 2);
    assert_true(put_new(m, key, 20)); /* another one: not what is refused */
    whet__memory_refuse(m, &ask, got, WHET_CACHE_EXPIRED, 0);
    assert_int_equal(stats_of(m).entries, 1);
    whet__entry_drop(got);
    got = whet__memory_peek(m, &ask);
    assert_non_null(got);
    assert_int_equal(stats_of(m).hits, 3);
    whet__entry_drop(got);
    whet__entry_drop(e);
    whet__memory_free(m);
}

static void too_large_is_not_in(void **state)
{
    struct told told = {{0}, 0};
    struct whet_memory *m = memory_new("arc", 1 << 16, &told);
    uint64_t key = 1;
    struct whet_ask ask = ask_for(&key);

    (void)state;
    assert_true(put_new(m, key, 100));
    assert_false(put_new(m, key, 1 << 16));
    assert_null(whet__memory_peek(m, &ask)); /* what was there is gone */
    assert_int_equal(told.count[WHET_CACHE_REPLACED], 1);
    assert_int_equal(stats_of(m).entries, 0);
    whet__memory_free(m);
}

/* ---- The simulator's decisions ---- */

#define UNIT       256 /* bytes of an entry: a power of two, so that no sum is rounded */
#define UNIT_VALUE 128
#define REQUESTS   30000
#define KEYS       500
#define SLOTS      2000

static uint32_t trace_ids[REQUESTS];

static void make_trace(uint64_t seed)
{
    struct whet_random r;

    whet__random_init(&r, seed);
    for (size_t i = 0; i < REQUESTS; i++) {
        uint64_t half = whet__random_below(&r, 1 + whet__random_below(&r, KEYS));

        trace_ids[i] = (uint32_t)whet__random_below(&r, 1 + half);
        if (i % 3000 > 2500)
            trace_ids[i] = (uint32_t)(i % KEYS);
    }
}

/* A level that holds `capacity` entries of one unit, exactly. */
static struct whet_memory *unit_memory(const struct whet_policy_ops *ops, uint64_t capacity,
                                       uint32_t slots)
{
    struct whet_memory_options o = {
        .policy = ops, .bytes = 1 << 30, .shards = 1, .entries = slots};
    struct whet_memory *m;

    /* Once more, as a large one has more of its own. */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(whet__memory_new(&m, &o), 0);
        o.bytes = stats_of(m).bytes + capacity * UNIT;
        whet__memory_free(m);
    }
    if (whet__memory_new(&m, &o) != 0)
        return NULL;
    return m;
}

/* Sizes of some policies have a floor in entries, which bytes do not know. */
static uint64_t live_misses(const struct whet_policy_ops *ops, const uint32_t *ids,
                            size_t count, uint64_t capacity, uint32_t slots)
{
    struct whet_memory *m = unit_memory(ops, capacity, slots);
    struct whet_cache_level_stats stats;

    assert_non_null(m);
    for (size_t i = 0; i < count; i++) {
        uint64_t key = ids[i];
        struct whet_ask ask = ask_for(&key);
        int sure;
        struct whet_entry *e = whet__memory_get(m, &ask, &sure);

        if (e == NULL)
            assert_true(put_new(m, key, UNIT_VALUE));
        whet__entry_drop(e);
    }
    stats = stats_of(m);
    assert_int_equal(stats.hits + stats.misses, count);
    assert_int_equal(stats.misses - stats.evictions, stats.entries);
    assert_true(stats.bytes <= stats.capacity_bytes);
    whet__memory_free(m);
    return stats.misses;
}

/* The simulator's LIRS remembers everything, a live one as many as it holds. */
static uint64_t misses_with_ghosts(const struct whet_policy_ops *ops, uint64_t capacity)
{
    struct whet_replay r = {.ids = trace_ids, .end = REQUESTS};
    struct whet_policy *p;

    assert_int_equal(whet__policy_new(&p, ops, KEYS, capacity), 0);
    p->ghost_max = capacity;
    ops->replay(p, &r);
    whet__policy_free(p);
    return r.misses;
}

static void agrees_with_the_simulator(void **state)
{
    struct whet_trace t = {.ids = trace_ids, .count = REQUESTS, .unique = KEYS};

    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        make_trace(seed);
        for (size_t i = 0; i < whet__policy_count(); i++) {
            const struct whet_policy_ops *ops = whet__policy_at(i);
            struct whet_simulation sim;
            uint64_t live;
            double off;

            if (ops->flags & WHET_POLICY_FUTURE)
                continue;
            assert_int_equal(whet__simulate(&sim, &t, ops, 200, NULL), 0);
            if (strcmp(ops->name, "lirs") == 0)
                sim.misses = misses_with_ghosts(ops, 200);
            live = live_misses(ops, trace_ids, REQUESTS, 200,
                               (ops->flags & (WHET_POLICY_HASHES | WHET_POLICY_GHOSTS)) ==
                                       WHET_POLICY_HASHES
                                   ? 201
                                   : SLOTS);
            off = ((double)live - (double)sim.misses) / REQUESTS;
            /* Where keys are hashed, other hashes are another run of luck; more so where a
             * sample of them is looked at. */
            if (ops->flags & WHET_POLICY_HASHES
                    ? fabs(off) > (ops->flags & WHET_POLICY_PARTED ? .03 : .01)
                    : live != sim.misses)
                fail_msg("%s: %llu live, %llu simulated", ops->name, (unsigned long long)live,
                         (unsigned long long)sim.misses);
        }
    }
}

/* ---- Everything at random, against a table that cannot be wrong ---- */

#define ORACLE_KEYS 3000

static void random_steps(const char *policy, uint64_t bytes)
{
    static size_t lens[ORACLE_KEYS]; /* + 1; 0: not put, or gone */
    struct told told = {{0}, 0};
    struct whet_memory *m = memory_new(policy, bytes, &told);
    struct whet_random r;
    uint64_t in = 0, removed = 0;

    memset(lens, 0, sizeof(lens));
    whet__random_init(&r, 3);
    for (int i = 0; i < 40000; i++) {
        uint64_t key = whet__random_below(&r, 1 + whet__random_below(&r, ORACLE_KEYS));
        struct whet_ask ask = ask_for(&key);
        size_t len = (size_t)whet__random_below(&r, i % 5000 < 2500 ? 60 : 900);
        struct whet_entry *e;
        int sure;

        if (i % 7 == 0) {
            removed += (uint64_t)whet__memory_remove(m, &ask, WHET_CACHE_REMOVED, NULL);
            lens[key] = 0;
            continue;
        }
        e = whet__memory_get(m, &ask, &sure);
        assert_true(e == NULL || (is_as_made(e) && e->value_len + 1 == lens[key]));
        whet__entry_drop(e);
        if (e != NULL && i % 3 != 0)
            continue;
        lens[key] = 0;
        if (put_new(m, key, len)) {
            in++;
            lens[key] = len + 1;
        }
        assert_true(stats_of(m).bytes <= stats_of(m).capacity_bytes);
    }
    assert_int_equal(told.count[WHET_CACHE_REMOVED], removed);
    assert_int_equal(stats_of(m).entries, in - removed - told.count[WHET_CACHE_EVICTED] -
                                              told.count[WHET_CACHE_REPLACED]);
    assert_int_equal(stats_of(m).evictions, told.count[WHET_CACHE_EVICTED]);
    whet__memory_free(m);
}

static void survives_random_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < whet__policy_count(); i++) {
        if (whet__policy_at(i)->flags & WHET_POLICY_FUTURE)
            continue;
        random_steps(whet__policy_at(i)->name, 20000);
        random_steps(whet__policy_at(i)->name, 300000);
    }
}

/* ---- Pins ---- */

static uint64_t pinned_bytes(struct whet_memory *m)
{
    struct whet_memory_sums sums;

    whet__memory_sums(m, &sums);
    return sums.pinned_bytes;
}

static void put_pinned(struct whet_memory *m, uint64_t key, size_t len)
{
    struct whet_entry *e = make_entry(key, len);

    e->flags |= WHET_ENTRY_PINNED;
    assert_int_equal(whet__memory_put(m, e), 1);
    whet__entry_drop(e);
}

static size_t bytes_with(size_t len)
{
    struct whet_entry *e = make_entry(0, len);
    size_t bytes;

    assert_non_null(e);
    bytes = whet__entry_bytes(e);
    whet__entry_drop(e);
    return bytes;
}

static void pinned_stay(void **state)
{
    const size_t each = bytes_with(500), less = each - bytes_with(400);

    (void)state;
    for (size_t i = 0; i < whet__policy_count(); i++) {
        struct whet_memory *m;
        unsigned pinned;

        if (whet__policy_at(i)->flags & WHET_POLICY_FUTURE)
            continue;
        m = memory_new(whet__policy_at(i)->name, 100000, NULL);
        for (uint64_t key = 0; key < 200; key++)
            put_pinned(m, key, 500); /* half of these find room */
        pinned = (unsigned)(pinned_bytes(m) / each);
        assert_true(pinned > 60 && pinned < 80);
        for (uint64_t key = 1000; key < 5000; key++)
            assert_true(put_new(m, key, 200));
        assert_int_equal(count_there(m, 0, pinned), pinned);
        put_pinned(m, 0, 500); /* the same again, and another size */
        put_pinned(m, 1, 400);
        assert_int_equal(pinned_bytes(m), pinned * each - less);
        assert_true(put_new(m, 0, 500)); /* no longer */
        assert_int_equal(pinned_bytes(m), (pinned - 1) * each - less);

        assert_int_equal(whet__memory_resize(m, 40000), 0);
        for (uint64_t key = 1000; key < 9000; key++)
            (void)put_new(m, key, 200);
        assert_true(pinned_bytes(m) <= 20000);
        assert_true(pinned_bytes(m) > 15000);
        assert_true(stats_of(m).bytes <= stats_of(m).capacity_bytes);
        whet__memory_free(m);
    }
}

/* ---- Size ---- */

static void resizes_bit_by_bit(void **state)
{
    (void)state;
    for (size_t i = 0; i < whet__policy_count(); i++) {
        struct told told = {{0}, 0};
        struct whet_memory *m;
        uint64_t before, calls = 0;

        if (whet__policy_at(i)->flags & WHET_POLICY_FUTURE)
            continue;
        m = memory_new(whet__policy_at(i)->name, 8 << 20, &told);
        for (uint64_t key = 0; key < 40000; key++)
            assert_true(put_new(m, key, 100));
        before = stats_of(m).entries;
        assert_true(before > 15000);
        assert_int_equal(whet__memory_resize(m, 1 << 20), 0);
        assert_int_equal(stats_of(m).entries, before);
        for (uint64_t key = 1 << 20; stats_of(m).bytes > 1 << 20; key++) {
            uint64_t evicted = told.count[WHET_CACHE_EVICTED];

            assert_true(put_new(m, key, 100));
            assert_true(told.count[WHET_CACHE_EVICTED] < evicted + 100);
            assert_true(++calls < 3000);
        }
        assert_true(calls > 300);
        assert_true(stats_of(m).entries > 1500); /* the tables have become smaller, too */
        if (strcmp(whet__policy_at(i)->name, "lru") == 0)
            assert_int_equal(count_there(m, (1 << 20) + calls - 99, (1 << 20) + calls), 99);
        assert_int_equal(whet__memory_resize(m, 8 << 20), 0);
        for (uint64_t key = 0; key < 40000; key++)
            assert_true(put_new(m, key, 100));
        if (stats_of(m).entries < before - before / 20)
            fail_msg("%s: %llu entries, %llu before", whet__policy_at(i)->name,
                     (unsigned long long)stats_of(m).entries, (unsigned long long)before);
        whet__memory_free(m);
    }
}

/* No allocation that fails breaks anything: without larger tables entries have to go. */
static void lives_without_memory(void **state)
{
    static const char *const names[] = {"s3fifo", "tinylfu", "lirs"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        EACH_ALLOCATION_FAILS
        {
            struct whet_memory_options o = {
                .policy = whet__policy_find(names[i]), .bytes = 200000, .shards = 2};
            struct whet_memory *m = NULL;
            int rc = whet__memory_new(&m, &o);

            assert_true(rc == 0 || rc == -ENOMEM);
            for (uint64_t key = 0; rc == 0 && key < 300; key++) {
                (void)put_new(m, key, 100);
                assert_true(stats_of(m).bytes <= stats_of(m).capacity_bytes);
            }
            if (rc == 0)
                assert_int_equal(count_there(m, 0, 300), stats_of(m).entries);
            if (rc == 0)
                assert_int_equal(whet__memory_resize(m, 30000), 0);
            for (uint64_t key = 0; rc == 0 && key < 300; key++)
                (void)put_new(m, key, 100);
            whet__memory_free(m);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses),
        cmocka_unit_test(gets_what_was_put),
        cmocka_unit_test(asks_when_unsure),
        cmocka_unit_test(too_large_is_not_in),
        cmocka_unit_test(agrees_with_the_simulator),
        cmocka_unit_test(survives_random_steps),
        cmocka_unit_test(pinned_stay),
        cmocka_unit_test(resizes_bit_by_bit),
        cmocka_unit_test(lives_without_memory),
    };

    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
