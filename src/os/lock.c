/* A lock among processes and threads: flock(2), which belongs to an opening of a file
 * and not to a process, so that threads exclude each other too and closing some other
 * descriptor does not drop it. The flag is the file's length, 0 or 1. */
#include "os/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/clock.h"

#define RETRY_NS 5000000u

int whet__lock_open(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);

    return fd < 0 ? -errno : fd;
}

void whet__lock_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

int whet__lock_take(int fd, enum whet_lock_mode mode)
{
    static const int operations[] = {LOCK_UN, LOCK_SH, LOCK_EX};
    int rc;

    do {
        rc = flock(fd, operations[mode] | LOCK_NB);
    } while (rc != 0 && errno == EINTR);
    if (rc == 0)
        return 0;
    return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

int whet__lock_wait(int fd, enum whet_lock_mode mode, unsigned ms)
{
    uint64_t end = whet__clock_now_ns() + ms * (uint64_t)1000000;
    int rc;

    while ((rc = whet__lock_take(fd, mode)) == -EBUSY && whet__clock_now_ns() < end)
        whet__clock_sleep_ns(RETRY_NS);
    return rc;
}

int whet__lock_flag_set(int fd, int on)
{
    return ftruncate(fd, on ? 1 : 0) == 0 ? 0 : -errno;
}

int whet__lock_flag(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && st.st_size != 0;
}
