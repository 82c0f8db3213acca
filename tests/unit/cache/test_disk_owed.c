/* What was put last is what is answered, or nothing: also when it could not be written, when it
 * is too large, when it was dropped. And files of others are left alone. */
#include "disk_fixture.h"

#include "base/hash.h"
#include "cache/disk/batch.h"
#include "cache/disk/owed.h"

#define NUMBERS 2000

static struct whet_hash128 mark_of(uint64_t number)
{
    return whet__hash128(&number, sizeof(number));
}

/* Against an array of moments. */
static void the_set_is_a_set(void **state)
{
    static unsigned char in[NUMBERS];
    static struct whet_owed some[NUMBERS];
    struct whet_disk_owed owed;
    struct whet_random random;
    size_t count = 0;

    (void)state;
    memset(in, 0, sizeof(in));
    whet__random_init(&random, 7);
    assert_int_equal(whet__disk_owed_init(&owed), 0);
    assert_false(whet__disk_owed_any(&owed));
    for (int i = 0; i < 40000; i++) {
        uint64_t number = whet__random_below(&random, NUMBERS);
        struct whet_hash128 hash = mark_of(number);

        assert_int_equal(whet__disk_owed_since(&owed, &hash), in[number]);
        if (whet__random_below(&random, 2)) {
            unsigned char since = (unsigned char)(1 + whet__random_below(&random, 100));

            whet__disk_owed_add(&owed, &hash, since);
            count += in[number] == 0;
            if (since > in[number])
                in[number] = since;
        } else {
            whet__disk_owed_done(&owed, &hash, 0);
            assert_int_equal(whet__disk_owed_since(&owed, &hash), in[number]);
            whet__disk_owed_done(&owed, &hash, in[number]);
            count -= in[number] != 0;
            in[number] = 0;
        }
    }
    assert_int_equal(whet__disk_owed_some(&owed, some, NUMBERS), count);
    for (size_t i = 0; i < count; i++)
        whet__disk_owed_done(&owed, &some[i].hash, some[i].since_ns);
    assert_false(whet__disk_owed_any(&owed));
    whet__disk_owed_clear(&owed);
}

static void too_many_are_all(void **state)
{
    struct whet_hash128 other = mark_of(UINT64_MAX), first = mark_of(0);
    struct whet_disk_owed owed;

    (void)state;
    assert_int_equal(whet__disk_owed_init(&owed), 0);
    for (uint64_t i = 0; i < WHET_OWED_MAX; i++) {
        struct whet_hash128 hash = mark_of(i);

        whet__disk_owed_add(&owed, &hash, 1);
    }
    assert_true(whet__disk_owed_since(&owed, &other) == 0);
    whet__disk_owed_add(&owed, &other, 1);
    assert_true(whet__disk_owed_since(&owed, &first) == UINT64_MAX);
    whet__disk_owed_done_all(&owed);
    assert_false(whet__disk_owed_any(&owed));
    EACH_ALLOCATION_FAILS
    {
        whet__disk_owed_add(&owed, &other, 1);
        assert_true(whet__disk_owed_since(&owed, &other) != 0);
        whet__disk_owed_done_all(&owed);
    }
    whet__disk_owed_clear(&owed);
}

static struct whet_entry *made_of(uint64_t number, const char *value, size_t len)
{
    struct whet_hash128 hash = mark_of(number);
    struct whet_entry *e;

    assert_int_equal(whet__entry_new(&e, &hash, &number, sizeof(number), NULL, 0, len), 0);
    memcpy(whet__entry_value(e), value, len < 8 ? len : 8);
    e->made_ns = whet__clock_wall_ns();
    return e;
}

static int put(struct level *v, uint64_t number, const char *value, size_t len)
{
    struct whet_entry *e = made_of(number, value, len);
    int rc = whet__disk_put(v->disk, e);

    whet__entry_drop(e);
    return rc;
}

/* The length of what is answered; -1: a miss. */
static long get(struct level *v, uint64_t number)
{
    struct whet_hash128 hash = mark_of(number);
    struct whet_entry *e = NULL;
    long len = -1;

    if (whet__disk_get(v->disk, &hash, &number, sizeof(number), &e) == 1)
        len = (long)e->value_len;
    whet__entry_drop(e);
    return len;
}

static void a_larger_one_leaves_no_older_one(void **state)
{
    struct level v = level_open((uint64_t)4 << 20);
    char *large = calloc(1, 2 << 20);

    (void)state;
    assert_int_equal(put(&v, 1, "old", 3), 1);
    whet__disk_sync(v.disk);
    assert_int_equal(get(&v, 1), 3);
    assert_int_equal(put(&v, 1, large, 2 << 20), 0);
    assert_int_equal(get(&v, 1), -1);
    level_close(&v);
    v = level_open((uint64_t)4 << 20);
    assert_int_equal(get(&v, 1), -1);
    level_close(&v);
    free(large);
}

static void dropped_and_put_again(void **state)
{
    struct whet_hash128 hash = mark_of(2);
    struct level v = level_open(0);

    (void)state;
    assert_int_equal(put(&v, 2, "old", 3), 1);
    whet__disk_remove_begin(v.disk, &hash); /* while it waits */
    assert_int_equal(get(&v, 2), -1);
    whet__disk_sync(v.disk);
    assert_int_equal(get(&v, 2), -1);
    assert_int_equal(put(&v, 2, "newer", 5), 1);
    assert_int_equal(get(&v, 2), 5);
    whet__disk_sync(v.disk);
    assert_int_equal(get(&v, 2), 5);
    whet__disk_remove_begin(v.disk, &hash);
    assert_int_equal(get(&v, 2), -1);
    level_close(&v);
    v = level_open(0);
    assert_int_equal(get(&v, 2), -1);
    assert_int_equal(put(&v, 2, "newest", 6), 1);
    whet__disk_sync(v.disk);
    assert_int_equal(level_remove(&v, &hash), 0);
    assert_int_equal(get(&v, 2), -1);
    level_close(&v);
}

