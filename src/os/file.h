/* os/file.h - whole files and whole folders.
 *
 * Shape    one call per deed; a file is read or written at once.
 * Units    bytes.
 * Memory   what is read is appended to the caller's text.
 * Errors   0 or a negative errno value; -ENOMEM. On failure of a read the text is
 *          as it was before (and its sticky error is not set).
 * Threads  safe from any.
 */
#ifndef WHET_OS_FILE_H
#define WHET_OS_FILE_H

#include <stddef.h>

#include <whet/api.h>

#include "base/text.h"

/* Appends the content of `path`, taken from `dirfd` (AT_FDCWD: the working folder).
 * Follows links. Files of /proc, which say they are empty, are read to their end.
 * -EFBIG: it has more than `max` bytes, or the text has no room.
 * -EISDIR: a folder.  -EINVAL: a FIFO or socket, which could keep us waiting. */
WHET_MUST_USE int whet__file_read(int dirfd, const char *path, size_t max,
                                  struct whet_text *out);

/* Replaces the content of `path`, all or nothing: readers see the old file or the
 * new one. Written under a temporary name in the same folder and renamed; keeps the
 * permissions of a file that was there, follows a link to what it names. Devices and
 * FIFOs are written in place. With `sync` it is on the disk when the call returns. */
WHET_MUST_USE int whet__file_write(const char *path, const void *data, size_t len, int sync);

/* The same, with what `fill` writes to the descriptor: 0, or -errno, and the file is as it was
 * (but for one that is no regular file). */
WHET_MUST_USE int whet__file_fill(const char *path, int (*fill)(void *ctx, int fd), void *ctx,
                                  int sync);

/* The same for a file that is new or another one: it gets these permission bits, whatever
 * was there, and takes the place of a link itself. */
WHET_MUST_USE int whet__file_put(const char *path, const void *data, size_t len, unsigned mode);

/* 1: these functions write under such a name (given without a folder) before the file gets its
 * own: a process is at it, or was killed while it was, and it is no file of anyone's. */
int whet__file_is_temporary(const char *name);

/* Makes the folder and those above it that are missing, with `mode` less the umask.
 * -ENOTDIR: something else has that name. */
WHET_MUST_USE int whet__file_make_dirs(const char *path, unsigned mode);

/* Makes an empty folder that only this user may enter, below $TMPDIR (if it is an
 * absolute path) or /tmp, and appends its path. */
WHET_MUST_USE int whet__file_make_temp_dir(struct whet_text *out);

/* Removes `path` and all below it, of any depth. Links are removed, never followed,
 * even when someone swaps a folder for one meanwhile. Goes on after a failure and
 * answers the first. -ENOENT: nothing was there. */
WHET_MUST_USE int whet__file_remove_tree(const char *path);

/* *out = 1 if `path` is on a filesystem whose file times and sizes another machine
 * can change unseen or late (NFS, SMB, FUSE, 9P, AFS, Ceph, ...), else 0. */
WHET_MUST_USE int whet__file_is_network(const char *path, int *out);

#endif
