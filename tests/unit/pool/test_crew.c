/* <whet/crew.h>: every job has its result, whatever becomes of the process that does it. This
 * program is its own worker: with the argument "serve". */
#include "../harness.h"
#include "../sanitized.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <whet/crew.h>

#include "base/text.h"
#include "os/file.h"
#include "os/spawn.h"

#define MIB ((size_t)1 << 20)

/* The first byte says what a job is; the reply is all of it. */
enum deed {
    ECHO = 'e',
    REFUSE = 'r',
    CRASH = 'c',
    LEAVE = 'x',
    SPIN = 's',
    HANG = 'h',
    EAT = 'm',
    BABBLE = 'b',
    LARGE = 'l',
    LEGACY = 'f',
    FILES = 'd'
};

static void spin(void)
{
    for (volatile unsigned i = 0;; i++) {
    }
}

/* Until there is no more: and then as programs do that do not look. */
static void eat(void)
{
    for (;;) {
        char *block = malloc(MIB);

        if (block == NULL)
            abort();
        ((volatile char *)block)[0] = 1;
    }
}

static int work(void *ctx, struct whet_crew_job *job, const void *data, size_t len)
{
    const char *text = data;
    static const char noise[256] = {1, 2, 3};
    char *large, line[64];

    (void)ctx;
    switch ((enum deed)text[0]) {
    case ECHO:
        whet_crew_reply(job, data, len / 2);
        whet_crew_reply(job, text + len / 2, len - len / 2);
        return 0;
    case REFUSE:
        return -EBADMSG;
    case CRASH:
        raise(SIGKILL);
        return 0;
    case LEAVE:
        _exit(7);
    case SPIN:
        spin();
        return 0;
    case HANG:
        pause();
        return 0;
    case EAT:
        eat();
        return 0;
    case LEGACY: /* a process that holds all that this one had */
        if (fork() == 0) {
            while (read(3, line, sizeof(line)) > 0) { /* until the master lets go of it */
            }
            _exit(0);
        }
        raise(SIGKILL);
        return 0;
    case FILES:
        for (int fd = 3; fd < 256; fd++) {
            if (fcntl(fd, F_GETFD) >= 0)
                whet_crew_reply(job, ".", 1);
        }
        return 0;
    case BABBLE:
        if (write(3, noise, sizeof(noise)) > 0)
            pause();
        return 0;
    case LARGE:
        large = calloc(1, 3 * MIB);
        if (large == NULL)
            return -ENOMEM;
        whet_crew_reply(job, large, 3 * MIB);
        free(large);
        return 0;
    }
    return -EINVAL;
}

static struct whet_text self;

static struct whet_crew *crew_of(struct whet_crew_options o)
{
    const char *argv[] = {whet__text_str(&self), "serve", NULL};
    struct whet_crew *crew = NULL;

    o.argv = argv;
    assert_int_equal(whet_crew_new(&crew, &o, NULL), 0);
    return crew;
}

static void submit(struct whet_crew *crew, const char *job)
{
    assert_int_equal(whet_crew_submit(crew, (void *)(uintptr_t)job, job, strlen(job)), 0);
}

static struct whet_crew_result next(struct whet_crew *crew)
{
    struct whet_crew_result r = {0};
    int rc;

    do
        rc = whet_crew_next(crew, &r);
    while (rc == -EINTR);
    assert_int_equal(rc, 1);
    return r;
}

static void refuses_what_makes_no_sense(void **state)
{
    const char *const none[] = {"/proc/none/worker", NULL};
    struct whet_crew_options o = {0};
    struct whet_crew *crew = NULL;
    struct whet_error err;

    (void)state;
    assert_int_equal(whet_crew_new(&crew, &o, NULL), -EINVAL);
    o.argv = none;
    o.in_flight = 5000;
    assert_int_equal(whet_crew_new(&crew, &o, NULL), -EINVAL);
    o.in_flight = 0;
    assert_int_equal(whet_crew_new(&crew, &o, &err), -ENOENT);
    assert_non_null(strstr(err.text, "/proc/none/worker"));
    assert_null(crew);
    whet_crew_free(NULL);
    assert_int_equal(whet_crew_serve(work, NULL), -ENOTCONN);
    assert_string_equal(whet_crew_end_name(WHET_CREW_MEMORY), "memory");
    assert_string_equal(whet_crew_end_name(WHET_CREW_ENDS), "unknown");
}

