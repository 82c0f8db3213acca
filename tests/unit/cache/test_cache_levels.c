/* All levels together, with a server of the test's own: what one machine puts another one gets,
 * an invalidation is seen by both, and a server that goes away costs hits and nothing else.
 * A "machine" is a cache with a file of its own. */
#include "../harness.h"

#include <errno.h>
#include <stdlib.h>

#include "own_server.h"
#include "scratch_file.h"

#define KEYS 200u
#define MIB  ((uint64_t)1 << 20)

/* Waits long: what is tested is not how long it takes. */
static struct whet_cache *machine(const struct scratch *s)
{
    struct whet_cache_options o = {
        .bytes = 32 * MIB,
        .path = s->path,
        .remote = server.url,
        .remote_timeout_ns = UINT64_C(30000000000),
        .remote_check_ns = 1,
    };

    return open_cache(&o);
}

static int get(struct whet_cache *c, unsigned key, unsigned expected)
{
    struct whet_cache_value v;
    unsigned value;

    if (whet_cache_get(c, &key, sizeof(key), &v) != 1)
        return -1;
    assert_int_equal(v.len, sizeof(value));
    memcpy(&value, v.data, sizeof(value));
    assert_int_equal(value, expected);
    value = v.level;
    whet_cache_value_clear(&v);
    return (int)value;
}

static void put(struct whet_cache *c, unsigned key, unsigned value, unsigned flags)
{
    struct whet_cache_put how = {.flags = flags};

    assert_int_equal(whet_cache_put(c, &key, sizeof(key), &value, sizeof(value), &how), 0);
}

static void test_levels(void **state)
{
    struct whet_cache_key keys[KEYS];
    struct whet_cache_value values[KEYS];
    struct whet_cache_stats stats;
    unsigned numbers[KEYS];
    struct scratch one, two;
    struct whet_cache *a, *b;

    (void)state;
    scratch_init(&one);
    scratch_init(&two);
    a = machine(&one);
    for (unsigned i = 0; i < KEYS; i++)
        put(a, i, i, 0);
    put(a, 1000, 1000, WHET_CACHE_LOCAL_ONLY);
    put(a, 1001, 1001, WHET_CACHE_MEMORY_ONLY);
    whet_cache_sync(a);

    b = machine(&two); /* from the server, then from memory, then from its own file */
    assert_int_equal(get(b, 0, 0), WHET_CACHE_REMOTE);
    assert_int_equal(get(b, 0, 0), WHET_CACHE_MEMORY);
    assert_int_equal(get(b, 1000, 1000), -1);
    assert_int_equal(get(b, 1001, 1001), -1);
    for (unsigned i = 0; i < KEYS; i++) {
        numbers[i] = i;
        keys[i] = (struct whet_cache_key){&numbers[i], sizeof(numbers[i])};
    }
    assert_int_equal(whet_cache_get_many(b, keys, KEYS, values), KEYS);
    for (unsigned i = 0; i < KEYS; i++) {
        assert_memory_equal(values[i].data, &numbers[i], sizeof(numbers[i]));
        whet_cache_value_clear(&values[i]);
    }
    whet_cache_sync(b);
    whet_cache_stats_read(b, &stats);
    assert_int_equal(stats.levels[WHET_CACHE_REMOTE].hits, KEYS);
    assert_int_equal(stats.levels[WHET_CACHE_MEMORY].hits, 2);
    assert_int_equal(stats.hits, KEYS + 2);
    assert_int_equal(stats.gets, KEYS + 4);
    whet_cache_free(b);
    b = machine(&two);
    assert_int_equal(get(b, 7, 7), WHET_CACHE_DISK);
    whet_cache_free(b);

    whet_cache_free(a); /* the file of the first knows what was local, too */
    a = machine(&one);
    assert_int_equal(get(a, 1000, 1000), WHET_CACHE_DISK);
    assert_int_equal(get(a, 1001, 1001), -1);
    whet_cache_free(a);
    scratch_clear(&one);
    scratch_clear(&two);
}

static void test_invalidation(void **state)
{
    struct scratch one, two;
    struct whet_cache *a, *b;
    unsigned key = 1;

    (void)state;
    scratch_init(&one);
    scratch_init(&two);
    a = machine(&one);
    b = machine(&two);
    for (unsigned i = 1; i <= 4; i++)
        put(a, i, i, 0);
    whet_cache_sync(a);
    for (unsigned i = 1; i <= 4; i++)
        assert_true(get(b, i, i) >= 0);
    assert_int_equal(whet_cache_invalidate(a, &key, sizeof(key)), 0);
    assert_int_equal(get(a, 1, 1), -1);
    assert_int_equal(get(b, 1, 1), -1); /* asks, and waits for the answer */
    assert_int_equal(get(b, 2, 2), WHET_CACHE_MEMORY);
    key = 2;
    assert_int_equal(whet_cache_remove(a, &key, sizeof(key)), 0);
    assert_int_equal(get(a, 2, 2), -1);
    assert_int_equal(whet_cache_invalidate_all(b), 0);
    assert_int_equal(get(b, 3, 3), -1);
    assert_int_equal(get(a, 3, 3), -1);
    put(b, 3, 33, 0);
    whet_cache_sync(b);
    assert_true(get(a, 3, 33) >= 0);
    whet_cache_free(a);
    whet_cache_free(b);
    scratch_clear(&one);
    scratch_clear(&two);
}

