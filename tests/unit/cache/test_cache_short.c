/* Every call of whet/cache.h when memory is short: each allocation that it makes fails in turn,
 * its own or one of the threads behind it, with memory alone, with a file, with a server, with
 * both. What is answered then is an error that the header names, or a miss; never a value that
 * was replaced or invalidated, neither here nor by another handle on the same file and server;
 * and afterwards all goes on. (That nothing is leaked is for AddressSanitizer to say.) */
#include "../harness.h"

#include <errno.h>
#include <stdlib.h>

#include "cache/engine.h"
#include "cache/remote/inside.h"
#include "own_server.h"
#include "scratch_file.h"

#define MIB     ((uint64_t)1 << 20)
#define LONG_NS UINT64_C(30000000000)
#define KEYS    3

/* A key has the number of its version as a value. */
struct world {
    const char *name;
    int file;
    int server;
    struct scratch scratch;
    char input[600]; /* a file to be made of */
    struct whet_cache *cache;
    struct whet_cache *other; /* without memory: it has what file and server have */
    unsigned version;         /* the last one of "key" ... */
    int gone;                 /* ... and 1: it was taken away since */
};

/* ---- What may be answered ---- */

static void check_value(const struct world *w, const void *data, size_t len)
{
    unsigned version;

    assert_int_equal(len, sizeof(version));
    memcpy(&version, data, sizeof(version));
    assert_false(w->gone);
    if (version != w->version)
        fail_msg("version %u, not %u", version, w->version);
}

static void check_hit(const struct world *w, struct whet_cache_value *v)
{
    if (!(v->flags & WHET_CACHE_NEGATIVE))
        check_value(w, v->data, v->len);
    whet_cache_value_clear(v);
}

static int check_get(const struct world *w, struct whet_cache *c)
{
    struct whet_cache_value v;
    int rc = whet_cache_get(c, "key", 3, &v);

    assert_true(rc == 0 || rc == 1);
    if (rc == 1)
        check_hit(w, &v);
    return rc;
}

/* 0 or "no memory" or, when others could not be told, -EIO. */
static int check_rc(int rc)
{
    if (rc != 0 && rc != -ENOMEM && rc != -EIO)
        fail_msg("answered %d", rc);
    return rc;
}

/* ---- The calls ---- */

/* Whatever it answers, what was there before is gone. */
static int put(struct world *w, const struct whet_cache_put *how)
{
    int negative = how != NULL && how->flags & WHET_CACHE_NO_VALUE;

    w->version++;
    w->gone = 0;
    return whet_cache_put(w->cache, "key", 3, negative ? NULL : (const void *)&w->version,
                          negative ? 0 : sizeof(w->version), how);
}

static int add_inputs(const struct world *w, struct whet_inputs *in)
{
    int rc = whet_inputs_file(in, w->input);

    if (rc == 0)
        rc = whet_inputs_tag(in, "tag");
    return rc;
}

static int put_made_of(struct world *w, int needs)
{
    struct whet_cache_put how = {0};
    int rc = whet_inputs_new(&how.inputs, w->cache);

    if (rc != 0)
        return rc;
    rc = add_inputs(w, how.inputs);
    if (rc == 0 && needs)
        rc = whet_inputs_need(how.inputs, "base", 4);
    if (rc == 0)
        rc = put(w, &how);
    whet_inputs_free(how.inputs);
    /* Others could not be told, or asked, that something is needed: as if it had changed. */
    return rc == -ESTALE && needs ? -EIO : rc;
}

static void run_put(struct world *w)
{
    check_rc(put(w, NULL));
}

static void run_put_made(struct world *w)
{
    check_rc(put_made_of(w, 0));
}

static void run_put_needing(struct world *w)
{
    check_rc(put_made_of(w, 1));
}

