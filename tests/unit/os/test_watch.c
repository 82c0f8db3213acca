/* os/watch.h through os/spawn.h: runs that nobody reads from are ended in time and when
 * asked, several at once, with all they have started, and also in a process that was forked. */
#include "../harness.h"
#include "../gone.h"
#include "../sanitized.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/file.h"
#include "os/signal.h"
#include "os/spawn.h"

#define SECOND_NS UINT64_C(1000000000)

/* A folder in which a script leaves the number of a process. */
static char folder[] = "/tmp/whet-test-XXXXXX";

static struct whet_spawn_options script(const char *argv[4], const char *text)
{
    argv[0] = "sh";
    argv[1] = "-c";
    argv[2] = text;
    argv[3] = NULL;
    return (struct whet_spawn_options){.argv = argv, .program = "/bin/sh", .cwd = folder};
}

/* The number in folder/pid; 0: none yet. */
static pid_t pid_left(void)
{
    struct whet_text t;
    char path[64];
    pid_t pid = 0;

    snprintf(path, sizeof(path), "%s/pid", folder);
    whet__text_init(&t, 100);
    if (whet__file_read(AT_FDCWD, path, 100, &t) == 0 && strchr(whet__text_str(&t), '\n'))
        pid = (pid_t)strtol(whet__text_str(&t), NULL, 10);
    whet__text_clear(&t);
    return pid;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    int rc = whet__file_remove_tree(folder);

    (void)state;
    memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
    return rc;
}

/* One that does not hear SIGTERM any more: it is given more time until it comes that far. */
static void kills_who_is_deaf(void)
{
    const char *argv[4];
    struct whet_spawn_options o = script(argv, "trap '' TERM; echo $$ > new; mv new pid;"
                                               "while :; do sleep 0.01; done");
    struct whet_spawn_result result;
    char path[64];

    snprintf(path, sizeof(path), "%s/pid", folder);
    o.grace_ns = SECOND_NS / 50;
    o.timeout_ns = SECOND_NS / 100;
    do {
        o.timeout_ns *= 2;
        assert_int_equal(whet__spawn_run(&o, &result, NULL), 0);
        assert_true(result.timed_out);
    } while (pid_left() == 0);
    assert_int_equal(result.signal, SIGKILL);
    assert_int_equal(unlink(path), 0);
}

static void ends_in_time(void **state)
{
    const char *argv[4];
    struct whet_spawn_options o = script(argv, "sleep 600");
    struct whet_spawn_result result;

    (void)state;
    o.timeout_ns = SECOND_NS / 50;
    assert_int_equal(whet__spawn_run(&o, &result, NULL), 0);
    assert_true(result.timed_out);
    assert_false(result.stopped);
    assert_int_equal(result.signal, SIGTERM);
    assert_true(result.wall_ns >= o.timeout_ns && result.wall_ns < 600 * SECOND_NS);
    kills_who_is_deaf();
    /* A run that is over before its time is not touched. */
    argv[2] = "exit 5";
    o.timeout_ns = UINT64_MAX;
    assert_int_equal(whet__spawn_run(&o, &result, NULL), 0);
    assert_int_equal(result.exit_code, 5);
    assert_false(result.timed_out);
}

static int is_ready(void *ctx)
{
    ++*(int *)ctx;
    return pid_left() != 0;
}

/* It and its helper, which does not want to end. */
static void stops_the_whole_group(void **state)
{
    const char *argv[4];
    struct whet_spawn_options o =
        script(argv, "(trap '' TERM; exec sleep 600) & echo $! > new; mv new pid; wait");
    struct whet_spawn_result result;
    int asked = 0;

    (void)state;
    o.stop = is_ready;
    o.ctx = &asked;
    assert_int_equal(whet__spawn_run(&o, &result, NULL), 0);
    assert_true(result.stopped && asked > 0);
    assert_false(result.timed_out);
    assert_int_equal(result.signal, SIGTERM);
    assert_true(is_gone(pid_left()));
}

static void leaves_alone_what_is_in_our_group(void **state)
{
    const char *argv[4];
    struct whet_spawn_options o = script(argv, "sleep 600 & echo $! > new; mv new pid; wait");
    struct whet_spawn_result result;
    int asked = 0;

    (void)state;
    o.stop = is_ready;
    o.ctx = &asked;
    o.flags = WHET_SPAWN_SAME_GROUP;
    assert_int_equal(whet__spawn_run(&o, &result, NULL), 0);
    assert_true(result.stopped);
    assert_int_equal(kill(pid_left(), SIGKILL), 0);
}

