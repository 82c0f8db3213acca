/* tests/unit/cache/remote_machines.h - machines that share a server: each is a handle of its
 * own. The time-out is far above what a busy computer needs; where a wait is looked at, the
 * bound is far above the time-out. */
#ifndef WHET_TESTS_REMOTE_MACHINES_H
#define WHET_TESTS_REMOTE_MACHINES_H

#include <errno.h>
#include <string.h>

#include "cache/remote/remote.h"
#include "cache/remote/inside.h"
#include "redis_server.h"

#define TIMEOUT_NS UINT64_C(10000000000)
#define SHORT_NS   UINT64_C(50000000)
#define HUNG_NS    UINT64_C(20000000000)

static struct server server;
static struct whet_shared *shared;

static int enter(void **state)
{
    (void)state;
    if (server_init(&server) != 0 || whet__shared_new(&shared, NULL, 0) != 0)
        return -1;
    return 0;
}

static int leave(void **state)
{
    (void)state;
    whet__shared_free(shared);
    server_clear(&server);
    return 0;
}

static inline void need_server(void)
{
    if (!whet__redis_built_in() || !server_installed()) {
        print_message("# no hiredis, or no redis-server here\n");
        skip();
    }
    server_start(&server);
}

static inline struct whet_remote *open_url(const char *url, uint64_t timeout_ns)
{
    const struct whet_remote_options options = {
        .url = url, .timeout_ns = timeout_ns, .shared = shared};
    struct whet_remote *r = NULL;

    assert_int_equal(whet__remote_new(&r, &options, NULL), 0);
    return r;
}

static inline struct whet_remote *open_machine(void)
{
    return open_url(server.url, TIMEOUT_NS);
}

static struct whet_hash128 hash_of(const char *key)
{
    return whet__key_hash(1, key, strlen(key));
}

static inline struct whet_entry *make_entry(const char *key, const void *value, size_t len)
{
    struct whet_hash128 hash = hash_of(key);
    struct whet_entry *e = NULL;

    assert_int_equal(whet__entry_new(&e, &hash, key, strlen(key), NULL, 0, len), 0);
    memcpy(whet__entry_value(e), value, len);
    e->made_ns = whet__clock_wall_ns();
    e->epoch = whet__shared_epoch(shared, 0);
    return e;
}

static inline void put(struct whet_remote *r, const char *key, const char *value)
{
    struct whet_entry *e = make_entry(key, value, strlen(value));

    whet__remote_put(r, e);
    whet__entry_drop(e);
    whet__remote_sync(r);
}

/* 1 and the value is `value`; 0: a miss. */
static inline int has(struct whet_remote *r, const char *key, const char *value)
{
    struct whet_hash128 hash = hash_of(key);
    struct whet_entry *e;

    if (whet__remote_get(r, &hash, key, strlen(key), 0, &e) == 0)
        return 0;
    assert_int_equal(e->value_len, strlen(value));
    assert_memory_equal(whet__entry_value(e), value, strlen(value));
    whet__entry_drop(e);
    return 1;
}

/* Asks until it answers: the level's thread finds out by itself that a server is back. */
static inline void wait_for(struct whet_remote *r, const char *key, const char *value)
{
    uint64_t start = whet__clock_now_ns();

    while (!has(r, key, value)) {
        assert_true(whet__clock_now_ns() - start < 4 * HUNG_NS);
        put(r, key, value);
        whet__clock_sleep_ns(1000000);
    }
}

static inline struct whet_cache_level_stats stats_of(struct whet_remote *r)
{
    struct whet_cache_level_stats s;

    whet__remote_stats(r, &s);
    return s;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)

#endif
