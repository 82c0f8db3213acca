/* cache/former.h: it remembers, it forgets the right things, and nothing that happens to
 * its file is ever more than a miss. */
#include "../harness.h"
#include "../sqlite_memory.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "cache/former.h"
#include "data/store.h"
#include "os/clock.h"
#include "os/file.h"

#define MAX_BYTES ((uint64_t)8 << 20)
#define VALUE_MAX 5000

static struct whet_text folder;
static char path[512];

/* Each test starts in an empty folder of its own. */
static int enter(void **state)
{
    (void)state;
    whet__text_init(&folder, 400);
    if (whet__file_make_temp_dir(&folder) != 0)
        return -1;
    snprintf(path, sizeof(path), "%s/made/cache.db", whet__text_str(&folder));
    return 0;
}

static int leave(void **state)
{
    int rc = whet__file_remove_tree(whet__text_str(&folder));

    (void)state;
    whet__text_clear(&folder);
    return rc;
}

static struct whet_disk_cache *open_cache(uint64_t max_bytes)
{
    struct whet_disk_cache *c = NULL;

    assert_int_equal(whet__disk_cache_open(&c, path, max_bytes), 0);
    return c;
}

static struct whet_hash128 key_of(uint64_t n)
{
    return whet__hash128(&n, sizeof(n));
}

/* The value that belongs to a number, of some hundred bytes. */
static size_t value_of(uint64_t n, char out[VALUE_MAX])
{
    struct whet_random r;
    size_t len;

    whet__random_init(&r, n);
    len = n % 50 == 7 ? 0 : whet__random_below(&r, n % 100 == 0 ? VALUE_MAX : 600);
    for (size_t i = 0; i < len; i++)
        out[i] = (char)whet__random_next(&r);
    return len;
}

static size_t put(struct whet_disk_cache *c, unsigned space, uint64_t from, size_t count)
{
    struct whet_disk_entry *entries = calloc(count, sizeof(*entries));
    char(*values)[VALUE_MAX] = calloc(count, VALUE_MAX);
    size_t stored;

    for (size_t i = 0; i < count; i++)
        entries[i] = (struct whet_disk_entry){space, key_of(from + i), values[i],
                                              value_of(from + i, values[i])};
    stored = whet__disk_cache_put(c, entries, count);
    free(values);
    free(entries);
    return stored;
}

/* How many of the keys hit; a hit with a wrong value fails the test. */
static size_t get(struct whet_disk_cache *c, unsigned space, uint64_t from, size_t count)
{
    struct whet_text out;
    char value[VALUE_MAX];
    size_t hits = 0;

    whet__text_init(&out, 1 << 20);
    for (size_t i = 0; i < count; i++) {
        struct whet_hash128 key = key_of(from + i);

        if (!whet__disk_cache_get(c, space, &key, &out))
            continue;
        hits++;
        assert_int_equal(out.len, value_of(from + i, value));
        assert_memory_equal(whet__text_str(&out), value, out.len);
    }
    whet__text_clear(&out);
    return hits;
}

static int exists(const char *suffix)
{
    char name[600];

    snprintf(name, sizeof(name), "%s%s", path, suffix);
    return access(name, F_OK) == 0;
}

static long file_size(void)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return (long)st.st_size;
}

/* Overwrites `len` bytes at `at` with noise. */
static void scribble(long at, size_t len)
{
    FILE *file = fopen(path, "r+b");

    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    for (size_t i = 0; i < len; i++)
        fputc((int)(i * 37 % 251), file);
    assert_int_equal(fclose(file), 0);
}

static void remembers(void **state)
{
    struct whet_disk_cache *c = open_cache(0);

    (void)state;
    assert_int_equal(get(c, 0, 0, 300), 0);
    assert_int_equal(put(c, 0, 0, 300), 300);
    assert_int_equal(get(c, 0, 0, 400), 300);
    assert_int_equal(get(c, 1, 0, 300), 0); /* another space */
    whet__disk_cache_trim(c);
    whet__disk_cache_free(c);

    c = open_cache(0);
    assert_int_equal(get(c, 0, 0, 400), 300);
    assert_int_equal(put(c, 255, 0, 10), 10);
    assert_int_equal(get(c, 255, 0, 20), 10);
    assert_int_equal(put(c, 0, 0, 0), 0);
    assert_null(whet__disk_cache_note(c));
    whet__disk_cache_free(c);
    whet__disk_cache_free(NULL);
}

