/* Forks and second processes: the child of a fork goes on with what is in memory, with its own
 * connections; both see what the other one puts and invalidates, through the file. */
#include "../harness.h"
#include "../sanitized.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/clock.h"
#include "scratch_file.h"

#define KIB ((uint64_t)1 << 10)

/* In a child nothing may be asserted: its answers are exit codes. */
#define SAY(code, truth)                                                                       \
    do {                                                                                       \
        if (!(truth))                                                                          \
            _exit(code);                                                                       \
    } while (0)

static int has(struct whet_cache *c, const char *key, const char *value)
{
    struct whet_cache_value v;
    int same;

    if (whet_cache_get(c, key, strlen(key), &v) != 1)
        return 0;
    same = v.len == strlen(value) && memcmp(v.data, value, v.len) == 0;
    whet_cache_value_clear(&v);
    return same;
}

static int put(struct whet_cache *c, const char *key, const char *value)
{
    return whet_cache_put(c, key, strlen(key), value, strlen(value), NULL);
}

/* What is not on disk yet when the process forks is the child's only from memory. */
static int pin(struct whet_cache *c, const char *key, const char *value)
{
    struct whet_cache_put how = {.flags = WHET_CACHE_PINNED};

    return whet_cache_put(c, key, strlen(key), value, strlen(value), &how);
}

