/* os/tracer.h, os/notice.h, os/file_call.h: what is seen of real children. */
#include "../harness.h"
#include "../own_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/launch.h"
#include "os/tracer.h"
#include "os/tracer_inside.h"

#define HOUR_NS UINT64_C(3600000000000)

static struct whet_tracer *tracer, *hung;
static struct whet_launcher launcher;
static char folder[4096];

static int group_setup(void **state)
{
    struct whet_error err = {0};

    if (own_folder_enter(state) != 0 || getcwd(folder, sizeof(folder)) == NULL)
        return -1;
    if (whet__tracer_open(&tracer, &err) != 0) {
        printf("# %s\n", err.text);
        tracer = NULL;
    }
    return whet__launcher_init(&launcher, 4);
}

static int group_teardown(void **state)
{
    whet__tracer_close(tracer);
    whet__launcher_clear(&launcher);
    return own_folder_leave(state);
}

static void write_file(const char *name)
{
    char path[8192];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "w");
    assert_non_null(f);
    fclose(f);
}

static void remove_file(const char *name)
{
    char path[8192];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_int_equal(unlink(path), 0);
}

/* Runs a line for a shell in the folder. */
static struct whet_trace *trace_line_by(struct whet_tracer *by, const char *line,
                                        struct whet_trace_files *files)
{
    const char *const argv[] = {"sh", "-c", line, NULL};
    const char *const env[] = {"PATH=/usr/bin:/bin", NULL};
    const struct whet_launch what = {.program = "/bin/sh",
                                     .argv = argv,
                                     .env = env,
                                     .cwd = folder,
                                     .traced = whet__tracer_filter(by)};
    struct whet_error err = {0};
    struct whet_launched child;
    struct whet_reaped reaped;
    struct whet_trace *trace;
    struct pollfd ended;

    assert_int_equal(whet__launch(&launcher, &what, &child, &err), 0);
    assert_true(child.listener >= 0);
    assert_int_equal(whet__trace_begin(by, child.listener, &trace), 0);
    child.listener = -1;
    ended = (struct pollfd){child.pidfd, POLLIN, 0};
    while (poll(&ended, 1, -1) < 0)
        assert_int_equal(errno, EINTR);
    *files = whet__trace_end(trace);
    assert_int_equal(whet__launch_reap(&launcher, 0, &child, &reaped), 0);
    return trace;
}

static struct whet_trace *trace_line(const char *line, struct whet_trace_files *files)
{
    return trace_line_by(tracer, line, files);
}

static const struct whet_trace_file *find(const struct whet_trace_files *files,
                                          const char *name)
{
    char path[8192];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    for (size_t i = 0; i < files->count; i++)
        if (strcmp(files->files[i]->path, path) == 0)
            return files->files[i];
    return NULL;
}

static void assert_seen(const struct whet_trace_files *files, const char *name,
                        enum whet_look_kind kind, unsigned uses)
{
    const struct whet_trace_file *file = find(files, name);

    assert_non_null(file);
    assert_int_equal(file->kind, kind);
    assert_int_equal(file->uses, uses);
}

static void each_use_is_told(void **state)
{
    struct whet_trace_files files;
    struct whet_trace *trace;

    (void)state;
    if (tracer == NULL)
        skip();
    write_file("in");
    write_file("over");
    write_file("edit");
    trace =
        trace_line("cat ./in; test -e over; echo x >over; cat over; cat edit; mv edit moved; "
                   "cat moved; cat absent; ls . >/dev/null",
                   &files);
    assert_int_equal(files.unseen, 0);
    assert_seen(&files, "in", WHET_LOOK_FILE, WHET_FILE_READ);
    assert_seen(&files, "over", WHET_LOOK_FILE, WHET_FILE_LOOK | WHET_FILE_WRITE);
    assert_true((find(&files, "edit")->uses & WHET_FILE_READ) != 0);
    assert_true((find(&files, "edit")->uses & WHET_FILE_WRITE) == 0);
    assert_int_equal(find(&files, "moved")->kind, WHET_LOOK_GONE);
    assert_true((find(&files, "moved")->uses & WHET_FILE_WRITE) != 0);
    assert_true((find(&files, "moved")->uses & WHET_FILE_READ) == 0);
    assert_int_equal(find(&files, "absent")->kind, WHET_LOOK_GONE);
    whet__trace_free(trace);
    remove_file("in");
    remove_file("over");
    remove_file("moved");
}

