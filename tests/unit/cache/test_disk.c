/* cache/disk/disk.h: it remembers what was put, for other connections, processes and days,
 * forgets the right things, and keeps under its bound. */
#include "disk_fixture.h"
#include "../sanitized.h"

#include <pthread.h>
#include <stdatomic.h>

#include "../sqlite_memory.h"
#include "os/dir.h"

static void remembers(void **state)
{
    struct level v = level_open(0);

    (void)state;
    assert_int_equal(level_get(&v, 0, 300), 0);
    level_put(&v, 0, 300);
    assert_int_equal(level_get(&v, 0, 400), 300); /* some of them from the queue */
    whet__disk_sync(v.disk);
    assert_int_equal(level_get(&v, 0, 400), 300);
    assert_no_note(&v);
    level_close(&v);

    v = level_open(0);
    assert_int_equal(level_get(&v, 0, 400), 300);
    level_close(&v);
    whet__disk_free(NULL);
}

/* Written within a second, without being asked to. */
static void writes_behind(void **state)
{
    struct level v = level_open(0), other = level_open(0);
    uint64_t hits = 0;

    (void)state;
    level_put(&v, 0, 20);
    for (int i = 0; i < 500 && hits < 20; i++) {
        whet__clock_sleep_ns(20000000);
        hits = level_get(&other, 0, 20);
    }
    assert_int_equal(hits, 20);
    level_close(&v);
    level_close(&other);
}

static struct whet_entry *entry_with(uint64_t n, const char *text)
{
    struct whet_hash128 hash = hash_of(n);
    struct whet_entry *e = NULL;
    char key[64];
    size_t key_len = key_of(n, key);

    assert_int_equal(whet__entry_new(&e, &hash, key, key_len, NULL, 0, strlen(text)), 0);
    memcpy(whet__entry_value(e), text, strlen(text));
    return e;
}

static void put_text(struct level *v, uint64_t n, const char *text)
{
    struct whet_entry *e = entry_with(n, text);

    whet__disk_put(v->disk, e);
    whet__entry_drop(e);
}

static struct whet_entry *get(struct level *v, uint64_t n, int peek)
{
    struct whet_hash128 hash = hash_of(n);
    struct whet_entry *e = NULL;
    char key[64];
    size_t key_len = key_of(n, key);
    int hit = (peek ? whet__disk_peek : whet__disk_get)(v->disk, &hash, key, key_len, &e);

    assert_int_equal(hit, e != NULL);
    return e;
}

static void assert_text(struct level *v, uint64_t n, const char *text)
{
    struct whet_entry *e = get(v, n, 0);

    assert_non_null(e);
    assert_int_equal(e->value_len, strlen(text));
    assert_memory_equal(whet__entry_value(e), text, strlen(text));
    whet__entry_drop(e);
}

static void replaces_and_removes(void **state)
{
    struct level v = level_open(0), other = level_open(0);
    struct whet_hash128 hash = hash_of(1);

    (void)state;
    put_text(&v, 1, "one");
    put_text(&v, 1, "two");
    assert_text(&v, 1, "two");
    whet__disk_sync(v.disk);
    assert_text(&other, 1, "two");
    put_text(&v, 1, "three");
    assert_text(&v, 1, "three");
    assert_int_equal(level_remove(&v, &hash), 0);
    assert_null(get(&v, 1, 0));
    assert_null(get(&other, 1, 0));
    whet__disk_sync(v.disk);
    assert_null(get(&other, 1, 0));
    put_text(&v, 1, "four");
    whet__disk_sync(v.disk);
    for (int i = 0; i < 100; i++) /* in a snapshot, at last */
        assert_text(&other, 1, "four");
    assert_int_equal(level_remove(&other, &hash), 0);
    assert_null(get(&v, 1, 0));
    level_close(&v);
    level_close(&other);
}