static void run_put_flags(struct world *w)
{
    static const unsigned flags[] = {WHET_CACHE_PINNED, WHET_CACHE_NO_VALUE,
                                     WHET_CACHE_MEMORY_ONLY, WHET_CACHE_LOCAL_ONLY};

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        struct whet_cache_put how = {.flags = flags[i]};

        check_rc(put(w, &how));
        (void)check_get(w, w->cache);
    }
}

static void run_get(struct world *w)
{
    (void)check_get(w, w->cache);
}

static void run_get_far(struct world *w)
{
    (void)check_get(w, w->other);
}

static void run_read(struct world *w)
{
    unsigned version;
    size_t len;
    int rc = whet_cache_read(w->cache, "key", 3, &version, sizeof(version), &len);

    assert_true(rc == 0 || rc == 1);
    if (rc == 1)
        check_value(w, &version, len);
}

static void get_many(struct world *w, struct whet_cache *c)
{
    static const struct whet_cache_key keys[KEYS] = {{"none", 4}, {"key", 3}, {"base", 4}};
    struct whet_cache_value values[KEYS];
    size_t hits = whet_cache_get_many(c, keys, KEYS, values);

    assert_null(values[0].held);
    assert_int_equal(hits, (values[1].held != NULL) + (values[2].held != NULL));
    if (values[1].held != NULL)
        check_hit(w, &values[1]);
    whet_cache_value_clear(&values[2]);
}

static void run_get_many(struct world *w)
{
    get_many(w, w->cache);
    get_many(w, w->other);
}

static void run_read_many(struct world *w)
{
    static const struct whet_cache_key keys[KEYS] = {{"none", 4}, {"key", 3}, {"base", 4}};
    unsigned versions[KEYS];
    struct whet_cache_room rooms[KEYS];
    size_t hits;

    for (int i = 0; i < KEYS; i++)
        rooms[i] = (struct whet_cache_room){.data = &versions[i], .size = sizeof(versions[i])};
    hits = whet_cache_read_many(w->other, keys, KEYS, rooms);
    assert_int_equal(rooms[0].rc, 0);
    assert_int_equal(hits, rooms[1].rc + rooms[2].rc);
    if (rooms[1].rc == 1)
        check_value(w, &versions[1], rooms[1].len);
}

static int make(void *ctx, struct whet_cache_draft *draft)
{
    struct world *w = ctx;
    int rc = add_inputs(w, whet_cache_draft_inputs(draft));

    w->version++;
    w->gone = 0;
    return rc != 0 ? rc : whet_cache_draft_set(draft, &w->version, sizeof(w->version));
}

static void load(struct world *w)
{
    struct whet_cache_value v;
    int rc = check_rc(whet_cache_load(w->cache, "key", 3, make, w, NULL, &v));

    if (rc == 0)
        check_hit(w, &v);
}

static void run_load(struct world *w)
{
    load(w); /* a hit, most often */
    if (whet_cache_invalidate(w->cache, "key", 3) == 0)
        load(w);
}

static int make_none(void *ctx, struct whet_cache_draft *draft)
{
    (void)ctx, (void)draft;
    return -ENOENT;
}

static void run_load_none(struct world *w)
{
    struct whet_cache_value v;
    int rc = whet_cache_load(w->cache, "nothing", 7, make_none, w, NULL, &v);

    assert_true(rc == -ENOENT || rc == -ENOMEM);
}

/* Without memory nothing may have happened; -EIO: it holds here. */
static void gone(struct world *w, int rc)
{
    w->gone = check_rc(rc) != -ENOMEM;
    if (w->gone)
        assert_int_equal(check_get(w, w->cache), 0);
}

static void run_invalidate(struct world *w)
{
    gone(w, whet_cache_invalidate(w->cache, "key", 3));
}

static void run_invalidate_tag(struct world *w)
{
    gone(w, whet_cache_invalidate_tag(w->cache, "tag"));
}

static void run_invalidate_prefix(struct world *w)
{
    gone(w, whet_cache_invalidate_prefix(w->cache, "ke", 2));
}

static void run_invalidate_all(struct world *w)
{
    gone(w, whet_cache_invalidate_all(w->cache));
}

