/* How files look and what is in them. Expected load: a look for each file that a cached value
 * was made of, at each hit (1 us, nearly all of it the kernel's); a hash only of what was
 * changed or touched. Paths are absolute, not relative to a folder kept open, though that would
 * take a third less: a folder that was renamed or replaced would be followed to what it is
 * no longer. */
#include "os/content.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECOND_NS      ((int64_t)1000000000)
#define STEP_NS        (SECOND_NS / 10)
#define COARSE_STEP_NS (2 * SECOND_NS)
#define PIECE          ((size_t)16 * 1024) /* read at once; smaller files take one read */

int whet__content_settled(const struct whet_file_stat *stat, uint64_t now_ns)
{
    int64_t last = stat->mtime_ns > stat->ctime_ns ? stat->mtime_ns : stat->ctime_ns;
    int coarse = stat->mtime_ns % SECOND_NS == 0 && stat->ctime_ns % SECOND_NS == 0;
    int64_t step = coarse ? COARSE_STEP_NS : STEP_NS;

    return last < (int64_t)now_ns && now_ns - (uint64_t)last > (uint64_t)step;
}

int whet__content_same_look(const struct whet_file_stat *a, const struct whet_file_stat *b)
{
    return a->kind == b->kind && a->size == b->size && a->mtime_ns == b->mtime_ns &&
           a->ctime_ns == b->ctime_ns && a->inode == b->inode && a->dev == b->dev;
}

/* A lease to read is refused while there is a writer. One who comes while we have it waits for
 * the moment that takes, and we are told so by a signal that does nothing. */
int whet__content_has_writer(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), found = 0;

    if (fd < 0)
        return 0;
    if (fcntl(fd, F_SETSIG, SIGURG) == 0)
        found = fcntl(fd, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
    close(fd);
    return found;
}

static int look_of(const struct stat *st, struct whet_file_stat *out)
{
    if (!S_ISREG(st->st_mode))
        return S_ISDIR(st->st_mode) ? -EISDIR : -EINVAL;
    whet__file_stat_fill(st, out);
    return 0;
}

/* After a failed call: a file that is not there is as good as looked at. */
static int look_failed(int code, struct whet_file_stat *out)
{
    if (code != ENOENT && code != ENOTDIR)
        return -code;
    *out = (struct whet_file_stat){.kind = WHET_FILE_GONE};
    return 0;
}

int whet__content_look(const char *path, struct whet_file_stat *out)
{
    struct stat st;

    if (fstatat(AT_FDCWD, path, &st, 0) != 0)
        return look_failed(errno, out);
    return look_of(&st, out);
}

static ssize_t read_piece(int fd, char *room)
{
    size_t have = 0;

    while (have < PIECE) {
        ssize_t got = read(fd, room + have, PIECE - have);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

/* What is longer than a piece; `room` has the first one. */
static int hash_pieces(int fd, char *room, struct whet_hash128 *hash)
{
    struct whet_hasher *hasher;
    ssize_t got = (ssize_t)PIECE;
    int rc = whet__hasher_new(&hasher);

    if (rc != 0)
        return rc;
    while (got > 0) {
        whet__hasher_add(hasher, room, (size_t)got);
        got = read_piece(fd, room);
    }
    if (got == 0)
        *hash = whet__hasher_digest(hasher);
    whet__hasher_free(hasher);
    return (int)got;
}

static int hash_open(int fd, struct whet_hash128 *hash)
{
    char room[PIECE];
    ssize_t got = read_piece(fd, room);

    if (got < 0)
        return (int)got;
    if (got == (ssize_t)PIECE)
        return hash_pieces(fd, room, hash);
    *hash = whet__hash128(room, (size_t)got);
    return 0;
}

static int look_open(int fd, struct whet_file_stat *out)
{
    struct stat st;

    return fstat(fd, &st) != 0 ? -errno : look_of(&st, out);
}

int whet__content_hash(const char *path, struct whet_file_stat *out, struct whet_hash128 *hash)
{
    struct whet_file_stat before = {0}, after = {0};
    struct whet_hash128 found = {{0}};
    int rc, fd;

    /* Without O_NONBLOCK the open of a FIFO waits for a writer that never comes. */
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        rc = look_failed(errno, out);
        if (rc == 0)
            memset(hash, 0, sizeof(*hash));
        return rc;
    }
    rc = look_open(fd, &before);
    if (rc == 0)
        rc = hash_open(fd, &found);
    if (rc == 0)
        rc = look_open(fd, &after);
    close(fd);
    if (rc != 0)
        return rc;
    if (!whet__content_same_look(&before, &after))
        return -ESTALE;
    *out = before;
    *hash = found;
    return 0;
}
