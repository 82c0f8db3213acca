/* cache/remote/remote.h: what is put on one machine is got on another one, and what was
 * invalidated is not. */
#include "../harness.h"
#include "../sanitized.h"

#include "cache/disk/disk.h"
#include "remote_machines.h"

static void test_from_one_machine_to_another(void **state)
{
    struct whet_remote *a;
    struct whet_remote *b;

    (void)state;
    need_server();
    a = open_machine();
    b = open_machine();
    assert_false(has(b, "key", "value"));
    put(a, "key", "value");
    put(a, "empty", "");
    assert_true(has(b, "key", "value"));
    assert_true(has(a, "key", "value"));
    assert_true(has(b, "empty", ""));
    assert_int_equal(stats_of(b).hits, 2);
    assert_int_equal(stats_of(b).misses, 1);
    assert_int_equal(stats_of(b).failures, 0);
    whet__remote_free(a);
    whet__remote_free(b);
}

/* Put and closed at once: what waits is sent. */
static void test_free_sends_what_waits(void **state)
{
    struct whet_remote *a;
    struct whet_entry *e;

    (void)state;
    need_server();
    a = open_machine();
    e = make_entry("key", "v", 1);
    for (int i = 0; i < 300; i++)
        whet__remote_put(a, e);
    whet__entry_drop(e);
    whet__remote_free(a);
    a = open_machine();
    assert_true(has(a, "key", "v"));
    whet__remote_free(a);
}

static void fill_value(unsigned char *value, size_t len, unsigned seed)
{
    for (size_t i = 0; i < len; i++)
        value[i] = (unsigned char)(i * 31 + seed);
}

#define MANY 1000

static void test_many_in_one_pipeline(void **state)
{
    static struct whet_remote_ask asks[MANY];
    static char keys[MANY][16];
    static unsigned char value[70000];
    struct whet_remote *a;

    (void)state;
    need_server();
    a = open_machine();
    for (unsigned i = 0; i < MANY; i++) {
        size_t len = i % 100 == 0 ? sizeof(value) : i;
        struct whet_entry *e;

        snprintf(keys[i], sizeof(keys[i]), "key %u", i);
        asks[i] = (struct whet_remote_ask){
            .hash = hash_of(keys[i]), .key = keys[i], .key_len = strlen(keys[i])};
        fill_value(value, len, i);
        e = make_entry(keys[i], value, len);
        if (i % 3 != 0)
            whet__remote_put(a, e);
        whet__entry_drop(e);
    }
    whet__remote_sync(a);
    assert_int_equal(whet__remote_get_many(a, asks, MANY, 0), MANY - (MANY + 2) / 3);
    for (unsigned i = 0; i < MANY; i++) {
        size_t len = i % 100 == 0 ? sizeof(value) : i;

        if (i % 3 == 0) {
            assert_null(asks[i].entry);
            continue;
        }
        fill_value(value, len, i);
        assert_int_equal(asks[i].entry->value_len, len);
        assert_memory_equal(whet__entry_value(asks[i].entry), value, len);
        whet__entry_drop(asks[i].entry);
    }
    assert_int_equal(whet__remote_get_many(a, asks, 0, 0), 0);
    whet__remote_free(a);
}

static void test_lives_end_on_the_server(void **state)
{
    struct whet_remote *a;
    struct whet_entry *e;
    int64_t left;

    (void)state;
    need_server();
    a = open_machine();
    put(a, "first", "contact");
    e = make_entry("key", "v", 1);
    e->end_ns = e->made_ns + UINT64_C(1000000000000);
    whet__remote_put(a, e);
    whet__remote_sync(a);
    whet__entry_drop(e);
    e = make_entry("over", "v", 1);
    e->end_ns = e->made_ns - 1;
    whet__remote_put(a, e);
    whet__remote_sync(a);
    whet__entry_drop(e);
    assert_int_equal(server_number(&server, "DBSIZE"), 3); /* with the count */
    assert_true(has(a, "key", "v"));
    {
        struct whet_hash128 hash = hash_of("key");
        char ask[128] = "PTTL whet:1:default:v:";

        whet__hash128_format(&hash, ask + strlen(ask));
        left = server_number(&server, ask);
        assert_true(left > 900000 && left <= 1000001);
    }
    whet__remote_free(a);
}

