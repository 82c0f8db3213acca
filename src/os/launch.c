/* Starting children, fast. Expected load: thousands a second, hundreds of thousands in all,
 * from one thread. clone(2) as posix_spawn uses it (our memory is lent, not copied, until the
 * exec), but with what that call cannot do: a descriptor of the child's end at no extra cost,
 * its number in the guard's table before it runs, a signal on our death. */
#include "os/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/pipe.h"
#include "os/spawn.h"

#define STACK_BYTES ((size_t)64 * 1024)
#define GUARD_BYTES ((size_t)4096)
#define SECOND_NS   UINT64_C(1000000000)
#define MASK_BYTES  ((size_t)8) /* of a set of signals, as the kernel has it */

/* The child runs on a stack that sanitizers know nothing of. */
#define PLAIN __attribute__((no_sanitize("address", "thread", "undefined")))

/* Lent to the child, which tells by `error` why it could not run. */
struct moment {
    const struct whet_launch *what;
    atomic_int *group;
    sigset_t mask; /* ours, and the child's */
    int in_fd;
    int out_fd;
    int err_fd;
    volatile int error;
};

int whet__launcher_init(struct whet_launcher *l, unsigned slots)
{
    struct whet_launcher made = {.slots = slots, .guard = {.pipe = -1}};
    int error;

    made.null_fd = whet__fd_above_standard(open("/dev/null", O_RDWR | O_CLOEXEC));
    if (made.null_fd < 0)
        return -errno;
    made.stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (made.stack == MAP_FAILED || mprotect(made.stack, GUARD_BYTES, PROT_NONE) != 0) {
        error = -errno;
        if (made.stack != MAP_FAILED)
            munmap(made.stack, STACK_BYTES);
        close(made.null_fd);
        return error;
    }
    *l = made;
    return 0;
}

void whet__launcher_clear(struct whet_launcher *l)
{
    whet__guard_end(&l->guard);
    munmap(l->stack, STACK_BYTES);
    close(l->null_fd);
}

/* Our handlers would run in the child, on our memory; what is ignored stays so (nohup), but for
 * SIGPIPE, which we ignore for ourselves. Not by sigaction(3): under a sanitizer that keeps a
 * table of handlers, which is ours, too. */
PLAIN static void signals_reset(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    /* As the kernel has it: the handler first; SIG_DFL, no flags and an empty mask are 0. */
    const unsigned long plain[8] = {0};
    unsigned long old[8];

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        old[0] = 0;
        if (numbers[i] != SIGPIPE)
            (void)syscall(SYS_rt_sigaction, numbers[i], NULL, old, MASK_BYTES);
        if (old[0] != (unsigned long)SIG_IGN)
            (void)syscall(SYS_rt_sigaction, numbers[i], plain, NULL, MASK_BYTES);
    }
}

/* Nothing here may allocate or lock: the rest of us holds still, wherever it was. */
PLAIN static int child_run(void *arg)
{
    struct moment *m = arg;
    const struct whet_notice_filter *traced = m->what->traced;

    atomic_store(m->group, getpid());
    if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        goto fail;
    signals_reset();
    if (dup2(m->in_fd, STDIN_FILENO) < 0 || dup2(m->out_fd, STDOUT_FILENO) < 0 ||
        dup2(m->err_fd, STDERR_FILENO) < 0)
        goto fail;
    if (m->what->cwd != NULL && chdir(m->what->cwd) != 0)
        goto fail;
    (void)sigprocmask(SIG_SETMASK, &m->mask, NULL);
    m->error = traced != NULL ? whet__notice_enter(traced) : 0;
    if (m->error == 0) {
        /* As execve, which has no fourth argument: nobody looks after it yet. */
        (void)syscall(SYS_execve, m->what->program, m->what->argv, m->what->env,
                      WHET_NOTICE_PASS);
        m->error = errno;
    }
    _exit(127);
fail:
    m->error = errno;
    _exit(127);
}

static void descriptor_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void descriptors_close(struct whet_launched *c)
{
    descriptor_close(&c->pidfd);
    descriptor_close(&c->out_fd);
    descriptor_close(&c->err_fd);
    descriptor_close(&c->listener);
}

/* ThreadSanitizer takes clone for a fork, which this is not: our memory stays ours. The C
 * library has the same under another name, which it does not know. */
#if defined(__SANITIZE_THREAD__)
#    define UNWATCHED 1
#elif defined(__has_feature)
#    if __has_feature(thread_sanitizer)
#        define UNWATCHED 1
#    endif
#endif
#ifdef UNWATCHED
extern int __clone(int (*run)(void *), void *stack, int flags, void *arg, ...);
#    define clone __clone
#endif

