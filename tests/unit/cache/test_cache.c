/* <whet/cache.h>: what each call promises, in memory. */
#include "../harness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <whet/cache.h>

#include "base/random.h"
#include "base/text.h"
#include "os/clock.h"
#include "os/file.h"

#define MIB ((uint64_t)1 << 20)

static struct whet_cache *open_with(const struct whet_cache_options *o)
{
    struct whet_cache *c = NULL;
    struct whet_error err;

    if (whet_cache_new(&c, o, &err) != 0)
        fail_msg("%s", err.text);
    return c;
}

static int put(struct whet_cache *c, const char *key, const char *value)
{
    return whet_cache_put(c, key, strlen(key), value, strlen(value), NULL);
}

/* The value as text, or "" and *hit = 0. */
static const char *get(struct whet_cache *c, const char *key, int *hit)
{
    static char text[256];
    struct whet_cache_value v;

    text[0] = '\0';
    *hit = whet_cache_get(c, key, strlen(key), &v);
    if (*hit == 1) {
        memcpy(text, v.data, v.len);
        text[v.len] = '\0';
        assert_int_equal((uintptr_t)v.data % 16, 0);
        whet_cache_value_clear(&v);
        whet_cache_value_clear(&v);
    }
    return text;
}

static void assert_has(struct whet_cache *c, const char *key, const char *value)
{
    int hit;
    const char *text = get(c, key, &hit);

    assert_int_equal(hit, 1);
    assert_string_equal(text, value);
}

static void assert_misses(struct whet_cache *c, const char *key)
{
    int hit;

    (void)get(c, key, &hit);
    assert_int_equal(hit, 0);
}

static void refused(struct whet_cache_options o, const char *text)
{
    struct whet_cache *c = (struct whet_cache *)&o;
    struct whet_error err;

    assert_int_equal(whet_cache_new(&c, &o, &err), -EINVAL);
    assert_ptr_equal(c, &o);
    if (strstr(err.text, text) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, text);
    assert_int_equal(whet_cache_new(&c, &o, NULL), -EINVAL);
}

static void test_options(void **state)
{
    struct whet_cache *c;

    (void)state;
    refused((struct whet_cache_options){.path = "/dev/null"}, "not a file: '/dev/null'");
    refused((struct whet_cache_options){.client = ""}, "not a name for a client: ''");
    refused((struct whet_cache_options){.client = "A"}, "not a name for a client: 'A'");
    refused((struct whet_cache_options){.policy = "s3fif"}, "s3fifo");
    refused((struct whet_cache_options){.policy = "belady"}, "has to know the future");
    refused((struct whet_cache_options){.ttl_jitter = 1.5},
            "ttl_jitter is out of range: '1.5'");
    refused((struct whet_cache_options){.ttl_jitter = 0.0 / 0.0 * 0}, "ttl_jitter");
    refused((struct whet_cache_options){.early_refresh = -1}, "early_refresh");
    refused((struct whet_cache_options){.shards = 1025}, "too many shards: '1025'");
    refused((struct whet_cache_options){.sample_keys = UINT32_MAX - 1}, "sample_keys");
    refused((struct whet_cache_options){.flags = 64}, "unknown flags: '0x40'");
    refused((struct whet_cache_options){.disk_bytes = MIB}, "disk_bytes without a file");
    refused((struct whet_cache_options){.bytes = 100}, "too small for its tables");
    refused((struct whet_cache_options){.bytes = MIB, .memory_bytes = MIB}, "nothing is left");
    refused((struct whet_cache_options){.bytes = 3}, "no room for all levels: 'bytes'");
    refused((struct whet_cache_options){.packed_bytes = 3},
            "no room for all levels: 'packed_bytes'");
    refused((struct whet_cache_options){.bytes = WHET_CACHE_NONE}, "leaves out single levels");
    refused((struct whet_cache_options){.memory_bytes = WHET_CACHE_NONE,
                                        .packed_bytes = WHET_CACHE_NONE},
            "no level is left");
    c = open_with(NULL);
    whet_cache_free(c);
    whet_cache_free(NULL);
}