static void test_what_is_not_sent(void **state)
{
    struct whet_remote *a;
    struct whet_entry *e;

    (void)state;
    need_server();
    a = open_machine();
    put(a, "first", "contact");
    for (int i = 0; i < 3; i++) {
        e = make_entry("key", "v", 1);
        e->flags = i == 0 ? WHET_ENTRY_MEMORY_ONLY : i == 1 ? WHET_ENTRY_LOCAL_ONLY : 0;
        e->raw_len = i == 2 ? 5 : 0;
        whet__remote_put(a, e);
        whet__remote_sync(a);
        whet__entry_drop(e);
    }
    assert_int_equal(server_number(&server, "DBSIZE"), 2);
    whet__remote_free(a);
}

/* What cannot be sent must not leave an older value behind that comes back. */
static void test_no_older_value_comes_back(void **state)
{
    struct whet_remote *a;
    struct whet_remote *b;
    struct whet_entry *e;

    (void)state;
    need_server();
    a = open_machine();
    b = open_machine();
    put(a, "key", "old");
    assert_true(has(a, "key", "old"));
    e = make_entry("key", "new", 3);
    e->raw_len = 5; /* as good as any other reason */
    whet__remote_put(a, e);
    assert_false(has(a, "key", "old"));
    put(a, "other", "v"); /* behind the deletion */
    assert_false(has(b, "key", "old"));
    put(a, "key", "newer");
    assert_true(has(a, "key", "newer"));
    assert_true(has(b, "key", "newer"));
    assert_int_equal(a->behind.len, 0);
    whet__entry_drop(e);
    whet__remote_free(a);
    whet__remote_free(b);
}

static void test_marks_are_seen_at_once(void **state)
{
    struct whet_remote *a;
    struct whet_remote *b;

    (void)state;
    need_server();
    a = open_machine();
    b = open_machine();
    put(a, "a/1", "v");
    put(a, "a/2", "v");
    put(a, "b", "v");
    assert_true(has(b, "a/1", "v"));
    assert_int_equal(whet__remote_mark(a, WHET_MARK_KEY, "a/1", 3), 0);
    assert_false(has(b, "a/1", "v"));
    assert_false(has(a, "a/1", "v"));
    assert_true(has(b, "a/2", "v"));
    put(b, "a/1", "new");
    assert_true(has(a, "a/1", "new"));
    assert_int_equal(whet__remote_mark(b, WHET_MARK_PREFIX, "a/", 2), 0);
    assert_false(has(a, "a/1", "new"));
    assert_false(has(a, "a/2", "v"));
    assert_true(has(a, "b", "v"));
    assert_int_equal(whet__remote_mark(b, WHET_MARK_ALL, NULL, 0), 0);
    assert_false(has(a, "b", "v"));
    assert_false(has(b, "b", "v"));
    put(a, "b", "new");
    assert_true(has(b, "b", "new"));
    assert_true(stats_of(a).invalidations >= 1);
    whet__remote_free(a);
    whet__remote_free(b);
    /* A machine that comes later has the same list. */
    a = open_machine();
    assert_true(has(a, "b", "new"));
    assert_false(has(a, "a/2", "v"));
    whet__remote_free(a);
}

/* With a ledger: what was set elsewhere is learned, also what was set while this machine was
 * down, and after a restart of an empty server all that is older is untrue. */