/* What another has committed is seen at once, also by who reads in a snapshot. */
static void snapshots_are_let_go_of(void **state)
{
    struct level v = level_open(0), other = level_open(0);
    char text[32];

    (void)state;
    put_text(&v, 5, "5");
    whet__disk_sync(v.disk);
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 30; i++)
            whet__entry_drop(get(&other, 5, 0));
        snprintf(text, sizeof(text), "round %d", round);
        put_text(&v, 5, text);
        whet__disk_sync(v.disk);
        assert_text(&other, 5, text);
    }
    level_close(&v);
    level_close(&other);
}

static void clients_do_not_see_each_other(void **state)
{
    struct level v = level_open(0), other = level_for("another", 0, 0, 0);
    struct whet_disk_client clients[3];

    (void)state;
    level_put(&v, 0, 50);
    whet__disk_sync(v.disk);
    /* Even if their hashes were the same. */
    assert_int_equal(level_get(&other, 0, 50), 0);
    put_text(&other, 7, "mine");
    whet__disk_sync(other.disk);
    assert_int_equal(whet__disk_clients(v.disk, clients, 3), 2);
    assert_string_equal(clients[0].name, "another");
    assert_int_equal(clients[0].entries, 1);
    assert_string_equal(clients[1].name, CLIENT);
    assert_int_equal(clients[1].entries, 49);
    level_close(&v);
    level_close(&other);
}

static void ends(void **state)
{
    struct level v = level_open(0);
    uint64_t now = whet__clock_wall_ns();
    struct whet_cache_level_stats stats = {0};
    struct whet_entry *e;

    (void)state;
    for (uint64_t n = 0; n < 4; n++) {
        e = entry_with(n, "for a while");
        e->made_ns = now - 2000000000;
        e->end_ns = n < 2 ? now + 3600000000000 : now - 1000000000;
        e->idle_ns = n == 1 ? 3600000000000 : 0;
        atomic_store(&e->used_ns, now);
        whet__disk_put(v.disk, e);
        whet__entry_drop(e);
    }
    for (int round = 0; round < 2; round++) {
        for (uint64_t n = 0; n < 4; n++) {
            e = get(&v, n, 0);
            assert_int_equal(e != NULL, n < 2);
            whet__entry_drop(e);
            e = get(&v, n, 1);
            assert_non_null(e);
            whet__entry_drop(e);
        }
        whet__disk_sync(v.disk);
    }
    whet__disk_stats(v.disk, &stats);
    assert_int_equal(stats.hits, 4);
    assert_int_equal(stats.misses, 4);
    assert_int_equal(stats.expirations, 4);
    assert_int_equal(stats.entries, 4);
    level_close(&v);
}

static uint64_t disk_use(void)
{
    char name[700];
    struct stat st;
    uint64_t sum = 0;
    const char *const ends_of[] = {"", "-wal"};

    for (int i = 0; i < 2; i++) {
        snprintf(name, sizeof(name), "%s%s", path, ends_of[i]);
        if (stat(name, &st) == 0)
            sum += (uint64_t)st.st_blocks * 512;
    }
    for (unsigned i = 0; i < 256; i++) {
        struct whet_dir dir;
        struct whet_dir_entry entry;
        struct whet_file_stat look;
        static char buffer[1 << 15];
        int fd;

        snprintf(name, sizeof(name), "%s.d/%02x", path, i);
        fd = whet__dir_open(AT_FDCWD, name);
        if (fd < 0)
            continue;
        whet__dir_init(&dir, fd, buffer, sizeof(buffer));
        while (whet__dir_next(&dir, &entry) > 0) {
            if (whet__dir_stat(fd, entry.name, &look) == 0)
                sum += (look.size + 4095) / 4096 * 4096;
        }
        close(fd);
    }
    return sum;
}

