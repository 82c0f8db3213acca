/* Waiting for many descriptors: epoll, whose cost does not grow with how many wait.
 * Expected load: three for each child, up to thousands of children. */
#include "os/events.h"

#include <errno.h>
#include <limits.h>
#include <sys/epoll.h>
#include <unistd.h>

#define MS_NS UINT64_C(1000000)

int whet__events_init(struct whet_events *e)
{
    int fd = epoll_create1(EPOLL_CLOEXEC);

    if (fd < 0)
        return -errno;
    e->fd = fd;
    return 0;
}

void whet__events_clear(struct whet_events *e)
{
    if (e->fd >= 0)
        close(e->fd);
    e->fd = -1;
}

int whet__events_add(struct whet_events *e, int fd, uint64_t tag)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = tag};

    return epoll_ctl(e->fd, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

void whet__events_remove(struct whet_events *e, int fd)
{
    (void)epoll_ctl(e->fd, EPOLL_CTL_DEL, fd, NULL);
}

unsigned whet__events_wait(struct whet_events *e, uint64_t ns, uint64_t tags[WHET_EVENTS_MAX])
{
    struct epoll_event events[WHET_EVENTS_MAX];
    uint64_t ms = ns / MS_NS + (ns % MS_NS != 0);
    int count = epoll_wait(e->fd, events, WHET_EVENTS_MAX,
                           ms < INT_MAX       ? (int)ms
                           : ns == UINT64_MAX ? -1
                                              : INT_MAX);

    for (int i = 0; i < count; i++)
        tags[i] = events[i].data.u64;
    return count > 0 ? (unsigned)count : 0;
}