static void jobs_come_back_with_their_bytes(void **state)
{
    struct whet_crew *crew = crew_of((struct whet_crew_options){.workers = 2});
    struct whet_crew_result r;
    size_t sum = 0;
    char job[64];

    (void)state;
    assert_int_equal(whet_crew_next(crew, &r), 0);
    for (uintptr_t i = 1, done = 0; done < 5000;) {
        int rc = -EAGAIN;

        snprintf(job, sizeof(job), "e job %zu", (size_t)i);
        if (i <= 5000)
            rc = whet_crew_submit(crew, (void *)i, job, strlen(job));
        if (rc == 0) {
            i++;
            continue;
        }
        assert_int_equal(rc, -EAGAIN);
        r = next(crew);
        snprintf(job, sizeof(job), "e job %zu", (size_t)(uintptr_t)r.tag);
        assert_int_equal(r.end, WHET_CREW_DONE);
        assert_int_equal(r.len, strlen(job));
        assert_memory_equal(r.data, job, r.len);
        sum += (uintptr_t)r.tag;
        done++;
    }
    assert_int_equal(sum, 5000 * 5001 / 2);
    assert_int_equal(whet_crew_next(crew, &r), 0);
    assert_int_equal(whet_crew_replaced(crew), 0);
    whet_crew_free(crew);
}

static void large_jobs_and_results(void **state)
{
    struct whet_crew *crew = crew_of((struct whet_crew_options){.workers = 1});
    size_t len = 5 * MIB;
    char *large = malloc(len);
    struct whet_crew_result r;

    (void)state;
    assert_non_null(large);
    memset(large, 'e', len);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(whet_crew_submit(crew, large, large, len), 0);
        r = next(crew);
        assert_int_equal(r.end, WHET_CREW_DONE);
        assert_int_equal(r.len, len);
        assert_memory_equal(r.data, large, len);
    }
    submit(crew, "l");
    submit(crew, "e");
    assert_int_equal(next(crew).len, 3 * MIB);
    assert_int_equal(next(crew).len, 1);
    free(large);
    whet_crew_free(crew);
}

static void a_result_that_is_too_large_is_none(void **state)
{
    struct whet_crew *crew =
        crew_of((struct whet_crew_options){.workers = 1, .reply_max_bytes = MIB});
    struct whet_crew_result r;

    (void)state;
    submit(crew, "l");
    submit(crew, "e");
    r = next(crew);
    assert_int_equal(r.end, WHET_CREW_DONE);
    assert_int_equal(r.status, -EFBIG);
    assert_int_equal(r.len, 0);
    assert_int_equal(next(crew).len, 1);
    whet_crew_free(crew);
}

/* One job of trouble between others that must not notice. */
static struct whet_crew_result trouble(struct whet_crew_options o, const char *job)
{
    struct whet_crew *crew;
    struct whet_crew_result r, got = {0};
    int seen = 0, done = 0;

    o.workers = 1;
    crew = crew_of(o);
    for (int i = 0; i < 3; i++)
        submit(crew, "e before");
    submit(crew, job);
    for (int i = 0; i < 3; i++)
        submit(crew, "e after");
    while (whet_crew_next(crew, &r) == 1) {
        if (r.tag == (void *)(uintptr_t)job) {
            got = r;
            seen++;
        } else {
            assert_int_equal(r.end, WHET_CREW_DONE);
            done++;
        }
    }
    assert_int_equal(seen, 1);
    assert_int_equal(done, 6);
    assert_int_equal(whet_crew_replaced(crew), got.end == WHET_CREW_DONE ? 0 : 1);
    whet_crew_free(crew);
    return got;
}

static void a_failure_is_the_jobs_own(void **state)
{
    struct whet_crew_options o = {0};
    struct whet_crew_result r;

    (void)state;
    r = trouble(o, "r");
    assert_int_equal(r.end, WHET_CREW_DONE);
    assert_int_equal(r.status, -EBADMSG);
    r = trouble(o, "c");
    assert_int_equal(r.end, WHET_CREW_CRASHED);
    assert_int_equal(r.status, SIGKILL);
    r = trouble(o, "x");
    assert_int_equal(r.end, WHET_CREW_EXITED);
    assert_int_equal(r.status, 7);
    assert_int_equal(trouble(o, "b").end, WHET_CREW_GARBLED);
}