static void replaces(void **state)
{
    struct whet_disk_cache *c = open_cache(0);
    struct whet_hash128 key = key_of(1);
    struct whet_disk_entry twice[] = {{3, key, "one", 3}, {3, key, "three", 5}};
    struct whet_text out;

    (void)state;
    whet__text_init(&out, 100);
    assert_int_equal(whet__disk_cache_put(c, twice, 2), 2);
    assert_int_equal(whet__disk_cache_get(c, 3, &key, &out), 1);
    assert_string_equal(whet__text_str(&out), "three");
    assert_int_equal(whet__disk_cache_put(c, twice, 1), 1);
    assert_int_equal(whet__disk_cache_get(c, 3, &key, &out), 1);
    assert_string_equal(whet__text_str(&out), "one");
    whet__text_clear(&out);

    whet__text_init(&out, 2); /* no room for the value: a miss */
    assert_int_equal(whet__disk_cache_get(c, 3, &key, &out), 0);
    assert_int_equal(whet__text_error(&out), 0);
    whet__text_clear(&out);
    whet__disk_cache_free(c);
}

static void *use_from_thread(void *arg)
{
    uint64_t base = *(uint64_t *)arg;
    struct whet_disk_cache *c = open_cache(0);

    for (uint64_t n = 0; n < 10; n++) {
        assert_int_equal(put(c, 0, base + n * 100, 100), 100);
        assert_int_equal(get(c, 0, base, (n + 1) * 100), (n + 1) * 100);
    }
    whet__disk_cache_trim(c);
    assert_null(whet__disk_cache_note(c));
    whet__disk_cache_free(c);
    return NULL;
}

static void serves_threads(void **state)
{
    uint64_t bases[] = {0, 10000, 20000};
    struct whet_disk_cache *c;
    pthread_t threads[3];

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_from_thread, &bases[i]), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    c = open_cache(0);
    assert_int_equal(get(c, 0, 0, 1000) + get(c, 0, 10000, 1000) + get(c, 0, 20000, 1000),
                     3000);
    whet__disk_cache_free(c);
}

/* Children leave by _exit, as cmocka's tests are not theirs to finish. */
static void serves_processes(void **state)
{
    struct whet_disk_cache *c;
    pid_t pids[3];

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0) {
            int good = 1;

            c = open_cache(0);
            for (uint64_t n = 0; n < 10; n++)
                good &= put(c, i, n * 50, 50) == 50 && get(c, i, n * 50, 50) == 50;
            good &= whet__disk_cache_note(c) == NULL;
            whet__disk_cache_free(c);
            _exit(good ? 0 : 1);
        }
    }
    for (int i = 0; i < 3; i++) {
        int status;

        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    c = open_cache(0);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(get(c, i, 0, 500), 500);
    whet__disk_cache_free(c);
}

/* Whatever a file holds: the cache works on it, with or without what was in it. */
static void expect_recovery(int moved)
{
    struct whet_disk_cache *c = open_cache(MAX_BYTES);

    (void)get(c, 0, 0, 1000);
    assert_int_equal(put(c, 0, 5000, 100), 100);
    assert_int_equal(get(c, 0, 5000, 100), 100);
    assert_int_equal(exists(".bad-1"), moved);
    assert_int_equal(whet__disk_cache_note(c) != NULL, moved);
    if (moved)
        assert_non_null(strstr(whet__disk_cache_note(c), ".bad-1"));
    whet__disk_cache_free(c);
    c = open_cache(MAX_BYTES);
    assert_int_equal(get(c, 0, 5000, 100), 100);
    assert_null(whet__disk_cache_note(c));
    whet__disk_cache_free(c);
}

static void fill(void)
{
    struct whet_disk_cache *c = open_cache(MAX_BYTES);

    assert_int_equal(put(c, 0, 0, 1000), 1000);
    whet__disk_cache_free(c);
    assert_false(exists("-wal"));
}

static void survives_a_cut_file(void **state)
{
    (void)state;
    fill();
    assert_int_equal(truncate(path, file_size() / 2), 0);
    expect_recovery(1);
}

static void survives_an_empty_file(void **state)
{
    (void)state;
    fill();
    assert_int_equal(truncate(path, 0), 0);
    expect_recovery(0);
}

static void survives_a_file_that_is_no_database(void **state)
{
    (void)state;
    fill();
    scribble(0, 5000);
    expect_recovery(1);
}

static void survives_a_damaged_table(void **state)
{
    (void)state;
    fill();
    scribble(4096, (size_t)file_size() - 4096);
    expect_recovery(1);
}