/* One that is killed while it asks, over and over. */
static void a_kill_leaves_nothing_waiting(void **state)
{
    struct whet_trace_files files;
    struct whet_trace *trace;

    (void)state;
    if (tracer == NULL)
        skip();
    trace = trace_line("while :; do test -e in; done & while :; do test -e in; done & "
                       "test -e in; kill -9 0",
                       &files);
    assert_seen(&files, "in", WHET_LOOK_GONE, WHET_FILE_LOOK);
    whet__trace_free(trace);
}

static void what_cannot_run_leaves_no_listener(void **state)
{
    const char *const argv[] = {"absent", NULL};
    const char *const env[] = {NULL};
    struct whet_launch what = {.program = "/absent", .argv = argv, .env = env};
    struct whet_error err = {0};
    struct whet_launched child;
    struct whet_trace_files files;

    (void)state;
    if (tracer == NULL)
        skip();
    what.traced = whet__tracer_filter(tracer);
    assert_int_equal(whet__launch(&launcher, &what, &child, &err), -ENOENT);
    assert_int_equal(whet__notice_listener(what.traced), -EAGAIN);
    whet__trace_free(trace_line("true", &files));
    assert_null(whet__trace_end(NULL).files);
    whet__trace_free(NULL);
}

/* Of what is ours it has nothing, whatever number that has. */
static void a_stand_in_holds_listeners_alone(void **state)
{
    int like_listener[2], ours[2], status;
    struct pollfd closed;

    (void)state;
    assert_int_equal(pipe(like_listener), 0);
    assert_int_equal(pipe(ours), 0);
    whet__tracer_stand_in(&like_listener[0], 1);
    close(like_listener[0]);
    close(ours[1]);
    closed = (struct pollfd){ours[0], POLLIN, 0};
    while (poll(&closed, 1, -1) < 0)
        assert_int_equal(errno, EINTR);
    assert_true((closed.revents & POLLHUP) != 0);
    close(ours[0]);
    /* Nobody is left that could call. */
    close(like_listener[1]);
    while (waitpid(-1, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Of a file system that never answers for new names. What is in the kernel's cache is now and
 * then not found there either, while something else is changed. */
static void look_for_ever(const char *path, struct whet_look *out)
{
    while (strstr(path, "/new") != NULL)
        pause();
    whet__look_wait(path, out);
}

/* Before Linux 5.12 every look is by the file system, and any may be late. */
static int looks_are_cached(void)
{
    struct whet_look look;

    return tracer != NULL && whet__look_cached(folder, 0, &look) == 0 &&
           whet__look_cached("/bin/sh", 0, &look) == 0;
}

/* A tracer whose lookers hang; they are waited for so long. */
static void open_hung(uint64_t limit_ns)
{
    assert_int_equal(whet__tracer_open(&hung, NULL), 0);
    hung->looks.look = look_for_ever;
    hung->looks.limit_ns = limit_ns;
}

/* Names that nobody has looked for are not in the kernel's cache: others for each turn. That of
 * the file is, but may be asked for all the same, and be late where a looker waits for a
 * processor: 0 then. */
static int only_new_names_are_silent(int turn, uint64_t limit_ns)
{
    struct whet_trace_files files;
    struct whet_trace *trace;
    char one[32], two[32], line[256];
    int only;

    snprintf(one, sizeof(one), "new%d", 2 * turn);
    snprintf(two, sizeof(two), "new%d", 2 * turn + 1);
    snprintf(line, sizeof(line), "test -e %s; cat known; test -e %s; test -e %s; exit 0", one,
             two, one);
    open_hung(limit_ns);
    trace = trace_line_by(hung, line, &files);
    assert_int_equal(files.unseen, WHET_UNSEEN_ANSWER);
    assert_seen(&files, one, WHET_LOOK_OTHER, WHET_FILE_LOOK);
    assert_seen(&files, two, WHET_LOOK_OTHER, WHET_FILE_LOOK);
    assert_int_equal(find(&files, "known")->uses, WHET_FILE_READ);
    only = find(&files, "known")->kind == WHET_LOOK_FILE &&
           strcmp(files.silent, find(&files, one)->path) == 0;
    whet__trace_free(trace);
    whet__tracer_close(hung);
    return only;
}

static void what_does_not_answer_is_not_known(void **state)
{
    uint64_t limit_ns = 50000000;

    (void)state;
    if (!looks_are_cached())
        skip();
    write_file("known");
    for (int turn = 1; !only_new_names_are_silent(turn, limit_ns); turn++) {
        limit_ns *= 4;
        assert_true(limit_ns < HOUR_NS / 100);
    }
    remove_file("known");
}

/* With all lookers late there is nobody to wait for, with the second name as with the first. */
static void no_call_waits_where_nobody_is_asked(void **state)
{
    struct whet_trace_files files;
    struct whet_trace *trace;

    (void)state;
    if (!looks_are_cached())
        skip();
    open_hung(50000000);
    trace = trace_line_by(hung,
                          "for i in 1 2 3 4 5 6 7 8; do test -e new-$i; done; "
                          "ln -T new-from new-to 2>/dev/null; exit 0",
                          &files);
    assert_int_equal(files.unseen, WHET_UNSEEN_ANSWER);
    assert_seen(&files, "new-to", WHET_LOOK_OTHER, WHET_FILE_WRITE);
    whet__trace_free(trace);
    whet__tracer_close(hung);
}

/* Its end, and all others, wait for nothing. What is left is let go by the end of the tracer.
 */
static void what_does_not_answer_holds_up_its_caller_alone(void **state)
{
    struct whet_trace_files files;
    struct whet_trace *trace;
    char path[8192], byte;
    int fd;

    (void)state;
    if (tracer == NULL)
        skip();
    open_hung(HOUR_NS);
    snprintf(path, sizeof(path), "%s/pipe", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    trace = trace_line_by(hung, "{ test -e new-last; echo >pipe; } & exit 0", &files);
    assert_int_equal(files.unseen, 0); /* it has not waited for long */
    whet__trace_free(trace);
    trace = trace_line_by(hung, "for i in 1 2 3; do test -e .; done", &files);
    assert_int_equal(files.unseen, 0);
    whet__trace_free(trace);
    whet__tracer_close(hung);
    assert_int_equal(read(fd, &byte, 1), 1);
    close(fd);
    remove_file("pipe");
}

long syscall(long number, ...); /* POSIX has none */

/* Calls of io_uring and of x32 are not seen, but that there are any is. */
static void what_cannot_be_seen_is_told(void **state)
{
    const struct whet_notice ring = {.machine = whet__notice_machine, .number = 425};
    const struct whet_notice other = {.machine = whet__notice_machine, .number = 39};
    int there = syscall(425, 0, NULL) < 0 && errno != ENOSYS && errno != EPERM;

    (void)state;
    assert_int_equal(whet__file_call_unseen(&ring), there ? WHET_UNSEEN_RING : 0);
    assert_int_equal(whet__file_call_unseen(&other), 0);
#ifdef WHET_NOTICE_X32
    {
        const struct whet_notice x32 = {.machine = whet__notice_machine,
                                        .number = WHET_NOTICE_X32 | 39};

        there = syscall(WHET_NOTICE_X32 | 39) > 0;
        assert_int_equal(whet__file_call_unseen(&x32), there ? WHET_UNSEEN_X32 : 0);
    }
#endif
}

/* Not all is seen then, and everything runs on all the same. */
static void memory_may_run_out(void **state)
{
    (void)state;
    if (tracer == NULL)
        skip();
    whet__tracer_close(tracer);
    EACH_ALLOCATION_FAILS
    {
        struct whet_error err = {0};
        int rc = whet__tracer_open(&tracer, &err);

        if (rc == 0)
            whet__tracer_close(tracer);
        else
            assert_int_equal(rc, -ENOMEM);
    }
    assert_int_equal(whet__tracer_open(&tracer, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_use_is_told),
        cmocka_unit_test(a_kill_leaves_nothing_waiting),
        cmocka_unit_test(what_cannot_run_leaves_no_listener),
        cmocka_unit_test(a_stand_in_holds_listeners_alone),
        cmocka_unit_test(what_does_not_answer_is_not_known),
        cmocka_unit_test(no_call_waits_where_nobody_is_asked),
        cmocka_unit_test(what_does_not_answer_holds_up_its_caller_alone),
        cmocka_unit_test(what_cannot_be_seen_is_told),
        cmocka_unit_test(memory_may_run_out),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
