/* Whole files. Expected load: tens of thousands of source files per scan, a few
 * kilobytes each, so a read asks for the size first and has its answer in two reads;
 * writes are few (reports, baselines, caches) and must never leave half a file. */
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include "base/mem.h"

/* What is read at once where the size is not known. */
#define READ_STEP ((size_t)16 * 1024)

static ssize_t read_some(int fd, char *room, size_t size)
{
    ssize_t got;

    do
        got = read(fd, room, size);
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : got;
}

/* 0 if the file is at its end. */
static int check_end(int fd)
{
    char byte;
    ssize_t got = read_some(fd, &byte, 1);

    return got > 0 ? -EFBIG : (int)got;
}

/* Reads to the end of the file, `step` bytes at first. */
static int read_all(int fd, size_t step, size_t max, struct whet_text *out)
{
    size_t start = out->len;

    for (;;) {
        size_t left = max - (out->len - start);
        char *room;
        ssize_t got;

        if (left > out->max - out->len)
            left = out->max - out->len;
        if (left == 0)
            return check_end(fd);
        if (step > left)
            step = left;
        room = whet__text_reserve(out, step);
        if (room == NULL)
            return out->error;
        got = read_some(fd, room, step);
        if (got <= 0)
            return (int)got;
        out->len += (size_t)got;
        /* The size is known for what it was; one more byte finds the end. */
        step -= (size_t)got;
        if (step == 0)
            step = READ_STEP;
    }
}

int whet__file_read(int dirfd, const char *path, size_t max, struct whet_text *out)
{
    size_t start = out->len, step = READ_STEP;
    struct stat st;
    int fd, rc = out->error;

    if (rc != 0)
        return rc;
    /* Without O_NONBLOCK the open of a FIFO waits for a writer that never comes. */
    fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &st) != 0)
        rc = -errno;
    else if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode))
        rc = -EINVAL;
    else if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > max)
        rc = -EFBIG;
    else {
        if (st.st_size > 0 && S_ISREG(st.st_mode))
            step = (size_t)st.st_size + 1;
        rc = read_all(fd, step, max, out);
    }
    close(fd);
    if (rc != 0) {
        out->error = 0;
        whet__text_truncate(out, start);
    } else if (out->data != NULL)
        out->data[out->len] = '\0';
    return rc;
}

static int write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, data, len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -errno;
        data += put;
        len -= (size_t)put;
    }
    return 0;
}

/* fsync and close, so that an error of either is seen. */
static int file_finish(int fd, int sync, int rc)
{
    if (rc == 0 && sync && fsync(fd) != 0)
        rc = -errno;
    if (close(fd) != 0 && rc == 0 && errno != EINTR)
        rc = -errno;
    return rc;
}

/* Who writes what a file is to hold. */
struct filler {
    int (*fill)(void *ctx, int fd);
    void *ctx;
};

struct bytes {
    const void *data;
    size_t len;
};

static int bytes_fill(void *ctx, int fd)
{
    const struct bytes *b = ctx;

    return write_all(fd, b->data, b->len);
}

/* A device or FIFO is written to, not replaced. */
static int write_in_place(const char *path, const struct filler *f)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return -errno;
    return file_finish(fd, 0, f->fill(f->ctx, fd));
}

/* Renamed files are on the disk when their folder is. */
static int folder_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    return file_finish(fd, 1, 0);
}

/* The digits behind `text`, if there are some before `end`; NULL: there are not. */
static const char *skip_number(const char *text, char end)
{
    size_t len = strspn(text, "0123456789");

    return len > 0 && text[len] == end ? text + len + 1 : NULL;
}

int whet__file_is_temporary(const char *name)
{
    static const char head[] = ".whet-";

    if (strncmp(name, head, sizeof(head) - 1) != 0)
        return 0;
    name = skip_number(name + sizeof(head) - 1, '-');
    name = name != NULL ? skip_number(name, '.') : NULL;
    return name != NULL && strcmp(name, "tmp") == 0;
}