/* A debt is for what was there before: what another process has put since then is found at
 * once, whether the debt is paid yet or not. */
static void a_later_one_is_not_owed(void **state)
{
    struct whet_hash128 hash = mark_of(5);
    struct level a = level_open(0), b = level_open(0);

    (void)state;
    assert_int_equal(put(&a, 5, "old", 3), 1);
    whet__disk_sync(a.disk);
    whet__disk_remove_begin(a.disk, &hash);
    assert_int_equal(get(&a, 5), -1);
    assert_int_equal(put(&b, 5, "newer", 5), 1);
    whet__disk_sync(b.disk);
    assert_int_equal(get(&a, 5), 5);
    whet__disk_sync(a.disk);
    assert_int_equal(get(&a, 5), 5);
    level_close(&b);
    level_close(&a);
}

/* Between the time when a batch is made ready and the time when it has the file to itself. */
static void what_came_before_the_lock_is_later(void **state)
{
    struct level a = level_open(0), b = level_open(0);
    struct whet_entry *e = made_of(5, "old", 3);
    struct whet_disk *d = b.disk;
    struct whet_disk_batch batch;

    (void)state;
    pthread_mutex_lock(&d->write_lock);
    assert_int_equal(whet__disk_batch_init(d, &batch, &e, 1), 0);
    assert_int_equal(put(&a, 5, "newer", 5), 1);
    whet__disk_sync(a.disk);
    pthread_mutex_lock(&d->writer.lock);
    assert_int_equal(whet__disk_link_open(d, &d->writer), 0);
    assert_int_equal(whet__disk_transact(d, &d->writer, whet__disk_batch_put, &batch), 0);
    whet__shared_post_settle(d->shared);
    pthread_mutex_unlock(&d->writer.lock);
    pthread_mutex_unlock(&d->write_lock);
    whet__disk_batch_clear(&batch);
    assert_int_equal(get(&a, 5), 5);
    assert_int_equal(get(&b, 5), 5);
    level_close(&b);
    level_close(&a);
    whet__entry_drop(e);
}

/* What was found untrue as it waited to be written does not leave the one before it behind. */
static void refused_and_not_found_again(void **state)
{
    struct level v = level_open(0);
    struct whet_entry *e;

    (void)state;
    assert_int_equal(put(&v, 5, "old", 3), 1);
    whet__disk_sync(v.disk);
    e = made_of(5, "newer", 5);
    assert_int_equal(whet__disk_put(v.disk, e), 1);
    whet__disk_refuse(v.disk, e);
    assert_int_not_equal(get(&v, 5), 3); /* 5, where it was written meanwhile */
    whet__disk_sync(v.disk);
    assert_int_not_equal(get(&v, 5), 3);
    level_close(&v);
    v = level_open(0);
    assert_int_not_equal(get(&v, 5), 3);
    level_close(&v);
    whet__entry_drop(e);
}

static void who_only_reads_hides_what_it_would_remove(void **state)
{
    struct whet_hash128 hash = mark_of(3);
    struct level v = level_open(0);

    (void)state;
    assert_int_equal(put(&v, 3, "old", 3), 1);
    level_close(&v);
    v = level_for(CLIENT, 0, 0, 1);
    assert_int_equal(get(&v, 3), 3);
    assert_int_equal(level_remove(&v, &hash), -EROFS);
    assert_int_equal(get(&v, 3), -1);
    level_close(&v);
    v = level_open(0);
    assert_int_equal(get(&v, 3), 3);
    level_close(&v);
}

static void assert_untouched(const char *content, size_t len)
{
    struct whet_text text;
    char bad[600];

    whet__text_init(&text, (size_t)1 << 20);
    assert_int_equal(whet__file_read(AT_FDCWD, path, text.max, &text), 0);
    assert_int_equal(text.len, len);
    assert_memory_equal(text.data, content, len);
    whet__text_clear(&text);
    snprintf(bad, sizeof(bad), "%s.bad-1", path);
    assert_int_not_equal(access(bad, F_OK), 0);
}

static void try_all(void)
{
    struct level v = level_open(0);

    put(&v, 4, "value", 5);
    whet__disk_sync(v.disk);
    assert_int_equal(get(&v, 4), -1);
    level_close(&v);
}

static void files_of_others_are_left_alone(void **state)
{
    static const char text[] = "Notes that nobody has a second copy of: long enough to have a "
                               "header's length, and then some more of it.\n";
    char database[4096] = "SQLite format 3";
    char *slash = strrchr(path, '/');

    (void)state;
    *slash = '\0';
    assert_int_equal(whet__file_make_dirs(path, 0700), 0);
    *slash = '/';
    assert_int_equal(whet__file_write(path, text, sizeof(text), 0), 0);
    try_all();
    assert_untouched(text, sizeof(text));
    memcpy(database + 68, "abcd", 4);
    assert_int_equal(whet__file_write(path, database, sizeof(database), 0), 0);
    try_all();
    assert_untouched(database, sizeof(database));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_set_is_a_set),
        cmocka_unit_test(too_many_are_all),
        cmocka_unit_test_setup_teardown(a_larger_one_leaves_no_older_one, enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(dropped_and_put_again, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(a_later_one_is_not_owed, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(what_came_before_the_lock_is_later, enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(refused_and_not_found_again, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(who_only_reads_hides_what_it_would_remove, enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(files_of_others_are_left_alone, enter,
                                        own_folder_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
