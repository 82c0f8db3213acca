/* cache/remote/remote.h: nothing that happens to the server is ever more than a miss. */
#include "../harness.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "remote_machines.h"

static void test_server_dies_and_comes_back(void **state)
{
    char note[300];
    uint64_t start;
    struct whet_remote *a;

    (void)state;
    need_server();
    a = open_machine();
    put(a, "key", "v");
    assert_true(has(a, "key", "v"));
    server_stop(&server);
    start = whet__clock_now_ns();
    for (int i = 0; i < 1000; i++)
        assert_false(has(a, "key", "v"));
    assert_true(whet__clock_now_ns() - start < HUNG_NS);
    assert_int_equal(whet__remote_note(a, note, sizeof(note)), 1);
    assert_true(stats_of(a).failures >= 1 && stats_of(a).failures < 100);
    assert_int_equal(whet__remote_mark(a, WHET_MARK_KEY, "x", 1), -EIO);
    put(a, "key", "v");
    server_start(&server);
    wait_for(a, "key", "v");
    assert_int_equal(whet__remote_note(a, note, sizeof(note)), 0);
    whet__remote_free(a);
}

/* It takes connections and bytes, and says nothing. */
static void test_server_stands_still(void **state)
{
    struct whet_remote *a;
    uint64_t start;

    (void)state;
    need_server();
    a = open_url(server.url, SHORT_NS);
    wait_for(a, "key", "v");
    kill(server.pid, SIGSTOP);
    start = whet__clock_now_ns();
    for (int i = 0; i < 1000; i++)
        assert_false(has(a, "key", "v"));
    assert_int_equal(whet__remote_mark(a, WHET_MARK_KEY, "key", 3), -EIO);
    assert_true(whet__clock_now_ns() - start < HUNG_NS);
    kill(server.pid, SIGCONT);
    /* The mark that could not be sent is, before anything is answered. */
    wait_for(a, "other", "w");
    assert_false(has(a, "key", "v"));
    wait_for(a, "key", "new");
    whet__remote_free(a);
}

static void test_restarted_empty(void **state)
{
    struct whet_remote *a;
    struct whet_remote *b;
    struct whet_entry *e;
    uint64_t before;

    (void)state;
    need_server();
    a = open_machine();
    b = open_machine();
    assert_int_equal(whet__remote_mark(a, WHET_MARK_KEY, "x", 1), 0);
    put(a, "key", "v");
    assert_true(has(b, "key", "v"));
    e = make_entry("late", "old", 3); /* of the first server's time */
    before = a->count;
    server_stop(&server);
    server_start(&server);
    assert_false(has(a, "key", "v"));
    wait_for(a, "other", "w");
    wait_for(b, "other", "w");
    assert_int_not_equal(a->count / WHET_REMOTE_STEP, before / WHET_REMOTE_STEP);
    assert_int_equal(a->count, b->count);
    whet__remote_put(a, e); /* a mark on it may be lost */
    whet__remote_sync(a);
    whet__entry_drop(e);
    assert_false(has(b, "late", "old"));
    put(a, "key", "new");
    assert_true(has(b, "key", "new"));
    whet__remote_free(a);
    whet__remote_free(b);
}

/* The count and its marks may be thrown away under pressure, too. */
static void test_count_is_lost(void **state)
{
    struct whet_remote *a;

    (void)state;
    need_server();
    a = open_machine();
    put(a, "key", "v");
    assert_int_equal(whet__remote_mark(a, WHET_MARK_KEY, "x", 1), 0);
    assert_true(has(a, "key", "v"));
    server_do(&server, "DEL whet:1:default:epoch");
    assert_false(has(a, "key", "v"));
    put(a, "key", "new");
    assert_true(has(a, "key", "new"));
    server_do(&server, "DEL whet:1:default:marks");
    assert_int_equal(whet__remote_mark(a, WHET_MARK_KEY, "key", 3), 0);
    assert_false(has(a, "key", "new"));
    whet__remote_free(a);
    a = open_machine();
    assert_false(has(a, "key", "new"));
    whet__remote_free(a);
}

