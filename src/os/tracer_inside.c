/* Before and after a tracer. Expected load: one trial for each; a process that stays behind
 * only where a command has left something running that put itself beside its group, or was
 * left in the background. */
#include "os/tracer_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/guard.h"

#define TRIAL    "/whet/trial" /* not there; it is only named */
#define NEVER_MS (-1)

/* ---- The trial ---- */

/* In the child. Its exit code is why it could not. */
static _Noreturn void trial_run(const struct whet_notice_filter *filter)
{
    int error = whet__notice_enter(filter);

    if (error == 0)
        (void)syscall(SYS_openat, AT_FDCWD, TRIAL, O_RDONLY);
    _exit(error);
}

/* 1: `fd` is ready; 0: the child has ended before. */
static int trial_wait(int fd, int pidfd)
{
    struct pollfd either[2] = {{fd, POLLIN, 0}, {pidfd, POLLIN, 0}};

    while (poll(either, 2, NEVER_MS) < 0 && errno == EINTR)
        continue;
    return either[0].revents != 0;
}

static int trial_serve(const struct whet_notice_filter *filter, int pidfd,
                       struct whet_file_call *scratch, int *listener)
{
    struct whet_notice notice;
    int rc;

    if (!trial_wait(filter->sockets[0], pidfd))
        return -ENOSYS; /* it says more by its exit code */
    *listener = whet__notice_listener(filter);
    if (*listener < 0)
        return *listener;
    if (!trial_wait(*listener, pidfd))
        return -ENOSYS;
    rc = whet__notice_take(*listener, &notice);
    if (rc != 0)
        return rc;
    rc = whet__file_call_read(&notice, scratch);
    whet__notice_answer(*listener, notice.id);
    if (rc < 0)
        return rc;
    return rc == 1 && strcmp(scratch->path, TRIAL) == 0 ? 0 : -ENOSYS;
}

/* The kernel has to tell of the end, too: before 5.9 it does not, and a descriptor would stay
 * for each command. */
static int trial_end(int listener)
{
    struct pollfd ended = {listener, POLLIN, 0};

    return poll(&ended, 1, 0) == 1 && (ended.revents & POLLHUP) != 0 ? 0 : -ENOSYS;
}

int whet__tracer_try(const struct whet_notice_filter *filter, struct whet_file_call *scratch)
{
    int listener = -1, pidfd, status = 0, rc;
    pid_t pid = fork();

    if (pid == 0)
        trial_run(filter);
    if (pid < 0)
        return -errno;
    pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    rc = pidfd < 0 ? -errno : trial_serve(filter, pidfd, scratch, &listener);
    if (rc != 0)
        (void)kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (rc == -ENOSYS && WIFEXITED(status) && WEXITSTATUS(status) != 0)
        rc = -WEXITSTATUS(status);
    if (rc == 0)
        rc = trial_end(listener);
    if (listener >= 0)
        close(listener);
    if (pidfd >= 0)
        close(pidfd);
    return rc;
}

int whet__tracer_explain(int rc, struct whet_error *err)
{
    switch (rc) {
    case -ENOSYS:
    case -EINVAL:
        return whet_error_set(err, -ENOSYS,
                              "cannot trace: this kernel, or the sandbox around us, has no "
                              "notifications of seccomp: Linux 5.9 is needed");
    case -EBUSY:
        return whet_error_set(err, rc,
                              "cannot trace: somebody does so already: leave out "
                              "--trace-inputs in what 'whet run --trace-inputs' runs, and in "
                              "a container that intercepts system calls");
    case -EPERM:
    case -EACCES:
        return whet_error_set(err, rc,
                              "cannot trace: it is forbidden to look into commands: see "
                              "/proc/sys/kernel/yama/ptrace_scope, and the seccomp profile "
                              "of the container");
    default:
        return whet_error_set(err, rc, "cannot trace: %s", strerror(-rc));
    }
}

/* ---- The time after ---- */

/* One call, or the end of all. */
static void answer_one(struct pollfd *listener)
{
    struct whet_notice notice;

    if ((listener->revents & POLLIN) != 0) {
        if (whet__notice_take(listener->fd, &notice) == 0)
            whet__notice_answer(listener->fd, notice.id);
    } else if (listener->revents != 0) {
        close(listener->fd);
        listener->fd = -1; /* poll passes it over */
    }
}

/* Only calls that are safe behind a fork of a process with threads. */
static _Noreturn void answer_all(struct pollfd *listeners, nfds_t count)
{
    sigset_t all;
    nfds_t left = count;

    sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    (void)setsid();
    if (chdir("/") != 0)
        _exit(1);
    (void)prctl(PR_SET_NAME, "whet-trace");
    while (left > 0) {
        if (poll(listeners, count, NEVER_MS) < 0 && errno != EINTR)
            _exit(1);
        left = 0;
        for (nfds_t i = 0; i < count; i++) {
            answer_one(&listeners[i]);
            left += listeners[i].fd >= 0;
        }
    }
    _exit(0);
}

/* Each goes above all of them, and what is ours below, between and behind is closed. */
static int move_up(struct pollfd *listeners, nfds_t count)
{
    int last = 0, first;

    for (nfds_t i = 0; i < count; i++)
        last = listeners[i].fd > last ? listeners[i].fd : last;
    first = last + 1;
    for (nfds_t i = 0; i < count; i++) {
        /* The lowest that is free: what it passes over is ours. */
        int fd = fcntl(listeners[i].fd, F_DUPFD_CLOEXEC, last + 1);

        if (fd < 0)
            return -errno;
        listeners[i].fd = fd;
        while (++last < fd)
            close(last);
    }
    whet__guard_close_others(first, last);
    return 0;
}

void whet__tracer_stand_in(const int *fds, size_t count)
{
    struct pollfd *listeners = whet__mem_zalloc(count, sizeof(*listeners));
    nfds_t open = 0;
    int more = 0;

    for (size_t i = 0; listeners != NULL && i < count; i++) {
        listeners[open] = (struct pollfd){fds[i], POLLIN, 0};
        /* Of most the last has ended just now. */
        more = poll(&listeners[open], 1, 0);
        if (more != 1 || (listeners[open].revents & POLLIN) != 0)
            open++;
    }
    if (open > 0 && fork() == 0) {
        if (move_up(listeners, open) != 0)
            _exit(1);
        answer_all(listeners, open);
    }
    whet__mem_free(listeners);
}
