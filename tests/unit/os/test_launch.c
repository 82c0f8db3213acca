/* os/launch.h, os/guard.h, os/events.h, os/spool.h: children started, told of, reaped, and not
 * left behind. */
#include "../harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/environ.h"
#include "os/events.h"
#include "os/launch.h"
#include "os/pipe.h"
#include "os/spool.h"

#define SECOND_NS UINT64_C(1000000000)

static int start(struct whet_launcher *l, const char *script, const char *cwd,
                 struct whet_launched *out, struct whet_error *err)
{
    const char *const argv[] = {"sh", "-c", script, NULL};

    return whet__launch(
        l,
        &(struct whet_launch){
            .program = "/bin/sh", .argv = argv, .env = whet__environ(), .cwd = cwd},
        out, err);
}

/* What it printed on stdout; waits for its end. */
static const char *finish(struct whet_launcher *l, struct whet_launched *child,
                          struct whet_reaped *reaped)
{
    static char out[256];
    uint64_t tags[WHET_EVENTS_MAX];
    struct whet_events events;
    ssize_t len;

    assert_int_equal(whet__events_init(&events), 0);
    assert_int_equal(whet__events_add(&events, child->pidfd, 42), 0);
    while (whet__events_wait(&events, UINT64_MAX, tags) == 0)
        continue;
    assert_int_equal(tags[0], 42);
    whet__events_clear(&events);
    len = read(child->out_fd, out, sizeof(out) - 1);
    out[len > 0 ? len : 0] = '\0';
    assert_int_equal(whet__launch_reap(l, 0, child, reaped), 0);
    return out;
}

static void a_child_has_surroundings_of_its_own(void **state)
{
    struct whet_launched child;
    struct whet_reaped reaped;
    struct whet_launcher l;

    (void)state;
    assert_int_equal(whet__launcher_init(&l, 1), 0);
    assert_int_equal(start(&l, "pwd; cat; exit 7", "/", &child, NULL), 0);
    assert_string_equal(finish(&l, &child, &reaped), "/\n");
    assert_int_equal(reaped.exit_code, 7);
    assert_int_equal(reaped.signal, 0);
    assert_true(reaped.max_rss_bytes > 0);
    /* A group of its own, and nothing blocked or ignored. */
    assert_int_equal(start(&l, "kill -TERM 0; sleep 20", NULL, &child, NULL), 0);
    finish(&l, &child, &reaped);
    assert_int_equal(reaped.exit_code, -1);
    assert_int_equal(reaped.signal, SIGTERM);
    whet__launcher_clear(&l);
}

static void what_cannot_be_started_is_told(void **state)
{
    const char *const argv[] = {"x", NULL};
    struct whet_launch what = {.program = "./absent", .argv = argv, .env = whet__environ()};
    struct whet_launched child;
    struct whet_launcher l;
    struct whet_error err;

    (void)state;
    assert_int_equal(whet__launcher_init(&l, 1), 0);
    assert_int_equal(whet__launch(&l, &what, &child, &err), -ENOENT);
    assert_string_equal(err.text, "cannot find program: './absent': check its name");
    assert_int_equal(start(&l, "true", "./absent", &child, &err), -ENOENT);
    assert_non_null(strstr(err.text, "cannot enter folder: './absent'"));
    whet__launcher_clear(&l);
}

/* A process with a launcher dies by SIGKILL: the grandchild, which holds the pipe, does, too.
 */
static void nobody_is_left_behind(void **state)
{
    int fds[2];
    pid_t pid;
    char byte;

    (void)state;
    assert_int_equal(pipe(fds), 0);
    pid = fork();
    if (pid == 0) {
        struct whet_launched child;
        struct whet_launcher l;

        if (whet__launcher_init(&l, 1) == 0 &&
            start(&l, "sleep 100000 & sleep 100000", NULL, &child, NULL) == 0)
            (void)!write(fds[1], "x", 1);
        pause();
        _exit(1);
    }
    close(fds[1]);
    assert_int_equal(read(fds[0], &byte, 1), 1);
    whet__clock_sleep_ns(SECOND_NS / 20);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    /* Closed by all: the pipe was inherited by each. Else this would wait for hours. */
    assert_int_equal(read(fds[0], &byte, 1), 0);
    close(fds[0]);
}

static void a_spool_gives_back_what_it_took(void **state)
{
    uint64_t one, two, three;
    struct whet_spool s;
    char text[4];

    (void)state;
    whet__spool_init(&s);
    assert_int_equal(whet__spool_add(&s, "one", 4, &one), 0);
    assert_int_equal(whet__spool_add(&s, "two", 4, &two), 0);
    assert_int_equal(whet__spool_read(&s, one, text, 4), 0);
    assert_string_equal(text, "one");
    whet__spool_give(&s, one, 4);
    assert_int_equal(whet__spool_read(&s, two, text, 4), 0);
    assert_string_equal(text, "two");
    assert_int_equal(whet__spool_read(&s, two, text, 5), -EIO);
    whet__spool_give(&s, two, 4);
    assert_int_equal(s.end, 0);
    assert_int_equal(whet__spool_add(&s, "six", 4, &three), 0);
    assert_int_equal(three, 0);
    whet__spool_clear(&s);
}

static void a_spool_without_a_folder_says_so(void **state)
{
    struct whet_spool s;
    uint64_t place;

    (void)state;
    setenv("TMPDIR", "/absent", 1);
    whet__spool_init(&s);
    assert_int_equal(whet__spool_add(&s, "one", 4, &place), -ENOENT);
    whet__spool_clear(&s);
    unsetenv("TMPDIR");
}

static void a_pipe_knows_what_waits_in_it(void **state)
{
    int from, to;
    char byte;

    (void)state;
    assert_int_equal(whet__pipe_open(&from, &to), 0);
    assert_int_equal(whet__pipe_waiting(from), 0);
    assert_int_equal(read(from, &byte, 1), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(write(to, "abc", 3), 3);
    assert_int_equal(whet__pipe_waiting(from), 3);
    close(from);
    close(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_has_surroundings_of_its_own),
        cmocka_unit_test(what_cannot_be_started_is_told),
        cmocka_unit_test(nobody_is_left_behind),
        cmocka_unit_test(a_spool_gives_back_what_it_took),
        cmocka_unit_test(a_spool_without_a_folder_says_so),
        cmocka_unit_test(a_pipe_knows_what_waits_in_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
