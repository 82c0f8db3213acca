/* Who has asked is told of each entry that leaves memory: once, with the right reason, and
 * outside all locks. */
#include "../harness.h"

#include <errno.h>
#include <stdlib.h>

#include "base/random.h"
#include "os/clock.h"
#include "scratch_file.h"

#define KEYS  500u
#define STEPS 20000
#define KIB   ((uint64_t)1 << 10)

struct watcher {
    struct whet_cache *cache;
    int live[KEYS]; /* entries of each key that have not left */
    uint64_t left[WHET_CACHE_REMOVED + 1];
    uint64_t packed; /* told without a value */
    unsigned last;   /* key, and ... */
    uint64_t during; /* ... calls during the present one */
};

static void told(void *ctx, const struct whet_cache_left *entry)
{
    struct watcher *w = ctx;
    unsigned key;
    size_t len;

    assert_int_equal(entry->key_len, sizeof(key));
    memcpy(&key, entry->key, sizeof(key));
    assert_true(key < KEYS);
    w->live[key]--;
    w->left[entry->reason]++;
    w->packed += entry->value == NULL;
    w->last = key;
    w->during++;
    if (entry->value != NULL && entry->len >= sizeof(key))
        assert_memory_equal(entry->value, &key, sizeof(key));
    /* No lock is held: the cache can be used. */
    assert_true(whet_cache_read(w->cache, &key, sizeof(key), NULL, 0, &len) >= 0);
}

static void put(struct watcher *w, unsigned key, size_t len, uint64_t ttl_ns)
{
    struct whet_cache_put how = {.ttl_ns = ttl_ns};
    unsigned value[256];

    for (unsigned i = 0; i < 256; i++)
        value[i] = key;
    w->live[key]++;
    assert_int_equal(whet_cache_put(w->cache, &key, sizeof(key), value, len, &how), 0);
}

static void test_reasons(void **state)
{
    struct watcher w = {0};
    struct whet_cache_options o = {.left = told, .ctx = &w};
    struct whet_cache_value v;
    unsigned key = 1;

    (void)state;
    w.cache = open_cache(&o);
    put(&w, 1, 100, 0);
    assert_int_equal(w.during, 0);
    put(&w, 1, 100, 0);
    assert_int_equal(w.left[WHET_CACHE_REPLACED], 1);
    assert_int_equal(whet_cache_remove(w.cache, &key, sizeof(key)), 0);
    assert_int_equal(w.left[WHET_CACHE_REMOVED], 1);
    put(&w, 1, 100, 0);
    assert_int_equal(whet_cache_invalidate(w.cache, &key, sizeof(key)), 0);
    assert_int_equal(w.left[WHET_CACHE_INVALIDATED], 1);
    put(&w, 1, 100, 0);
    assert_int_equal(whet_cache_invalidate_all(w.cache), 0);
    assert_int_equal(whet_cache_get(w.cache, &key, sizeof(key), &v), 0);
    assert_int_equal(w.left[WHET_CACHE_INVALIDATED], 2);
    put(&w, 1, 100, 1);
    while (whet_cache_get(w.cache, &key, sizeof(key), &v) == 1) {
        whet_cache_value_clear(&v);
        whet__clock_sleep_ns(1000000);
    }
    assert_int_equal(w.left[WHET_CACHE_EXPIRED], 1);
    assert_int_equal(w.during, 5);
    put(&w, 1, 100, 0);
    whet_cache_free(w.cache); /* nobody is told of what was there to the end */
    assert_int_equal(w.during, 5);
}

static void balance(const struct whet_cache_options *options)
{
    struct whet_cache_options o = *options;
    struct whet_cache_stats s;
    struct whet_random r;
    struct watcher w = {0};
    uint64_t puts = 0, gone = 0;

    o.left = told;
    o.ctx = &w;
    o.policy = "lru";
    w.cache = open_cache(&o);
    whet__random_init(&r, 3);
    for (unsigned i = 0; i < STEPS; i++) {
        unsigned key = (unsigned)whet__random_below(&r, KEYS);

        if (whet__random_below(&r, 20) == 0)
            assert_int_equal(whet_cache_remove(w.cache, &key, sizeof(key)), 0);
        else
            put(&w, key, 4 + whet__random_below(&r, 1000), 0), puts++;
    }
    whet_cache_stats_read(w.cache, &s);
    for (unsigned i = 0; i <= WHET_CACHE_REMOVED; i++)
        gone += w.left[i];
    assert_int_equal(puts, gone + s.levels[WHET_CACHE_MEMORY].entries +
                               s.levels[WHET_CACHE_PACKED].entries);
    for (unsigned key = 0; key < KEYS; key++) {
        struct whet_cache_why why;

        assert_int_equal(whet_cache_explain(w.cache, &key, sizeof(key), &why), 0);
        assert_int_equal(w.live[key], why.verdict == WHET_CACHE_IS_HIT);
    }
    if (o.packed_bytes != WHET_CACHE_NONE)
        assert_true(w.packed > 0);
    assert_true(w.left[WHET_CACHE_EVICTED] > 0);
    assert_true(w.left[WHET_CACHE_REPLACED] > 0);
    assert_true(w.left[WHET_CACHE_REMOVED] > 0);
    whet_cache_free(w.cache);
}

static void test_each_once(void **state)
{
    (void)state;
    balance(&(struct whet_cache_options){.memory_bytes = 128 * KIB,
                                         .packed_bytes = WHET_CACHE_NONE});
    balance(&(struct whet_cache_options){
        .memory_bytes = 64 * KIB, .packed_bytes = 32 * KIB, .shards = 2});
    balance(&(struct whet_cache_options){.memory_bytes = WHET_CACHE_NONE,
                                         .packed_bytes = 32 * KIB});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_each_once),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
