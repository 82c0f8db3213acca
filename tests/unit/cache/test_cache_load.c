/* whet_cache_load: one computes, others wait or are served stale; early refreshes come as often
 * as the formula says. */
#include "../harness.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/random.h"
#include "cache/engine.h"
#include "scratch_file.h"

#define THREADS 8
#define HOUR    UINT64_C(3600000000000)

struct maker {
    struct whet_cache *cache;
    atomic_int calls;
    atomic_int named; /* calls that have said what they are made of */
    atomic_int gate;  /* 0: make returns only when somebody sets it */
    int answer;
    int tagged;
    const char *path; /* of a file that it is made of; NULL: none */
};

static int make(void *ctx, struct whet_cache_draft *draft)
{
    struct maker *m = ctx;
    int call = atomic_fetch_add(&m->calls, 1);
    int rc = 0;

    if (m->tagged)
        rc = whet_inputs_tag(whet_cache_draft_inputs(draft), "tag");
    if (rc == 0 && m->path != NULL)
        rc = whet_inputs_file(whet_cache_draft_inputs(draft), m->path);
    atomic_fetch_add(&m->named, 1);
    while (atomic_load(&m->gate) == 0)
        whet__clock_sleep_ns(200000);
    if (m->answer != 0)
        return m->answer;
    if (rc == 0)
        rc = whet_cache_draft_set(draft, "first", 5);
    return rc == 0 ? whet_cache_draft_set(draft, &call, sizeof(call)) : rc;
}

/* The number of the call that made it, or a negative answer. */
static int load(struct maker *m, const char *key, unsigned *flags)
{
    struct whet_cache_value v;
    int rc = whet_cache_load(m->cache, key, strlen(key), make, m, NULL, &v);
    int call;

    if (rc != 0)
        return rc;
    assert_int_equal(v.len, sizeof(call));
    memcpy(&call, v.data, sizeof(call));
    if (flags != NULL)
        *flags = v.flags;
    whet_cache_value_clear(&v);
    return call;
}

static void test_contract(void **state)
{
    struct whet_cache *c = open_cache(NULL);
    struct maker m = {.cache = c, .gate = 1};
    struct whet_cache_put bad = {.flags = WHET_CACHE_NO_VALUE};
    struct whet_cache_stats s;
    struct whet_cache_value v;

    (void)state;
    assert_int_equal(whet_cache_load(c, "", 0, make, &m, NULL, &v), -EINVAL);
    assert_int_equal(whet_cache_load(c, "k", 1, NULL, &m, NULL, &v), -EINVAL);
    assert_int_equal(whet_cache_load(c, "k", 1, make, &m, &bad, &v), -EINVAL);
    assert_int_equal(load(&m, "a", NULL), 0);
    assert_int_equal(load(&m, "a", NULL), 0);
    assert_int_equal(load(&m, "b", NULL), 1);
    m.answer = -EIO;
    assert_int_equal(load(&m, "c", NULL), -EIO);
    assert_int_equal(load(&m, "c", NULL), -EIO); /* not kept */
    m.answer = -EBUSY;
    assert_int_equal(load(&m, "c", NULL), -EBUSY);
    m.answer = 5;
    assert_int_equal(load(&m, "c", NULL), -EINVAL);
    m.answer = -ENOENT;
    assert_int_equal(load(&m, "c", NULL), -ENOENT);
    assert_int_equal(load(&m, "c", NULL), -ENOENT);
    assert_int_equal(atomic_load(&m.calls), 8);
    whet_cache_stats_read(c, &s);
    assert_int_equal(s.loads, 8);
    assert_int_equal(s.load_errors, 4);
    assert_int_equal(s.gets, 9);
    assert_int_equal(s.hits, 1);
    assert_true(s.saved_ns > 0 && s.saved_ns <= s.load_ns);
    assert_int_equal(s.saved_ns, s.levels[WHET_CACHE_MEMORY].saved_ns);
    whet_cache_free(c);
}

static int make_nothing(void *ctx, struct whet_cache_draft *draft)
{
    (void)ctx, (void)draft;
    return 0;
}

static int make_itself(void *ctx, struct whet_cache_draft *draft)
{
    struct whet_cache_value v;
    int rc = whet_cache_load(ctx, "self", 4, make_itself, ctx, NULL, &v);

    assert_int_equal(rc, -EDEADLK);
    assert_int_equal(whet_cache_get(ctx, "self", 4, &v), 0);
    return whet_cache_draft_set(draft, "v", 1);
}

