/* What watches accesses: advice on sizes against what is known of a load, traces that the
 * simulator reads, prediction that pays where there is something to predict, and resizing. */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "os/clock.h"
#include "replay/trace.h"
#include "scratch_file.h"

#define MIB ((uint64_t)1 << 20)

/* A get, and a put where it misses. 1: a hit. */
static int use(struct whet_cache *c, unsigned key, size_t len)
{
    static const char value[4096];
    struct whet_cache_value v;
    int hit = whet_cache_get(c, &key, sizeof(key), &v);

    if (hit == 1)
        whet_cache_value_clear(&v);
    else
        assert_int_equal(whet_cache_put(c, &key, sizeof(key), value, len, NULL), 0);
    return hit;
}

/* Round and round over 20,000 keys: LRU has no hit until all have room, and all then. */
static void test_advice(void **state)
{
    struct whet_cache_options o = {.memory_bytes = 4 * MIB,
                                   .packed_bytes = WHET_CACHE_NONE,
                                   .policy = "lru",
                                   .sample_keys = 4000};
    struct whet_cache *c = open_cache(&o);
    struct whet_cache_advice a;
    const unsigned keys = 20000, rounds = 5;

    (void)state;
    assert_int_equal(whet_cache_advise(c, 0.5, &a), -ENODATA);
    assert_int_equal(whet_cache_advise(c, 0, &a), -EINVAL);
    assert_int_equal(whet_cache_advise(c, 1, &a), -EINVAL);
    for (unsigned i = 0; i < keys * rounds; i++)
        (void)use(c, i % keys, 400);
    assert_int_equal(whet_cache_advise(c, 0.5, &a), 0);
    assert_int_equal(a.accesses, keys * rounds);
    assert_true(a.sampled < a.accesses);
    assert_true(fabs(a.cold_ratio - 1.0 / rounds) < 0.01);
    assert_true(a.hit_ratio < 0.01 && a.hit_ratio_half < 0.01 && a.hit_ratio_double < 0.01);
    assert_int_equal(a.reachable, 1);
    /* 400 bytes of value, and what goes with them. */
    assert_true(a.bytes > keys * 450u && a.bytes < keys * 700u);
    assert_int_equal(whet_cache_advise(c, 0.9, &a), 0);
    assert_int_equal(a.reachable, 0); /* the first round misses whatever the size */
    assert_int_equal(a.bytes, 0);
    /* That much is enough, then. */
    assert_int_equal(whet_cache_advise(c, 0.5, &a), 0);
    assert_int_equal(whet_cache_resize(c, WHET_CACHE_MEMORY, a.bytes), 0);
    for (unsigned i = 0; i < keys; i++)
        (void)use(c, i, 400);
    for (unsigned i = 0, hits = 0; i < keys; i++) {
        hits += (unsigned)use(c, i, 400);
        if (i == keys - 1)
            assert_true(hits > keys * 9 / 10);
    }
    whet_cache_free(c);

    o.sample_keys = UINT32_MAX;
    c = open_cache(&o);
    assert_int_equal(whet_cache_advise(c, 0.5, &a), -ENODATA);
    whet_cache_free(c);
}

static void load_trace(struct whet_trace *t, const char *path)
{
    struct whet_error err;

    if (whet__trace_load(t, path, NULL, &err) != 0)
        fail_msg("%s", err.text);
}

