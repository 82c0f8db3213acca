/* os/socket.h - streams to another program, with an end to every wait.
 *
 * Shape    an address, a connection, bytes out and in.
 * Units    bytes; deadlines on whet__clock_now_ns.
 * Memory   none is allocated; a connection is a file descriptor, closed by its owner.
 * Errors   -ETIMEDOUT: the deadline came first; -EPIPE, -ECONNRESET: the other side is gone;
 *          else -errno of the system. No SIGPIPE is raised.
 * Threads  safe from any; one at a time per connection.
 */
#ifndef WHET_OS_SOCKET_H
#define WHET_OS_SOCKET_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

/* Room for any kind of address; its bytes are for os/ to know. */
struct whet_address {
    _Alignas(8) unsigned char bytes[128];
    unsigned len; /* 0: none */
};

/* Of a Unix socket. -ENAMETOOLONG: over 107 bytes. */
WHET_MUST_USE int whet__address_unix(struct whet_address *out, const char *path);

/* Up to `room` addresses of a host that is written in numbers; asks nobody. How many, or
 * -ENOENT: it is a name. */
WHET_MUST_USE int whet__address_numeric(struct whet_address *out, int room, const char *host,
                                        unsigned port);

/* The same of any host. May wait for a name server for as long as the system lets it, so it is
 * for a thread that nobody waits for (os/resolve.h). -ENOENT: no such host; -EAGAIN: no name
 * server answers; -ENOMEM. */
WHET_MUST_USE int whet__address_find(struct whet_address *out, int room, const char *host,
                                     unsigned port);

/* Small packets are sent at once. Closed on exec. Answers the file descriptor. */
WHET_MUST_USE int whet__socket_connect(const struct whet_address *to, uint64_t deadline_ns);
void whet__socket_close(int fd);

/* Sends all of it. After a failure an unknown part was sent. */
WHET_MUST_USE int whet__socket_send(int fd, const void *bytes, size_t len,
                                    uint64_t deadline_ns);

/* *got: at least one byte, at most `room`. -EPIPE: the other side has ended. */
WHET_MUST_USE int whet__socket_receive(int fd, void *out, size_t room, uint64_t deadline_ns,
                                       size_t *got);

#endif
