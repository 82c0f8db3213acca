/* What a server says, read whole and byte by byte, bounded, and when it is not that; and what
 * is said to it. */
#include "../harness.h"

#include <errno.h>
#include <string.h>

#include "data/redis.h"

#define MAX 4096

static struct whet_redis_reader *open_reader(void)
{
    struct whet_redis_reader *r = NULL;

    if (!whet__redis_built_in()) {
        print_message("built without hiredis\n");
        skip();
    }
    assert_int_equal(whet__redis_reader_new(&r, MAX), 0);
    return r;
}

/* The first reply of `bytes`, fed in pieces of `step`. */
static int read_first(const char *bytes, size_t len, size_t step, struct whet_redis_reply **out)
{
    struct whet_redis_reader *r = open_reader();
    int rc = 0;

    for (size_t at = 0; rc == 0 && at < len; at += step) {
        rc = whet__redis_reader_feed(r, bytes + at, step < len - at ? step : len - at);
        if (rc == 0)
            rc = whet__redis_reader_next(r, out);
    }
    whet__redis_reader_free(r);
    return rc;
}

static void check_nested(const struct whet_redis_reply *a)
{
    assert_int_equal(a->kind, WHET_REDIS_ARRAY);
    assert_int_equal(a->count, 5);
    assert_int_equal(a->items[0]->kind, WHET_REDIS_INTEGER);
    assert_int_equal(a->items[0]->number, INT64_MIN + 1);
    assert_int_equal(a->items[1]->kind, WHET_REDIS_NIL);
    assert_int_equal(a->items[2]->kind, WHET_REDIS_STRING);
    assert_int_equal(a->items[2]->len, 3);
    assert_memory_equal(a->items[2]->text, "a\0b", 4);
    assert_int_equal(a->items[3]->kind, WHET_REDIS_ARRAY);
    assert_int_equal(a->items[3]->count, 1);
    assert_string_equal(a->items[3]->items[0]->text, "OK");
    assert_int_equal(a->items[3]->items[0]->kind, WHET_REDIS_STATUS);
    assert_int_equal(a->items[4]->kind, WHET_REDIS_ERROR);
    assert_memory_equal(a->items[4]->text, "OOM", 3);
}

static void test_replies_of_every_kind(void **state)
{
    static const char bytes[] = "*5\r\n:-9223372036854775807\r\n$-1\r\n$3\r\na\0b\r\n"
                                "*1\r\n+OK\r\n-OOM no room\r\n";

    (void)state;
    for (size_t step = 1; step < sizeof(bytes); step++) {
        struct whet_redis_reply *reply;

        assert_int_equal(read_first(bytes, sizeof(bytes) - 1, step, &reply), 1);
        check_nested(reply);
        whet__redis_reply_free(reply);
    }
}

static void test_what_is_no_reply(void **state)
{
    static const char *const bad[] = {"HTTP/1.1 200 OK\r\n",
                                      "*-2\r\n",
                                      "$-2\r\n",
                                      "*999999999999\r\n",
                                      "$x\r\n",
                                      ":12a\r\n",
                                      "\r\n",
                                      "*1\r\n?\r\n"};
    struct whet_redis_reply *reply;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int rc = read_first(bad[i], strlen(bad[i]), 64, &reply);

        assert_true(rc == -EBADMSG || rc == -EFBIG);
    }
    assert_int_equal(read_first("$5\r\nabc", 7, 64, &reply), 0);
    assert_int_equal(read_first("*100000\r\n:1\r\n", 13, 64, &reply), -EFBIG);
}

static void test_bounds(void **state)
{
    static char bytes[2 * MAX];
    struct whet_redis_reply *reply;
    size_t head = strlen("$5000\r\n");

    (void)state;
    memset(bytes, 'x', sizeof(bytes));
    memcpy(bytes, "$5000\r\n", head);
    memcpy(bytes + head + 5000, "\r\n", 2);
    assert_int_equal(read_first(bytes, head + 5002, 100, &reply), -EFBIG);
    /* A line that does not end. */
    bytes[0] = '+';
    memset(bytes + 1, 'x', sizeof(bytes) - 1);
    assert_int_equal(read_first(bytes, sizeof(bytes), 100, &reply), -EFBIG);
}

static void test_many_in_one_buffer(void **state)
{
    struct whet_redis_reader *r = open_reader();
    struct whet_redis_reply *reply;

    (void)state;
    assert_int_equal(whet__redis_reader_feed(r, ":1\r\n:2\r\n:3", 10), 0);
    for (int i = 1; i <= 2; i++) {
        assert_int_equal(whet__redis_reader_next(r, &reply), 1);
        assert_int_equal(reply->number, i);
        whet__redis_reply_free(reply);
    }
    assert_int_equal(whet__redis_reader_next(r, &reply), 0);
    assert_true(whet__redis_reader_holds(r));
    assert_int_equal(whet__redis_reader_feed(r, "\r\n", 2), 0);
    assert_int_equal(whet__redis_reader_next(r, &reply), 1);
    whet__redis_reply_free(reply);
    assert_false(whet__redis_reader_holds(r));
    whet__redis_reader_free(r);
}

static void test_without_memory(void **state)
{
    static const char bytes[] = "*2\r\n$3\r\nabc\r\n*1\r\n:1\r\n";
    int done = 0;

    (void)state;
    if (!whet__redis_built_in())
        skip();
    EACH_ALLOCATION_FAILS
    {
        struct whet_redis_reader *r;
        struct whet_redis_reply *reply;

        if (whet__redis_reader_new(&r, MAX) != 0)
            continue;
        assert_int_equal(whet__redis_reader_feed(r, bytes, sizeof(bytes) - 1), 0);
        done = whet__redis_reader_next(r, &reply);
        if (done == 1)
            whet__redis_reply_free(reply);
        else
            assert_int_equal(done, -ENOMEM);
        whet__redis_reader_free(r);
    }
    assert_int_equal(done, 1);
}

static void test_commands(void **state)
{
    struct whet_text t;

    (void)state;
    whet__text_init(&t, 1000);
    whet__redis_say(&t, "GET key");
    whet__redis_begin(&t, 12);
    whet__redis_word(&t, "a\r\n", 3);
    whet__redis_number(&t, -70);
    whet__redis_word(&t, "", 0);
    assert_string_equal(whet__text_str(&t), "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n"
                                            "*12\r\n$3\r\na\r\n\r\n$3\r\n-70\r\n$0\r\n\r\n");
    whet__text_clear(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies_of_every_kind),
        cmocka_unit_test(test_what_is_no_reply),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_many_in_one_buffer),
        cmocka_unit_test(test_without_memory),
        cmocka_unit_test(test_commands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
