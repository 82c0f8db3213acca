/* The guard: a fork of ours that does nothing but wait for the end of a pipe. A signal on the
 * parent's death (PR_SET_PDEATHSIG) would reach direct children only, and a shell's own
 * children are the ones that go on. Costs one fork; started while we are small. */
#include "os/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void whet__guard_close_others(int first, int last)
{
    long limit = sysconf(_SC_OPEN_MAX);

#ifdef SYS_close_range
    if ((first == 0 || syscall(SYS_close_range, 0u, (unsigned)first - 1, 0u) == 0) &&
        syscall(SYS_close_range, (unsigned)last + 1, ~0u, 0u) == 0)
        return;
#endif
    for (int fd = 0; fd < limit; fd++)
        if (fd < first || fd > last)
            close(fd);
}

/* Sanitizers have to know of a fork. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#    define WATCHED 1
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#        define WATCHED 1
#    endif
#endif

/* The guard calls nothing that the handlers of a fork would make ready for it, and what they do
 * costs more than the fork: a cache closes its connections. */
static pid_t fork_alone(void)
{
#if defined(__GLIBC__) && !defined(WATCHED)
#    if __GLIBC_PREREQ(2, 34)
    return _Fork();
#    endif
#endif
    return fork();
}

/* Only calls that are safe behind a fork of a process with threads. */
static _Noreturn void stand(const struct whet_guard *g, int pipe)
{
    size_t slots = g->bytes / sizeof(*g->groups);
    sigset_t all;
    char byte;

    sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    (void)setsid(); /* Ctrl-C and the end of the terminal are not for it */
    (void)prctl(PR_SET_NAME, "whet-guard");
    whet__guard_close_others(pipe, pipe);
    while (read(pipe, &byte, 1) < 0 && errno == EINTR)
        continue;
    for (size_t i = 0; i < slots; i++) {
        int group = atomic_load(&g->groups[i]);

        /* One that was written by a child which had no time to make its group. */
        if (group > 0 && kill(-group, SIGKILL) != 0)
            (void)kill(group, SIGKILL);
    }
    _exit(0);
}

int whet__guard_start(struct whet_guard *g, unsigned slots)
{
    struct whet_guard made = {.bytes = slots * sizeof(*made.groups), .pipe = -1};
    void *table =
        mmap(NULL, made.bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int fds[2], error;

    if (table == MAP_FAILED)
        return -errno;
    made.groups = table;
    if (pipe2(fds, O_CLOEXEC) != 0) {
        error = -errno;
        munmap(table, made.bytes);
        return error;
    }
    made.pid = fork_alone();
    if (made.pid == 0)
        stand(&made, fds[0]);
    error = made.pid < 0 ? -errno : 0;
    close(fds[0]);
    made.pipe = fds[1];
    if (error != 0) {
        close(fds[1]);
        munmap(table, made.bytes);
        return error;
    }
    *g = made;
    return 0;
}

void whet__guard_end(struct whet_guard *g)
{
    if (g->pipe < 0)
        return;
    close(g->pipe);
    while (waitpid(g->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    munmap(g->groups, g->bytes);
    g->pipe = -1;
}