static uint64_t capacity(struct whet_cache_options o, enum whet_cache_level level)
{
    struct whet_cache *c = open_with(&o);
    struct whet_cache_stats s;

    whet_cache_stats_read(c, &s);
    whet_cache_free(c);
    assert_true(s.levels[level].present || s.levels[level].capacity_bytes == 0);
    return s.levels[level].capacity_bytes;
}

static void test_shares(void **state)
{
    const enum whet_cache_level memory = WHET_CACHE_MEMORY, packed = WHET_CACHE_PACKED;
    struct whet_cache_options o = {0};

    (void)state;
    assert_int_equal(capacity(o, memory), 64 * MIB / 5);
    assert_int_equal(capacity(o, packed), 64 * MIB / 5 * 4);
    o.bytes = 10 * MIB;
    assert_int_equal(capacity(o, packed), 8 * MIB);
    o.memory_bytes = 3 * MIB;
    assert_int_equal(capacity(o, memory), 3 * MIB);
    assert_int_equal(capacity(o, packed), 7 * MIB);
    o.bytes = 0;
    assert_int_equal(capacity(o, packed), 12 * MIB);
    o.packed_bytes = WHET_CACHE_NONE;
    assert_int_equal(capacity(o, packed), 0);
    o = (struct whet_cache_options){.bytes = 5 * MIB, .packed_bytes = WHET_CACHE_NONE};
    assert_int_equal(capacity(o, memory), 5 * MIB);
    o = (struct whet_cache_options){.bytes = 5 * MIB, .memory_bytes = WHET_CACHE_NONE};
    assert_int_equal(capacity(o, packed), 5 * MIB);
}

/* However much there is on disk, memory is what it was. */
static void test_disk_alone(void **state)
{
    static const uint64_t sizes[] = {1, 10 * MIB, 1024 * MIB};
    struct whet_text folder;
    char path[512];
    struct whet_cache_options o = {.path = path};

    (void)state;
    whet__text_init(&folder, 400);
    assert_int_equal(whet__file_make_temp_dir(&folder), 0);
    snprintf(path, sizeof(path), "%s/cache.db", whet__text_str(&folder));
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        o.disk_bytes = sizes[i];
        assert_int_equal(capacity(o, WHET_CACHE_MEMORY), 64 * MIB / 5);
        assert_int_equal(capacity(o, WHET_CACHE_PACKED), 64 * MIB / 5 * 4);
    }
    o.packed_bytes = WHET_CACHE_NONE;
    assert_int_equal(capacity(o, WHET_CACHE_MEMORY), 64 * MIB);
    o.memory_bytes = 2 * MIB;
    assert_int_equal(capacity(o, WHET_CACHE_MEMORY), 2 * MIB);
    assert_int_equal(whet__file_remove_tree(whet__text_str(&folder)), 0);
    whet__text_clear(&folder);
}

/* What does not shrink, as it is small or noise, has the room of both levels, not of the first
 * alone; what is asked for again moves up, and is nowhere twice. */
static void test_what_does_not_shrink(void **state)
{
    static const size_t sizes[] = {8, 1000};
    unsigned char noise[1000];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct whet_cache *c =
            open_with(&(struct whet_cache_options){.bytes = 2 * MIB, .shards = 1});
        uint32_t keys = (uint32_t)(3 * MIB / 2 / (sizes[i] + 400));
        struct whet_random random;
        struct whet_cache_value v;
        struct whet_cache_stats s;

        whet__random_init(&random, i);
        for (size_t at = 0; at < sizeof(noise); at++)
            noise[at] = (unsigned char)whet__random_below(&random, 256);
        for (uint32_t key = 0; key < keys; key++) {
            memcpy(noise, &key, sizeof(key));
            assert_int_equal(whet_cache_put(c, &key, sizeof(key), noise, sizes[i], NULL), 0);
        }
        whet_cache_stats_read(c, &s);
        assert_true(s.levels[WHET_CACHE_PACKED].entries > keys / 2);
        for (uint32_t round = 0; round < 2 * keys; round++) {
            uint32_t key = round / 2;

            assert_int_equal(whet_cache_get(c, &key, sizeof(key), &v), 1);
            memcpy(noise, &key, sizeof(key));
            assert_int_equal(v.len, sizes[i]);
            assert_memory_equal(v.data, noise, v.len);
            assert_true(round % 2 == 0 || v.level == WHET_CACHE_MEMORY);
            whet_cache_value_clear(&v);
        }
        whet_cache_stats_read(c, &s);
        assert_int_equal(
            s.levels[WHET_CACHE_MEMORY].entries + s.levels[WHET_CACHE_PACKED].entries, keys);
        whet_cache_free(c);
    }
}