static void limits_of_time_hold(void **state)
{
    (void)state;
    assert_int_equal(trouble((struct whet_crew_options){.cpu_ns = 50000000}, "s").end,
                     WHET_CREW_CPU);
}

/* These are done long before anybody could stop them. */
static void a_limit_of_time_holds_when_nobody_looks(void **state)
{
    struct whet_crew *crew = crew_of((struct whet_crew_options){.workers = 1, .cpu_ns = 1});
    struct whet_crew_result r;

    (void)state;
    for (int i = 0; i < 20; i++) {
        submit(crew, "e");
        r = next(crew);
        assert_int_equal(r.end, WHET_CREW_CPU);
        assert_null(r.data);
    }
    whet_crew_free(crew);
}

/* Alone: on a machine that is busy enough any job could take as long. */
static void a_limit_of_time_by_the_clock_holds(void **state)
{
    struct whet_crew *crew =
        crew_of((struct whet_crew_options){.workers = 1, .wall_ns = 100000000});

    (void)state;
    for (int i = 0; i < 2; i++) {
        submit(crew, "h");
        assert_int_equal(next(crew).end, WHET_CREW_WALL);
    }
    assert_int_equal(whet_crew_replaced(crew), 2);
    whet_crew_free(crew);
}

/* What a job has forked holds the socket, which then says nothing of the worker's end. */
static void a_crash_is_seen_though_the_socket_lives(void **state)
{
    struct whet_crew *crew = crew_of((struct whet_crew_options){.workers = 1});
    struct whet_crew_result r;

    (void)state;
    submit(crew, "f");
    submit(crew, "e");
    r = next(crew);
    assert_int_equal(r.end, WHET_CREW_CRASHED);
    assert_int_equal(r.status, SIGKILL);
    assert_int_equal(next(crew).end, WHET_CREW_DONE);
    whet_crew_free(crew);
}

/* More of them than there is room for at once, while nobody takes any. */
static void results_that_wait_are_no_fault(void **state)
{
    const struct timespec pause_time = {0, 2000000};
    struct whet_crew *crew = crew_of(
        (struct whet_crew_options){.workers = 1, .in_flight = 1024, .reply_max_bytes = 60000});
    char *job = malloc(60000);
    size_t done = 0;

    (void)state;
    assert_non_null(job);
    memset(job, 'e', 60000);
    for (int i = 0; i < 2000;) {
        int rc = whet_crew_submit(crew, NULL, job, 60000);

        i += rc == 0;
        if (rc == 0)
            continue;
        assert_int_equal(next(crew).end, WHET_CREW_DONE);
        if (done++ % 100 == 0)
            nanosleep(&pause_time, NULL);
    }
    for (; done < 2000; done++)
        assert_int_equal(next(crew).end, WHET_CREW_DONE);
    assert_int_equal(whet_crew_replaced(crew), 0);
    free(job);
    whet_crew_free(crew);
}

static void a_worker_has_no_files_but_its_own(void **state)
{
    struct whet_crew *crew;
    int ends[2], high;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    high = fcntl(ends[1], F_DUPFD, 100);
    assert_true(high >= 0);
    crew = crew_of((struct whet_crew_options){.workers = 1});
    submit(crew, "d");
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    assert_int_equal(next(crew).len, 3);
#else
    assert_true(next(crew).len >= 3);
#endif
    whet_crew_free(crew);
    close(high);
    close(ends[0]);
    close(ends[1]);
}

