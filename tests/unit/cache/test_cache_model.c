/* Gets, puts, removals and invalidations in random order against an oracle, over each choice of
 * levels: a hit is what was put last; a miss where nothing may be lost is a fault. */
#include "../harness.h"

#include <errno.h>
#include <stdlib.h>

#include "base/random.h"
#include "scratch_file.h"

#define KEYS  300
#define STEPS 20000
#define KIB   ((uint64_t)1 << 10)
#define NONE  WHET_CACHE_NONE

struct choice {
    const char *name;
    uint64_t memory, packed;
    int file;
    int lossless; /* all keys have room */
    const char *policy;
    int shrink; /* all values do, else every other */
};

static const struct choice choices[] = {
    {"memory", 4096 * KIB, NONE, 0, 1, NULL},
    {"little memory", 64 * KIB, NONE, 0, 0, NULL},
    {"little memory, lru", 64 * KIB, NONE, 0, 0, "lru"},
    {"little memory, tinylfu", 64 * KIB, NONE, 0, 0, "tinylfu"},
    {"packed", NONE, 4096 * KIB, 0, 1, NULL},
    {"little packed", NONE, 64 * KIB, 0, 0, NULL},
    {"memory and packed", 64 * KIB, 4096 * KIB, 0, 0, "lru"},
    {"memory and packed, all shrink", 64 * KIB, 4096 * KIB, 0, 1, "lru", 1},
    {"little of both", 48 * KIB, 64 * KIB, 0, 0, NULL},
    {"file", NONE, NONE, 1, 1, NULL},
    {"memory and file", 64 * KIB, NONE, 1, 1, NULL},
    {"packed and file", NONE, 64 * KIB, 1, 1, NULL},
    {"all three", 48 * KIB, 64 * KIB, 1, 1, "lru"},
};

struct model {
    struct whet_cache *cache;
    const struct choice *choice;
    struct whet_random random;
    uint64_t value[KEYS]; /* 0: none */
    uint64_t last;
    uint64_t hits;
};

/* The same number makes the same bytes. */
static size_t fill(const struct model *m, unsigned char *out, unsigned key, uint64_t number)
{
    size_t len = (m->choice->shrink ? 300 : 8) + number % 700;
    struct whet_random r;

    whet__random_init(&r, number);
    for (size_t i = 0; i < len; i++)
        out[i] = m->choice->shrink || key % 2 == 0 ? (unsigned char)(number % 251)
                                                   : (unsigned char)whet__random_next(&r);
    memcpy(out, &number, sizeof(number));
    return len;
}

static size_t name(char out[16], unsigned key)
{
    return (size_t)snprintf(out, 16, "%c%u", 'a' + (int)(key % 3), key);
}

static void put(struct model *m, unsigned key)
{
    unsigned char value[1024];
    char text[16];
    size_t len = fill(m, value, key, ++m->last);

    assert_int_equal(whet_cache_put(m->cache, text, name(text, key), value, len, NULL), 0);
    m->value[key] = m->last;
}

static void check(struct model *m, unsigned key, const void *data, size_t len)
{
    unsigned char value[1024];
    uint64_t number;

    assert_true(len >= sizeof(number));
    memcpy(&number, data, sizeof(number));
    if (number != m->value[key])
        fail_msg("%s: key %u is %lu, and was put as %lu last", m->choice->name, key,
                 (unsigned long)number, (unsigned long)m->value[key]);
    assert_int_equal(len, fill(m, value, key, number));
    assert_memory_equal(data, value, len);
    m->hits++;
}

static void get(struct model *m, unsigned key)
{
    struct whet_cache_value v;
    unsigned char out[1024];
    char text[16];
    size_t len = name(text, key);
    int hit;

    if (whet__random_below(&m->random, 2) == 0) {
        hit = whet_cache_get(m->cache, text, len, &v);
        if (hit == 1) {
            check(m, key, v.data, v.len);
            whet_cache_value_clear(&v);
        }
    } else {
        hit = whet_cache_read(m->cache, text, len, out, sizeof(out), &len);
        if (hit == 1)
            check(m, key, out, len);
    }
    if (hit == 0 && m->value[key] != 0 && m->choice->lossless)
        fail_msg("%s: key %u is lost", m->choice->name, key);
}

static void forget(struct model *m, unsigned what, unsigned key)
{
    char text[16];
    size_t len = name(text, key);

    m->value[key] = 0;
    if (what == 0) {
        assert_int_equal(whet_cache_remove(m->cache, text, len), 0);
    } else if (what == 1) {
        assert_int_equal(whet_cache_invalidate(m->cache, text, len), 0);
    } else if (what == 2) {
        assert_int_equal(whet_cache_invalidate_prefix(m->cache, text, 1), 0);
        for (unsigned i = key % 3; i < KEYS; i += 3)
            m->value[i] = 0;
    } else {
        assert_int_equal(whet_cache_invalidate_all(m->cache), 0);
        memset(m->value, 0, sizeof(m->value));
    }
}

static void step(struct model *m)
{
    unsigned key = (unsigned)whet__random_below(&m->random, KEYS);
    uint64_t what = whet__random_below(&m->random, 1000);

    if (what < 600)
        get(m, key);
    else if (what < 980)
        put(m, key);
    else if (what < 990)
        forget(m, 0, key);
    else if (what < 997)
        forget(m, 1, key);
    else if (what < 999)
        forget(m, 2, key);
    else
        forget(m, 3, key);
}

static void run(const struct choice *choice, struct scratch *s)
{
    struct whet_cache_options o = {
        .memory_bytes = choice->memory,
        .packed_bytes = choice->packed,
        .disk_bytes = 64 << 20,
        .path = s->path,
        .policy = choice->policy,
        .shards = 4,
    };
    struct whet_cache_stats stats;
    struct model m = {.choice = choice};

    if (!choice->file) {
        o.path = NULL;
        o.disk_bytes = 0;
    }
    whet__random_init(&m.random, 1);
    m.cache = open_cache(&o);
    for (unsigned i = 0; i < STEPS; i++)
        step(&m);
    whet_cache_stats_read(m.cache, &stats);
    assert_int_equal(stats.hits, m.hits);
    assert_true(m.hits > STEPS / 20);
    for (unsigned i = 0; i <= WHET_CACHE_PACKED; i++)
        assert_true(stats.levels[i].bytes <= stats.levels[i].capacity_bytes);
    if (choice->file) { /* and when it is opened again */
        whet_cache_free(m.cache);
        m.cache = open_cache(&o);
        for (unsigned i = 0; i < KEYS; i++)
            get(&m, i);
        assert_int_equal(whet_cache_invalidate_all(m.cache), 0);
    }
    whet_cache_free(m.cache);
}

static void test_model(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        struct scratch s;

        scratch_init(&s);
        run(&choices[i], &s);
        scratch_clear(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_model),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
