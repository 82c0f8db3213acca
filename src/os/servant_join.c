/* The servant's side: taking its ends, limits, and a note left behind in a crash. */
#include "os/servant.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/clock.h"

#define CRASH_STACK ((size_t)64 * 1024)

/* A sanitizer's shadow is larger than any limit of address space that one would set. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#    define SHADOWED 1
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#        define SHADOWED 1
#    endif
#endif
#ifndef SHADOWED
#    define SHADOWED 0
#endif

/* Known to the handler: set once, before there is one. */
static volatile uint32_t *crash_cause;
static size_t crash_room;

static int life_tie(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0 || fcntl(fd, F_SETOWN, getpid()) != 0 || fcntl(fd, F_SETSIG, SIGKILL) != 0 ||
        fcntl(fd, F_SETFL, flags | O_ASYNC) != 0)
        return -ENOTCONN;
    return 0;
}

/* The master may have ended before the signal was asked for. */
static int life_is_over(int fd)
{
    char byte;
    ssize_t got;
    int flags = fcntl(fd, F_GETFL);

    if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
        return 1;
    got = read(fd, &byte, 1);
    return !(got < 0 && errno == EAGAIN);
}

int whet__servant_join(struct whet_servant *out, size_t shared_bytes)
{
    struct whet_servant s = {.fd = WHET_SERVANT_FD, .life_fd = -1};
    int type = 0;
    socklen_t len = sizeof(type);
    struct stat st;

    if (getsockopt(s.fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0 || type != SOCK_STREAM)
        return -ENOTCONN;
    if (fstat(s.fd + 1, &st) != 0 || !S_ISREG(st.st_mode) || (size_t)st.st_size < shared_bytes)
        return -ENOTCONN;
    if (fstat(s.fd + 2, &st) != 0 || !S_ISFIFO(st.st_mode) || life_tie(s.fd + 2) != 0 ||
        life_is_over(s.fd + 2))
        return -ENOTCONN;
    s.shared = mmap(NULL, shared_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, s.fd + 1, 0);
    if (s.shared == MAP_FAILED)
        return -ENOMEM;
    s.shared_bytes = shared_bytes;
    /* Not for what a job may start. */
    for (int i = 0; i < 3; i++)
        (void)fcntl(s.fd + i, F_SETFD, FD_CLOEXEC);
    *out = s;
    return 0;
}

ssize_t whet__servant_read(struct whet_servant *s, void *data, size_t size)
{
    ssize_t got;

    do
        got = recv(s->fd, data, size, 0);
    while (got < 0 && errno == EINTR);
    return got > 0 ? got : -EPIPE;
}

int whet__servant_write(struct whet_servant *s, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        ssize_t sent = send(s->fd, at, len, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return -EPIPE;
        at += sent;
        len -= (size_t)sent;
    }
    return 0;
}

void whet__servant_limit(uint64_t memory_bytes)
{
    const struct rlimit none = {0, 0};
    const struct rlimit memory = {(rlim_t)memory_bytes, (rlim_t)memory_bytes};

    (void)setrlimit(RLIMIT_CORE, &none);
    if (memory_bytes != 0 && !SHADOWED)
        (void)setrlimit(RLIMIT_AS, &memory);
}

/* Is there room for what a crash for want of memory would have asked for? After this the
 * signal comes again, and ends the process. */
static void crash_note(int number)
{
    void *room = mmap(NULL, crash_room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)number;
    if (room == MAP_FAILED)
        *crash_cause = 1;
    else
        munmap(room, crash_room);
}

void whet__servant_note_crash(volatile uint32_t *cause, uint64_t memory_bytes)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP};
    static char stack[CRASH_STACK];
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof(stack)};
    struct sigaction note = {.sa_handler = crash_note,
                             .sa_flags = SA_ONSTACK | (int)SA_RESETHAND};
    struct sigaction old;

    if (memory_bytes == 0 || SHADOWED || sigaltstack(&alternate, NULL) != 0)
        return;
    crash_cause = cause;
    crash_room = (size_t)(memory_bytes / 8);
    sigemptyset(&note.sa_mask);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            (void)sigaction(signals[i], &note, NULL);
    }
}