static void run_invalidate_needed(struct world *w)
{
    if (put_made_of(w, 1) == 0)
        gone(w, whet_cache_invalidate(w->cache, "base", 4));
}

static void run_remove(struct world *w)
{
    gone(w, whet_cache_remove(w->cache, "key", 3));
}

static void run_warm(struct world *w)
{
    static const struct whet_cache_key keys[] = {{"none", 4}, {"key", 3}};

    assert_true(whet_cache_warm(w->cache, keys, 2) <= 2);
    (void)whet_cache_warm_hot(w->cache, 100);
    (void)check_get(w, w->cache);
}

static void run_resize(struct world *w)
{
    static const uint64_t sizes[] = {4 * MIB, 3 * MIB};

    for (size_t i = 0; i < 2; i++) {
        check_rc(whet_cache_resize(w->cache, WHET_CACHE_MEMORY, sizes[i]));
        check_rc(whet_cache_resize(w->cache, WHET_CACHE_PACKED, 2 * sizes[i]));
        if (w->file)
            check_rc(whet_cache_resize(w->cache, WHET_CACHE_DISK, 8 * sizes[i]));
        (void)check_get(w, w->cache);
    }
}

static void run_ask(struct world *w)
{
    struct whet_cache_advice advice;
    struct whet_cache_stats stats;
    struct whet_cache_why why;
    char note[300];
    int rc;

    check_rc(whet_cache_explain(w->cache, "key", 3, &why));
    whet_cache_stats_read(w->cache, &stats);
    (void)whet_cache_note(w->cache, note, sizeof(note));
    rc = whet_cache_advise(w->cache, 0.5, &advice);
    assert_true(rc == 0 || rc == -ENODATA || rc == -ENOMEM);
}

static void run_trace(struct world *w)
{
    char path[600];
    int rc;

    snprintf(path, sizeof(path), "%s/trace", whet__text_str(&w->scratch.folder));
    rc = check_rc(whet_cache_trace(w->cache, path, 1, 1000));
    for (int i = 0; rc == 0 && i < 5; i++)
        (void)check_get(w, w->cache);
    check_rc(whet_cache_trace(w->cache, NULL, 0, 0));
}

static void run_sync(struct world *w)
{
    check_rc(put(w, NULL));
    whet_cache_sync(w->cache);
}

/* A process that begins, uses the cache and ends. */
static void run_new(struct world *w)
{
    const struct whet_cache_options o = {
        .bytes = 16 * MIB,
        .path = w->file ? w->scratch.path : NULL,
        .remote = w->server ? server.url : NULL,
        .remote_timeout_ns = LONG_NS,
        .sample_keys = 100,
        .flags = WHET_CACHE_PREDICT,
    };
    struct whet_cache *c = NULL;
    struct whet_error err;
    int rc = whet_cache_new(&c, &o, &err);

    if (rc != 0) {
        assert_int_equal(rc, -ENOMEM);
        assert_int_equal(err.code, rc);
        assert_null(c);
        return;
    }
    (void)check_get(w, c);
    whet_cache_free(c);
}

static const struct call {
    const char *name;
    void (*run)(struct world *w);
} calls[] = {
    {"put", run_put},
    {"put made of a file", run_put_made},
    {"put needing another", run_put_needing},
    {"put with flags", run_put_flags},
    {"get", run_get},
    {"get from afar", run_get_far},
    {"read", run_read},
    {"get_many", run_get_many},
    {"read_many", run_read_many},
    {"load", run_load},
    {"load of none", run_load_none},
    {"invalidate", run_invalidate},
    {"invalidate_tag", run_invalidate_tag},
    {"invalidate_prefix", run_invalidate_prefix},
    {"invalidate_all", run_invalidate_all},
    {"invalidate of what it needs", run_invalidate_needed},
    {"remove", run_remove},
    {"warm", run_warm},
    {"resize", run_resize},
    {"explain, stats, note, advise", run_ask},
    {"trace", run_trace},
    {"sync", run_sync},
    {"new and free", run_new},
};