static void test_keys_and_values(void **state)
{
    struct whet_cache *c = open_with(NULL);
    struct whet_cache_put how = {.flags = 1 << 7};
    struct whet_cache_value v = {0};
    char *long_key = malloc(WHET_CACHE_KEY_MAX + 1);
    size_t len = 99;

    (void)state;
    memset(long_key, 'k', WHET_CACHE_KEY_MAX + 1);
    assert_int_equal(whet_cache_put(c, "", 0, "v", 1, NULL), -EINVAL);
    assert_int_equal(whet_cache_put(c, NULL, 1, "v", 1, NULL), -EINVAL);
    assert_int_equal(whet_cache_put(c, "k", 1, NULL, 1, NULL), -EINVAL);
    assert_int_equal(whet_cache_put(c, "k", 1, "v", 1, &how), -EINVAL);
    assert_int_equal(whet_cache_put(c, "k", 1, "v", WHET_CACHE_VALUE_MAX + 1, NULL), -EFBIG);
    assert_int_equal(whet_cache_put(c, long_key, WHET_CACHE_KEY_MAX + 1, "v", 1, NULL),
                     -EINVAL);
    assert_int_equal(whet_cache_put(c, long_key, WHET_CACHE_KEY_MAX, "v", 1, NULL), 0);
    assert_int_equal(whet_cache_get(c, long_key, WHET_CACHE_KEY_MAX, &v), 1);
    whet_cache_value_clear(&v);
    assert_int_equal(whet_cache_get(c, long_key, WHET_CACHE_KEY_MAX - 1, &v), 0);
    assert_null(v.held);
    assert_int_equal(whet_cache_get(c, NULL, 0, &v), -EINVAL);
    assert_int_equal(whet_cache_read(c, NULL, 0, NULL, 0, &len), -EINVAL);
    assert_int_equal(whet_cache_put(c, "k", 1, NULL, 0, NULL), 0);
    assert_int_equal(whet_cache_read(c, "k", 1, NULL, 0, &len), 1);
    assert_int_equal(len, 0);
    assert_int_equal(whet_cache_get(c, "k", 1, &v), 1);
    assert_int_equal(v.len, 0);
    whet_cache_value_clear(&v);
    whet_cache_value_clear(NULL);
    free(long_key);
    whet_cache_free(c);
}

static void test_read_own_writes(void **state)
{
    struct whet_cache *c = open_with(NULL);
    struct whet_cache_stats s;
    char out[4] = "xxx";
    size_t len = 0;

    (void)state;
    assert_misses(c, "a");
    assert_int_equal(put(c, "a", "one"), 0);
    assert_has(c, "a", "one");
    assert_int_equal(put(c, "a", "another"), 0);
    assert_has(c, "a", "another");
    assert_int_equal(whet_cache_read(c, "a", 1, out, 2, &len), 1);
    assert_int_equal(len, 7);
    assert_string_equal(out, "anx");
    assert_int_equal(whet_cache_remove(c, "a", 1), 0);
    assert_int_equal(whet_cache_remove(c, "a", 1), 0);
    assert_misses(c, "a");
    assert_int_equal(whet_cache_remove(c, "", 0), -EINVAL);
    whet_cache_stats_read(c, &s);
    assert_int_equal(s.gets, 5);
    assert_int_equal(s.hits, 3);
    assert_int_equal(s.puts, 2);
    assert_int_equal(s.levels[WHET_CACHE_MEMORY].hits, 3);
    assert_int_equal(s.levels[WHET_CACHE_MEMORY].entries, 0);
    whet_cache_free(c);
}