/* One who begins has a file that is older than what others have invalidated since. */
static void test_begins_with_news(void **state)
{
    struct whet_cache_value values[2];
    struct whet_cache_why why;
    struct whet_cache_key keys[2];
    unsigned numbers[2] = {1, 2};
    struct scratch one, two;
    struct whet_cache *a, *b;

    (void)state;
    scratch_init(&one);
    scratch_init(&two);
    a = machine(&one);
    b = machine(&two);
    for (unsigned i = 1; i <= 4; i++)
        put(b, i, i, 0);
    whet_cache_free(b);
    for (unsigned key = 1; key <= 4; key++) {
        b = machine(&two);
        assert_int_equal(get(b, key, key), WHET_CACHE_DISK);
        whet_cache_free(b);
        assert_int_equal(whet_cache_invalidate(a, &key, sizeof(key)), 0);
        b = machine(&two);
        if (key == 1) {
            assert_int_equal(get(b, key, key), -1);
        } else if (key == 2) {
            for (int i = 0; i < 2; i++)
                keys[i] = (struct whet_cache_key){&numbers[i], sizeof(numbers[i])};
            assert_int_equal(whet_cache_get_many(b, keys, 2, values), 0);
        } else if (key == 3) {
            unsigned value;
            size_t len;

            assert_int_equal(whet_cache_read(b, &key, sizeof(key), &value, sizeof(value), &len),
                             0);
        } else {
            assert_int_equal(whet_cache_explain(b, &key, sizeof(key), &why), 0);
            assert_int_equal(why.verdict, WHET_CACHE_IS_INVALID);
        }
        whet_cache_free(b);
    }
    whet_cache_free(a);
    scratch_clear(&one);
    scratch_clear(&two);
}

/* A process that lives for one put knows how often the key was invalidated before. */
static void test_one_put(void **state)
{
    struct whet_cache_options o = {.remote = server.url,
                                   .remote_timeout_ns = UINT64_C(30000000000)};
    struct whet_cache *c;
    unsigned key = 77;

    (void)state;
    for (unsigned i = 0; i < 5; i++) {
        c = open_cache(&o);
        assert_int_equal(whet_cache_invalidate(c, &key, sizeof(key)), 0);
        whet_cache_free(c);
        c = open_cache(&o);
        put(c, key, i, 0);
        whet_cache_free(c);
        c = open_cache(&o);
        assert_int_equal(get(c, key, i), WHET_CACHE_REMOTE);
        whet_cache_free(c);
    }
}

/* A server that stands still costs those who hit one wait, not one each. */
static void test_server_hangs(void **state)
{
    struct whet_cache_options o = {
        .remote = server.url,
        .remote_timeout_ns = UINT64_C(200000000),
        .remote_check_ns = 1,
    };
    uint64_t start_ns;
    struct whet_cache *c = open_cache(&o);

    (void)state;
    put(c, 1, 1, 0);
    kill(server.pid, SIGSTOP);
    start_ns = whet__clock_now_ns();
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(get(c, 1, 1), WHET_CACHE_MEMORY);
    assert_true(whet__clock_now_ns() - start_ns < UINT64_C(100000000000));
    kill(server.pid, SIGCONT);
    whet_cache_free(c);
}

static void test_server_goes(void **state)
{
    struct scratch s;
    struct whet_cache *c;
    struct whet_cache_stats stats;
    char note[300];

    (void)state;
    server_stop(&server);
    server_start(&server); /* nothing was invalidated there */
    scratch_init(&s);
    c = machine(&s);
    put(c, 1, 1, 0);
    whet_cache_sync(c);
    assert_null(whet_cache_note(c, note, sizeof(note)));
    server_stop(&server);
    assert_int_equal(get(c, 1, 1), WHET_CACHE_MEMORY);
    for (unsigned i = 100; i < 200; i++) {
        assert_int_equal(get(c, i, i), -1);
        put(c, i, i, 0);
        assert_true(get(c, i, i) >= 0);
    }
    assert_non_null(whet_cache_note(c, note, sizeof(note)));
    whet_cache_stats_read(c, &stats);
    assert_true(stats.levels[WHET_CACHE_REMOTE].failures > 0);
    whet_cache_free(c);
    c = machine(&s);
    assert_int_equal(get(c, 150, 150), WHET_CACHE_DISK);
    whet_cache_free(c);
    scratch_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),           cmocka_unit_test(test_invalidation),
        cmocka_unit_test(test_begins_with_news), cmocka_unit_test(test_one_put),
        cmocka_unit_test(test_server_hangs),     cmocka_unit_test(test_server_goes),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    if (!server_is_there()) {
        printf("1..0 # SKIP no redis-server here\n");
        return 0;
    }
    return cmocka_run_group_tests(tests, server_enter, server_leave);
}
