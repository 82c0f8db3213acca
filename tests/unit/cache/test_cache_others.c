/* whet/cache.h, several on one file: what one of them puts or removes, no other goes on
 * answering from its memory. A second cache of this process is another one as much as a second
 * process's is; what a process alone can do (fork, die) is done by one. */
#include "../harness.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "cache/disk/shared.h"
#include "cache/entry/entry.h"
#include "other_process.h"
#include "scratch_file.h"

#define MIB ((uint64_t)1 << 20)

/* Which of the two levels in memory there are. */
struct choice {
    uint64_t memory, packed;
};

static const struct choice choices[] = {
    {4 * MIB, WHET_CACHE_NONE},
    {WHET_CACHE_NONE, 4 * MIB},
    {4 * MIB, 4 * MIB},
};

enum { CHOICES = sizeof(choices) / sizeof(choices[0]) };

struct pair {
    struct scratch s;
    struct whet_cache *a, *b;
};

static struct whet_cache_options options_of(const struct pair *p, const struct choice *choice)
{
    return (struct whet_cache_options){.memory_bytes = choice->memory,
                                       .packed_bytes = choice->packed,
                                       .disk_bytes = 64 * MIB,
                                       .path = p->s.path};
}

static void pair_init(struct pair *p, const struct choice *choice)
{
    struct whet_cache_options o;

    scratch_init(&p->s);
    o = options_of(p, choice);
    p->a = open_cache(&o);
    p->b = open_cache(&o);
}

static void pair_clear(struct pair *p)
{
    whet_cache_free(p->a);
    whet_cache_free(p->b);
    scratch_clear(&p->s);
}

/* As if more had been written than the ring holds. */
static void post_all(const struct pair *p)
{
    struct whet_shared *s;

    assert_int_equal(whet__shared_new(&s, p->s.path, 0), 0);
    whet__shared_post_all(s);
    whet__shared_post_settle(s);
    whet__shared_free(s);
}

static void put(struct whet_cache *c, const char *key, const char *value)
{
    assert_int_equal(whet_cache_put(c, key, strlen(key), value, strlen(value), NULL), 0);
}

/* Through every door; NULL: a miss. */
static void is(struct whet_cache *c, const char *key, const char *value)
{
    struct whet_cache_key name = {key, strlen(key)};
    struct whet_cache_value v = {0};
    char copy[64];
    struct whet_cache_room room = {.data = copy, .size = sizeof(copy)};
    size_t len = 0;
    int hit = value != NULL;

    assert_int_equal(whet_cache_read(c, key, strlen(key), copy, sizeof(copy), &len), hit);
    if (hit) {
        assert_int_equal(len, strlen(value));
        assert_memory_equal(copy, value, len);
    }
    assert_int_equal(whet_cache_get(c, key, strlen(key), &v), hit);
    if (hit)
        assert_memory_equal(v.data, value, v.len);
    whet_cache_value_clear(&v);
    assert_int_equal(whet_cache_read_many(c, &name, 1, &room), hit);
    assert_int_equal(room.rc, hit);
    if (hit)
        assert_memory_equal(copy, value, room.len);
    assert_int_equal(whet_cache_get_many(c, &name, 1, &v), hit);
    if (hit)
        assert_memory_equal(v.data, value, v.len);
    whet_cache_value_clear(&v);
}

/* 1: memory answered, packed or not. */
static int is_near(struct whet_cache *c, const char *key)
{
    struct whet_cache_value v = {0};
    int near;

    assert_int_equal(whet_cache_get(c, key, strlen(key), &v), 1);
    near = v.level == WHET_CACHE_MEMORY || v.level == WHET_CACHE_PACKED;
    whet_cache_value_clear(&v);
    return near;
}

static void what_is_overwritten_is_not_answered(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHOICES; i++) {
        struct pair p;

        pair_init(&p, &choices[i]);
        put(p.a, "k", "one");
        put(p.a, "other", "stays");
        whet_cache_sync(p.a);
        is(p.b, "k", "one");
        is(p.b, "other", "stays");
        assert_true(is_near(p.b, "k"));
        put(p.a, "k", "two");
        whet_cache_sync(p.a);
        assert_true(is_near(p.b, "other"));
        is(p.b, "k", "two");
        assert_true(is_near(p.b, "k"));
        assert_true(is_near(p.a, "k")); /* what is written is in his own memory still */
        put(p.b, "k", "six");
        whet_cache_sync(p.b);
        is(p.a, "k", "six");
        pair_clear(&p);
    }
}

/* What this one has put waits to be written, or is being written, while another puts the same
 * key, and writes it: that is the last one, also where nobody knows any more whose it was. */