/* The file is gone when a worker is to be replaced: nobody is waited for that is not ours. */
static void a_program_that_is_gone(void **state)
{
    char folder[] = "/tmp/whet-test-XXXXXX", path[64];
    struct whet_text text;
    const char *argv[] = {path, "serve", NULL};
    const struct whet_crew_options o = {.argv = argv, .workers = 1};
    struct whet_crew *crew = NULL;
    pid_t child;
    int fd, status = 0;

    (void)state;
    whet__text_init(&text, 512 * MIB);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/worker", folder);
    assert_int_equal(whet__file_read(AT_FDCWD, whet__text_str(&self), 512 * MIB, &text), 0);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
    assert_true(fd >= 0);
    for (size_t at = 0; at < text.len;) {
        ssize_t put = write(fd, text.data + at, text.len - at);

        assert_true(put > 0);
        at += (size_t)put;
    }
    close(fd);
    assert_int_equal(whet_crew_new(&crew, &o, NULL), 0);
    unlink(path);
    rmdir(folder);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        sleep(1000);
        _exit(0);
    }
    submit(crew, "c");
    submit(crew, "e");
    assert_int_equal(next(crew).end, WHET_CREW_CRASHED);
    assert_int_equal(next(crew).end, WHET_CREW_NO_WORKER);
    kill(child, SIGTERM);
    assert_int_equal(waitpid(child, &status, 0), child);
    whet_crew_free(crew);
    whet__text_clear(&text);
}

static void a_limit_of_memory_holds(void **state)
{
    (void)state;
#if SANITIZED
    skip(); /* the sanitizer's own address space is larger than any limit */
#else
    assert_int_equal(trouble((struct whet_crew_options){.memory_bytes = 256 * MIB}, "m").end,
                     WHET_CREW_MEMORY);
#endif
}

/* In a row, on all workers, and to the last job. */
/* Its data do not even get into a worker; the others are done. */
static void a_job_may_be_too_large_for_any_worker(void **state)
{
    (void)state;
#if SANITIZED
    skip();
#else
    {
        const size_t len = (size_t)150 * MIB;
        struct whet_crew *crew =
            crew_of((struct whet_crew_options){.workers = 1, .memory_bytes = 256 * MIB});
        char *large = calloc(1, len);

        assert_non_null(large);
        for (int i = 0; i < 4; i++) {
            assert_int_equal(whet_crew_submit(crew, NULL, large, len), 0);
            assert_int_equal(next(crew).end, WHET_CREW_MEMORY);
            submit(crew, "e");
            assert_int_equal(next(crew).end, WHET_CREW_DONE);
        }
        free(large);
        whet_crew_free(crew);
    }
#endif
}

static void much_trouble(void **state)
{
    static const char *const jobs[] = {"e", "c", "x", "e", "s", "r", "c", "e", "s", "b"};
    const size_t count = sizeof(jobs) / sizeof(jobs[0]);
    struct whet_crew *crew =
        crew_of((struct whet_crew_options){.workers = 3, .cpu_ns = 100000000});
    size_t ends[WHET_CREW_ENDS] = {0}, told = 0;
    struct whet_crew_result r;

    (void)state;
    for (size_t i = 0; i < 100;) {
        int rc = whet_crew_submit(crew, NULL, jobs[i % count], 1);

        if (rc == 0) {
            i++;
            continue;
        }
        assert_int_equal(rc, -EAGAIN);
        ends[next(crew).end]++;
        told++;
    }
    for (; whet_crew_next(crew, &r) == 1; told++)
        ends[r.end]++;
    assert_int_equal(told, 100);
    assert_int_equal(ends[WHET_CREW_DONE], 40);
    assert_int_equal(ends[WHET_CREW_CRASHED], 20);
    assert_int_equal(ends[WHET_CREW_EXITED], 10);
    assert_int_equal(ends[WHET_CREW_GARBLED], 10);
    assert_int_equal(ends[WHET_CREW_CPU], 20);
    whet_crew_free(crew);
}

static void a_program_that_serves_nobody(void **state)
{
    const char *const argv[] = {"/bin/true", NULL};
    const struct whet_crew_options o = {.argv = argv, .workers = 2};
    struct whet_crew *crew = NULL;

    (void)state;
    assert_int_equal(whet_crew_new(&crew, &o, NULL), 0);
    for (int i = 0; i < 5; i++)
        submit(crew, "e");
    for (int i = 0; i < 5; i++)
        assert_int_equal(next(crew).end, WHET_CREW_NO_WORKER);
    whet_crew_free(crew);
}

static void a_program_that_begins_nothing(void **state)
{
    const char *const argv[] = {"/bin/sleep", "1000", NULL};
    const struct whet_crew_options o = {.argv = argv, .workers = 1, .start_ns = 10000000};
    struct whet_crew *crew = NULL;

    (void)state;
    assert_int_equal(whet_crew_new(&crew, &o, NULL), 0);
    submit(crew, "e");
    submit(crew, "e");
    for (int i = 0; i < 2; i++)
        assert_int_equal(next(crew).end, WHET_CREW_NO_WORKER);
    whet_crew_free(crew);
}

