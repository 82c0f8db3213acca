/* Many threads on one cache, while it is resized, invalidated and watched: a get that begins
 * after a put or a removal has returned never finds what was there before. */
#include "../harness.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/random.h"
#include "cache/engine.h"
#include "data/store.h"
#include "scratch_file.h"

#define WRITERS 2
#define READERS 2
#define KEYS    400u /* each writer has every other one */
#define STEPS   6000
#define KIB     ((uint64_t)1 << 10)

struct world {
    struct whet_cache *cache;
    atomic_ullong least[KEYS]; /* no number below this may be found any more */
    atomic_int writing;
    atomic_ullong hits;
};

struct part {
    struct world *world;
    unsigned number;
    pthread_t thread;
};

static size_t fill(unsigned char *out, unsigned key, uint64_t number)
{
    size_t len = 16 + (key * 7919 + number * 104729) % 900;
    struct whet_random r;

    whet__random_init(&r, key);
    for (size_t i = 0; i < len; i++)
        out[i] = key % 2 ? (unsigned char)whet__random_next(&r) : (unsigned char)number;
    memcpy(out, &number, sizeof(number));
    memcpy(out + 8, &key, sizeof(key));
    return len;
}

static void look(struct world *w, unsigned key)
{
    uint64_t least = atomic_load(&w->least[key]);
    unsigned char expected[1024];
    struct whet_cache_value v;
    uint64_t number;

    if (whet_cache_get(w->cache, &key, sizeof(key), &v) != 1)
        return;
    assert_true(v.len >= 16);
    memcpy(&number, v.data, sizeof(number));
    if (number < least)
        fail_msg("key %u: %lu after %lu, from level %d", key, (unsigned long)number,
                 (unsigned long)least, (int)v.level);
    assert_int_equal(v.len, fill(expected, key, number));
    assert_memory_equal(v.data, expected, v.len);
    whet_cache_value_clear(&v);
    atomic_fetch_add(&w->hits, 1);
}

static void *write_all(void *arg)
{
    struct part *p = arg;
    struct world *w = p->world;
    unsigned char value[1024];
    struct whet_random r;

    whet__random_init(&r, p->number);
    for (uint64_t number = 1; number <= STEPS; number++) {
        unsigned key = (unsigned)whet__random_below(&r, KEYS / WRITERS) * WRITERS + p->number;
        uint64_t what = whet__random_below(&r, 100);

        if (what < 90) {
            size_t len = fill(value, key, number);

            assert_int_equal(whet_cache_put(w->cache, &key, sizeof(key), value, len, NULL), 0);
            atomic_store(&w->least[key], number);
        } else {
            if (what < 95)
                assert_int_equal(whet_cache_remove(w->cache, &key, sizeof(key)), 0);
            else
                assert_int_equal(whet_cache_invalidate(w->cache, &key, sizeof(key)), 0);
            atomic_store(&w->least[key], number);
        }
        look(w, key);
    }
    atomic_fetch_sub(&w->writing, 1);
    return NULL;
}

static void *read_all(void *arg)
{
    struct part *p = arg;
    struct whet_random r;

    whet__random_init(&r, 100 + p->number);
    while (atomic_load(&p->world->writing) != 0)
        look(p->world, (unsigned)whet__random_below(&r, KEYS));
    return NULL;
}

/* Everything else that can be asked meanwhile. */
static void disturb(struct world *w, const struct whet_cache_options *o, const char *trace)
{
    struct whet_cache_advice advice;
    struct whet_cache_stats s;
    char note[200];

    for (unsigned i = 0; atomic_load(&w->writing) != 0; i++) {
        if (o->memory_bytes != WHET_CACHE_NONE)
            assert_int_equal(
                whet_cache_resize(w->cache, WHET_CACHE_MEMORY, o->memory_bytes * (1 + i % 3)),
                0);
        if (o->packed_bytes != WHET_CACHE_NONE)
            assert_int_equal(
                whet_cache_resize(w->cache, WHET_CACHE_PACKED, o->packed_bytes * (1 + i % 2)),
                0);
        assert_int_equal(whet_cache_trace(w->cache, i % 2 ? NULL : trace, 0.5, 1000), 0);
        assert_true(whet_cache_advise(w->cache, 0.5, &advice) <= 0);
        (void)whet_cache_note(w->cache, note, sizeof(note));
        whet_cache_stats_read(w->cache, &s);
        assert_true(s.hits <= s.gets);
    }
    assert_int_equal(whet_cache_trace(w->cache, NULL, 0, 0), 0);
}