/* The whole stays under its bound, and the oldest go first. */
static void keeps_under_its_bound(void **state)
{
    const uint64_t max = (uint64_t)4 << 20;
    struct level v = level_open(max);
    struct whet_cache_level_stats stats = {0};
    uint64_t hits, most = 0;

    (void)state;
    for (uint64_t n = 0; n < 20000; n += 500) {
        level_put(&v, n, 500);
        whet__disk_sync(v.disk);
        if (disk_use() > most)
            most = disk_use();
    }
    assert_true(most <= max);
    assert_true(most > max / 2);
    hits = level_get(&v, 0, 20000);
    assert_true(hits > 1500 && hits < 10000);
    assert_true(level_get(&v, 19000, 1000) > 950);
    whet__disk_stats(v.disk, &stats);
    assert_int_equal(stats.evictions, 20000 - hits);
    assert_int_equal(stats.entries, hits);
    assert_in_range(stats.bytes, max / 2, max);
    assert_no_note(&v);

    whet__disk_resize(v.disk, max / 3);
    whet__disk_sync(v.disk);
    assert_true(disk_use() <= max / 3);
    assert_true(level_get(&v, 19500, 500) > 400);
    level_close(&v);
}

struct listing {
    uint64_t count;
    uint64_t last_used;
    int stop_at;
};

static int list_one(void *ctx, const struct whet_disk_row *row)
{
    struct listing *l = ctx;

    assert_true(l->count == 0 || row->used_ns <= l->last_used);
    assert_string_equal(row->client, CLIENT);
    assert_memory_equal(row->key, "key of ", 7);
    assert_true(row->disk_bytes >= row->len);
    assert_true(row->about_len == 0 || memcmp(row->about, "about it", 8) == 0);
    l->last_used = row->used_ns;
    l->count++;
    return l->stop_at != 0 && l->count == (uint64_t)l->stop_at ? 42 : 0;
}

static void lists(void **state)
{
    struct level v = level_open(0);
    struct listing all = {0}, some = {.stop_at = 7};

    (void)state;
    level_put(&v, 0, 120);
    assert_int_equal(whet__disk_each(v.disk, CLIENT, list_one, &all), 0);
    assert_int_equal(all.count, 120);
    assert_int_equal(whet__disk_each(v.disk, NULL, list_one, &some), 42);
    assert_int_equal(some.count, 7);
    assert_int_equal(whet__disk_each(v.disk, "nobody", list_one, &some), 0);
    assert_int_equal(some.count, 7);
    level_close(&v);
}

static void counts_for_clients(void **state)
{
    struct level v = level_open(0);
    struct whet_cache_stats since = {.puts = 3, .loads = 2, .load_ns = 50, .saved_ns = 70};
    struct whet_disk_client c[1];

    (void)state;
    since.levels[WHET_CACHE_MEMORY].hits = 11;
    since.levels[WHET_CACHE_DISK].misses = 5;
    for (int i = 1; i <= 3; i++) {
        whet__disk_count(v.disk, &since);
        level_put(&v, 0, 1); /* who has written writes down what was counted too */
        level_close(&v);
        v = level_open(0);
    }
    whet__disk_count(v.disk, &since);
    level_close(&v);
    v = level_open(0);
    assert_int_equal(whet__disk_clients(v.disk, c, 1), 1);
    assert_int_equal(c[0].puts, 12);
    assert_int_equal(c[0].loads, 8);
    assert_int_equal(c[0].load_ns, 200);
    assert_int_equal(c[0].saved_ns, 280);
    assert_int_equal(c[0].hits[WHET_CACHE_MEMORY], 44);
    assert_int_equal(c[0].misses[WHET_CACHE_DISK], 20);
    assert_int_equal(c[0].entries, 1);
    level_close(&v);
}