static void results_can_be_looked_for(void **state)
{
    const struct timespec pause_time = {0, 1000000};
    struct whet_crew *crew = crew_of((struct whet_crew_options){.workers = 1});
    struct whet_crew_result r;

    (void)state;
    assert_int_equal(whet_crew_try(crew, &r), 0);
    submit(crew, "e");
    while (whet_crew_try(crew, &r) == 0)
        nanosleep(&pause_time, NULL);
    assert_int_equal(r.end, WHET_CREW_DONE);
    submit(crew, "h"); /* left running */
    whet_crew_free(crew);
}

/* A worker that is in the middle of something dies with its master, too. */
static void nobody_outlives_the_master(void **state)
{
    char line[32] = "";
    int ends[2];
    pid_t master, worker;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    master = fork();
    if (master == 0) {
        const char *argv[] = {whet__text_str(&self), "serve", "aloud", NULL};
        const struct whet_crew_options o = {.argv = argv, .workers = 1};
        struct whet_crew *crew = NULL;

        dup2(ends[1], STDERR_FILENO); /* the worker's, too: it says who it is */
        if (whet_crew_new(&crew, &o, NULL) != 0 || whet_crew_submit(crew, NULL, "s", 1) != 0)
            _exit(1);
        pause();
    }
    close(ends[1]);
    assert_true(read(ends[0], line, sizeof(line) - 1) > 0);
    worker = (pid_t)strtol(line, NULL, 10);
    assert_true(worker > 0);
    assert_int_equal(kill(worker, 0), 0);
    kill(master, SIGKILL);
    /* The pipe ends when the last of the two has. */
    assert_int_equal(read(ends[0], line, 1), 0);
    close(ends[0]);
}

static void survives_failed_allocations(void **state)
{
    const char *argv[] = {whet__text_str(&self), "serve", NULL};
    const struct whet_crew_options o = {.argv = argv, .workers = 1};

    (void)state;
    EACH_ALLOCATION_FAILS
    {
        struct whet_crew *crew = NULL;
        struct whet_crew_result r;

        if (whet_crew_new(&crew, &o, NULL) == 0) {
            if (whet_crew_submit(crew, NULL, "e", 1) == 0)
                assert_int_equal(whet_crew_next(crew, &r), 1);
            whet_crew_free(crew);
        }
    }
}

static int serve(int aloud)
{
    if (aloud)
        fprintf(stderr, "%ld\n", (long)getpid());
    return whet_crew_serve(work, NULL) != 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(jobs_come_back_with_their_bytes),
        cmocka_unit_test(large_jobs_and_results),
        cmocka_unit_test(a_result_that_is_too_large_is_none),
        cmocka_unit_test(a_failure_is_the_jobs_own),
        cmocka_unit_test(limits_of_time_hold),
        cmocka_unit_test(a_limit_of_time_holds_when_nobody_looks),
        cmocka_unit_test(a_limit_of_time_by_the_clock_holds),
        cmocka_unit_test(a_crash_is_seen_though_the_socket_lives),
        cmocka_unit_test(results_that_wait_are_no_fault),
        cmocka_unit_test(a_worker_has_no_files_but_its_own),
        cmocka_unit_test(a_program_that_is_gone),
        cmocka_unit_test(a_limit_of_memory_holds),
        cmocka_unit_test(a_job_may_be_too_large_for_any_worker),
        cmocka_unit_test(much_trouble),
        cmocka_unit_test(a_program_that_serves_nobody),
        cmocka_unit_test(a_program_that_begins_nothing),
        cmocka_unit_test(results_can_be_looked_for),
        cmocka_unit_test(nobody_outlives_the_master),
        cmocka_unit_test(survives_failed_allocations),
    };
    int rc;

    if (argc > 1 && strcmp(argv[1], "serve") == 0)
        return serve(argc > 2);
    whet__text_init(&self, (size_t)1 << 16);
    if (whet__spawn_self(&self) != 0)
        return 2;
    rc = cmocka_run_group_tests(tests, NULL, NULL);
    whet__text_clear(&self);
    return rc;
}