/* Makes a new file under a name that nobody uses, in `folder` (with its '/'). */
static int temp_open(const char *folder, mode_t mode, char *name, size_t size)
{
    static atomic_uint counter;

    for (int attempt = 0; attempt < 100; attempt++) {
        unsigned number = atomic_fetch_add(&counter, 1);
        int len = snprintf(name, size, "%s.whet-%ld-%u.tmp", folder, (long)getpid(), number);
        int fd;

        if (len < 0 || (size_t)len >= size)
            return -ENAMETOOLONG;
        fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
        if (fd >= 0 || errno != EEXIST)
            return fd >= 0 ? fd : -errno;
    }
    return -EEXIST;
}

/* `old` describes the file that is replaced; NULL if there is none. */
static int replace_file(const char *path, const struct filler *f, int sync,
                        const struct stat *old)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX], temp[PATH_MAX];
    int fd, rc;

    if (strlen(path) >= sizeof(folder))
        return -ENAMETOOLONG;
    snprintf(folder, sizeof(folder), "%.*s", slash != NULL ? (int)(slash - path) + 1 : 0, path);
    fd = temp_open(folder, old != NULL ? 0600 : 0666, temp, sizeof(temp));
    if (fd < 0)
        return fd;
    rc = f->fill(f->ctx, fd);
    if (rc == 0 && old != NULL && fchmod(fd, old->st_mode & 07777) != 0)
        rc = -errno;
    rc = file_finish(fd, sync, rc);
    if (rc == 0 && rename(temp, path) != 0)
        rc = -errno;
    if (rc != 0)
        unlink(temp);
    else if (sync)
        rc = folder_sync(folder[0] != '\0' ? folder : ".");
    return rc;
}

int whet__file_put(const char *path, const void *data, size_t len, unsigned mode)
{
    const struct stat as = {.st_mode = mode & 07777};
    struct bytes bytes = {data, len};

    return replace_file(path, &(struct filler){bytes_fill, &bytes}, 0, &as);
}

int whet__file_write(const char *path, const void *data, size_t len, int sync)
{
    struct bytes bytes = {data, len};

    return whet__file_fill(path, bytes_fill, &bytes, sync);
}

int whet__file_fill(const char *path, int (*fill)(void *ctx, int fd), void *ctx, int sync)
{
    const struct filler f = {fill, ctx};
    struct stat st;
    char *target;
    int rc;

    if (stat(path, &st) != 0) {
        /* A link to nowhere is replaced, too. */
        return errno == ENOENT ? replace_file(path, &f, sync, NULL) : -errno;
    }
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    if (!S_ISREG(st.st_mode))
        return write_in_place(path, &f);
    target = realpath(path, NULL);
    if (target == NULL)
        return -errno;
    rc = replace_file(target, &f, sync, &st);
    free(target); /* realpath's own, not base/mem's */
    return rc;
}

int whet__file_is_network(const char *path, int *out)
{
    /* Those that <linux/magic.h> does not name are from the kernel's own sources. */
    static const uint32_t magics[] = {
        NFS_SUPER_MAGIC,  SMB_SUPER_MAGIC,  SMB2_SUPER_MAGIC, CIFS_SUPER_MAGIC,
        V9FS_MAGIC,       FUSE_SUPER_MAGIC, AFS_SUPER_MAGIC,  AFS_FS_MAGIC,
        CODA_SUPER_MAGIC, NCP_SUPER_MAGIC,  CEPH_SUPER_MAGIC, OCFS2_SUPER_MAGIC,
        0x01161970, /* GFS2 */
        0x0bd00bd0, /* Lustre */
        0x47504653, /* GPFS */
        0x786f4256, /* VirtualBox shared folders */
        0xbacbacbc, /* VMware shared folders */
    };
    struct statfs fs;
    int found = 0;

    if (statfs(path, &fs) != 0)
        return -errno;
    for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
        found |= (uint32_t)fs.f_type == magics[i];
    *out = found;
    return 0;
}