static void what_waits_is_not_the_last(void **state)
{
    static const struct choice no_memory = {WHET_CACHE_NONE, WHET_CACHE_NONE};

    (void)state;
    for (size_t i = 0; i < 2 * (CHOICES + 1); i++) {
        struct pair p;

        pair_init(&p, i / 2 < CHOICES ? &choices[i / 2] : &no_memory);
        put(p.a, "k", "one");
        put(p.a, "other", "stays");
        put(p.b, "k", "two");
        whet_cache_sync(p.b);
        if (i % 2 != 0)
            post_all(&p);
        is(p.a, "k", "two");
        is(p.a, "other", "stays");
        whet_cache_sync(p.a);
        is(p.a, "k", "two");
        is(p.b, "k", "two");
        is(p.b, "other", "stays");
        put(p.a, "k", "six"); /* what waits may be the last one, too */
        is(p.a, "k", "six");
        whet_cache_sync(p.a);
        is(p.b, "k", "six");
        pair_clear(&p);
    }
}

static void what_is_removed_is_not_answered(void **state)
{
    (void)state;
    for (size_t i = 0; i < CHOICES; i++) {
        struct pair p;

        pair_init(&p, &choices[i]);
        put(p.a, "k", "one");
        whet_cache_sync(p.a);
        is(p.b, "k", "one");
        assert_int_equal(whet_cache_remove(p.a, "k", 1), 0);
        is(p.b, "k", NULL);
        pair_clear(&p);
    }
}

/* Also where a put that memory alone keeps takes the file's row away. */
static void what_memory_alone_has_replaces_too(void **state)
{
    const struct whet_cache_put alone = {.flags = WHET_CACHE_MEMORY_ONLY};
    struct pair p;

    (void)state;
    pair_init(&p, &choices[0]);
    put(p.a, "k", "one");
    whet_cache_sync(p.a);
    is(p.b, "k", "one");
    assert_int_equal(whet_cache_put(p.a, "k", 1, "two", 3, &alone), 0);
    whet_cache_sync(p.a);
    is(p.b, "k", NULL);
    is(p.a, "k", "two");
    pair_clear(&p);
}

/* What a value needs was removed and put anew: who made the value of the old one did not look.
 */
static void nothing_is_made_of_what_is_gone(void **state)
{
    (void)state;
    for (int before = 0; before < 2; before++) {
        struct whet_cache_put how = {0};
        struct whet_cache_value v = {0};
        struct pair p;
        int rc;

        pair_init(&p, &choices[0]);
        put(p.a, "k", "one");
        whet_cache_sync(p.a);
        is(p.b, "k", "one");
        assert_int_equal(whet_inputs_new(&how.inputs, p.b), 0);
        if (before)
            assert_int_equal(whet_inputs_need(how.inputs, "k", 1), 0);
        assert_int_equal(whet_cache_remove(p.a, "k", 1), 0);
        put(p.a, "k", "two");
        whet_cache_sync(p.a);
        if (!before)
            assert_int_equal(whet_inputs_need(how.inputs, "k", 1), 0);
        assert_int_equal(whet_cache_get(p.b, "k", 1, &v), 1);
        assert_memory_equal(v.data, "two", 3);
        rc = whet_cache_put(p.b, "d", 1, v.data, v.len, &how);
        assert_true(rc == 0 || (before && rc == -ESTALE));
        whet_cache_value_clear(&v);
        whet_inputs_free(how.inputs);
        whet_cache_sync(p.b);
        if (rc == 0 && !before)
            is(p.a, "d", "two");
        put(p.a, "k", "three");
        whet_cache_sync(p.a);
        is(p.a, "d", NULL);
        is(p.b, "d", NULL);
        pair_clear(&p);
    }
}

/* What is needed is put anew while a third holds the file: the put is good here, and those who
 * share the file are told as soon as it can be written. */