static void assert_child(pid_t pid)
{
    int status = -1;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int make(void *ctx, struct whet_cache_draft *draft)
{
    (void)ctx;
    return whet_cache_draft_set(draft, "made", 4);
}

static void child_goes_on(struct whet_cache *c)
{
    struct whet_cache_value v;

    SAY(1, has(c, "memory", "parent's"));
    SAY(2, pin(c, "child", "child's") == 0);
    SAY(3, has(c, "child", "child's"));
    SAY(4, whet_cache_load(c, "load", 4, make, NULL, NULL, &v) == 0);
    whet_cache_value_clear(&v);
    SAY(5, put(c, "memory", "replaced") == 0);
    SAY(6, whet_cache_invalidate(c, "gone", 4) == 0);
    whet_cache_sync(c);
    whet_cache_free(c);
    _exit(0);
}

static void test_memory(void **state)
{
    struct whet_cache *c = open_cache(NULL);
    pid_t pid;

    (void)state;
    assert_int_equal(put(c, "memory", "parent's"), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        child_goes_on(c);
    assert_child(pid);
    assert_true(has(c, "memory", "parent's"));
    assert_false(has(c, "child", "child's"));
    whet_cache_free(c);
}

static void test_file(void **state)
{
    struct whet_cache_options o = {.flags = WHET_CACHE_PREDICT};
    struct whet_cache *c;
    struct scratch s;
    pid_t pid;

    (void)state;
    scratch_init(&s);
    o.path = s.path;
    c = open_cache(&o);
    assert_int_equal(put(c, "memory", "parent's"), 0);
    assert_int_equal(put(c, "gone", "v"), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        child_goes_on(c);
    assert_child(pid);
    assert_true(has(c, "child", "child's"));
    assert_false(has(c, "gone", "v"));
    assert_int_equal(put(c, "later", "v"), 0);
    assert_true(has(c, "later", "v"));
    whet_cache_free(c);
    c = open_cache(&o);
    assert_true(has(c, "later", "v"));
    assert_true(has(c, "child", "child's"));
    whet_cache_free(c);
    scratch_clear(&s);
}

struct busy {
    struct whet_cache *cache;
    atomic_int stop;
};

static void *keep_busy(void *arg)
{
    struct busy *b = arg;

    for (unsigned i = 0; atomic_load(&b->stop) == 0; i++) {
        unsigned key = i % 1000;
        struct whet_cache_value v;

        assert_int_equal(whet_cache_put(b->cache, &key, sizeof(key), &i, sizeof(i), NULL), 0);
        if (whet_cache_get(b->cache, &key, sizeof(key), &v) == 1)
            whet_cache_value_clear(&v);
        if (whet_cache_load(b->cache, "load", 4, make, NULL, NULL, &v) == 0)
            whet_cache_value_clear(&v);
        if (i % 64 == 0)
            assert_int_equal(whet_cache_invalidate(b->cache, "load", 4), 0);
    }
    return NULL;
}

/* While other threads hold whatever lock they please. */
static void test_while_busy(void **state)
{
    struct whet_cache_options o = {.memory_bytes = 32 * KIB,
                                   .packed_bytes = 32 * KIB,
                                   .disk_bytes = 8192 * KIB,
                                   .flags = WHET_CACHE_PREDICT};
    struct busy b = {0};
    struct scratch s;
    pthread_t threads[2];

    (void)state;
    scratch_init(&s);
    o.path = s.path;
    b.cache = open_cache(&o);
    assert_int_equal(put(b.cache, "gone", "v"), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, keep_busy, &b), 0);
    for (int i = 0; i < 20; i++) {
        pid_t pid;

        assert_int_equal(pin(b.cache, "memory", "parent's"), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            child_goes_on(b.cache);
        assert_child(pid);
    }
    atomic_store(&b.stop, 1);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    whet_cache_free(b.cache);
    scratch_clear(&s);
}

/* Two processes that know nothing of each other but the file. */
static void test_second_process(void **state)
{
    struct whet_cache_options o = {0};
    struct whet_cache *c;
    struct scratch s;
    int to[2], from[2];
    char byte = 0;
    pid_t pid;

    (void)state;
    scratch_init(&s);
    o.path = s.path;
    assert_int_equal(pipe(to), 0);
    assert_int_equal(pipe(from), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct whet_cache *mine;

        SAY(1, whet_cache_new(&mine, &o, NULL) == 0);
        SAY(2, put(mine, "a", "one") == 0 && put(mine, "tag", "one") == 0);
        whet_cache_sync(mine);
        SAY(3, write(from[1], &byte, 1) == 1 && read(to[0], &byte, 1) == 1);
        SAY(4, !has(mine, "a", "one")); /* though its own memory had it */
        SAY(5, has(mine, "tag", "one"));
        whet_cache_free(mine);
        _exit(0);
    }
    c = open_cache(&o);
    assert_int_equal(read(from[0], &byte, 1), 1);
    assert_true(has(c, "a", "one"));
    assert_int_equal(whet_cache_invalidate(c, "a", 1), 0);
    assert_false(has(c, "a", "one"));
    assert_int_equal(write(to[1], &byte, 1), 1);
    assert_child(pid);
    for (int i = 0; i < 2; i++) {
        close(to[i]);
        close(from[i]);
    }
    whet_cache_free(c);
    scratch_clear(&s);
}

/* Who put last counts, not whose disk was slower. */
static void test_last_put_counts(void **state)
{
    struct whet_cache_options o = {0};
    struct whet_cache *a, *b;
    struct scratch s;

    (void)state;
    scratch_init(&s);
    o.path = s.path;
    for (int large = 0; large < 2; large++) {
        static char old[1 << 20], new[1 << 20];

        memset(old, 'o', sizeof(old) - 1);
        memset(new, 'n', sizeof(new) - 1);
        a = open_cache(&o);
        b = open_cache(&o);
        assert_int_equal(put(a, "k", large ? old : "old"), 0);
        assert_int_equal(put(b, "k", large ? new : "new"), 0);
        whet_cache_sync(b);
        whet_cache_sync(a);
        whet_cache_free(a);
        whet_cache_free(b);
        a = open_cache(&o);
        assert_true(has(a, "k", large ? new : "new"));
        whet_cache_free(a);
    }
    scratch_clear(&s);
}

/* What waits to be written here is no longer true; what another put since is in the file. */
static void test_file_behind_queue(void **state)
{
    struct whet_cache_options o = {0};
    struct whet_cache *a, *b;
    struct scratch s;

    (void)state;
    scratch_init(&s);
    o.path = s.path;
    a = open_cache(&o);
    b = open_cache(&o);
    assert_int_equal(put(a, "k", "old"), 0);
    assert_int_equal(whet_cache_invalidate(b, "k", 1), 0);
    assert_int_equal(put(b, "k", "new"), 0);
    whet_cache_sync(b);
    assert_true(has(a, "k", "new"));
    whet_cache_free(a);
    assert_true(has(b, "k", "new"));
    whet_cache_free(b);
    b = open_cache(&o);
    assert_true(has(b, "k", "new"));
    whet_cache_free(b);
    scratch_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),          cmocka_unit_test(test_file),
        cmocka_unit_test(test_while_busy),      cmocka_unit_test(test_second_process),
        cmocka_unit_test(test_last_put_counts), cmocka_unit_test(test_file_behind_queue),
    };

    if (SANITIZED_THREADS) {
        printf("1..0 # SKIP no forks under ThreadSanitizer\n");
        return 0;
    }
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