static void test_trace(void **state)
{
    struct whet_cache *c = open_cache(NULL);
    struct whet_trace t;
    struct scratch s;
    char path[600], note[200];

    (void)state;
    scratch_init(&s);
    snprintf(path, sizeof(path), "%s/trace.csv", whet__text_str(&s.folder));
    assert_int_equal(whet_cache_trace(c, path, 0, 1), -EINVAL);
    assert_int_equal(whet_cache_trace(c, path, 1.1, 1), -EINVAL);
    assert_int_equal(whet_cache_trace(c, path, 1, 0), -EINVAL);
    assert_int_equal(whet_cache_trace(c, "/nowhere/at/all", 1, 1), -ENOENT);
    assert_int_equal(whet_cache_trace(c, NULL, 0, 0), 0);

    assert_int_equal(whet_cache_trace(c, path, 1, 1000000), 0);
    for (unsigned i = 0; i < 9000; i++)
        (void)use(c, i % 3000, 100 + i % 3000);
    assert_int_equal(whet_cache_trace(c, NULL, 0, 0), 0);
    assert_null(whet_cache_note(c, note, sizeof(note)));
    (void)use(c, 1, 1); /* not in it */
    load_trace(&t, path);
    assert_int_equal(t.count, 9000);
    assert_int_equal(t.unique, 3000);
    for (unsigned i = 0; i < 9000; i++) {
        assert_int_equal(t.ids[i], i % 3000);
        assert_true(t.sizes[i] > 100 + i % 3000 && t.sizes[i] < 400 + i % 3000);
    }
    whet__trace_clear(&t);

    /* A part of the keys, all accesses of each. */
    assert_int_equal(whet_cache_trace(c, path, 0.25, 1000000), 0);
    for (unsigned i = 0; i < 9000; i++)
        (void)use(c, i % 3000, 100);
    assert_int_equal(whet_cache_trace(c, NULL, 0, 0), 0);
    load_trace(&t, path);
    assert_true(t.unique > 600 && t.unique < 900); /* 750, +-24 */
    assert_int_equal(t.count, 3 * t.unique);
    whet__trace_clear(&t);

    /* Full: what is not in it is said. */
    assert_int_equal(whet_cache_trace(c, path, 1, 100), 0);
    for (unsigned i = 0; i < 150; i++)
        (void)use(c, i, 100);
    assert_string_equal(whet_cache_note(c, note, sizeof(note)),
                        "the trace of accesses is full: 50 are not in it");
    assert_int_equal(whet_cache_trace(c, NULL, 0, 0), 0);
    load_trace(&t, path);
    assert_int_equal(t.count, 100);
    whet__trace_clear(&t);

    /* Anew in the file that is being written: from its beginning. */
    assert_int_equal(whet_cache_trace(c, path, 1, 1000), 0);
    for (unsigned i = 0; i < 150; i++)
        (void)use(c, i, 100);
    assert_int_equal(whet_cache_trace(c, path, 1, 1000), 0);
    for (unsigned i = 0; i < 50; i++)
        (void)use(c, i, 100);
    assert_int_equal(whet_cache_trace(c, NULL, 0, 0), 0);
    load_trace(&t, path);
    assert_int_equal(t.count, 50);
    whet__trace_clear(&t);

    assert_int_equal(whet_cache_trace(c, path, 1, 100), 0);
    whet_cache_free(c); /* ends it as well */
    scratch_clear(&s);
}

/* What nobody puts is asked for all the same: more of it than waits for a put. */
static void test_trace_misses(void **state)
{
    struct whet_cache *c = open_cache(NULL);
    struct whet_trace t;
    struct scratch s;
    char path[600];

    (void)state;
    scratch_init(&s);
    snprintf(path, sizeof(path), "%s/trace.csv", whet__text_str(&s.folder));
    assert_int_equal(whet_cache_trace(c, path, 1, 10000), 0);
    for (unsigned i = 0; i < 3000; i++) {
        struct whet_cache_value v;
        unsigned key = 1000000 + i % 1500;

        assert_int_equal(whet_cache_get(c, &key, sizeof(key), &v), 0);
    }
    assert_int_equal(whet_cache_trace(c, NULL, 0, 0), 0);
    load_trace(&t, path);
    assert_int_equal(t.count, 3000);
    assert_int_equal(t.unique, 1500);
    whet__trace_clear(&t);
    whet_cache_free(c);
    scratch_clear(&s);
}