static void collects_garbage(void **state)
{
    struct level v = level_open(0);
    struct whet_disk_gc how = {.dry_run = 1, .max_bytes = (uint64_t)200 << 10};
    struct whet_disk_gc_result dry, real;
    struct whet_entry *e;
    char name[700];
    const struct timespec old[2] = {{1000, 0}, {1000, 0}};

    (void)state;
    level_put(&v, 0, 1000);
    e = entry_with(5000, "over");
    e->end_ns = 5;
    whet__disk_put(v.disk, e);
    whet__entry_drop(e);
    whet__disk_sync(v.disk);
    snprintf(name, sizeof(name), "%s.d/aa", path);
    assert_int_equal(whet__file_make_dirs(name, 0700), 0);
    snprintf(name, sizeof(name), "%s.d/aa/left over", path);
    assert_int_equal(whet__file_write(name, "x", 1, 0), 0);
    assert_int_equal(utimensat(AT_FDCWD, name, old, 0), 0);

    assert_int_equal(whet__disk_gc(v.disk, &how, &dry), 0);
    assert_true(dry.entries > 500 && dry.bytes > 200000);
    assert_int_equal(dry.orphans, 1);
    assert_int_equal(level_get(&v, 0, 1000), 1000);
    how.dry_run = 0;
    assert_int_equal(whet__disk_gc(v.disk, &how, &real), 0);
    assert_true(real.entries > 500 && real.entries < 1001);
    assert_int_equal(real.left_entries, 1001 - real.entries);
    assert_int_equal(level_get(&v, 0, 1000), real.left_entries);
    assert_int_equal(real.orphans, 1);
    assert_int_equal(access(name, F_OK), -1);
    assert_true(disk_use() < (uint64_t)300 << 10);

    how = (struct whet_disk_gc){.max_age_ns = 3600000000000, .client = CLIENT};
    assert_int_equal(whet__disk_gc(v.disk, &how, &real), 0);
    assert_int_equal(real.entries, 0); /* all were used within the hour */
    how = (struct whet_disk_gc){.max_bytes = 1, .client = "nobody"};
    assert_int_equal(whet__disk_gc(v.disk, &how, &real), 0);
    assert_int_equal(real.entries, 0);
    how.client = CLIENT;
    assert_int_equal(whet__disk_gc(v.disk, &how, &real), 0);
    assert_int_equal(real.left_entries, 0);
    level_close(&v);
}

static void only_reads(void **state)
{
    struct level v = level_open(0), reader;
    struct whet_disk_gc how = {0};
    struct whet_disk_gc_result result;

    (void)state;
    level_put(&v, 0, 50);
    level_close(&v);
    reader = level_for(CLIENT, 0, 0, 1);
    assert_int_equal(level_get(&reader, 0, 60), 50);
    level_put(&reader, 100, 10);
    whet__disk_resize(reader.disk, 4096);
    whet__disk_sync(reader.disk);
    assert_int_equal(level_get(&reader, 100, 10), 0);
    assert_int_equal(whet__disk_gc(reader.disk, &how, &result), -EROFS);
    assert_no_note(&reader);
    level_close(&reader);
}

/* Who borrows the store for the tables of validity.h. */
static void lends_its_store(void **state)
{
    struct level v = level_open(0);
    struct whet_store *s = whet__disk_store_borrow(v.disk);

    (void)state;
    assert_non_null(s);
    assert_int_equal(whet__store_exec(s, "SELECT count(*) FROM mark, node"), 0);
    assert_int_equal(whet__store_begin(s, 1), 0);
    whet__disk_store_return(v.disk, s, 0); /* rolls back */
    level_put(&v, 0, 10);
    whet__disk_sync(v.disk);
    assert_int_equal(level_get(&v, 0, 10), 10);
    level_close(&v);
}

static void *use_level(void *arg)
{
    struct level *v = arg;
    static atomic_uint threads;
    uint64_t base = atomic_fetch_add(&threads, 1) * 10000;

    for (uint64_t n = 0; n < 20; n++) {
        level_put(v, base + n * 50, 50);
        assert_int_equal(level_get(v, base, (n + 1) * 50), (n + 1) * 50);
        if (n % 9 == 0)
            whet__disk_resize(v->disk, 0);
        if (n % 7 == 0)
            whet__disk_sync(v->disk);
    }
    return NULL;
}

