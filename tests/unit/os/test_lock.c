/* os/lock.h: holders exclude each other, in one process and across, and the flag stays. */
#include "../harness.h"
#include "../own_folder.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/lock.h"

static char path[512];

static int enter(void **state)
{
    int rc = own_folder_enter(state);

    snprintf(path, sizeof(path), "%s/lock", whet__text_str(&own_folder));
    return rc;
}

static int open_lock(void)
{
    int fd = whet__lock_open(path);

    assert_true(fd >= 0);
    return fd;
}

static void holders_exclude_each_other(void **state)
{
    int a = open_lock(), b = open_lock();

    (void)state;
    assert_int_equal(whet__lock_take(a, WHET_LOCK_SHARED), 0);
    assert_int_equal(whet__lock_take(b, WHET_LOCK_SHARED), 0);
    assert_int_equal(whet__lock_take(a, WHET_LOCK_EXCLUSIVE), -EBUSY);
    assert_int_equal(whet__lock_take(b, WHET_LOCK_NONE), 0);
    assert_int_equal(whet__lock_take(a, WHET_LOCK_EXCLUSIVE), 0);
    assert_int_equal(whet__lock_take(b, WHET_LOCK_SHARED), -EBUSY);
    whet__lock_close(a);
    assert_int_equal(whet__lock_take(b, WHET_LOCK_EXCLUSIVE), 0);
    whet__lock_close(b);
    whet__lock_close(-1);
}

/* As a killed program's copy does that was about to become another one. */
static void a_short_holder_is_waited_for(void **state)
{
    int a = open_lock(), b = open_lock();
    pid_t child;

    (void)state;
    assert_int_equal(whet__lock_take(a, WHET_LOCK_EXCLUSIVE), 0);
    assert_int_equal(whet__lock_wait(b, WHET_LOCK_EXCLUSIVE, 20), -EBUSY);
    child = fork();
    if (child == 0) {
        whet__clock_sleep_ns(50000000);
        _exit(0);
    }
    whet__lock_close(a); /* the child's copy holds it still */
    assert_int_equal(whet__lock_wait(b, WHET_LOCK_EXCLUSIVE, 600000), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    whet__lock_close(b);
}

static void a_death_lets_go(void **state)
{
    int ready[2], fd = open_lock();
    char byte;
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int own = whet__lock_open(path);

        if (whet__lock_take(own, WHET_LOCK_EXCLUSIVE) != 0 || write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(whet__lock_take(fd, WHET_LOCK_SHARED), -EBUSY);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(whet__lock_take(fd, WHET_LOCK_SHARED), 0);
    whet__lock_close(fd);
    close(ready[0]);
    close(ready[1]);
}

static void the_flag_stays(void **state)
{
    int fd = open_lock();

    (void)state;
    assert_false(whet__lock_flag(fd));
    assert_int_equal(whet__lock_flag_set(fd, 1), 0);
    whet__lock_close(fd);
    fd = open_lock();
    assert_true(whet__lock_flag(fd));
    assert_int_equal(whet__lock_flag_set(fd, 0), 0);
    assert_false(whet__lock_flag(fd));
    whet__lock_close(fd);
}

static void says_why_not(void **state)
{
    (void)state;
    assert_int_equal(whet__lock_open("/nowhere/lock"), -ENOENT);
    assert_int_equal(whet__lock_take(-1, WHET_LOCK_SHARED), -EBADF);
    assert_int_equal(whet__lock_flag_set(-1, 1), -EBADF);
    assert_false(whet__lock_flag(-1));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, enter, own_folder_leave)
    const struct CMUnitTest tests[] = {
        TEST(holders_exclude_each_other),
        TEST(a_short_holder_is_waited_for),
        TEST(a_death_lets_go),
        TEST(the_flag_stays),
        TEST(says_why_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