static void test_held_longer(void **state)
{
    struct whet_cache *c = open_with(NULL);
    struct whet_cache_value v;

    (void)state;
    assert_int_equal(put(c, "a", "value"), 0);
    assert_int_equal(whet_cache_get(c, "a", 1, &v), 1);
    assert_int_equal(put(c, "a", "other"), 0);
    assert_int_equal(whet_cache_remove(c, "a", 1), 0);
    whet_cache_free(c);
    assert_memory_equal(v.data, "value", 5);
    assert_int_equal(v.level, WHET_CACHE_MEMORY);
    assert_true(v.made_ns > UINT64_C(1600000000000000000));
    whet_cache_value_clear(&v);
}

static void test_too_large(void **state)
{
    struct whet_cache_options o = {.memory_bytes = MIB, .packed_bytes = WHET_CACHE_NONE};
    struct whet_cache *c = open_with(&o);
    char *value = calloc(1, 2 * MIB);

    (void)state;
    assert_int_equal(put(c, "a", "small"), 0);
    assert_int_equal(whet_cache_put(c, "a", 1, value, 2 * MIB, NULL), -EFBIG);
    assert_misses(c, "a"); /* what was there is gone */
    free(value);
    whet_cache_free(c);
}

static void test_negative(void **state)
{
    struct whet_cache_options o = {.negative_ttl_ns = UINT64_C(3600000000000)};
    struct whet_cache_put none = {.flags = WHET_CACHE_NO_VALUE};
    struct whet_cache *c = open_with(&o);
    struct whet_cache_stats s;
    struct whet_cache_value v;
    size_t len = 9;

    (void)state;
    assert_int_equal(whet_cache_put(c, "a", 1, "v", 1, &none), -EINVAL);
    assert_int_equal(whet_cache_put(c, "a", 1, NULL, 0, &none), 0);
    assert_int_equal(whet_cache_get(c, "a", 1, &v), 1);
    assert_int_equal(v.flags, WHET_CACHE_NEGATIVE);
    whet_cache_value_clear(&v);
    assert_int_equal(whet_cache_read(c, "a", 1, NULL, 0, &len), -ENOENT);
    assert_int_equal(len, 9);
    whet_cache_stats_read(c, &s);
    assert_int_equal(s.negative, 2);
    whet_cache_free(c);

    c = open_with(NULL); /* such are not kept, but what was there is gone */
    assert_int_equal(put(c, "a", "v"), 0);
    assert_int_equal(whet_cache_put(c, "a", 1, NULL, 0, &none), 0);
    assert_misses(c, "a");
    none.ttl_ns = WHET_CACHE_NEVER;
    assert_int_equal(whet_cache_put(c, "a", 1, NULL, 0, &none), 0);
    assert_has(c, "a", "");
    whet_cache_free(c);
}

/* Ends come: waits for what has to happen, however long the clock's ticks are. */
static void wait_for_miss(struct whet_cache *c, const char *key)
{
    int hit = 1;

    for (int i = 0; i < 10000 && hit; i++) {
        (void)get(c, key, &hit);
        whet__clock_sleep_ns(1000000);
    }
    assert_int_equal(hit, 0);
}

static void test_ends(void **state)
{
    struct whet_cache_options o = {.ttl_ns = 1};
    struct whet_cache_put never = {.ttl_ns = WHET_CACHE_NEVER}, soon = {.ttl_ns = 1};
    struct whet_cache_put idle = {.idle_ns = 1};
    struct whet_cache_put hour = {.ttl_ns = UINT64_C(3600000000000)};
    struct whet_cache *c = open_with(&o);
    struct whet_cache_stats s;

    (void)state;
    assert_int_equal(put(c, "ends", "v"), 0);
    assert_int_equal(whet_cache_put(c, "never", 5, "v", 1, &never), 0);
    assert_int_equal(whet_cache_put(c, "hour", 4, "v", 1, &hour), 0);
    wait_for_miss(c, "ends");
    assert_has(c, "never", "v");
    assert_has(c, "hour", "v");
    whet_cache_stats_read(c, &s);
    assert_int_equal(s.levels[WHET_CACHE_MEMORY].expirations, 1);
    assert_int_equal(s.levels[WHET_CACHE_MEMORY].entries, 2);
    whet_cache_free(c);

    /* One so long that it does not fit behind a moment is no end. */
    idle.idle_ns = UINT64_MAX - 1;
    c = open_with(NULL);
    assert_int_equal(whet_cache_put(c, "idle", 4, "v", 1, &idle), 0);
    assert_has(c, "idle", "v");
    idle.idle_ns = 1;
    whet_cache_free(c);

    c = open_with(NULL);
    assert_int_equal(put(c, "stays", "v"), 0);
    assert_int_equal(whet_cache_put(c, "ends", 4, "v", 1, &soon), 0);
    assert_int_equal(whet_cache_put(c, "idle", 4, "v", 1, &idle), 0);
    wait_for_miss(c, "ends");
    wait_for_miss(c, "idle");
    assert_has(c, "stays", "v");
    whet_cache_free(c);
}