/* ---- The loop ---- */

/* A server that was left alone is tried at once, and what was lost on the way is deleted there,
 * as it is in a second or so. */
static void mend_remote(struct whet_remote *r)
{
    uint64_t deadline_ns = whet__clock_now_ns() + LONG_NS;

    pthread_mutex_lock(&r->lock);
    while (r->down || !r->reached || r->owed.len != 0 || r->owes_all || r->behind.len != 0) {
        r->pause_ns = r->write_pause_ns = 0;
        r->retry_ns = r->write_retry_ns = 0;
        pthread_cond_signal(&r->work);
        if (!whet__remote_wait_locked(r, whet__clock_now_ns() + UINT64_C(1000000)))
            assert_true(whet__clock_now_ns() < deadline_ns);
    }
    pthread_mutex_unlock(&r->lock);
}

/* With memory again: nobody has an older value, and a new one is taken by all levels. */
static void check_after(struct world *w)
{
    if (w->server) {
        mend_remote(w->cache->remote);
        mend_remote(w->other->remote);
    }
    (void)check_get(w, w->cache);
    whet_cache_sync(w->cache);
    (void)check_get(w, w->other);
    whet_cache_sync(w->other); /* what it has brought down from the server */
    assert_int_equal(whet_cache_put(w->cache, "base", 4, "base", 4, NULL), 0);
    assert_int_equal(put_made_of(w, 0), 0);
    assert_int_equal(check_get(w, w->cache), 1);
    whet_cache_sync(w->cache);
    if (w->file || w->server)
        assert_int_equal(check_get(w, w->other), 1);
}

static void try_call(struct world *w, const struct call *call)
{
    int more = 1;

    print_message("# %s: %s\n", w->name, call->name);
    for (long n = 1; more; n++) {
        whet__mem_fail_nth(n);
        call->run(w);
        more = !whet__mem_fail_pending();
        whet__mem_fail_nth(-1);
        check_after(w);
    }
}

static void open_world(struct world *w)
{
    struct whet_cache_options o = {
        .bytes = 64 * MIB,
        .path = w->file ? w->scratch.path : NULL,
        .remote = w->server ? server.url : NULL,
        .remote_timeout_ns = LONG_NS,
        .remote_check_ns = 1,
        .negative_ttl_ns = LONG_NS,
        .sample_keys = 100,
    };

    w->cache = open_cache(&o);
    o.memory_bytes = o.packed_bytes = WHET_CACHE_NONE;
    w->other = w->file || w->server ? open_cache(&o) : w->cache;
    check_after(w);
}

static void try_world(struct world *w)
{
    FILE *f;

    scratch_init(&w->scratch);
    snprintf(w->input, sizeof(w->input), "%s/input", whet__text_str(&w->scratch.folder));
    f = fopen(w->input, "w");
    assert_non_null(f);
    fclose(f);
    open_world(w);
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        try_call(w, &calls[i]);
    if (w->other != w->cache)
        whet_cache_free(w->other);
    whet_cache_free(w->cache);
    scratch_clear(&w->scratch);
}

static void test_memory(void **state)
{
    struct world w = {.name = "memory"};

    (void)state;
    try_world(&w);
}

static void test_file(void **state)
{
    struct world w = {.name = "file", .file = 1};

    (void)state;
    try_world(&w);
}

static void need_server(void)
{
    if (!server_is_there()) {
        print_message("# no hiredis, or no redis-server here\n");
        skip();
    }
    server_do(&server, "FLUSHALL");
}

static void test_server(void **state)
{
    struct world w = {.name = "server", .server = 1};

    (void)state;
    need_server();
    try_world(&w);
}

static void test_file_and_server(void **state)
{
    struct world w = {.name = "file and server", .file = 1, .server = 1};

    (void)state;
    need_server();
    try_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_server),
        cmocka_unit_test(test_file_and_server),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, server_enter, server_leave);
}