struct job {
    unsigned number;
    atomic_int asked;
    struct whet_spawn_result result;
    int rc;
};

static int is_third(void *ctx)
{
    struct job *job = ctx;

    return atomic_fetch_add(&job->asked, 1) == 2;
}

/* Some end by themselves, some in time, some when asked. */
static void *run_job(void *arg)
{
    struct job *job = arg;
    const char *argv[4];
    struct whet_spawn_options o = script(argv, job->number % 3 == 0 ? "exit 7" : "sleep 600");

    o.flags = job->number % 2 == 0 ? WHET_SPAWN_TREE_MEMORY | WHET_SPAWN_DETAILS : 0;
    if (job->number % 3 == 1)
        o.timeout_ns = SECOND_NS / 100 * (1 + job->number);
    else
        o.stop = is_third;
    o.ctx = job;
    job->rc = whet__spawn_run(&o, &job->result, NULL);
    return NULL;
}

static void watches_many_at_once(void **state)
{
    enum { JOBS = 12 };
    pthread_t threads[JOBS];
    struct job jobs[JOBS] = {0};

    (void)state;
    for (unsigned i = 0; i < JOBS; i++) {
        jobs[i].number = i;
        assert_int_equal(pthread_create(&threads[i], NULL, run_job, &jobs[i]), 0);
    }
    for (unsigned i = 0; i < JOBS; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < JOBS; i++) {
        assert_int_equal(jobs[i].rc, 0);
        if (i % 3 == 0 && !jobs[i].result.stopped)
            assert_int_equal(jobs[i].result.exit_code, 7);
        assert_int_equal(jobs[i].result.timed_out, i % 3 == 1);
        assert_true(i % 3 != 2 || jobs[i].result.stopped);
    }
}

static void works_in_a_forked_process(void **state)
{
    int status;
    pid_t pid;

#if SANITIZED_THREADS
    skip(); /* ThreadSanitizer does not follow there */
#endif
    ends_in_time(state); /* there is a thread now */
    pid = fork();
    if (pid == 0) {
        const char *argv[4];
        struct whet_spawn_options o = script(argv, "sleep 600");
        struct whet_spawn_result result;

        o.timeout_ns = SECOND_NS / 50;
        _exit(whet__spawn_run(&o, &result, NULL) != 0 || !result.timed_out);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void works_again_after_a_rest(void **state)
{
    ends_in_time(state);
    whet__clock_sleep_ns(SECOND_NS * 5 / 4); /* the thread has ended */
    ends_in_time(state);
}

static int never(void *ctx)
{
    (void)ctx;
    return 0;
}

/* As a child of the test: a run that never ends in the folder `where`. */
static int run_on(const char *where)
{
    const char *argv[4];
    struct whet_spawn_options o = script(argv, "trap '' INT TERM; echo $$ > new; mv new pid;"
                                               "while :; do sleep 0.01; done");
    struct whet_spawn_result result;

    whet__interrupt_install();
    o.cwd = where;
    o.stop = never;
    return whet__spawn_run(&o, &result, NULL) != 0;
}

/* Who is interrupted twice ends at once, and takes along what it has started. */
static void nothing_outlives_a_second_interrupt(void **state)
{
    int status;
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        execl("/proc/self/exe", "test_watch", "run-on", folder, (char *)NULL);
        _exit(1);
    }
    assert_true(pid > 0);
    for (int i = 0; pid_left() == 0; i++) {
        assert_true(i < 60000);
        whet__clock_sleep_ns(1000000);
    }
    assert_int_equal(kill(pid, SIGINT), 0);
    whet__clock_sleep_ns(50000000); /* two at once would be one */
    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_true(is_gone(pid_left()));
}

#define IN_FOLDER(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(ends_in_time),
        IN_FOLDER(stops_the_whole_group),
        IN_FOLDER(leaves_alone_what_is_in_our_group),
        IN_FOLDER(watches_many_at_once),
        IN_FOLDER(works_in_a_forked_process),
        IN_FOLDER(works_again_after_a_rest),
        IN_FOLDER(nothing_outlives_a_second_interrupt),
    };

    if (argc == 3 && strcmp(argv[1], "run-on") == 0)
        return run_on(argv[2]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