static void run(struct whet_cache_options *o, struct scratch *s)
{
    struct part parts[WRITERS + READERS];
    struct world w = {.writing = WRITERS};
    char trace[600];

    snprintf(trace, sizeof(trace), "%s/trace.csv", whet__text_str(&s->folder));
    o->flags = WHET_CACHE_PREDICT;
    o->shards = 2;
    w.cache = open_cache(o);
    for (unsigned i = 0; i < WRITERS + READERS; i++) {
        parts[i] = (struct part){.world = &w, .number = i};
        assert_int_equal(pthread_create(&parts[i].thread, NULL,
                                        i < WRITERS ? write_all : read_all, &parts[i]),
                         0);
    }
    disturb(&w, o, trace);
    for (unsigned i = 0; i < WRITERS + READERS; i++)
        pthread_join(parts[i].thread, NULL);
    assert_true(atomic_load(&w.hits) > STEPS / 4);
    whet_cache_free(w.cache);
}

static void test_memory(void **state)
{
    struct scratch s;

    (void)state;
    scratch_init(&s);
    run(&(struct whet_cache_options){.memory_bytes = 64 * KIB, .packed_bytes = WHET_CACHE_NONE},
        &s);
    run(&(struct whet_cache_options){.memory_bytes = 48 * KIB, .packed_bytes = 48 * KIB}, &s);
    run(&(struct whet_cache_options){.memory_bytes = WHET_CACHE_NONE, .packed_bytes = 48 * KIB},
        &s);
    scratch_clear(&s);
}

static void test_disk(void **state)
{
    struct scratch s;

    (void)state;
    scratch_init(&s);
    run(&(struct whet_cache_options){.memory_bytes = 48 * KIB,
                                     .packed_bytes = 48 * KIB,
                                     .disk_bytes = 16 << 20,
                                     .path = s.path},
        &s);
    scratch_clear(&s);
}

/* ---- A file that somebody else holds ---- */

struct slow {
    struct whet_cache *cache;
    atomic_int done;
};

static void *remove_slowly(void *ctx)
{
    struct slow *s = ctx;

    (void)!whet_cache_remove(s->cache, "m", 1);
    atomic_store(&s->done, 1);
    return NULL;
}

/* Who removes may wait for the file; who gets does not wait for him. */
static void test_held_file(void **state)
{
    struct scratch folder;
    struct whet_cache_options o = {
        .bytes = 16 << 20, .packed_bytes = WHET_CACHE_NONE, .shards = 1};
    struct whet_cache_put soon = {.ttl_ns = 1};
    struct whet_cache_value v;
    struct whet_store *held;
    struct slow s = {.done = 0};
    struct whet_turn *t;
    struct whet_ask ask;
    pthread_t thread;
    int done;

    (void)state;
    scratch_init(&folder);
    o.path = folder.path;
    s.cache = open_cache(&o);
    assert_int_equal(whet_cache_put(s.cache, "m", 1, "old", 3, NULL), 0);
    assert_int_equal(whet_cache_put(s.cache, "k", 1, "v", 1, NULL), 0);
    assert_int_equal(whet_cache_put(s.cache, "ended", 5, "v", 1, &soon), 0);
    whet_cache_sync(s.cache);
    held = whet__disk_store_borrow(s.cache->disk);
    assert_non_null(held);
    assert_int_equal(whet__store_begin(held, 1), 0);
    whet__ask_init(s.cache, &ask, "m", 1);
    t = whet__cache_turn(s.cache, &ask.hash);
    assert_int_equal(pthread_create(&thread, NULL, remove_slowly, &s), 0);
    while (atomic_load(whet__turn_group(t, &ask.hash)) % 2 == 0 && !atomic_load(&s.done))
        whet__clock_sleep_ns(1000000);
    whet__clock_sleep_ns(20000000);
    done = atomic_load(&s.done);
    assert_int_equal(whet_cache_get(s.cache, "k", 1, &v), 1);
    whet_cache_value_clear(&v);
    assert_int_equal(whet_cache_get(s.cache, "ended", 5, &v), 0);
    assert_int_equal(atomic_load(&s.done), done);
    whet__store_rollback(held);
    whet__disk_store_return(s.cache->disk, held, 0);
    pthread_join(thread, NULL);
    assert_int_equal(whet_cache_get(s.cache, "m", 1, &v), 0);
    whet_cache_free(s.cache);
    scratch_clear(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_held_file),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_disk),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