/* Noise in single pages: some values are lost, none is wrong, and the cache goes on. */
static void survives_noise(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < 12; seed++) {
        struct whet_disk_cache *c;
        struct whet_random r;

        whet__random_init(&r, seed);
        fill();
        for (int i = 0; i < 5; i++)
            scribble((long)whet__random_below(&r, (uint64_t)file_size()),
                     1 + whet__random_below(&r, 300));
        c = open_cache(MAX_BYTES);
        (void)get(c, 0, 0, 1000);
        (void)put(c, 0, 0, 1000);
        (void)put(c, 0, 0, 1000);
        whet__disk_cache_trim(c);
        whet__disk_cache_free(c);
        assert_false(exists(".bad-3"));
        assert_int_equal(whet__file_remove_tree(whet__text_str(&folder)), 0);
        assert_int_equal(mkdir(whet__text_str(&folder), 0700), 0);
    }
}

static void sql(const char *words)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, words, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void survives_missing_tables(void **state)
{
    (void)state;
    fill();
    sql("DROP TABLE place");
    expect_recovery(1);
}

static void survives_a_file_of_another_program(void **state)
{
    (void)state;
    fill();
    sql("PRAGMA application_id=5");
    expect_recovery(1);
}

static void leaves_a_newer_file_alone(void **state)
{
    struct whet_disk_cache *c;

    (void)state;
    fill();
    sql("PRAGMA user_version=99");
    c = open_cache(0);
    assert_int_equal(get(c, 0, 0, 100), 0);
    assert_int_equal(put(c, 0, 0, 100), 0);
    assert_non_null(strstr(whet__disk_cache_note(c), "newer"));
    whet__disk_cache_trim(c);
    whet__disk_cache_free(c);
    assert_false(exists(".bad-1"));
    sql("PRAGMA user_version=1");
    c = open_cache(0);
    assert_int_equal(get(c, 0, 0, 1000), 1000);
    whet__disk_cache_free(c);
}

static void keeps_two_damaged_files(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        fill();
        scribble(0, 5000);
    }
    whet__disk_cache_free(open_cache(0));
    assert_true(exists(".bad-1"));
    assert_true(exists(".bad-2"));
    assert_false(exists(".bad-3"));
}

/* A file in use is not pulled away: the last user moves it. */
static void waits_for_other_users_to_move(void **state)
{
    struct whet_disk_cache *other, *c;

    (void)state;
    fill();
    other = open_cache(MAX_BYTES);
    scribble(4096, (size_t)file_size() - 4096);
    c = open_cache(MAX_BYTES);
    assert_int_equal(get(c, 0, 0, 100), 0);
    assert_int_equal(put(c, 0, 0, 100), 0);
    assert_non_null(whet__disk_cache_note(c));
    assert_false(exists(".bad-1"));
    whet__disk_cache_free(c);
    assert_false(exists(".bad-1"));
    whet__disk_cache_free(other);
    assert_true(exists(".bad-1"));
    c = open_cache(MAX_BYTES);
    assert_int_equal(put(c, 0, 0, 100), 100);
    whet__disk_cache_free(c);
}

/* One wait of two seconds, not a hundred. */
static void does_not_wait_for_ever(void **state)
{
    struct whet_disk_cache *c;
    sqlite3 *db;

    (void)state;
    fill();
    c = open_cache(0);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    for (int i = 0; i < 100; i++)
        assert_int_equal(put(c, 0, 2000, 1), 0);
    whet__disk_cache_trim(c);
    assert_non_null(strstr(whet__disk_cache_note(c), "locked"));
    assert_int_equal(get(c, 0, 0, 100), 100); /* readers do not mind */
    assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(put(c, 0, 2000, 1), 1);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    whet__disk_cache_free(c);
}

static void misses_where_nothing_can_be_written(void **state)
{
    static const char *const hopeless[] = {"/proc/whet/cache.db", "/dev/null/cache.db",
                                           "/proc"};

    (void)state;
    for (size_t i = 0; i < sizeof(hopeless) / sizeof(hopeless[0]); i++) {
        struct whet_disk_cache *c;

        assert_int_equal(whet__disk_cache_open(&c, hopeless[i], 0), 0);
        assert_int_equal(get(c, 0, 0, 10), 0);
        assert_int_equal(put(c, 0, 0, 10), 0);
        whet__disk_cache_trim(c);
        assert_non_null(strstr(whet__disk_cache_note(c), hopeless[i]));
        whet__disk_cache_free(c);
    }
}

