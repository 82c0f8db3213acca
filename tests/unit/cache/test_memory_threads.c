/* cache/memory/memory.h: many threads at once, with the lock and without it, and forks. */
#include "../harness.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "evict/policy.h"
#include "made_entries.h"

static struct whet_memory *memory_new(uint64_t bytes)
{
    struct whet_memory_options o = {
        .policy = whet__policy_find("s3fifo"), .bytes = bytes, .shards = 1};
    struct whet_memory *m = NULL;

    assert_int_equal(whet__memory_new(&m, &o), 0);
    return m;
}

/* ---- All calls at once ---- */

#define HAMMER_THREADS 4

struct hammer {
    struct whet_memory *m;
    uint64_t seed;
    uint64_t wrong;
    int resizes;
};

static void drop_left(void *ctx, struct whet_entry *e, enum whet_cache_reason reason)
{
    atomic_ullong *left = ctx;

    (void)reason;
    atomic_fetch_add(left, 1);
    whet__entry_drop(e);
}

static void hammer_once(struct hammer *h, struct whet_random *r, int i)
{
    uint64_t key = whet__random_below(r, 1 + whet__random_below(r, 2000));
    struct whet_ask ask = ask_for(&key);
    unsigned char out[256];
    struct whet_entry *e;
    size_t len = 0;
    int sure = 0;

    if (whet__memory_read(h->m, &ask, out, sizeof(out), &len)) {
        h->wrong += len != 0 && out[0] != made_byte(key, len);
        return;
    }
    e = whet__memory_get(h->m, &ask, &sure);
    if (e != NULL)
        h->wrong += !is_as_made(e);
    if (e != NULL && i % 2)
        whet__memory_confirm(h->m, &ask, e);
    else if (e != NULL)
        whet__memory_refuse(h->m, &ask, e, WHET_CACHE_EXPIRED, i % 3 == 0);
    whet__entry_drop(e);
    (void)put_new(h->m, key, (size_t)whet__random_below(r, 200));
    if (i % 16 == 0)
        (void)whet__memory_remove(h->m, &ask, WHET_CACHE_REMOVED, NULL);
}

static void *hammer_run(void *ctx)
{
    struct hammer *h = ctx;
    struct whet_random r;

    whet__random_init(&r, h->seed);
    for (int i = 0; i < 20000; i++) {
        hammer_once(h, &r, i);
        if (h->resizes && i % 500 == 0)
            h->wrong += whet__memory_resize(h->m, i % 1000 ? 150000 : 700000) != 0;
        if (i % 4000 == 0)
            (void)stats_of(h->m);
    }
    return NULL;
}

static void threads_hammer(void **state)
{
    (void)state;
    for (size_t i = 0; i < whet__policy_count(); i++) {
        atomic_ullong left = 0;
        struct whet_memory_options o = {.policy = whet__policy_at(i),
                                        .bytes = 700000,
                                        .shards = 4,
                                        .left = drop_left,
                                        .ctx = &left};
        pthread_t threads[HAMMER_THREADS];
        struct hammer hammers[HAMMER_THREADS];
        struct whet_memory *m;

        if (o.policy->flags & WHET_POLICY_FUTURE)
            continue;
        assert_int_equal(whet__memory_new(&m, &o), 0);
        for (int k = 0; k < HAMMER_THREADS; k++) {
            hammers[k] = (struct hammer){.m = m, .seed = (uint64_t)k, .resizes = k == 0};
            assert_int_equal(pthread_create(&threads[k], NULL, hammer_run, &hammers[k]), 0);
        }
        for (int k = 0; k < HAMMER_THREADS; k++) {
            assert_int_equal(pthread_join(threads[k], NULL), 0);
            assert_int_equal(hammers[k].wrong, 0);
        }
        assert_true(atomic_load(&left) != 0);
        whet__memory_free(m);
    }
}

/* ---- Small values, which are read without a lock ---- */

#define SMALL_KEYS 40

static atomic_int putting;

/* Few keys that are always there, or others that come and go beside them. */
static void *put_small(void *ctx)
{
    struct whet_memory *m = ctx;
    struct whet_random r;

    whet__random_init(&r, 5);
    for (uint64_t i = 0; i < 60000; i++)
        (void)put_new(m, i % 2 ? whet__random_below(&r, SMALL_KEYS) : i,
                      (size_t)whet__random_below(&r, 33));
    atomic_store(&putting, 0);
    return NULL;
}

static void *read_small(void *ctx)
{
    struct whet_memory *m = ctx;
    struct whet_random r;
    uintptr_t wrong = 0;

    whet__random_init(&r, 6);
    do {
        uint64_t key = whet__random_below(&r, SMALL_KEYS);
        struct whet_ask ask = ask_for(&key);
        unsigned char out[32];
        size_t len;

        if (key % 4 != 0)
            whet__memory_expect(m, &ask, 1, key % 2 != 0);
        if (whet__memory_read(m, &ask, out, sizeof(out), &len) != 1)
            continue;
        for (size_t i = 0; i < len; i++)
            wrong += out[i] != made_byte(key, len);
    } while (atomic_load(&putting));
    return (void *)wrong;
}

