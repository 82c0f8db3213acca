/* whet_cache_tidy: what one client has not used for long goes, and nothing of another's. */
#include "../harness.h"

#include <errno.h>
#include <sched.h>

#include "scratch_file.h"

#define KEYS 20u
#define HOUR UINT64_C(3600000000000)

static struct whet_cache *open_as(const struct scratch *s, const char *client, unsigned flags)
{
    const struct whet_cache_options o = {.path = s->path,
                                         .memory_bytes = WHET_CACHE_NONE,
                                         .packed_bytes = WHET_CACHE_NONE,
                                         .disk_bytes = 16 << 20,
                                         .client = client,
                                         .flags = flags};

    return open_cache(&o);
}

static void fill(struct whet_cache *c)
{
    for (unsigned key = 0; key < KEYS; key++)
        assert_int_equal(whet_cache_put(c, &key, sizeof(key), "value", 5, NULL), 0);
    whet_cache_sync(c);
}

static unsigned count(struct whet_cache *c)
{
    struct whet_cache_value v;
    unsigned hits = 0;

    for (unsigned key = 0; key < KEYS; key++) {
        if (whet_cache_get(c, &key, sizeof(key), &v) == 1) {
            whet_cache_value_clear(&v);
            hits++;
        }
    }
    return hits;
}

static void test_unused_goes(void **state)
{
    uint64_t dropped = 99, all = 0;
    struct whet_cache *one, *two;
    struct scratch s;

    (void)state;
    scratch_init(&s);
    one = open_as(&s, "one", 0);
    two = open_as(&s, "two", 0);
    fill(one);
    fill(two);
    assert_int_equal(whet_cache_tidy(one, 1000 * HOUR, &dropped), 0);
    assert_int_equal(dropped, 0);
    assert_int_equal(whet_cache_tidy(one, 0, NULL), 0);
    assert_int_equal(count(one), KEYS);
    while (all < KEYS) { /* moments of use are whole seconds */
        assert_int_equal(whet_cache_tidy(one, 1, &dropped), 0);
        all += dropped;
        (void)sched_yield();
    }
    assert_int_equal(all, KEYS);
    assert_int_equal(count(one), 0);
    assert_int_equal(count(two), KEYS);
    whet_cache_free(one);
    whet_cache_free(two);
    two = open_as(&s, "two", WHET_CACHE_READ_ONLY);
    dropped = 99;
    assert_int_equal(whet_cache_tidy(two, 1, &dropped), -EROFS);
    assert_int_equal(dropped, 99);
    whet_cache_free(two);
    scratch_clear(&s);
}

static void test_without_file(void **state)
{
    struct whet_cache *c = open_cache(NULL);
    uint64_t dropped = 99;

    (void)state;
    fill(c);
    assert_int_equal(whet_cache_tidy(c, 1, &dropped), 0);
    assert_int_equal(dropped, 0);
    assert_int_equal(count(c), KEYS);
    whet_cache_free(c);
}

static void test_without_memory(void **state)
{
    struct whet_cache *c;
    struct scratch s;

    (void)state;
    scratch_init(&s);
    c = open_as(&s, "one", 0);
    fill(c);
    EACH_ALLOCATION_FAILS
    {
        uint64_t dropped = 99;
        int rc = whet_cache_tidy(c, 1000 * HOUR, &dropped);

        assert_true(rc == -ENOMEM || rc == 0);
        assert_int_equal(dropped, rc == 0 ? 0 : 99);
    }
    assert_int_equal(count(c), KEYS);
    whet_cache_free(c);
    scratch_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unused_goes),
        cmocka_unit_test(test_without_file),
        cmocka_unit_test(test_without_memory),
    };

    return cmocka_run_group_tests_name("cache_tidy", tests, NULL, NULL);
}