/* A disk that takes no more is told when it ends, and by what would be the next. */
static void test_trace_fails(void **state)
{
    struct rlimit old, small;
    struct whet_cache *c = open_cache(NULL);
    struct scratch s;
    char path[600], note[200];

    (void)state;
    scratch_init(&s);
    snprintf(path, sizeof(path), "%s/trace.csv", whet__text_str(&s.folder));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 1000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(whet_cache_trace(c, path, 1, 1000000), 0);
        for (unsigned i = 0; i < 9000; i++)
            (void)use(c, i % 3000, 100);
        assert_non_null(whet_cache_note(c, note, sizeof(note)));
        assert_int_equal(whet_cache_trace(c, again ? path : NULL, 1, 1), -EFBIG);
        assert_int_equal(whet_cache_trace(c, NULL, 0, 0), 0);
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_DFL);
    whet_cache_free(c);
    scratch_clear(&s);
}

/* Nobody has to wait for who reads a pipe. */
static void test_trace_elsewhere(void **state)
{
    struct whet_cache *c = open_cache(NULL);
    struct scratch s;
    char path[600];
    int fd;

    (void)state;
    scratch_init(&s);
    snprintf(path, sizeof(path), "%s/pipe", whet__text_str(&s.folder));
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(whet_cache_trace(c, path, 1, 1), -ENXIO);
    fd = open(path, O_RDONLY | O_NONBLOCK);
    assert_true(fd >= 0);
    assert_int_equal(whet_cache_trace(c, path, 1, 1), -EINVAL);
    close(fd);
    assert_int_equal(whet_cache_trace(c, "/dev/null", 1, 1), -EINVAL);
    assert_int_equal(whet_cache_trace(c, whet__text_str(&s.folder), 1, 1), -EISDIR);
    whet_cache_free(c);
    scratch_clear(&s);
}

/* Until the other thread has fetched the key, or for so long that it will not: what it has
 * fetched once and nobody asked for is not fetched again. */
static void wait_for(struct whet_cache *c, unsigned key, int *patience)
{
    struct whet_cache_why why;

    for (int i = 0; i < 50 && *patience > 0; i++, --*patience) {
        assert_int_equal(whet_cache_explain(c, &key, sizeof(key), &why), 0);
        if (why.level == WHET_CACHE_MEMORY)
            return;
        whet__clock_sleep_ns(1000000);
    }
}

/* Keys on disk in order, or in any order, with room for few in memory. */
static struct whet_cache_stats predict(int in_order)
{
    struct whet_cache_options o = {.memory_bytes = MIB / 4,
                                   .packed_bytes = WHET_CACHE_NONE,
                                   .disk_bytes = 32 * MIB,
                                   .flags = WHET_CACHE_PREDICT,
                                   .policy = "lru"};
    struct whet_cache_stats s;
    struct whet_cache *c;
    struct whet_random r;
    struct scratch f;
    int patience = 20000;

    scratch_init(&f);
    o.path = f.path;
    c = open_cache(&o);
    whet__random_init(&r, 1);
    for (unsigned i = 0; i < 1500; i++)
        (void)use(c, i, 1000);
    whet_cache_sync(c);
    for (unsigned i = 0; i < 6000; i++) {
        unsigned key = in_order ? i % 1500 : (unsigned)whet__random_below(&r, 1500);

        assert_int_equal(use(c, key, 1000), 1);
        if (in_order && i >= 4500 && i % 2 == 0)
            wait_for(c, (i + 1) % 1500, &patience);
    }
    whet_cache_stats_read(c, &s);
    whet_cache_free(c);
    scratch_clear(&f);
    return s;
}

static void test_prediction(void **state)
{
    struct whet_cache_stats order = predict(1), random = predict(0);

    (void)state;
    print_message("# in order: %lu fetched, %lu asked for; at random: %lu, %lu\n",
                  (unsigned long)order.predicted, (unsigned long)order.predicted_hits,
                  (unsigned long)random.predicted, (unsigned long)random.predicted_hits);
    assert_true(order.predicted_hits > 1000);
    assert_true(order.predicted_hits * 10 > order.predicted * 9);
    assert_true(random.predicted < 60);
}