static void test_odd_makers(void **state)
{
    struct whet_cache *c = open_cache(NULL);
    struct whet_cache_value v;

    (void)state;
    assert_int_equal(whet_cache_load(c, "k", 1, make_nothing, NULL, NULL, &v), -EINVAL);
    assert_int_equal(whet_cache_load(c, "self", 4, make_itself, c, NULL, &v), 0);
    whet_cache_value_clear(&v);
    whet_cache_free(c);
}

static void test_negative(void **state)
{
    struct whet_cache_options o = {.negative_ttl_ns = HOUR};
    struct maker m = {.cache = open_cache(&o), .gate = 1, .answer = -ENOENT};

    (void)state;
    assert_int_equal(load(&m, "a", NULL), -ENOENT);
    assert_int_equal(load(&m, "a", NULL), -ENOENT);
    assert_int_equal(atomic_load(&m.calls), 1);
    whet_cache_free(m.cache);
}

/* The life of values says nothing of how long "there is none" is kept. */
static void test_negative_life(void **state)
{
    struct whet_cache *c = open_cache(NULL);
    struct whet_cache_put how = {.ttl_ns = HOUR};
    struct maker m = {.cache = c, .gate = 1, .answer = -ENOENT};
    struct whet_cache_value v;

    (void)state;
    assert_int_equal(whet_cache_load(c, "a", 1, make, &m, &how, &v), -ENOENT);
    assert_int_equal(whet_cache_get(c, "a", 1, &v), 0);
    whet_cache_free(c);
}

static void test_tag(void **state)
{
    struct maker m = {.cache = open_cache(NULL), .gate = 1, .tagged = 1};

    (void)state;
    assert_int_equal(load(&m, "a", NULL), 0);
    assert_int_equal(load(&m, "a", NULL), 0);
    assert_int_equal(whet_cache_invalidate_tag(m.cache, "tag"), 0);
    assert_int_equal(load(&m, "a", NULL), 1);
    whet_cache_free(m.cache);
}

static int make_and_invalidate(void *ctx, struct whet_cache_draft *draft)
{
    assert_int_equal(whet_cache_invalidate(ctx, "k", 1), 0);
    return whet_cache_draft_set(draft, "old", 3);
}

/* A value that was overtaken while it was made is answered, and not kept. */
static void test_overtaken(void **state)
{
    struct whet_cache *c = open_cache(NULL);
    struct whet_cache_value v;

    (void)state;
    assert_int_equal(whet_cache_load(c, "k", 1, make_and_invalidate, c, NULL, &v), 0);
    assert_memory_equal(v.data, "old", 3);
    whet_cache_value_clear(&v);
    assert_int_equal(whet_cache_get(c, "k", 1, &v), 0);
    whet_cache_free(c);
}

static void *load_one(void *arg)
{
    return (void *)(intptr_t)load(arg, "key", NULL);
}

static void test_one_computes(void **state)
{
    struct maker m = {.cache = open_cache(NULL)};
    struct whet_cache_stats s;
    pthread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, load_one, &m), 0);
    do { /* until all have missed */
        whet__clock_sleep_ns(1000000);
        whet_cache_stats_read(m.cache, &s);
    } while (s.gets < THREADS);
    atomic_store(&m.gate, 1);
    for (int i = 0; i < THREADS; i++) {
        void *call;

        pthread_join(threads[i], &call);
        assert_null(call);
    }
    assert_int_equal(atomic_load(&m.calls), 1);
    whet_cache_stats_read(m.cache, &s);
    assert_int_equal(s.loads, 1);
    assert_true(s.waits < THREADS);
    whet_cache_free(m.cache);
}

static void wait_for_gets(struct whet_cache *c, uint64_t gets)
{
    struct whet_cache_stats s;

    do {
        whet__clock_sleep_ns(1000000);
        whet_cache_stats_read(c, &s);
    } while (s.gets < gets);
    whet__clock_sleep_ns(5000000); /* they wait by now, mostly */
}

enum change { CHANGE_KEY, CHANGE_TAG, CHANGE_FILE, CHANGES };

static void apply(struct whet_cache *c, enum change change, const char *path)
{
    if (change == CHANGE_KEY)
        assert_int_equal(whet_cache_invalidate(c, "key", 3), 0);
    else if (change == CHANGE_TAG)
        assert_int_equal(whet_cache_invalidate_tag(c, "tag"), 0);
    else
        assert_int_equal(whet__file_write(path, "another", 7, 0), 0);
}

