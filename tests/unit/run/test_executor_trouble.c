/* run/executor.h: what becomes of a job of whose end something is in the way: what it printed
 * cannot be held, or shown, or its end not written down. */
#include "../harness.h"
#include "../own_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/file.h"
#include "run/executor.h"
#include "run/source_lines.h"

static int run(struct whet_run_options o, const char *line)
{
    const struct whet_run_job like = {0};
    struct whet_run_counts counts;
    struct whet_source_lines from;

    o.jobs = 1;
    o.grace_ns = 100000000;
    o.source = whet__source_array(&from, &line, 1, 0, &like);
    return whet__executor_run(&o, &counts, NULL);
}

static long pid_in(const char *path)
{
    FILE *file = fopen(path, "r");
    long pid = 0;

    if (file == NULL)
        return 0;
    assert_int_equal(fscanf(file, "%ld", &pid), 1);
    fclose(file);
    return pid;
}

/* One that has ended, well, before what it printed is read: more than a pipe has room for, so
 * that several reads are needed. */
#define SET_PIPE_SIZE 1031 /* F_SETPIPE_SZ of <linux/fcntl.h> */
#define MANY                                                                                   \
    "sh -c 'echo $$ >made; mv made pid; until test -e go; do sleep 0.01; done; "               \
    "exec head -c 400000 /dev/zero'"

struct unread {
    int sink_error;
    int wide; /* 1: there is room for all of it, and it has ended; -1: there is none to be had
               */
    int kept;
    enum whet_job_end end;
};

static void on_tick(void *ctx, const struct whet_run_counts *counts)
{
    struct unread *u = ctx;
    long pid = u->wide == 0 ? pid_in("pid") : 0;
    char path[64];
    siginfo_t info;
    int fd;

    (void)counts;
    if (pid == 0)
        return;
    snprintf(path, sizeof(path), "/proc/%ld/fd/1", pid);
    fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    u->wide = fcntl(fd, SET_PIPE_SIZE, 1 << 20) >= 0 ? 1 : -1;
    close(fd);
    assert_int_equal(whet__file_write("go", "", 0, 0), 0);
    if (u->wide == 1)
        assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

static void on_keep(void *ctx, const struct whet_run_job *job, struct whet_job_result *result,
                    const struct whet_printed printed[WHET_STREAMS],
                    const struct whet_spool *spool)
{
    struct unread *u = ctx;

    (void)job;
    (void)result;
    (void)printed;
    (void)spool;
    u->kept++;
}

static int on_ended(void *ctx, const struct whet_run_job *job,
                    const struct whet_job_result *result, struct whet_error *err)
{
    struct unread *u = ctx;

    (void)job;
    (void)err;
    u->end = result->end;
    return 0;
}

static int sink(void *ctx, enum whet_stream stream, const char *bytes, size_t len)
{
    const struct unread *u = ctx;

    (void)stream;
    (void)bytes;
    (void)len;
    return u->sink_error;
}

static int run_unread(struct unread *u, int sink_error)
{
    *u = (struct unread){.sink_error = sink_error, .end = WHET_JOB_SKIPPED};
    (void)remove("pid");
    (void)remove("go");
    return run(
        (struct whet_run_options){
            .sink = {sink, u, NULL, NULL},
            .hooks = {.ctx = u, .keep = on_keep, .ended = on_ended, .tick = on_tick},
            .keep_bytes = 1 << 20},
        MANY);
}

/* Half of what a command printed is no result of it: it is not kept for the next time, and who
 * resumes the run runs it again. */
static void what_is_not_held_is_not_kept(void **state)
{
    struct unread u;
    int rc;

    (void)state;
    setenv("TMPDIR", "/absent", 1);
    rc = run_unread(&u, 0);
    unsetenv("TMPDIR");
    if (u.wide < 0)
        skip();
    assert_int_equal(rc, -ENOENT);
    assert_int_equal(u.kept, 0);
    assert_int_equal(u.end, WHET_JOB_STOPPED);
    /* There is nobody who would miss it. */
    assert_int_equal(run_unread(&u, -EPIPE), -EPIPE);
    assert_int_equal(u.kept, 0);
    assert_int_equal(u.end, WHET_JOB_OK);
}

static int ended_badly(void *ctx, const struct whet_run_job *job,
                       const struct whet_job_result *result, struct whet_error *err)
{
    (void)on_ended(ctx, job, result, err);
    return -EIO;
}

/* What a process that ignores no signal, but lets SIGTERM wait, has not been told yet. */
static int waits_for_it(long pid)
{
    unsigned long long set = 0;
    char path[64], line[256];
    int found = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%ld/status", pid);
    file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL)
        if (sscanf(line, "ShdPnd: %llx", &set) == 1 || sscanf(line, "SigPnd: %llx", &set) == 1)
            found |= (set >> (SIGTERM - 1) & 1) != 0;
    fclose(file);
    return found;
}

/* The number of a process that was waited for is nobody's, or another's. What it has left
 * behind in its group, by that number, shows whether somebody is still signalled by it. */
static void who_has_ended_is_not_signalled(void **state)
{
    struct unread u = {.wide = -1};
    sigset_t term, before;
    long pid;

    (void)state;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &before);
    assert_int_equal(run((struct whet_run_options){.sink = {sink, &u, NULL, NULL},
                                                   .hooks = {.ctx = &u, .ended = ended_badly}},
                         "sh -c 'sleep 60 >/dev/null 2>&1 & echo $! >left'"),
                     -EIO);
    sigprocmask(SIG_SETMASK, &before, NULL);
    pid = pid_in("left");
    assert_true(pid > 0);
    assert_false(waits_for_it(pid));
    assert_int_equal(kill((pid_t)pid, SIGKILL), 0);
}

#define IN_FOLDER(test)                                                                        \
    cmocka_unit_test_setup_teardown(test, own_folder_enter, own_folder_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(what_is_not_held_is_not_kept),
        IN_FOLDER(who_has_ended_is_not_signalled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