static void test_marks_are_learned(void **state)
{
    struct whet_disk_options disk_options = {.client = "default", .shared = shared};
    struct whet_validity_options true_options = {.shared = shared, .seed = 1};
    struct whet_remote_options options = {
        .url = server.url, .timeout_ns = TIMEOUT_NS, .shared = shared};
    struct whet_disk *disk = NULL;
    struct whet_remote *a;
    struct whet_remote *b = NULL;
    struct whet_entry *e[3];
    char path[200];

    (void)state;
    need_server();
    snprintf(path, sizeof(path), "%s/cache.db", whet__text_str(&server.folder));
    disk_options.path = path;
    assert_int_equal(whet__disk_new(&disk, &disk_options), 0);
    true_options.disk = disk;
    options.disk = disk;
    a = open_machine();
    assert_int_equal(whet__validity_new(&options.validity, &true_options), 0);
    e[0] = make_entry("key", "v", 1);
    e[1] = make_entry("kept", "v", 1);
    assert_int_equal(whet__remote_new(&b, &options, NULL), 0);
    assert_false(has(b, "none", ""));
    assert_int_equal(whet__remote_mark(a, WHET_MARK_KEY, "first", 5), 0);
    assert_false(has(b, "none", "")); /* which finds out */
    assert_int_equal(whet__validity_check(options.validity, e[0], NULL), 1);
    whet__remote_free(b);
    assert_int_equal(whet__remote_mark(a, WHET_MARK_KEY, "key", 3), 0);
    assert_int_equal(whet__remote_new(&b, &options, NULL), 0);
    assert_false(has(b, "none", ""));
    assert_int_equal(whet__validity_check(options.validity, e[0], NULL), 0);
    assert_int_equal(whet__validity_check(options.validity, e[1], NULL), 1);
    /* What it was told before is not learned again. */
    e[2] = make_entry("first", "v", 1);
    whet__remote_free(b);
    assert_int_equal(whet__remote_new(&b, &options, NULL), 0);
    assert_false(has(b, "none", ""));
    assert_int_equal(whet__validity_check(options.validity, e[2], NULL), 1);
    whet__remote_free(b);
    server_stop(&server);
    server_start(&server);
    assert_int_equal(whet__remote_new(&b, &options, NULL), 0);
    assert_false(has(b, "none", ""));
    wait_for(b, "other", "w");
    assert_int_equal(whet__validity_check(options.validity, e[1], NULL), 0);
    for (int i = 0; i < 3; i++)
        whet__entry_drop(e[i]);
    whet__remote_free(a);
    whet__remote_free(b);
    whet__validity_free(options.validity);
    whet__disk_free(disk);
}

/* A value whose inputs were looked at before the mark must not come back by being put after
 * it. */
static void test_put_too_late(void **state)
{
    struct whet_remote *a;
    struct whet_remote *b;
    struct whet_entry *e;

    (void)state;
    need_server();
    a = open_machine();
    b = open_machine();
    assert_false(has(a, "key", ""));
    e = make_entry("key", "old", 3);
    assert_int_equal(whet__remote_mark(b, WHET_MARK_KEY, "key", 3), 0);
    assert_false(has(a, "key", "")); /* a knows of the mark now */
    whet__remote_put(a, e);
    whet__entry_drop(e);
    whet__remote_sync(a);
    assert_false(has(a, "key", "old"));
    assert_false(has(b, "key", "old"));
    put(a, "key", "new");
    assert_true(has(b, "key", "new"));
    whet__remote_free(a);
    whet__remote_free(b);
}

static void test_remove(void **state)
{
    struct whet_hash128 hash = hash_of("key");
    struct whet_remote *a;
    struct whet_entry *e;

    (void)state;
    need_server();
    a = open_machine();
    put(a, "key", "v");
    assert_int_equal(whet__remote_remove(a, &hash), 0);
    assert_false(has(a, "key", "v"));
    for (int i = 0; i < 50; i++) { /* still on its way, or just going */
        e = make_entry("key", "v", 1);
        whet__remote_put(a, e);
        whet__entry_drop(e);
        assert_int_equal(whet__remote_remove(a, &hash), 0);
        whet__remote_sync(a);
        assert_false(has(a, "key", "v"));
    }
    whet__remote_free(a);
}

/* Puts bytes of our own where the record of `key` is. */
static void store_raw(const char *key, const char *words)
{
    struct whet_hash128 hash = hash_of(key);
    char command[256] = "SET whet:1:default:v:";

    whet__hash128_format(&hash, command + strlen(command));
    snprintf(command + strlen(command), 100, " %s", words);
    server_do(&server, command);
}

static void test_wrong_records_are_deleted(void **state)
{
    struct whet_remote *a;
    struct whet_entry *e;

    (void)state;
    need_server();
    a = open_machine();
    put(a, "key", "v");
    store_raw("key", "garbage");
    assert_false(has(a, "key", "v"));
    assert_int_equal(stats_of(a).failures, 1);
    e = make_entry("other", "v", 1);
    whet__remote_put(a, e); /* behind the deletion */
    whet__remote_sync(a);
    whet__entry_drop(e);
    assert_int_equal(server_number(&server, "DBSIZE"), 2);
    server_do(&server, "RPUSH whet:1:default:marks x y z"); /* that nobody counted */
    assert_true(has(a, "other", "v"));
    whet__remote_free(a);
}