static void what_could_not_be_told_is_told_later(void **state)
{
    struct whet_cache_put how = {0};
    struct pair p;
    sqlite3 *third;

    (void)state;
    pair_init(&p, &choices[0]);
    put(p.a, "n", "one");
    whet_cache_sync(p.a);
    assert_int_equal(whet_inputs_new(&how.inputs, p.b), 0);
    assert_int_equal(whet_inputs_need(how.inputs, "n", 1), 0);
    assert_int_equal(whet_cache_put(p.b, "d", 1, "of one", 6, &how), 0);
    whet_inputs_free(how.inputs);
    is(p.b, "d", "of one");
    assert_int_equal(sqlite3_open(p.s.path, &third), SQLITE_OK);
    assert_int_equal(sqlite3_exec(third, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    put(p.a, "n", "two");
    is(p.a, "n", "two");
    assert_int_equal(sqlite3_close(third), SQLITE_OK);
    whet_cache_sync(p.a);
    is(p.b, "d", NULL);
    pair_clear(&p);
}

/* More is written than the ring holds: whoever has not listened knows nothing any more. */
static void who_has_not_listened_forgets_all(void **state)
{
    char key[32];

    (void)state;
    for (size_t i = 0; i < CHOICES; i++) {
        struct pair p;

        pair_init(&p, &choices[i]);
        put(p.a, "k", "one");
        put(p.a, "other", "stays");
        whet_cache_sync(p.a);
        is(p.b, "k", "one");
        is(p.b, "other", "stays");
        put(p.a, "k", "two");
        for (int n = 0; n < WHET_SHARED_POSTS + 10; n++) {
            snprintf(key, sizeof(key), "key %d", n);
            put(p.a, key, "x");
        }
        whet_cache_sync(p.a);
        assert_false(is_near(p.b, "other"));
        assert_true(is_near(p.b, "other"));
        is(p.b, "k", "two");
        pair_clear(&p);
    }
}

/* What one has written himself is no news to him, however much it is. */
static void who_writes_forgets_nothing(void **state)
{
    const struct whet_cache_put alone = {.flags = WHET_CACHE_MEMORY_ONLY};
    char key[32];
    struct pair p;

    (void)state;
    pair_init(&p, &choices[0]);
    assert_int_equal(whet_cache_put(p.a, "k", 1, "one", 3, &alone), 0);
    for (int n = 0; n < WHET_SHARED_POSTS + 10; n++) {
        snprintf(key, sizeof(key), "key %d", n);
        put(p.a, key, "x");
    }
    whet_cache_sync(p.a);
    is(p.a, "k", "one");
    assert_true(is_near(p.a, "key 0"));
    pair_clear(&p);
}

/* Opens the file, writes more than the log that may rest beside it, and closes it; then says
 * what it finds under "k". */
static void write_and_look(int orders, int answers)
{
    struct whet_cache_options o = {.memory_bytes = WHET_CACHE_NONE,
                                   .packed_bytes = WHET_CACHE_NONE,
                                   .disk_bytes = 64 * MIB};
    char path[512], key[32], value[2000] = "", found[8] = "";
    struct whet_cache *c;
    size_t len = 0;

    if (!pipe_read(orders, path, sizeof(path)))
        _exit(1);
    o.path = path;
    for (int i = 0; i < 2; i++) {
        if (whet_cache_new(&c, &o, NULL) != 0)
            _exit(2);
        if (i != 0)
            (void)!whet_cache_read(c, "k", 1, found, sizeof(found), &len);
        for (int n = 0; i == 0 && n < 400; n++) {
            snprintf(key, sizeof(key), "key %d", n);
            (void)!whet_cache_put(c, key, strlen(key), value, sizeof(value), NULL);
        }
        whet_cache_free(c);
        if (write(answers, found, sizeof(found)) != sizeof(found) ||
            (i == 0 && !pipe_read(orders, found, 1)))
            _exit(3);
        memset(found, 0, sizeof(found));
    }
    _exit(0);
}

/* A second cache of a process is opened without the first one's losing its hold of the file: or
 * the next process to leave would take itself for the last, and the log away. (The other is
 * there before there are caches.) */
static void two_of_a_process_hold_the_file(void **state)
{
    int status, orders[2], answers[2];
    char found[8];
    struct pair p;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(orders), 0);
    assert_int_equal(pipe(answers), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(orders[1]);
        close(answers[0]);
        write_and_look(orders[0], answers[1]);
    }
    close(orders[0]);
    close(answers[1]);
    pair_init(&p, &choices[0]);
    whet_cache_free(p.b);
    put(p.a, "k", "one");
    whet_cache_sync(p.a);
    p.b = open_cache(&(struct whet_cache_options){.path = p.s.path});
    assert_int_equal(write(orders[1], p.s.path, sizeof(p.s.path)), sizeof(p.s.path));
    assert_true(pipe_read(answers[0], found, sizeof(found)));
    put(p.a, "k", "two");
    whet_cache_sync(p.a);
    assert_int_equal(write(orders[1], "", 1), 1);
    assert_true(pipe_read(answers[0], found, sizeof(found)));
    assert_string_equal(found, "two");
    close(orders[1]);
    close(answers[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    pair_clear(&p);
}

/* Posts the key, for a put that never comes, and dies. */
static void post_and_die(int orders)
{
    struct whet_hash128 hash = whet__key_hash(whet__key_seed("default"), "k", 1);
    struct whet_shared *s;
    char path[512];

    if (!pipe_read(orders, path, sizeof(path)) || whet__shared_new(&s, path, 0) != 0)
        _exit(1);
    whet__shared_post_begin(s, 2);
    whet__shared_post(s, &hash, UINT64_MAX);
    s->posted++; /* what that slot has, nobody knows */
    whet__shared_post_end(s);
    (void)kill(getpid(), SIGKILL);
}

/* Before it is known what came of it. (The process is there before there are caches whose locks
 * a fork would have to take.) */
static void who_dies_in_a_post_leaves_it_to_the_next(void **state)
{
    struct pair p;
    int status, orders[2];
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(orders), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(orders[1]);
        post_and_die(orders[0]);
        _exit(2);
    }
    close(orders[0]);
    pair_init(&p, &choices[0]);
    put(p.a, "k", "one");
    whet_cache_sync(p.a);
    is(p.b, "k", "one");
    assert_int_equal(write(orders[1], p.s.path, sizeof(p.s.path)), sizeof(p.s.path));
    close(orders[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    for (int i = 0; i < 3; i++)
        assert_false(is_near(p.b, "k")); /* the row may not be the last one yet */
    put(p.a, "other", "x");
    whet_cache_sync(p.a);
    assert_false(is_near(p.b, "k"));
    assert_true(is_near(p.b, "k"));
    is(p.b, "k", "one");
    pair_clear(&p);
}

/* The child has the parent's memory, and hears of what the parent writes then. */
static void the_child_of_a_fork_is_another(void **state)
{
    struct pair p;
    int status, go[2];
    pid_t pid;
    char ready;

    (void)state;
    pair_init(&p, &choices[0]);
    whet_cache_free(p.b);
    p.b = NULL;
    put(p.a, "k", "one");
    whet_cache_sync(p.a);
    assert_int_equal(pipe(go), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        char copy[8] = "";
        size_t len = 0;
        int rc;

        close(go[1]);
        if (read(go[0], &ready, 1) != 1)
            _exit(2);
        rc = whet_cache_read(p.a, "k", 1, copy, sizeof(copy), &len);
        _exit(rc == 1 && len == 3 && memcmp(copy, "two", 3) == 0 ? 0 : 1);
    }
    close(go[0]);
    put(p.a, "k", "two");
    whet_cache_sync(p.a);
    assert_int_equal(write(go[1], "", 1), 1);
    close(go[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    pair_clear(&p);
}

struct listener {
    struct whet_cache *cache;
    unsigned heard;
};

/* It uses the cache that tells it. */
static void listen(void *ctx, const struct whet_cache_left *left)
{
    struct listener *l = ctx;
    struct whet_cache_value v = {0};

    l->heard++;
    assert_int_equal(left->reason, WHET_CACHE_REPLACED);
    if (whet_cache_get(l->cache, left->key, left->key_len, &v) == 1)
        assert_memory_equal(v.data, "two", 3);
    whet_cache_value_clear(&v);
}

static void who_listens_is_told(void **state)
{
    struct listener l = {0};
    struct whet_cache_options o;
    struct pair p;

    (void)state;
    for (int lost = 0; lost < 2; lost++) {
        pair_init(&p, &choices[0]);
        o = options_of(&p, &choices[0]);
        o.left = listen;
        o.ctx = &l;
        l.cache = open_cache(&o);
        l.heard = 0;
        put(p.a, "k", "one");
        whet_cache_sync(p.a);
        is(l.cache, "k", "one");
        put(p.a, "k", "two");
        whet_cache_sync(p.a);
        if (lost)
            post_all(&p);
        is(l.cache, "k", "two");
        assert_int_equal(l.heard, 1);
        whet_cache_free(l.cache);
        pair_clear(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_overwritten_is_not_answered),
        cmocka_unit_test(what_waits_is_not_the_last),
        cmocka_unit_test(what_is_removed_is_not_answered),
        cmocka_unit_test(what_memory_alone_has_replaces_too),
        cmocka_unit_test(nothing_is_made_of_what_is_gone),
        cmocka_unit_test(what_could_not_be_told_is_told_later),
        cmocka_unit_test(who_has_not_listened_forgets_all),
        cmocka_unit_test(who_writes_forgets_nothing),
        cmocka_unit_test(two_of_a_process_hold_the_file),
        cmocka_unit_test(who_dies_in_a_post_leaves_it_to_the_next),
        cmocka_unit_test(the_child_of_a_fork_is_another),
        cmocka_unit_test(who_listens_is_told),
    };

    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