static void test_jitter(void **state)
{
    const uint64_t hour = UINT64_C(3600000000000);
    struct whet_cache_options o = {.ttl_ns = hour, .ttl_jitter = 0.5};
    struct whet_cache *c = open_with(&o);
    double sum = 0, least = 1, most = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct whet_cache_why why;
        double part;

        assert_int_equal(whet_cache_put(c, &i, sizeof(i), "v", 1, NULL), 0);
        assert_int_equal(whet_cache_explain(c, &i, sizeof(i), &why), 0);
        assert_int_equal(why.verdict, WHET_CACHE_IS_HIT);
        part = (double)(why.end_ns - why.made_ns) / (double)hour;
        sum += part;
        least = part < least ? part : least;
        most = part > most ? part : most;
    }
    assert_true(least >= 0.5 && least < 0.51);
    assert_true(most <= 1 && most > 0.99);
    assert_true(sum > 730 && sum < 770); /* uniform: 750, +-4.6 */
    whet_cache_free(c);
}

static void test_many(void **state)
{
    struct whet_cache *c = open_with(NULL);
    struct whet_cache_key keys[200];
    struct whet_cache_value values[200];
    char names[200][8];

    (void)state;
    for (int i = 0; i < 200; i++) {
        snprintf(names[i], sizeof(names[i]), "k%d", i);
        keys[i] = (struct whet_cache_key){names[i], strlen(names[i])};
        if (i % 3 == 0)
            assert_int_equal(put(c, names[i], names[i]), 0);
    }
    keys[5].len = 0;
    assert_int_equal(whet_cache_get_many(c, keys, 200, values), 67);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(values[i].held != NULL, i % 3 == 0);
        if (values[i].held != NULL)
            assert_memory_equal(values[i].data, names[i], values[i].len);
        whet_cache_value_clear(&values[i]);
    }
    assert_int_equal(whet_cache_warm(c, keys, 200), 67); /* what is there is warm */
    assert_int_equal(whet_cache_warm_hot(c, 10), 0);
    whet_cache_free(c);
}

/* As whet_cache_read of each. */
static void are_read(struct whet_cache *c, const struct whet_cache_key *keys, size_t count,
                     struct whet_cache_room *rooms)
{
    size_t hits = 0;

    for (size_t i = 0; i < count; i++)
        rooms[i].rc = 77;
    hits = whet_cache_read_many(c, keys, count, rooms);
    for (size_t i = 0; i < count; i++) {
        char copy[64] = {0};
        size_t len = 0;
        int rc = whet_cache_read(c, keys[i].data, keys[i].len, copy, rooms[i].size, &len);

        assert_int_equal(rooms[i].rc, rc);
        hits -= rc == 1 || rc == -ENOENT;
        if (rc == 1) {
            assert_int_equal(rooms[i].len, len);
            assert_memory_equal(rooms[i].data, copy, len < rooms[i].size ? len : rooms[i].size);
        }
    }
    assert_int_equal(hits, 0);
}

/* Keys of all lengths, of which numbers go a way of their own; values that fit and that do not;
 * hits, misses, what is known not to be, and what is no key. */
