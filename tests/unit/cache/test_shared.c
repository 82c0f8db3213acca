/* cache/disk/shared.h: moments that never stand still, changes that everybody sees. */
#include "../harness.h"
#include "../own_folder.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache/disk/shared.h"

static char path[512];

static int enter(void **state)
{
    int rc = own_folder_enter(state);

    snprintf(path, sizeof(path), "%s/made/cache.db", whet__text_str(&own_folder));
    return rc;
}

static struct whet_shared *shared_of(const char *name)
{
    struct whet_shared *s = NULL;

    assert_int_equal(whet__shared_new(&s, name, 0), 0);
    return s;
}

static void moments_never_stand_still(void **state)
{
    struct whet_shared *a = shared_of(path), *b = shared_of(path);
    uint64_t last = 0, next;

    (void)state;
    assert_int_equal(a->blind, 0);
    for (int i = 0; i < 10000; i++) {
        next = whet__shared_epoch(i % 3 ? a : b, 0);
        assert_true(next > last);
        last = next;
    }
    /* The clock was set back by a century: so what. */
    last += UINT64_C(100) * 365 * 86400 * 1000000000;
    next = whet__shared_epoch(a, last);
    assert_true(next > last);
    whet__shared_free(a);
    whet__shared_free(b);
    a = shared_of(path);
    assert_true(whet__shared_epoch(a, 0) > next);
    whet__shared_free(a);
    whet__shared_free(NULL);
}

static void changes_are_odd_while_one_is_made(void **state)
{
    struct whet_shared *a = shared_of(path), *b = shared_of(path);
    uint64_t before = whet__shared_changes(b), meanwhile;

    (void)state;
    assert_int_equal(before % 2, 0);
    whet__shared_open_change(a);
    meanwhile = whet__shared_changes(b);
    assert_int_equal(meanwhile % 2, 1);
    whet__shared_close_change(a);
    assert_true(whet__shared_changes(b) > meanwhile);
    assert_int_equal(whet__shared_changes(b) % 2, 0);

    /* One died in the middle of it: what was seen then is not taken for what is now. */
    whet__shared_open_change(a);
    meanwhile = whet__shared_changes(b);
    whet__shared_open_change(b);
    assert_int_equal(whet__shared_changes(b) % 2, 1);
    assert_true(whet__shared_changes(b) > meanwhile);
    whet__shared_close_change(b);
    assert_int_equal(whet__shared_changes(a) % 2, 0);
    whet__shared_free(a);
    whet__shared_free(b);
}

static void a_process_may_have_its_own(void **state)
{
    struct whet_shared *a = shared_of(NULL), *b = shared_of(NULL);

    (void)state;
    assert_int_equal(a->blind, 0);
    whet__shared_open_change(a);
    assert_true(whet__shared_changes(a) > whet__shared_changes(b));
    whet__shared_free(a);
    whet__shared_free(b);
}

static void without_a_page_it_is_blind(void **state)
{
    struct whet_shared *s = shared_of("/proc/none/cache.db");

    (void)state;
    assert_int_equal(s->blind, 1);
    assert_true(whet__shared_epoch(s, 5) > 5);
    whet__shared_free(s);
}

static void post(struct whet_shared *s, unsigned char first, size_t count)
{
    struct whet_hash128 hash = {{first}};

    whet__shared_post_begin(s, count);
    for (size_t i = 0; i < count; i++)
        whet__shared_post(s, &hash, 1000 + i);
    whet__shared_post_end(s);
}

static void posts_are_heard_in_order(void **state)
{
    struct whet_shared *a = shared_of(path), *b = shared_of(path);
    const struct whet_hash128 seven = {{7}}, eight = {{8}};
    uint64_t first = whet__shared_told(b), made_ns;
    struct whet_hash128 hash;

    (void)state;
    assert_int_equal(whet__shared_is_behind(b), 0);
    post(a, 7, 2);
    assert_int_equal(whet__shared_is_behind(b), 1);
    assert_int_equal(whet__shared_told(b), first + 2);
    assert_int_equal(whet__shared_hear(b, first + 1, &hash, &made_ns), 0);
    assert_memory_equal(&hash, &seven, sizeof(hash));
    assert_int_equal(made_ns, 1001);

    /* Until it is settled what is older may be what the file had before. */
    assert_int_equal(whet__shared_settled(b), first);
    assert_int_equal(whet__shared_is_former(b, first, &seven, 1000), 1);
    assert_int_equal(whet__shared_is_former(b, first, &seven, 1001), 0);
    assert_int_equal(whet__shared_is_former(b, first, &eight, 1000), 0);
    whet__shared_post_settle(a);
    assert_int_equal(whet__shared_settled(b), first + 2);
    assert_int_equal(whet__shared_is_former(b, first + 2, &seven, 1000), 0);
    whet__shared_free(a);
    whet__shared_free(b);
}

