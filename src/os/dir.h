/* os/dir.h - the entries of one folder, fast.
 *
 * Shape    open a folder, hand it a buffer, take entry after entry.
 * Units    bytes; times are nanoseconds since 1970.
 * Memory   none is allocated: the buffer is the caller's, a name is borrowed from it
 *          until the next call of whet__dir_next.
 * Errors   negative errno values; nothing is known after a failed read.
 * Threads  one per struct; folders may be read in parallel.
 *
 *     struct whet_dir dir;
 *     struct whet_dir_entry entry;
 *     int fd = whet__dir_open(AT_FDCWD, "src");
 *
 *     whet__dir_init(&dir, fd, buffer, sizeof(buffer));
 *     while ((rc = whet__dir_next(&dir, &entry)) > 0)
 *         ...
 *     close(fd);
 */
#ifndef WHET_OS_DIR_H
#define WHET_OS_DIR_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

/* Enough for some thousand entries per call of the kernel; 512 is the least. */
#define WHET_DIR_BUFFER ((size_t)64 * 1024)

enum whet_file_kind {
    WHET_FILE_REGULAR,
    WHET_FILE_DIR,
    WHET_FILE_SYMLINK,
    WHET_FILE_SPECIAL, /* FIFO, socket, device */
    WHET_FILE_GONE     /* it went away while its folder was read, or cannot be asked */
};

struct whet_dir {
    int fd;
    char *buffer; /* aligned for a pointer */
    size_t size;
    size_t end; /* bytes that the kernel filled */
    size_t at;
};

struct whet_dir_entry {
    const char *name; /* NUL-terminated; never "." or ".." */
    uint32_t name_len;
    enum whet_file_kind kind;
    uint64_t inode;
};

struct whet_file_stat {
    uint64_t size;
    uint64_t inode;
    uint64_t dev;
    int64_t mtime_ns;
    int64_t ctime_ns;
    enum whet_file_kind kind;
    unsigned mode; /* permission bits */
};

/* What the system's own struct says, in ours. */
struct stat;
void whet__file_stat_fill(const struct stat *st, struct whet_file_stat *out);

/* A descriptor (>= 0) of the folder `name` below `dirfd`, closed by the caller, or
 * -errno. A link is not followed in the last part: -ENOTDIR. */
WHET_MUST_USE int whet__dir_open(int dirfd, const char *name);

/* Starts reading at the folder's present position: its start after opening. `buffer`
 * is aligned as malloc does. */
void whet__dir_init(struct whet_dir *d, int fd, void *buffer, size_t size);

/* 1: *out is the next entry, in the filesystem's order. 0: there are no more.
 * -errno: reading failed. Only where the filesystem does not tell the kind is the
 * entry asked for it. */
WHET_MUST_USE int whet__dir_next(struct whet_dir *d, struct whet_dir_entry *out);

/* Of `name` below `dirfd`, without following a link in its last part; an empty name
 * means `dirfd` itself. */
WHET_MUST_USE int whet__dir_stat(int dirfd, const char *name, struct whet_file_stat *out);

#endif