static void test_read_many(void **state)
{
    enum { COUNT = 300 };
    static const size_t lengths[] = {8, 1, 7, 9, 16, 39, 41, 8};
    struct whet_cache_options o = {.negative_ttl_ns = UINT64_C(3600000000000)};
    struct whet_cache_put none = {.flags = WHET_CACHE_NO_VALUE};
    struct whet_cache *c = open_with(&o);
    struct whet_cache_key keys[COUNT];
    struct whet_cache_room rooms[COUNT];
    unsigned char text[COUNT][64] = {{0}}, out[COUNT][64];
    struct whet_cache_stats before, after;

    (void)state;
    assert_int_equal(whet_cache_read_many(c, keys, 0, rooms), 0);
    for (int i = 0; i < COUNT; i++) {
        size_t len = lengths[i % 8], value_len = (size_t)(i * 7 % 60);

        memset(text[i], i % 251, sizeof(text[i]));
        keys[i] = (struct whet_cache_key){text[i], len};
        rooms[i] = (struct whet_cache_room){.data = out[i], .size = (size_t)(i % 5) * 16};
        if (i % 11 == 0)
            assert_int_equal(whet_cache_put(c, text[i], len, NULL, 0, &none), 0);
        else if (i % 3 != 0)
            assert_int_equal(whet_cache_put(c, text[i], len, text[i], value_len, NULL), 0);
    }
    keys[5].len = 0;
    keys[6].data = NULL;
    are_read(c, keys, COUNT, rooms);
    assert_int_equal(rooms[5].rc, -EINVAL);
    assert_int_equal(rooms[6].rc, -EINVAL);
    assert_int_equal(rooms[11].rc, -ENOENT);
    whet_cache_stats_read(c, &before);
    are_read(c, keys + 100, 17, rooms + 100);
    whet_cache_stats_read(c, &after);
    assert_int_equal((after.gets - before.gets) % 2, 0);
    assert_int_equal((after.hits - before.hits) % 2, 0);
    whet_cache_free(c);
}

static void test_pinned(void **state)
{
    struct whet_cache_options o = {.memory_bytes = MIB, .packed_bytes = WHET_CACHE_NONE};
    struct whet_cache_put pin = {.flags = WHET_CACHE_PINNED};
    struct whet_cache *c = open_with(&o);
    struct whet_cache_stats s;
    char value[1000] = {0};

    (void)state;
    assert_int_equal(whet_cache_put(c, "pin", 3, "v", 1, &pin), 0);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(whet_cache_put(c, &i, sizeof(i), value, sizeof(value), NULL), 0);
    assert_has(c, "pin", "v");
    whet_cache_stats_read(c, &s);
    assert_true(s.pinned_bytes > 0 && s.pinned_bytes < 1000);
    assert_true(s.levels[WHET_CACHE_MEMORY].evictions > 3000);
    assert_true(s.levels[WHET_CACHE_MEMORY].bytes <= MIB);
    whet_cache_free(c);
}

static void test_explain(void **state)
{
    struct whet_cache_put how = {.cost_ns = 5};
    struct whet_cache *c = open_with(NULL);
    struct whet_cache_why why;
    struct whet_cache_stats s;

    (void)state;
    assert_int_equal(whet_cache_explain(c, "", 0, &why), -EINVAL);
    assert_int_equal(whet_cache_explain(c, "a", 1, &why), 0);
    assert_int_equal(why.verdict, WHET_CACHE_IS_ABSENT);
    assert_string_equal(why.text, "a miss: no level has it");
    assert_int_equal(whet_cache_put(c, "a", 1, "four", 4, &how), 0);
    assert_int_equal(whet_cache_explain(c, "a", 1, &why), 0);
    assert_int_equal(why.verdict, WHET_CACHE_IS_HIT);
    assert_int_equal(why.len, 4);
    assert_int_equal(why.cost_ns, 5);
    assert_non_null(strstr(why.text, "a hit; in memory, 4 bytes"));
    whet_cache_stats_read(c, &s);
    assert_int_equal(s.gets, 0);
    whet_cache_free(c);
}