static void test_full(void **state)
{
    char note[300] = "";
    struct whet_remote *a;

    (void)state;
    need_server();
    a = open_machine();
    put(a, "key", "v");
    server_do(&server, "CONFIG SET maxmemory 1");
    put(a, "other", "v");
    assert_true(has(a, "key", "v"));
    assert_false(has(a, "other", "v"));
    assert_true(stats_of(a).failures >= 1);
    assert_int_equal(whet__remote_note(a, note, sizeof(note)), 1);
    assert_non_null(strstr(note, "OOM"));
    assert_int_equal(whet__remote_mark(a, WHET_MARK_KEY, "key", 3), -EIO);
    assert_false(has(a, "key", "v")); /* which it was not told */
    server_do(&server, "CONFIG SET maxmemory 0");
    wait_for(a, "other", "v");
    assert_false(has(a, "key", "v"));
    assert_int_equal(whet__remote_note(a, note, sizeof(note)), 0);
    whet__remote_free(a);
}

static unsigned free_port(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    close(fd);
    return ntohs(a.sin_port);
}

static void check_refused(const char *url, const char *says)
{
    struct whet_remote *a = open_url(url, TIMEOUT_NS);
    char note[300] = "";

    assert_false(has(a, "key", "v"));
    assert_int_equal(whet__remote_note(a, note, sizeof(note)), 1);
    assert_non_null(strstr(note, says));
    assert_null(strstr(note, "s3cret"));
    whet__remote_free(a);
}

/* The port that the server has then: another program may be quicker with one that was free. */
static unsigned open_port(void)
{
    int refused;
    unsigned port;

    do {
        struct whet_redis_reply *reply;
        char text[64];

        port = free_port();
        snprintf(text, sizeof(text), "CONFIG SET port %u", port);
        reply = server_ask(&server, text);
        refused = reply->kind == WHET_REDIS_ERROR;
        whet__redis_reply_free(reply);
    } while (refused);
    return port;
}

/* Over TCP, with a user, a password and a database. */
static void test_passwords(void **state)
{
    unsigned port;
    char text[700];
    struct whet_remote *a;

    (void)state;
    need_server();
    port = open_port();
    server_do(&server, "ACL SETUSER me on >s3cret@ ~* +@all");
    snprintf(text, sizeof(text), "redis://me:s3cret%%40@127.0.0.1:%u/3", port);
    a = open_url(text, TIMEOUT_NS);
    put(a, "key", "v");
    assert_true(has(a, "key", "v"));
    assert_true(has(a, "key", "v"));
    whet__remote_free(a);
    assert_int_equal(server_number(&server, "DBSIZE"), 0);
    snprintf(text, sizeof(text), "redis://me:s3cret@127.0.0.1:%u/3", port);
    check_refused(text, "WRONGPASS");
    snprintf(text, sizeof(text), "redis://127.0.0.1:%u/99", port);
    check_refused(text, "DB index");
    server_do(&server, "CONFIG SET requirepass s3cret");
    snprintf(text, sizeof(text), "redis://127.0.0.1:%u", port);
    check_refused(text, "NOAUTH");
}

static void test_wrong_types(void **state)
{
    struct whet_remote *a;

    (void)state;
    need_server();
    server_do(&server, "RPUSH whet:1:default:epoch x");
    a = open_url(server.url, SHORT_NS);
    assert_false(has(a, "key", "v"));
    put(a, "key", "v");
    assert_false(has(a, "key", "v"));
    assert_int_equal(whet__remote_mark(a, WHET_MARK_KEY, "key", 3), -EIO);
    server_do(&server, "DEL whet:1:default:epoch");
    wait_for(a, "key", "v");
    server_do(&server, "SET whet:1:default:marks x");
    assert_int_equal(whet__remote_mark(a, WHET_MARK_KEY, "key", 3), -EIO);
    assert_false(has(a, "key", "v"));
    whet__remote_free(a);
}

static void meet_fake(const char *bytes, size_t len, size_t step, int closes)
{
    struct fake fake = {.bytes = bytes, .len = len, .step = step, .closes = closes};
    uint64_t start = whet__clock_now_ns();
    struct whet_remote *a;

    fake_start(&fake);
    a = open_url(fake.at.url, SHORT_NS);
    for (int i = 0; i < 20; i++)
        assert_false(has(a, "key", "v"));
    put(a, "key", "v");
    assert_int_equal(whet__remote_mark(a, WHET_MARK_KEY, "key", 3), -EIO);
    assert_true(whet__clock_now_ns() - start < HUNG_NS);
    whet__remote_free(a);
    while (atomic_load(&fake.served) == 0) /* it comes to the door when it has a processor */
        whet__clock_sleep_ns(1000000);
    fake_stop(&fake);
}

#define MEET(text, step, closes) meet_fake(text, sizeof(text) - 1, step, closes)