static void test_options(void **state)
{
    static const char *const bad[] = {"", "http://x", "redis://", "unix:"};
    struct whet_remote *r = NULL;
    struct whet_error err;

    (void)state;
    if (!whet__redis_built_in())
        skip();
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const struct whet_remote_options options = {.url = bad[i], .shared = shared};

        memset(&err, 0, sizeof(err));
        assert_int_equal(whet__remote_new(&r, &options, &err), -EINVAL);
        assert_int_not_equal(err.text[0], '\0');
    }
    {
        const struct whet_remote_options options = {
            .url = "unix:x", .client = "", .shared = shared};

        assert_int_equal(whet__remote_new(&r, &options, &err), -EINVAL);
    }
    assert_null(r);
    whet__remote_free(NULL);
}

static void test_read_only(void **state)
{
    struct whet_remote_options options = {
        .url = server.url, .timeout_ns = TIMEOUT_NS, .shared = shared, .read_only = 1};
    struct whet_hash128 hash = hash_of("key");
    struct whet_remote *a;
    struct whet_remote *b = NULL;

    (void)state;
    need_server();
    assert_int_equal(whet__remote_new(&b, &options, NULL), 0);
    assert_false(has(b, "key", "v"));
    assert_int_equal(server_number(&server, "DBSIZE"), 0);
    a = open_machine();
    put(a, "key", "v");
    assert_true(has(b, "key", "v"));
    assert_int_equal(whet__remote_mark(b, WHET_MARK_KEY, "key", 3), 0);
    assert_false(has(b, "key", "v"));
    assert_true(has(a, "key", "v"));
    assert_int_equal(whet__remote_remove(b, &hash), 0);
    put(b, "other", "v");
    assert_int_equal(server_number(&server, "DBSIZE"), 2);
    whet__remote_free(a);
    whet__remote_free(b);
}

static void test_fork(void **state)
{
    struct whet_remote *a;
    pid_t child;
    int status = -1;

    (void)state;
#if SANITIZED_THREADS
    skip(); /* ThreadSanitizer does not follow there */
#endif
    need_server();
    a = open_machine();
    put(a, "key", "v");
    assert_true(has(a, "key", "v"));
    whet__remote_lock_all(a);
    child = fork();
    whet__remote_unlock_all(a, child == 0);
    if (child == 0) {
        int ok = has(a, "key", "v");

        put(a, "child", "c");
        ok = ok && has(a, "child", "c");
        whet__remote_free(a);
        _exit(ok ? 0 : 1);
    }
    for (int i = 0; i < 100; i++)
        assert_true(has(a, "key", "v"));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_true(has(a, "child", "c"));
    whet__remote_free(a);
}

struct worker {
    struct whet_remote *r;
    unsigned seed;
    pthread_t thread;
};

static void *run_worker(void *ctx)
{
    struct worker *w = ctx;
    char key[32];

    for (unsigned i = 0; i < 300; i++) {
        struct whet_entry *e;

        snprintf(key, sizeof(key), "key %u", (i * 7 + w->seed) % 20);
        (void)has(w->r, key, key);
        e = make_entry(key, key, strlen(key));
        whet__remote_put(w->r, e);
        whet__entry_drop(e);
        if (i % 50 == 0)
            assert_int_equal(whet__remote_mark(w->r, WHET_MARK_KEY, key, strlen(key)), 0);
        (void)whet__remote_poll(w->r, whet__clock_wall_coarse_ns());
    }
    return NULL;
}

static void test_threads(void **state)
{
    struct worker workers[12];
    struct whet_remote *a;
    struct whet_remote *b;

    (void)state;
    need_server();
    a = open_machine();
    b = open_machine();
    for (unsigned i = 0; i < 12; i++) {
        workers[i] = (struct worker){i % 2 ? a : b, i, 0};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]), 0);
    }
    for (unsigned i = 0; i < 12; i++)
        pthread_join(workers[i].thread, NULL);
    assert_int_equal(stats_of(a).failures, 0);
    assert_int_equal(stats_of(b).failures, 0);
    assert_true(stats_of(a).hits > 0);
    whet__remote_free(a);
    whet__remote_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_from_one_machine_to_another),
        TEST(test_free_sends_what_waits),
        TEST(test_many_in_one_pipeline),
        TEST(test_lives_end_on_the_server),
        TEST(test_what_is_not_sent),
        TEST(test_no_older_value_comes_back),
        TEST(test_marks_are_seen_at_once),
        TEST(test_marks_are_learned),
        TEST(test_put_too_late),
        TEST(test_remove),
        TEST(test_wrong_records_are_deleted),
        TEST(test_options),
        TEST(test_read_only),
        TEST(test_fork),
        TEST(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