/* In a child that is not root, who may write anywhere. */
static void misses_in_a_read_only_folder(void **state)
{
    int status;
    pid_t pid;

    (void)state;
    fill();
    assert_int_equal(chmod(whet__text_str(&folder), 0555), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct whet_disk_cache *c;

        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(2);
        c = open_cache(0);
        _exit(put(c, 0, 2000, 10) == 0 && get(c, 0, 2000, 10) == 0 &&
                      whet__disk_cache_note(c) != NULL
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(chmod(whet__text_str(&folder), 0700), 0);
}

static void stays_under_its_bound(void **state)
{
    struct whet_disk_cache *c = open_cache(1 << 20);

    (void)state;
    for (uint64_t n = 0; n < 100; n++) {
        assert_int_equal(put(c, 0, n * 200, 200), 200);
        assert_true(file_size() < (2 << 20));
    }
    whet__disk_cache_trim(c);
    assert_true(file_size() <= (1 << 20));
    assert_true(get(c, 0, 19800, 200) == 200); /* the newest are there */
    assert_true(get(c, 0, 0, 1000) == 0);      /* the oldest are not */
    assert_null(whet__disk_cache_note(c));
    whet__disk_cache_free(c);
}

static void forgets_the_least_recently_used(void **state)
{
    struct whet_disk_cache *c = open_cache(2 << 20);
    size_t used, unused;

    (void)state;
    assert_int_equal(put(c, 0, 0, 4000), 4000);
    whet__disk_cache_free(c);
    sql("UPDATE place SET used = used - 48"); /* two days later */

    c = open_cache(2 << 20);
    assert_int_equal(get(c, 0, 1000, 1000), 1000);
    whet__disk_cache_trim(c);
    assert_int_equal(put(c, 1, 0, 3000), 3000);
    used = get(c, 0, 1000, 1000);
    unused = get(c, 0, 0, 1000) + get(c, 0, 2000, 2000);
    assert_int_equal(used, 1000);
    assert_true(unused < 2500);
    assert_int_equal(get(c, 1, 0, 3000), 3000);
    whet__disk_cache_free(c);
}

static void survives_failed_allocations(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_disk_cache *c = NULL;
        struct whet_hash128 key = key_of(1);
        struct whet_disk_entry e = {0, key, "value", 5};
        struct whet_text out;
        size_t stored;

        whet__text_init(&out, 100);
        if (whet__disk_cache_open(&c, path, 1 << 20) == 0) {
            stored = whet__disk_cache_put(c, &e, 1);
            assert_true(stored <= 1);
            if (whet__disk_cache_get(c, 0, &key, &out))
                assert_string_equal(whet__text_str(&out), "value");
            whet__disk_cache_trim(c);
            assert_null(whet__disk_cache_note(c));
        }
        whet__disk_cache_free(c);
        whet__text_clear(&out);
    }
    assert_false(exists(".bad-1"));
}

/* A writer killed at any moment leaves a file that the next one uses. */
static void survives_killed_writers(void **state)
{
    struct whet_disk_cache *c;
    struct whet_random r;

    (void)state;
    whet__random_init(&r, 9);
    for (unsigned i = 0; i < 30; i++) {
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0) {
            c = open_cache(1 << 20);
            for (uint64_t n = 0;; n++)
                put(c, 0, i * 1000 + n % 10 * 100, 100);
        }
        whet__clock_sleep_ns(whet__random_below(&r, 30000000));
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        c = open_cache(1 << 20);
        (void)get(c, 0, i * 1000, 1000);
        assert_int_equal(put(c, 1, 0, 50), 50);
        assert_int_equal(get(c, 1, 0, 50), 50);
        assert_null(whet__disk_cache_note(c));
        whet__disk_cache_free(c);
    }
    assert_false(exists(".bad-1"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, leave)
    const struct CMUnitTest tests[] = {
        TEST(remembers),
        TEST(replaces),
        TEST(serves_threads),
        TEST(serves_processes),
        TEST(survives_a_cut_file),
        TEST(survives_an_empty_file),
        TEST(survives_a_file_that_is_no_database),
        TEST(survives_a_damaged_table),
        TEST(survives_noise),
        TEST(survives_missing_tables),
        TEST(survives_a_file_of_another_program),
        TEST(leaves_a_newer_file_alone),
        TEST(keeps_two_damaged_files),
        TEST(waits_for_other_users_to_move),
        TEST(does_not_wait_for_ever),
        TEST(misses_where_nothing_can_be_written),
        TEST(misses_in_a_read_only_folder),
        TEST(stays_under_its_bound),
        TEST(forgets_the_least_recently_used),
        TEST(survives_failed_allocations),
        TEST(survives_killed_writers),
    };

    sqlite_memory_from_base();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
