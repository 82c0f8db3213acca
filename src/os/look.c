/* Looks that do not wait. Expected load: some hundred for each process of a compiler, nearly
 * all of them answered by the kernel's cache in three system calls; a looker, asked in some ten
 * microseconds, for names that are new. */
#include "os/look.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hash.h"
#include "os/guard.h"

#define MS UINT64_C(1000000)

/* Linux 5.12. */
#ifndef RESOLVE_CACHED
#    define RESOLVE_CACHED 0x20
#endif

/* ---- One look ---- */

static enum whet_look_kind kind_of_mode(mode_t mode)
{
    return S_ISREG(mode) ? WHET_LOOK_FILE : S_ISDIR(mode) ? WHET_LOOK_DIR : WHET_LOOK_OTHER;
}

static enum whet_look_kind kind_of_error(int error)
{
    return error == ENOENT || error == ENOTDIR ? WHET_LOOK_GONE : WHET_LOOK_OTHER;
}

/* Of an open file; asks no file system. One that was deleted just now has none. */
static void real_read(int fd, char *out, size_t size)
{
    static const char deleted[] = " (deleted)";
    size_t tail = sizeof(deleted) - 1;
    char link[64];
    ssize_t len;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    len = readlink(link, out, size - 1);
    if (len < 0 || out[0] != '/' ||
        ((size_t)len > tail && memcmp(out + (size_t)len - tail, deleted, tail) == 0))
        len = 0;
    out[len] = '\0';
}

/* What is open only as a name needs no rights, and wakes no device. */
static int cached_open(const char *path)
{
    const struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_CACHED};

    return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));
}

int whet__look_cached(const char *path, int real, struct whet_look *out)
{
    struct statx st;
    int fd = cached_open(path), rc;

    if (fd < 0) {
        /* No such call here, or forbidden, or no descriptor left: that says nothing of it. */
        if (errno != ENOENT && errno != ENOTDIR && errno != EACCES && errno != ELOOP &&
            errno != ENAMETOOLONG)
            return -EAGAIN;
        out->kind = kind_of_error(errno);
        out->real[0] = '\0';
        return 0;
    }
    rc = statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &st);
    if (rc == 0) {
        out->kind = kind_of_mode(st.stx_mode);
        out->real[0] = '\0';
        if (real)
            real_read(fd, out->real, sizeof(out->real));
    }
    close(fd);
    return rc == 0 ? 0 : -EAGAIN;
}

void whet__look_wait(const char *path, struct whet_look *out)
{
    struct stat st;
    int fd = open(path, O_PATH | O_CLOEXEC);

    out->real[0] = '\0';
    if (fd < 0 || fstat(fd, &st) != 0) {
        out->kind = kind_of_error(errno);
    } else {
        out->kind = kind_of_mode(st.st_mode);
        real_read(fd, out->real, sizeof(out->real));
    }
    if (fd >= 0)
        close(fd);
}

/* ---- Lookers ---- */

/* Only calls that are safe behind a fork of a process with threads. */
static _Noreturn void serve(const struct whet_looks *l, int fd)
{
    static struct whet_look look; /* the stack may be small */
    static char path[WHET_LOOK_PATH];
    sigset_t all;

    sigfillset(&all);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    (void)setsid(); /* Ctrl-C and the end of the terminal are not for it */
    (void)prctl(PR_SET_NAME, "whet-look");
    whet__guard_close_others(fd, fd);
    for (;;) {
        ssize_t got = recv(fd, path, sizeof(path) - 1, 0);

        if (got <= 0)
            _exit(0); /* we are gone */
        path[got] = '\0';
        if (l->look != NULL)
            l->look(path, &look);
        else
            whet__look_wait(path, &look);
        if (send(fd, &look, offsetof(struct whet_look, real) + strlen(look.real) + 1,
                 MSG_NOSIGNAL) < 0)
            _exit(0);
    }
}

/* Not by fork(): what is registered for that waits for locks of the program's, and whoever asks
 * must not wait. */