/* One who asks after a change is not answered with what was begun before it. */
static void test_begun_before(void **state)
{
    struct scratch s;
    char path[600];

    (void)state;
    scratch_init(&s);
    snprintf(path, sizeof(path), "%s/input", whet__text_str(&s.folder));
    for (enum change change = 0; change < CHANGES; change++) {
        struct maker m = {.cache = open_cache(NULL), .tagged = 1, .path = path};
        pthread_t before, after;
        void *call;

        assert_int_equal(whet__file_write(path, "one", 3, 0), 0);
        assert_int_equal(pthread_create(&before, NULL, load_one, &m), 0);
        while (atomic_load(&m.named) != 1)
            whet__clock_sleep_ns(1000000);
        apply(m.cache, change, path);
        assert_int_equal(pthread_create(&after, NULL, load_one, &m), 0);
        wait_for_gets(m.cache, 2);
        atomic_store(&m.gate, 1);
        pthread_join(before, &call);
        assert_int_equal((intptr_t)call, 0);
        pthread_join(after, &call);
        assert_int_equal((intptr_t)call, 1);
        assert_int_equal(load(&m, "key", NULL), 1);
        whet_cache_free(m.cache);
    }
    scratch_clear(&s);
}

/* Returns how many gets there were until then. */
static uint64_t wait_for_end(struct whet_cache *c)
{
    struct whet_cache_stats s;
    struct whet_cache_value v;

    while (whet_cache_get(c, "key", 3, &v) == 1) {
        whet_cache_value_clear(&v);
        whet__clock_sleep_ns(1000000);
    }
    whet_cache_stats_read(c, &s);
    return s.gets;
}

/* Stale is what has ended, not what is untrue. */
static void test_stale_untrue(void **state)
{
    struct whet_cache_options o = {.ttl_ns = 1, .stale_ns = HOUR};
    struct maker m = {.cache = open_cache(&o), .gate = 1, .tagged = 1};
    struct whet_cache_stats s;
    pthread_t one, two;
    uint64_t gets;
    void *call;

    (void)state;
    assert_int_equal(load(&m, "key", NULL), 0);
    gets = wait_for_end(m.cache);
    assert_int_equal(whet_cache_invalidate_tag(m.cache, "tag"), 0);
    atomic_store(&m.gate, 0);
    assert_int_equal(pthread_create(&one, NULL, load_one, &m), 0);
    while (atomic_load(&m.calls) != 2)
        whet__clock_sleep_ns(1000000);
    assert_int_equal(pthread_create(&two, NULL, load_one, &m), 0);
    wait_for_gets(m.cache, gets + 2);
    atomic_store(&m.gate, 1);
    pthread_join(one, &call);
    assert_int_equal((intptr_t)call, 1);
    pthread_join(two, &call);
    assert_int_equal((intptr_t)call, 1);
    whet_cache_stats_read(m.cache, &s);
    assert_int_equal(s.stale, 0);
    whet_cache_free(m.cache);
}

/* What is kept packed is served as it was put. */
static void test_stale_packed(void **state)
{
    struct whet_cache_options o = {
        .memory_bytes = WHET_CACHE_NONE, .packed_bytes = 4 << 20, .stale_ns = HOUR};
    struct maker m = {.cache = open_cache(&o)};
    struct whet_cache_put soon = {.ttl_ns = 1};
    struct whet_cache_value v;
    char value[4096];
    pthread_t thread;
    void *call;

    (void)state;
    memset(value, 'o', sizeof(value));
    assert_int_equal(whet_cache_put(m.cache, "key", 3, value, sizeof(value), &soon), 0);
    (void)wait_for_end(m.cache);
    assert_int_equal(pthread_create(&thread, NULL, load_one, &m), 0);
    while (atomic_load(&m.calls) != 1)
        whet__clock_sleep_ns(1000000);
    assert_int_equal(whet_cache_load(m.cache, "key", 3, make, &m, NULL, &v), 0);
    assert_int_equal(v.flags, WHET_CACHE_STALE);
    assert_int_equal(v.len, sizeof(value));
    assert_memory_equal(v.data, value, sizeof(value));
    whet_cache_value_clear(&v);
    atomic_store(&m.gate, 1);
    pthread_join(thread, &call);
    assert_int_equal((intptr_t)call, 0);
    whet_cache_free(m.cache);
}