static void test_resize(void **state)
{
    struct whet_cache_options o = {.memory_bytes = 4 * MIB, .packed_bytes = WHET_CACHE_NONE};
    struct whet_cache *c = open_cache(&o);
    struct whet_cache_stats s;

    (void)state;
    assert_int_equal(whet_cache_resize(c, WHET_CACHE_PACKED, MIB), -EINVAL);
    assert_int_equal(whet_cache_resize(c, WHET_CACHE_DISK, MIB), -EINVAL);
    assert_int_equal(whet_cache_resize(c, WHET_CACHE_REMOTE, MIB), -EINVAL);
    assert_int_equal(whet_cache_resize(c, WHET_CACHE_MEMORY, 1), -EINVAL);
    for (unsigned i = 0; i < 20000; i++)
        (void)use(c, i, 200);
    assert_int_equal(whet_cache_resize(c, WHET_CACHE_MEMORY, MIB), 0);
    for (unsigned i = 0; i < 200000; i++) { /* reads alone are enough */
        size_t len;

        assert_true(whet_cache_read(c, &i, sizeof(i), NULL, 0, &len) >= 0);
        whet_cache_stats_read(c, &s);
        if (s.levels[WHET_CACHE_MEMORY].bytes <= MIB)
            break;
    }
    assert_true(s.levels[WHET_CACHE_MEMORY].bytes <= MIB);
    assert_true(s.levels[WHET_CACHE_MEMORY].entries > 1000);
    assert_int_equal(whet_cache_resize(c, WHET_CACHE_MEMORY, 16 * MIB), 0);
    for (unsigned i = 0; i < 20000; i++)
        (void)use(c, i, 200);
    whet_cache_stats_read(c, &s);
    assert_int_equal(s.levels[WHET_CACHE_MEMORY].entries, 20000);
    whet_cache_free(c);
}

static void test_warm(void **state)
{
    struct whet_cache_options o = {
        .memory_bytes = MIB, .packed_bytes = WHET_CACHE_NONE, .disk_bytes = 32 * MIB};
    struct whet_cache_key key;
    struct whet_cache_stats s;
    struct whet_cache *c;
    struct scratch f;
    unsigned number = 7;

    (void)state;
    scratch_init(&f);
    o.path = f.path;
    c = open_cache(&o);
    for (unsigned i = 0; i < 3000; i++)
        (void)use(c, i, 1000);
    whet_cache_free(c);
    c = open_cache(&o);
    key = (struct whet_cache_key){&number, sizeof(number)};
    assert_int_equal(whet_cache_warm(c, &key, 1), 1);
    assert_int_equal(whet_cache_warm(c, &key, 1), 1);
    number = 9999;
    assert_int_equal(whet_cache_warm(c, &key, 1), 0);
    whet_cache_stats_read(c, &s);
    assert_int_equal(s.levels[WHET_CACHE_MEMORY].entries, 1);
    assert_int_equal(s.gets, 0);
    assert_int_equal(whet_cache_warm_hot(c, 100), 100);
    assert_true(whet_cache_warm_hot(c, 100000) > 500); /* what memory takes */
    whet_cache_stats_read(c, &s);
    assert_true(s.levels[WHET_CACHE_MEMORY].bytes <= MIB);
    assert_true(s.levels[WHET_CACHE_MEMORY].evictions < 20);
    whet_cache_free(c);
    scratch_clear(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_advice),          cmocka_unit_test(test_trace),
        cmocka_unit_test(test_trace_misses),    cmocka_unit_test(test_trace_fails),
        cmocka_unit_test(test_trace_elsewhere), cmocka_unit_test(test_prediction),
        cmocka_unit_test(test_resize),          cmocka_unit_test(test_warm),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
