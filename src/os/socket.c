/* Streams to another program. Expected load: some ten thousand short exchanges a second on a
 * few connections; each is one send and one receive, with one poll where the other side has
 * not answered yet. */
#include "os/socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "os/clock.h"

_Static_assert(sizeof(struct sockaddr_storage) <= sizeof(((struct whet_address *)0)->bytes),
               "room for any address");

static const struct sockaddr *sockaddr_of(const struct whet_address *a)
{
    return (const struct sockaddr *)a->bytes;
}

int whet__address_unix(struct whet_address *out, const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    size_t len = strlen(path);

    if (len >= sizeof(name.sun_path))
        return -ENAMETOOLONG;
    memcpy(name.sun_path, path, len + 1);
    memcpy(out->bytes, &name, sizeof(name));
    out->len = (unsigned)sizeof(name);
    return 0;
}

static int error_of_lookup(int rc)
{
    switch (rc) {
    case EAI_MEMORY:
        return -ENOMEM;
    case EAI_AGAIN:
        return -EAGAIN;
    default:
        return -ENOENT;
    }
}

static int look_up(struct whet_address *out, int room, const char *host, unsigned port,
                   int flags)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | flags};
    struct addrinfo *found;
    char digits[16];
    int count = 0;
    int rc;

    snprintf(digits, sizeof(digits), "%u", port);
    rc = getaddrinfo(host, digits, &hints, &found);
    if (rc != 0)
        return error_of_lookup(rc);
    for (struct addrinfo *a = found; a != NULL && count < room; a = a->ai_next) {
        if (a->ai_addrlen > sizeof(out->bytes))
            continue;
        memcpy(out[count].bytes, a->ai_addr, a->ai_addrlen);
        out[count++].len = (unsigned)a->ai_addrlen;
    }
    freeaddrinfo(found);
    return count != 0 ? count : -ENOENT;
}

int whet__address_numeric(struct whet_address *out, int room, const char *host, unsigned port)
{
    return look_up(out, room, host, port, AI_NUMERICHOST);
}

int whet__address_find(struct whet_address *out, int room, const char *host, unsigned port)
{
    return look_up(out, room, host, port, AI_ADDRCONFIG);
}

/* 0 when one of `events` is there, or the connection is broken, which the next call finds. */
static int wait_for(int fd, short events, uint64_t deadline_ns)
{
    struct pollfd p = {.fd = fd, .events = events};

    for (;;) {
        uint64_t now = whet__clock_now_ns();
        uint64_t left = deadline_ns > now ? deadline_ns - now : 0;
        struct timespec wait = {(time_t)(left / 1000000000), (long)(left % 1000000000)};
        int rc = ppoll(&p, 1, &wait, NULL);

        if (rc > 0)
            return 0;
        if (rc == 0)
            return -ETIMEDOUT;
        if (errno != EINTR)
            return -errno;
    }
}

static int finish_connect(int fd, uint64_t deadline_ns)
{
    socklen_t len = sizeof(int);
    int error = 0;
    int rc = wait_for(fd, POLLOUT, deadline_ns);

    if (rc != 0)
        return rc;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        return -errno;
    return -error;
}

int whet__socket_connect(const struct whet_address *to, uint64_t deadline_ns)
{
    const int on = 1;
    int fd = socket(sockaddr_of(to)->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int rc = 0;

    if (fd < 0)
        return -errno;
    if (connect(fd, sockaddr_of(to), to->len) != 0)
        rc = errno == EINPROGRESS ? finish_connect(fd, deadline_ns) : -errno;
    if (rc != 0) {
        close(fd);
        return rc;
    }
    if (sockaddr_of(to)->sa_family != AF_UNIX) {
        /* Neither is needed to be right, so neither may fail. */
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    }
    return fd;
}

void whet__socket_close(int fd)
{
    close(fd);
}

int whet__socket_send(int fd, const void *bytes, size_t len, uint64_t deadline_ns)
{
    const unsigned char *at = bytes;

    while (len != 0) {
        ssize_t sent = send(fd, at, len, MSG_NOSIGNAL);
        int rc = 0;

        if (sent >= 0) {
            at += sent;
            len -= (size_t)sent;
            /* One that takes a little at a time must not keep us for ever. */
            if (len != 0 && whet__clock_now_ns() >= deadline_ns)
                return -ETIMEDOUT;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            rc = wait_for(fd, POLLOUT, deadline_ns);
        } else if (errno != EINTR) {
            rc = -errno;
        }
        if (rc != 0)
            return rc;
    }
    return 0;
}

int whet__socket_receive(int fd, void *out, size_t room, uint64_t deadline_ns, size_t *got)
{
    for (;;) {
        int rc = wait_for(fd, POLLIN, deadline_ns);
        ssize_t n;

        if (rc != 0)
            return rc;
        n = recv(fd, out, room, 0);
        if (n > 0) {
            *got = (size_t)n;
            return 0;
        }
        if (n == 0)
            return -EPIPE;
        if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK)
            return -errno;
    }
}