static void test_stale(void **state)
{
    struct whet_cache_options o = {.ttl_ns = 1, .stale_ns = HOUR};
    struct maker m = {.cache = open_cache(&o), .gate = 1};
    struct whet_cache_stats s;
    struct whet_cache_value v;
    pthread_t thread;
    unsigned flags = 0;
    void *call;

    (void)state;
    assert_int_equal(load(&m, "key", NULL), 0);
    while (whet_cache_get(m.cache, "key", 3, &v) == 1) {
        whet_cache_value_clear(&v);
        whet__clock_sleep_ns(1000000);
    }
    atomic_store(&m.gate, 0);
    assert_int_equal(pthread_create(&thread, NULL, load_one, &m), 0);
    while (atomic_load(&m.calls) != 2)
        whet__clock_sleep_ns(1000000);
    assert_int_equal(load(&m, "key", &flags), 0); /* the old one, meanwhile */
    assert_int_equal(flags, WHET_CACHE_STALE);
    assert_int_equal(whet_cache_invalidate(m.cache, "key", 3), 0);
    atomic_store(&m.gate, 1);
    pthread_join(thread, &call);
    assert_int_equal((intptr_t)call, 1);
    whet_cache_stats_read(m.cache, &s);
    assert_int_equal(s.stale, 1);
    whet_cache_free(m.cache);
}

static void test_early_formula(void **state)
{
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 1);
    for (int left = 0; left <= 4; left++) {
        const int draws = 100000;
        double expected = exp(-left / 2.0), sigma;
        int due = 0;

        for (int i = 0; i < draws; i++)
            due += whet__early_due((uint64_t)left * 1000, 1000, 2, 1 - whet__random_ratio(&r));
        sigma = sqrt(expected * (1 - expected) * draws);
        assert_true(fabs(due - expected * draws) <= 5 * sigma);
    }
    assert_true(whet__early_due(0, 1, 1, 1));
}

static void test_early(void **state)
{
    struct whet_cache_options o = {.ttl_ns = HOUR, .early_refresh = 1};
    struct maker m = {.cache = open_cache(&o), .gate = 1};
    struct whet_cache_put how = {.cost_ns = 1000 * HOUR};
    struct whet_cache_stats s;
    int old = -1;

    (void)state;
    /* It cost far more than is left: nearly every load computes it anew. */
    for (int i = 0; i < 100; i++) {
        assert_int_equal(whet_cache_put(m.cache, "dear", 4, &old, sizeof(old), &how), 0);
        (void)load(&m, "dear", NULL);
    }
    whet_cache_stats_read(m.cache, &s);
    assert_true(s.early > 90); /* each with 1 - 1/1000 */
    assert_int_equal(s.early, s.loads);
    /* It cost nearly nothing: none does. */
    for (int i = 0; i < 100; i++)
        (void)load(&m, "cheap", NULL);
    assert_int_equal(atomic_load(&m.calls), (int)s.loads + 1);
    whet_cache_free(m.cache);
}

static void test_without_memory(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_cache_options o = {
            .bytes = 16 << 20, .negative_ttl_ns = HOUR, .sample_keys = 100};
        struct maker m = {.gate = 1, .tagged = 1};
        int rc = whet_cache_new(&m.cache, &o, NULL);

        if (rc == 0) {
            rc = load(&m, "a", NULL);
            assert_true(rc >= 0 || rc == -ENOMEM);
            m.answer = -ENOENT;
            rc = load(&m, "b", NULL);
            assert_true(rc == -ENOENT || rc == -ENOMEM);
            whet_cache_free(m.cache);
        }
    }
}

static int make_old(void *ctx, struct whet_cache_draft *draft)
{
    /* Another puts what he knows while this one still computes. */
    if (whet_cache_put(ctx, "key", 3, "new", 3, NULL) != 0)
        return -EIO;
    return whet_cache_draft_set(draft, "old", 3);
}

static void what_was_put_meanwhile_stays(void **state)
{
    struct whet_cache_value value;
    struct whet_cache *c;

    (void)state;
    assert_int_equal(whet_cache_new(&c, NULL, NULL), 0);
    assert_int_equal(whet_cache_load(c, "key", 3, make_old, c, NULL, &value), 0);
    assert_memory_equal(value.data, "old", 3);
    whet_cache_value_clear(&value);
    assert_int_equal(whet_cache_get(c, "key", 3, &value), 1);
    assert_memory_equal(value.data, "new", 3);
    whet_cache_value_clear(&value);
    whet_cache_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_meanwhile_stays),
        cmocka_unit_test(test_contract),
        cmocka_unit_test(test_odd_makers),
        cmocka_unit_test(test_negative),
        cmocka_unit_test(test_tag),
        cmocka_unit_test(test_overtaken),
        cmocka_unit_test(test_one_computes),
        cmocka_unit_test(test_stale),
        cmocka_unit_test(test_early_formula),
        cmocka_unit_test(test_early),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_negative_life),
        cmocka_unit_test(test_begun_before),
        cmocka_unit_test(test_stale_untrue),
        cmocka_unit_test(test_stale_packed),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