/* Returns when the child runs its program, or has failed to. */
static int clone_child(struct whet_launcher *l, struct moment *m, struct whet_launched *out)
{
    char *top = (char *)l->stack + STACK_BYTES;
    sigset_t all;
    int error = 0;

    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &m->mask);
    out->start_ns = whet__clock_now_ns();
    out->pid =
        clone(child_run, top, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, m, &out->pidfd);
    if (out->pid < 0)
        error = -errno;
    (void)pthread_sigmask(SIG_SETMASK, &m->mask, NULL);
    if (error == 0 && m->error != 0) {
        error = -m->error;
        while (waitpid(out->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    if (error != 0)
        atomic_store(m->group, 0);
    return error;
}

static int prepare(struct whet_launcher *l, struct moment *m, struct whet_launched *made)
{
    int rc = 0;

    if (l->guard.pipe < 0)
        rc = whet__guard_start(&l->guard, l->slots);
    if (rc == 0)
        rc = whet__pipe_open(&made->out_fd, &m->out_fd);
    if (rc == 0)
        rc = whet__pipe_open(&made->err_fd, &m->err_fd);
    return rc;
}

int whet__launch(struct whet_launcher *l, const struct whet_launch *what,
                 struct whet_launched *out, struct whet_error *err)
{
    struct whet_launched made = {
        .pid = -1, .pidfd = -1, .out_fd = -1, .err_fd = -1, .listener = -1};
    struct moment m = {.what = what, .in_fd = l->null_fd, .out_fd = -1, .err_fd = -1};
    int rc = prepare(l, &m, &made);

    if (rc == -EAGAIN) {
        rc = whet__spawn_explain(what->cwd, what->program, rc, err);
    } else if (rc != 0) {
        whet_error_set(err, rc, "cannot run: '%s': %s", what->program, strerror(-rc));
    } else {
        m.group = &l->guard.groups[what->slot];
        rc = clone_child(l, &m, &made);
        if (rc != 0)
            rc = whet__spawn_explain(what->cwd, what->program, rc, err);
    }
    descriptor_close(&m.out_fd);
    descriptor_close(&m.err_fd);
    if (what->traced != NULL)
        made.listener = whet__notice_listener(what->traced);
    if (rc == 0 && (made.pidfd < 0 || (what->traced != NULL && made.listener < 0))) {
        whet__launch_signal(&made, SIGKILL);
        (void)waitpid(made.pid, NULL, 0);
        atomic_store(m.group, 0);
        rc = made.pidfd < 0
                 ? whet_error_set(err, -ENOSYS, "this kernel is too old: Linux 5.4 is needed")
                 : whet_error_set(err, made.listener, "cannot trace: '%s': %s", what->program,
                                  strerror(-made.listener));
    }
    if (rc != 0)
        descriptors_close(&made);
    else
        *out = made;
    return rc;
}

int whet__launch_has_ended(const struct whet_launched *child)
{
    struct pollfd end = {child->pidfd, POLLIN, 0};

    return poll(&end, 1, 0) == 1;
}

int whet__launch_stopped_by(const struct whet_launched *child)
{
    siginfo_t info = {0};

    if (waitid(P_PID, (id_t)child->pid, &info, WSTOPPED | WNOHANG | WNOWAIT) != 0 ||
        info.si_pid == 0)
        return 0;
    return info.si_status == SIGTTIN || info.si_status == SIGTTOU ? info.si_status : 0;
}

void whet__launch_signal(const struct whet_launched *child, int number)
{
    /* One that has gone to another group is still our child. */
    if (kill(-child->pid, number) != 0)
        (void)kill(child->pid, number);
}

static uint64_t time_ns(struct timeval t)
{
    return (uint64_t)t.tv_sec * SECOND_NS + (uint64_t)t.tv_usec * 1000;
}

int whet__launch_reap(struct whet_launcher *l, unsigned slot, struct whet_launched *child,
                      struct whet_reaped *out)
{
    struct rusage usage;
    int status;
    pid_t got;

    /* Before its number can become another's. */
    atomic_store(&l->guard.groups[slot], 0);
    do
        got = wait4(child->pid, &status, 0, &usage);
    while (got < 0 && errno == EINTR);
    descriptors_close(child);
    if (got < 0)
        return -errno;
    *out = (struct whet_reaped){.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
                                .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                                .user_ns = time_ns(usage.ru_utime),
                                .sys_ns = time_ns(usage.ru_stime),
                                .max_rss_bytes = (uint64_t)usage.ru_maxrss * 1024};
    return 0;
}