static int start(struct whet_looks *l, struct whet_looker *one)
{
    int fds[2], error;
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
        return -errno;
    pid = (pid_t)syscall(SYS_clone, (unsigned long)SIGCHLD, 0UL, 0UL, 0UL, 0UL);
    if (pid == 0)
        serve(l, fds[1]);
    error = errno;
    close(fds[1]);
    if (pid < 0) {
        close(fds[0]);
        return -error;
    }
    *one = (struct whet_looker){WHET_LOOKER_IDLE, pid, fds[0], 0};
    return 0;
}

/* One that looks is not waited for: it may be beyond SIGKILL. */
static void stop(struct whet_looker *one)
{
    int flags = one->state == WHET_LOOKER_IDLE ? 0 : WNOHANG;

    if (one->state == WHET_LOOKER_NONE)
        return;
    close(one->fd);
    (void)kill(one->pid, SIGKILL);
    while (waitpid(one->pid, NULL, flags) < 0 && errno == EINTR)
        continue;
    one->state = WHET_LOOKER_NONE;
}

int whet__looks_take(struct whet_looks *l, int looker, struct whet_look *out)
{
    struct whet_looker *one = &l->all[looker];
    ssize_t got = recv(one->fd, out, sizeof(*out), MSG_DONTWAIT);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return -EAGAIN;
    if (got <= (ssize_t)offsetof(struct whet_look, real)) {
        stop(one);
        return -EPIPE;
    }
    one->state = WHET_LOOKER_IDLE;
    return 0;
}

void whet__looks_leave(struct whet_looks *l, int looker)
{
    if (l->all[looker].state == WHET_LOOKER_BUSY)
        l->all[looker].state = WHET_LOOKER_LATE;
}

/* One that is idle, or is not late any more; else a new one. */
static int find(struct whet_looks *l, uint64_t path)
{
    int idle = -1, none = -1, rc = -ETIMEDOUT;
    struct whet_look late;

    for (int i = 0; i < WHET_LOOKERS; i++) {
        struct whet_looker *one = &l->all[i];

        if (one->state == WHET_LOOKER_LATE)
            (void)!whet__looks_take(l, i, &late);
        if (one->state == WHET_LOOKER_IDLE) {
            idle = i;
            continue;
        }
        if (one->state == WHET_LOOKER_NONE) {
            none = i;
            continue;
        }
        if (one->path == path)
            return one->state == WHET_LOOKER_BUSY ? -EBUSY : -ETIMEDOUT;
        if (one->state == WHET_LOOKER_BUSY)
            rc = -EBUSY;
    }
    if (idle >= 0)
        return idle;
    if (none >= 0)
        rc = start(l, &l->all[none]);
    return none >= 0 && rc == 0 ? none : rc;
}

int whet__looks_begin(struct whet_looks *l, const char *path)
{
    size_t len = strlen(path);
    uint64_t hash = whet__hash64(path, len);
    int looker;

    if (len == 0 || len >= WHET_LOOK_PATH)
        return -ENAMETOOLONG;
    looker = find(l, hash);
    if (looker < 0)
        return looker;
    l->all[looker].state = WHET_LOOKER_BUSY;
    l->all[looker].path = hash;
    if (send(l->all[looker].fd, path, len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        int error = errno;

        stop(&l->all[looker]);
        return -error;
    }
    return looker;
}

uint64_t whet__looks_limit(const struct whet_looks *l)
{
    return l->limit_ns != 0 ? l->limit_ns : WHET_LOOK_NS;
}

int whet__looks_ask(struct whet_looks *l, const char *path, struct whet_look *out)
{
    struct pollfd answer = {.events = POLLIN};
    int rc = whet__look_cached(path, 1, out), looker;

    if (rc == 0)
        return 0;
    looker = whet__looks_begin(l, path);
    if (looker < 0)
        return looker;
    answer.fd = l->all[looker].fd;
    rc = poll(&answer, 1, (int)((whet__looks_limit(l) + MS - 1) / MS));
    if (rc > 0)
        return whet__looks_take(l, looker, out);
    rc = rc == 0 ? -ETIMEDOUT : -errno;
    whet__looks_leave(l, looker);
    return rc;
}

void whet__looks_clear(struct whet_looks *l)
{
    for (int i = 0; i < WHET_LOOKERS; i++)
        stop(&l->all[i]);
}