static void reads_whole_values_while_they_change(void **state)
{
    struct whet_memory *m = memory_new(4 << 20);
    pthread_t threads[HAMMER_THREADS];
    void *wrong;

    (void)state;
    atomic_store(&putting, 1);
    assert_int_equal(pthread_create(&threads[0], NULL, put_small, m), 0);
    for (int i = 1; i < HAMMER_THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_small, m), 0);
    for (int i = 0; i < HAMMER_THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    whet__memory_free(m);
}

/* Without a lock, but by the rules: what is not sure is asked for, what is gone is gone. */
static void reads_small_values_by_the_rules(void **state)
{
    struct whet_memory *m = memory_new(4 << 20);
    uint64_t key = 7;
    struct whet_ask ask = ask_for(&key);
    unsigned char out[32];
    size_t len = 99;

    (void)state;
    assert_true(put_new(m, key, 20));
    assert_int_equal(whet__memory_read(m, &ask, out, 4, &len), 1); /* room for some */
    assert_int_equal(len, 20);
    assert_int_equal(out[3], made_byte(key, 20));
    assert_true(put_new(m, key, 0));
    assert_int_equal(whet__memory_read(m, &ask, NULL, 0, &len), 1);
    assert_int_equal(len, 0);
    assert_int_equal(stats_of(m).hits, 2);
    ask.changes = MADE_CHANGES + 2;
    assert_int_equal(whet__memory_read(m, &ask, out, sizeof(out), &len), 0);
    ask.changes = MADE_CHANGES;
    assert_int_equal(whet__memory_remove(m, &ask, WHET_CACHE_REMOVED, NULL), 1);
    assert_int_equal(whet__memory_read(m, &ask, out, sizeof(out), &len), 0);
    assert_int_equal(stats_of(m).hits, 2);
    whet__memory_free(m);
}

/* ---- Forks ---- */

static void works_after_fork(void **state)
{
    struct whet_memory *m = memory_new(1 << 20);
    int status = -1;
    pid_t pid;

    (void)state;
    assert_true(put_new(m, 1, 10));
    whet__memory_lock_all(m);
    pid = fork();
    whet__memory_unlock_all(m, pid == 0);
    if (pid == 0)
        _exit(put_new(m, 2, 10) && count_there(m, 1, 3) == 2 ? 0 : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(count_there(m, 1, 3), 1);
    whet__memory_free(m);
}

/* ---- A process that shuts itself in ---- */

#define SHUT_KEYS 40000

/* Refused from now on: what waits for readers to be through. 0: it cannot be. */
static int forbid_barrier(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1 /* EPERM */),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* All are there, and read as they were put. */
static int reads_all(struct whet_memory *m, uint64_t count)
{
    for (uint64_t key = 0; key < count; key++) {
        struct whet_ask ask = ask_for(&key);
        unsigned char out[32];
        size_t len;

        if (whet__memory_read(m, &ask, out, sizeof(out), &len) != 1 || len != 20 ||
            out[19] != made_byte(key, len))
            return 0;
    }
    return 1;
}

/* It grows, gets smaller, and ends. */
static int lives_shut_in(struct whet_memory *m)
{
    for (uint64_t key = 100; key < SHUT_KEYS; key++)
        (void)put_new(m, key, 20);
    if (!reads_all(m, SHUT_KEYS) || whet__memory_resize(m, 1 << 20) != 0)
        return 0;
    while (whet__memory_settle(m, 0))
        continue;
    if (!put_new(m, 0, 20) || !reads_all(m, 1))
        return 0;
    whet__memory_free(m);
    return 1;
}

static void works_where_the_barrier_is_forbidden(void **state)
{
    struct whet_memory *m = memory_new(64 << 20);
    int status = -1;
    pid_t pid;

    (void)state;
    for (uint64_t key = 0; key < 100; key++)
        assert_true(put_new(m, key, 20));
    assert_true(reads_all(m, 100));
    pid = fork();
    if (pid == 0)
        _exit(!forbid_barrier() ? 77 : lives_shut_in(m) ? 0 : 1);
    whet__memory_free(m);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_hammer),
        cmocka_unit_test(reads_whole_values_while_they_change),
        cmocka_unit_test(reads_small_values_by_the_rules),
        cmocka_unit_test(works_after_fork),
        cmocka_unit_test(works_where_the_barrier_is_forbidden),
    };

    return cmocka_run_group_tests_name("memory_threads", tests, NULL, NULL);
}
