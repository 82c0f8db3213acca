/* The master's side. Expected load: one for each core, started once, and again when one
 * crashes; a message of some KiB 2,500 times a second for each. */
#include "os/servant.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FD_ABOVE   (WHET_SERVANT_FD + 16) /* out of the way of the fixed numbers */
#define WAIT_STEPS 2000                   /* of a millisecond, for one that says no more */

enum end { END_SOCKET, END_SHARED, END_LIFE, ENDS };

static void fd_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Moves it where no fixed number is. */
static int fd_raise(int *fd)
{
    int copy = fcntl(*fd, F_DUPFD_CLOEXEC, FD_ABOVE);

    if (copy < 0)
        return -errno;
    close(*fd);
    *fd = copy;
    return 0;
}

static int shared_open(struct whet_servant *s, int *fd, const void *head, size_t head_len)
{
    void *memory;

    *fd = memfd_create("whet", MFD_CLOEXEC);
    if (*fd < 0 || ftruncate(*fd, (off_t)s->shared_bytes) != 0)
        return -errno;
    memory = mmap(NULL, s->shared_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    if (memory == MAP_FAILED)
        return -errno;
    s->shared = memory;
    memcpy(memory, head, head_len);
    return 0;
}

/* Both ends of all three; the servant's in `theirs`. */
static int ends_open(struct whet_servant *s, int theirs[ENDS], const void *head,
                     size_t head_len)
{
    int pair[2];
    int rc;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return -errno;
    s->fd = pair[0];
    theirs[END_SOCKET] = pair[1];
    if (pipe2(pair, O_CLOEXEC) != 0)
        return -errno;
    s->life_fd = pair[1];
    theirs[END_LIFE] = pair[0];
    rc = shared_open(s, &theirs[END_SHARED], head, head_len);
    for (int i = 0; rc == 0 && i < ENDS; i++)
        rc = fd_raise(&theirs[i]);
    return rc;
}

/* What the program around us did not mark close-on-exec: an end of a pipe in a process that
 * lives as long as we do would keep its reader waiting. */
static int others_close(posix_spawn_file_actions_t *actions)
{
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
    return -posix_spawn_file_actions_addclosefrom_np(actions, WHET_SERVANT_FD + ENDS);
#else
    (void)actions;
    return 0;
#endif
}

static int program_start(struct whet_servant *s, const char *const *argv,
                         const int theirs[ENDS])
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    int rc;

    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &defaults);
    /* A group of its own: Ctrl-C is the master's to answer. */
    (void)posix_spawnattr_setpgroup(&attributes, 0);
    rc = -posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                    POSIX_SPAWN_SETPGROUP);
    if (rc == 0)
        rc =
            -posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (rc == 0)
        rc = -posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    for (int i = 0; rc == 0 && i < ENDS; i++)
        rc = -posix_spawn_file_actions_adddup2(&actions, theirs[i], WHET_SERVANT_FD + i);
    if (rc == 0)
        rc = others_close(&actions);
    if (rc == 0)
        rc =
            -posix_spawn(&s->pid, argv[0], &actions, &attributes, (char *const *)argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

int whet__servant_start(struct whet_servant *out, const char *const *argv, size_t shared_bytes,
                        const void *head, size_t head_len, struct whet_error *err)
{
    struct whet_servant s = {.fd = -1, .life_fd = -1, .shared_bytes = shared_bytes};
    int theirs[ENDS] = {-1, -1, -1};
    int rc = ends_open(&s, theirs, head, head_len);

    if (rc == 0)
        rc = program_start(&s, argv, theirs);
    for (int i = 0; i < ENDS; i++)
        fd_close(&theirs[i]);
    if (rc != 0) {
        s.pid = 0;
        whet__servant_clear(&s);
        return whet_error_set(err, rc, "cannot start a worker: '%.300s': %s", argv[0],
                              strerror(-rc));
    }
    *out = s;
    return 0;
}

ssize_t whet__servant_send(struct whet_servant *s, const void *data, size_t len)
{
    ssize_t sent;

    do
        sent = send(s->fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return sent;
    return errno == EAGAIN || errno == ENOBUFS ? -EAGAIN : -EPIPE;
}

ssize_t whet__servant_receive(struct whet_servant *s, void *data, size_t size)
{
    ssize_t got;

    do
        got = recv(s->fd, data, size, MSG_DONTWAIT);
    while (got < 0 && errno == EINTR);
    if (got > 0)
        return got;
    return got < 0 && errno == EAGAIN ? -EAGAIN : -EPIPE;
}

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec t;

    if (clock_gettime(clock, &t) != 0)
        return 0;
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t whet__servant_cpu_ns(const struct whet_servant *s)
{
    clockid_t clock;

    return clock_getcpuclockid(s->pid, &clock) == 0 ? clock_ns(clock) : 0;
}

uint64_t whet__servant_own_cpu_ns(void)
{
    return clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

void whet__servant_kill(struct whet_servant *s)
{
    if (s->pid > 0)
        kill(s->pid, SIGKILL);
}

int whet__servant_has_ended(const struct whet_servant *s)
{
    siginfo_t info = {.si_pid = 0};

    if (s->pid <= 0)
        return 1;
    if (waitid(P_PID, (id_t)s->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
        return errno == ECHILD;
    return info.si_pid == s->pid;
}

static pid_t wait_for(pid_t pid, int *status, int flags)
{
    pid_t got;

    do
        got = waitpid(pid, status, flags);
    while (got < 0 && errno == EINTR);
    return got;
}

void whet__servant_wait(struct whet_servant *s, struct whet_servant_end *out)
{
    const struct timespec step = {0, 1000000};
    int status = 0;
    pid_t got = s->pid > 0 ? 0 : -1; /* of 0, waitpid would take any child of our group */

    for (int i = 0; got == 0 && i < WAIT_STEPS; i++) {
        got = wait_for(s->pid, &status, WNOHANG);
        if (got == 0)
            nanosleep(&step, NULL);
    }
    if (got == 0) {
        whet__servant_kill(s);
        got = wait_for(s->pid, &status, 0);
    }
    s->pid = 0;
    out->signal = got > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    out->exit_code = got > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void whet__servant_clear(struct whet_servant *s)
{
    struct whet_servant_end end;

    if (s->pid > 0) {
        whet__servant_kill(s);
        whet__servant_wait(s, &end);
    }
    if (s->shared != NULL)
        munmap(s->shared, s->shared_bytes);
    s->shared = NULL;
    fd_close(&s->fd);
    fd_close(&s->life_fd);
}