static void test_servers_that_are_none(void **state)
{
    (void)state;
    if (!whet__redis_built_in())
        skip();
    MEET("", 0, 1);
    MEET("", 0, 0);
    MEET("HTTP/1.1 400 Bad Request\r\n\r\n", 0, 1);
    MEET("-LOADING Redis is loading the dataset in memory\r\n-LOADING\r\n", 0, 0);
    MEET("-NOAUTH Authentication required.\r\n-NOAUTH\r\n", 0, 0);
    MEET("*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n$5\r\n10", 0, 1);
    MEET("*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n$7\r\nabcdefg\r\n", 0, 0);
    MEET("*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n:-5\r\n", 0, 0);
    MEET("*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n:1048576\r\n+OK\r\n+QUEUED\r\n+QUEUED\r\n*-"
         "1\r\n",
         0, 0);
    MEET("$1073741824\r\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 0, 0);
    MEET("*1073741824\r\n", 0, 0);
    MEET("*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n$8\r\n10485760\r\n", 1, 0);
    MEET("\r\n\r\n\r\n", 0, 0);
    MEET("+OK\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n", 0, 0);
}

static void test_nobody_there(void **state)
{
    static const char *const urls[] = {"unix:/nowhere/at/all", "redis://127.0.0.1:1",
                                       "redis://[::1]:1", "redis://no-such-host.invalid"};

    (void)state;
    if (!whet__redis_built_in())
        skip();
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        uint64_t start = whet__clock_now_ns();
        struct whet_remote *a = open_url(urls[i], SHORT_NS);

        for (int k = 0; k < 100; k++)
            assert_false(has(a, "key", "v"));
        whet__remote_free(a);
        assert_true(whet__clock_now_ns() - start < HUNG_NS);
    }
}

/* What cannot be sent is bounded, and counted. */
static void test_queue_is_bounded(void **state)
{
    static unsigned char value[65536];
    struct whet_remote *a;
    struct whet_entry *e;

    (void)state;
    if (!whet__redis_built_in())
        skip();
    a = open_url("unix:/nowhere/at/all", SHORT_NS);
    e = make_entry("key", value, sizeof(value));
    for (int i = 0; i < 1000; i++)
        whet__remote_put(a, e);
    assert_true(a->queue_bytes <= WHET_REMOTE_QUEUE_BYTES);
    assert_true(stats_of(a).failures >= 700);
    assert_int_equal(atomic_load(&e->refs), 1 + a->queue_len);
    whet__remote_free(a);
    assert_int_equal(atomic_load(&e->refs), 1);
    whet__entry_drop(e);
}

static void test_without_memory(void **state)
{
    const struct whet_remote_options options = {
        .url = "unix:/nowhere/at/all", .timeout_ns = SHORT_NS, .shared = shared};
    int rc = 0;

    (void)state;
    if (!whet__redis_built_in())
        skip();
    EACH_ALLOCATION_FAILS
    {
        struct whet_remote *r;

        rc = whet__remote_new(&r, &options, NULL);
        if (rc == 0)
            whet__remote_free(r);
        else
            assert_int_equal(rc, -ENOMEM);
        if (fail_n > 20)
            break; /* the thread has its own to ask for, when it likes */
    }
    whet__mem_fail_nth(-1);
    assert_int_equal(rc, 0);
}

/* In whichever thread it is that memory fails, callers see misses, and it goes on after. */
static void test_calls_without_memory(void **state)
{
    struct whet_remote *a;

    (void)state;
    need_server();
    a = open_machine();
    put(a, "key", "v");
    for (long n = 1; n < 40; n++) {
        struct whet_entry *e = make_entry("other", "w", 1);

        whet__mem_fail_nth(n);
        (void)has(a, "key", "v");
        whet__remote_put(a, e);
        whet__remote_sync(a);
        (void)!whet__remote_mark(a, WHET_MARK_KEY, "none", 4);
        whet__mem_fail_nth(-1);
        whet__entry_drop(e);
    }
    wait_for(a, "key", "v");
    whet__remote_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_server_dies_and_comes_back),
        TEST(test_server_stands_still),
        TEST(test_restarted_empty),
        TEST(test_count_is_lost),
        TEST(test_full),
        TEST(test_passwords),
        TEST(test_wrong_types),
        TEST(test_servers_that_are_none),
        TEST(test_nobody_there),
        TEST(test_queue_is_bounded),
        TEST(test_without_memory),
        TEST(test_calls_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
