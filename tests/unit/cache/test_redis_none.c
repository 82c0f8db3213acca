/* Without hiredis: redis_none.c is linked in redis.c's place, whatever the library was built
 * with. A cache says what it cannot have, and has the rest. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include <whet/cache.h>

#include "data/redis.h"

static void test_reader(void **state)
{
    struct whet_redis_reader *reader = NULL;
    struct whet_redis_reply *reply = NULL;

    (void)state;
    assert_false(whet__redis_built_in());
    assert_int_equal(whet__redis_reader_new(&reader, 100), -ENOTSUP);
    assert_int_equal(whet__redis_reader_feed(NULL, "+OK\r\n", 5), -ENOTSUP);
    assert_int_equal(whet__redis_reader_next(NULL, &reply), -ENOTSUP);
    assert_false(whet__redis_reader_holds(NULL));
    assert_null(reader);
    assert_null(reply);
    whet__redis_reply_free(reply);
    whet__redis_reader_free(reader);
}

static void test_cache(void **state)
{
    struct whet_cache_options o = {.remote = "redis://localhost"};
    struct whet_cache_value value;
    struct whet_cache *cache = NULL;
    struct whet_error err;

    (void)state;
    assert_int_equal(whet_cache_new(&cache, &o, &err), -EINVAL);
    assert_non_null(strstr(err.text, "without hiredis"));
    assert_null(cache);
    o.remote = NULL;
    assert_int_equal(whet_cache_new(&cache, &o, &err), 0);
    assert_int_equal(whet_cache_put(cache, "key", 3, "value", 5, NULL), 0);
    assert_int_equal(whet_cache_get(cache, "key", 3, &value), 1);
    whet_cache_value_clear(&value);
    whet_cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reader),
        cmocka_unit_test(test_cache),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