static void who_posts_settles_for_one_who_died(void **state)
{
    struct whet_shared *a = shared_of(path), *b = shared_of(path);
    uint64_t first = whet__shared_told(b);

    (void)state;
    post(a, 7, 3);
    whet__shared_post_begin(a, 5); /* and no further */
    whet__shared_free(a);
    assert_int_equal(whet__shared_told(b), first + 3);
    assert_int_equal(whet__shared_settled(b), first + 3);
    post(b, 8, 1);
    assert_int_equal(whet__shared_told(b), first + 4);
    assert_int_equal(whet__shared_settled(b), first + 3);
    whet__shared_post_settle(b);
    assert_int_equal(whet__shared_settled(b), first + 4);
    whet__shared_free(b);
}

static void what_the_ring_has_lost_is_said(void **state)
{
    struct whet_shared *a = shared_of(path), *b = shared_of(path);
    const struct whet_hash128 seven = {{7}};
    uint64_t first = whet__shared_told(b), made_ns;
    struct whet_hash128 hash;

    (void)state;
    post(a, 7, 1);
    post(a, 8, WHET_SHARED_POSTS - 1);
    assert_int_equal(whet__shared_hear(b, first, &hash, &made_ns), 0);
    assert_memory_equal(&hash, &seven, sizeof(hash));
    whet__shared_post_begin(a, 1); /* which is about to be where the first is */
    assert_int_equal(whet__shared_hear(b, first, &hash, &made_ns), -EOVERFLOW);
    whet__shared_post(a, &seven, 1);
    whet__shared_post_end(a);
    assert_int_equal(whet__shared_is_former(b, first, &hash, UINT64_MAX), 1);
    first = whet__shared_told(b);
    whet__shared_post_all(a);
    assert_int_equal(whet__shared_hear(b, first, &hash, &made_ns), -EOVERFLOW);
    whet__shared_post_settle(a);
    whet__shared_free(a);
    whet__shared_free(b);

    a = shared_of(NULL);
    post(a, 7, 1);
    whet__shared_post_settle(a);
    assert_int_equal(whet__shared_is_behind(a), 0);
    assert_int_equal(whet__shared_hear(a, 0, &hash, &made_ns), -EOVERFLOW);
    whet__shared_free(a);
}

/* Bytes of any kind in the page: moments go on. */
static void noise_is_survived(void **state)
{
    struct whet_shared *s = shared_of(path);
    unsigned char *noise = (unsigned char *)s->page;
    uint64_t first;

    (void)state;
    for (size_t i = 0; i < sizeof(*s->page); i++)
        noise[i] = 0xff;
    whet__shared_free(s);
    s = shared_of(path);
    first = whet__shared_epoch(s, 0);
    assert_true(first != 0);
    assert_true(whet__shared_epoch(s, 0) > first);
    whet__shared_free(s);
}

static void *take_moments(void *arg)
{
    struct whet_shared *s = arg;
    uint64_t last = 0;

    for (int i = 0; i < 20000; i++) {
        uint64_t next = whet__shared_epoch(s, 0);

        assert_true(next > last);
        last = next;
        atomic_fetch_add(&s->page->commits, 1);
    }
    return NULL;
}

static void threads_and_processes_agree(void **state)
{
    struct whet_shared *s = shared_of(path);
    unsigned long long before = atomic_load(&s->page->commits);
    pthread_t threads[3];
    int status;
    pid_t pid = fork();

    (void)state;
    assert_true(pid >= 0);
    if (pid == 0) {
        take_moments(s);
        _exit(0);
    }
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_moments, s), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(atomic_load(&s->page->commits), before + 80000);
    whet__shared_free(s);
}

static void survives_every_failed_allocation(void **state)
{
    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_shared *s = NULL;
        int rc = whet__shared_new(&s, path, 0);

        assert_true(rc == 0 || (rc == -ENOMEM && s == NULL));
        whet__shared_free(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(moments_never_stand_still, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(changes_are_odd_while_one_is_made, enter,
                                        own_folder_leave),
        cmocka_unit_test(a_process_may_have_its_own),
        cmocka_unit_test_setup_teardown(posts_are_heard_in_order, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(who_posts_settles_for_one_who_died, enter,
                                        own_folder_leave),
        cmocka_unit_test_setup_teardown(what_the_ring_has_lost_is_said, enter,
                                        own_folder_leave),
        cmocka_unit_test(without_a_page_it_is_blind),
        cmocka_unit_test_setup_teardown(noise_is_survived, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(threads_and_processes_agree, enter, own_folder_leave),
        cmocka_unit_test_setup_teardown(survives_every_failed_allocation, enter,
                                        own_folder_leave),
    };

    return cmocka_run_group_tests_name("shared", tests, NULL, NULL);
}
