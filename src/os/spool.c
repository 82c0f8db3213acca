/* What jobs print while others are shown first. Expected load: none in most runs; at worst
 * gigabytes in pieces of some hundred kilobytes. */
#include "os/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void whet__spool_init(struct whet_spool *s)
{
    *s = (struct whet_spool){.fd = -1};
}

void whet__spool_clear(struct whet_spool *s)
{
    if (s->fd >= 0)
        close(s->fd);
    whet__spool_init(s);
}

const char *whet__spool_folder(void)
{
    const char *folder = getenv("TMPDIR");

    return folder != NULL && folder[0] == '/' ? folder : "/tmp";
}

static int spool_open(struct whet_spool *s)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof(path), "%s/whet-XXXXXX", whet__spool_folder());

    if (len < 0 || (size_t)len >= sizeof(path))
        return -ENAMETOOLONG;
    s->fd = mkostemp(path, O_CLOEXEC);
    if (s->fd < 0)
        return -errno;
    (void)unlink(path);
    return 0;
}

int whet__spool_add(struct whet_spool *s, const void *data, size_t len, uint64_t *place)
{
    int rc = s->fd < 0 ? spool_open(s) : 0;
    size_t done = 0;

    if (rc != 0)
        return rc;
    while (done < len) {
        ssize_t n =
            pwrite(s->fd, (const char *)data + done, len - done, (off_t)(s->end + done));

        if (n < 0 && errno != EINTR)
            return -errno;
        done += n > 0 ? (size_t)n : 0;
    }
    *place = s->end;
    s->end += len;
    s->live += len;
    return 0;
}

int whet__spool_read(const struct whet_spool *s, uint64_t place, void *out, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = pread(s->fd, (char *)out + done, len - done, (off_t)(place + done));

        if (n == 0)
            return -EIO;
        if (n < 0 && errno != EINTR)
            return -errno;
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

void whet__spool_give(struct whet_spool *s, uint64_t place, size_t len)
{
    s->live -= len;
    if (s->live == 0) {
        s->end = 0;
        (void)ftruncate(s->fd, 0);
        return;
    }
    /* Where a file system cannot do this, the room comes back when all has been shown. */
    (void)fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)place,
                    (off_t)len);
}