static void test_invalidate(void **state)
{
    struct whet_cache *c = open_with(NULL);

    (void)state;
    assert_int_equal(whet_cache_invalidate(c, "", 0), -EINVAL);
    assert_int_equal(whet_cache_invalidate_tag(c, ""), -EINVAL);
    assert_int_equal(whet_cache_invalidate_tag(c, NULL), -EINVAL);
    assert_int_equal(whet_cache_invalidate_prefix(c, "", 0), -EINVAL);
    assert_int_equal(put(c, "a1", "v"), 0);
    assert_int_equal(put(c, "a2", "v"), 0);
    assert_int_equal(put(c, "b1", "v"), 0);
    assert_int_equal(whet_cache_invalidate(c, "a1", 2), 0);
    assert_misses(c, "a1");
    assert_has(c, "a2", "v");
    assert_int_equal(whet_cache_invalidate_prefix(c, "a", 1), 0);
    assert_misses(c, "a2");
    assert_has(c, "b1", "v");
    assert_int_equal(whet_cache_invalidate_all(c), 0);
    assert_misses(c, "b1");
    assert_int_equal(put(c, "b1", "w"), 0);
    assert_has(c, "b1", "w");
    whet_cache_free(c);
}

static int make_text(void *ctx, struct whet_cache_draft *draft)
{
    return whet_cache_draft_set(draft, ctx, strlen(ctx));
}

/* Every call without memory: an error or a miss, and what was put is whole or gone. */
static void use_all(struct whet_cache *c)
{
    struct whet_cache_value v;
    struct whet_cache_why why;
    struct whet_inputs *in;
    int rc = put(c, "a", "one");
    char made[] = "made";
    int hit;

    assert_true(rc == 0 || rc == -ENOMEM);
    (void)get(c, "a", &hit);
    assert_true(hit == (rc == 0));
    rc = whet_cache_load(c, "l", 1, make_text, made, NULL, &v);
    assert_true(rc == 0 || rc == -ENOMEM);
    if (rc == 0) {
        assert_memory_equal(v.data, "made", 4);
        whet_cache_value_clear(&v);
    }
    rc = whet_inputs_new(&in, c);
    if (rc == 0) {
        struct whet_cache_put how = {.inputs = in};

        rc = whet_inputs_tag(in, "tag");
        if (rc == 0)
            rc = whet_inputs_need(in, "a", 1);
        if (rc == 0)
            rc = whet_cache_put(c, "b", 1, "two", 3, &how);
        whet_inputs_free(in);
    }
    assert_true(rc == 0 || rc == -ENOMEM);
    rc = whet_cache_explain(c, "b", 1, &why);
    assert_true(rc == 0 || rc == -ENOMEM);
    rc = whet_cache_invalidate_tag(c, "tag");
    assert_true(rc == 0 || rc == -ENOMEM);
    if (rc == 0)
        assert_misses(c, "b");
    assert_int_equal(whet_cache_resize(c, WHET_CACHE_MEMORY, WHET_CACHE_NONE), -EINVAL);
    rc = whet_cache_resize(c, WHET_CACHE_MEMORY, 2 * MIB);
    assert_true(rc == 0 || rc == -ENOMEM);
    rc = whet_cache_remove(c, "a", 1);
    assert_int_equal(rc, 0);
    assert_misses(c, "a");
}

static void test_without_memory(void **state)
{
    struct whet_cache_options o = {
        .bytes = 16 * MIB, .sample_keys = 100, .flags = WHET_CACHE_PREDICT};

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_cache *c = NULL;
        struct whet_error err;
        int rc = whet_cache_new(&c, &o, &err);

        if (rc == 0) {
            use_all(c);
            whet_cache_free(c);
        } else {
            assert_int_equal(rc, -ENOMEM);
            assert_int_equal(err.code, rc);
            assert_null(c);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_disk_alone),
        cmocka_unit_test(test_keys_and_values),
        cmocka_unit_test(test_read_own_writes),
        cmocka_unit_test(test_held_longer),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_negative),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_jitter),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_read_many),
        cmocka_unit_test(test_pinned),
        cmocka_unit_test(test_explain),
        cmocka_unit_test(test_what_does_not_shrink),
        cmocka_unit_test(test_invalidate),
        cmocka_unit_test(test_without_memory),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