static void serves_threads(void **state)
{
    struct level v = level_for(CLIENT, 0, 2, 0), other = level_open(0);
    struct whet_cache_level_stats stats = {0};
    pthread_t threads[6];

    (void)state;
    for (int i = 0; i < 6; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_level, i < 4 ? &v : &other), 0);
    for (int i = 0; i < 50; i++) {
        whet__disk_stats(v.disk, &stats);
        whet__disk_resize(v.disk, ((uint64_t)1 << 30) + (uint64_t)i);
    }
    for (int i = 0; i < 6; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(stats.failures, 0);
    assert_no_note(&v);
    assert_no_note(&other);
    level_close(&v);
    level_close(&other);
}

/* Parent and child go on, each with connections of its own. */
static void survives_a_fork(void **state)
{
    struct level v;
    int status;
    pid_t pid;

    (void)state;
#if SANITIZED_THREADS
    skip();
#endif
    v = level_open(0);
    level_put(&v, 0, 100);
    whet__disk_sync(v.disk);
    level_put(&v, 100, 100); /* wait in the queue: the parent writes them */
    assert_int_equal(level_get(&v, 0, 200), 200);
    whet__disk_lock_all(v.disk);
    pid = fork();
    whet__disk_unlock_all(v.disk, pid == 0);
    assert_true(pid >= 0);
    if (pid == 0) {
        level_put(&v, 1000, 100);
        if (level_get(&v, 0, 100) != 100 || level_get(&v, 1000, 100) != 100)
            _exit(1);
        level_close(&v);
        _exit(0);
    }
    level_put(&v, 2000, 100);
    assert_int_equal(level_get(&v, 0, 200), 200);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(level_get(&v, 1000, 100), 100);
    level_close(&v);
    v = level_open(0);
    assert_int_equal(level_get(&v, 0, 200), 200);
    assert_int_equal(level_get(&v, 1000, 100), 100);
    assert_int_equal(level_get(&v, 2000, 100), 100);
    assert_no_note(&v);
    level_close(&v);
}

/* The keeper may be at it at the same time: what fails is somebody's, and nobody's loss. */
static void survives_every_failed_allocation(void **state)
{
    struct whet_disk_verify found;
    struct whet_disk_client client;
    struct listing all = {0};
    struct level v = level_open(0);

    (void)state;
    level_put(&v, 0, 30);
    level_close(&v);
    EACH_ALLOCATION_FAILS
    {
        v = level_for(CLIENT, 0, 1, 0);
        if (v.disk != NULL) {
            assert_true(level_has(&v, 1) >= 0);
            level_put(&v, 1, 1);
            whet__disk_sync(v.disk);
            level_close(&v);
        }
    }
    EACH_ALLOCATION_FAILS
    {
        all = (struct listing){0};
        v = level_for(CLIENT, 0, 1, 0);
        if (v.disk != NULL) {
            (void)!whet__disk_each(v.disk, NULL, list_one, &all);
            (void)!whet__disk_clients(v.disk, &client, 1);
            (void)!whet__disk_verify(v.disk, 0, NULL, NULL, &found);
            level_close(&v);
        }
    }
    v = level_open(0);
    assert_true(level_get(&v, 0, 30) >= 25);
    level_close(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(remembers, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(writes_behind, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(replaces_and_removes, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(snapshots_are_let_go_of, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(clients_do_not_see_each_other, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(ends, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(keeps_under_its_bound, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(lists, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(counts_for_clients, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(collects_garbage, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(only_reads, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(lends_its_store, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(serves_threads, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(survives_a_fork, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(survives_every_failed_allocation, enter,
                                        own_folder_leave),
    };

    sqlite_memory_from_base();
    return cmocka_run_group_tests_name("disk", tests, NULL, NULL);
}
