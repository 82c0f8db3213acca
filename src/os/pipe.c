/* Pipes from children. Expected load: two for each of hundreds of thousands of short runs. */
#include "os/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

int whet__fd_above_standard(int fd)
{
    int copy, error;

    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    copy = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    error = errno;
    close(fd);
    errno = error;
    return copy;
}

int whet__pipe_open(int *read_end, int *write_end)
{
    int fds[2], error;

    if (pipe2(fds, O_CLOEXEC) != 0)
        return -errno;
    fds[0] = whet__fd_above_standard(fds[0]);
    error = fds[0] < 0 ? -errno : 0;
    fds[1] = whet__fd_above_standard(fds[1]);
    if (error == 0 && (fds[1] < 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) != 0))
        error = -errno;
    if (error == 0) {
        *read_end = fds[0];
        *write_end = fds[1];
        return 0;
    }
    for (int i = 0; i < 2; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    return error;
}

size_t whet__pipe_waiting(int read_end)
{
    int left = 0;

    return ioctl(read_end, FIONREAD, &left) == 0 && left > 0 ? (size_t)left : 0;
}
