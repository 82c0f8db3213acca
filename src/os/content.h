/* os/content.h - how a regular file looks, what is in it, and when the one tells of the other.
 *
 * Shape    a look asks stat, a hash reads the file to its end; links are followed.
 * Units    bytes, nanoseconds since 1970.
 * Memory   large files are hashed piece by piece.
 * Errors   -EISDIR: a folder; -EINVAL: no regular file; else -errno of the system. That
 *          there is no file is an answer: kind WHET_FILE_GONE, all else 0.
 * Threads  safe from any.
 */
#ifndef WHET_OS_CONTENT_H
#define WHET_OS_CONTENT_H

#include <stdint.h>

#include <whet/api.h>

#include "base/hash.h"
#include "os/dir.h"

WHET_MUST_USE int whet__content_look(const char *path, struct whet_file_stat *out);

/* The content by XXH3-128, and how the file looked as it was read. -ESTALE: it was changed
 * meanwhile. Of a missing file the hash is all zero. */
WHET_MUST_USE int whet__content_hash(const char *path, struct whet_file_stat *out,
                                     struct whet_hash128 *hash);

/* 1 when nothing of what stat tells about the content differs. */
int whet__content_same_look(const struct whet_file_stat *a, const struct whet_file_stat *b);

/* Whether a file with these times, looked at `now_ns` (wall clock, asked before the look),
 * would show a later change in its times. A file changed within the clock step of its last
 * look can change again without a trace; git calls it "racily clean". The step is taken as 2 s
 * where times have no fraction (FAT, old ext3), else 0.1 s. */
int whet__content_settled(const struct whet_file_stat *stat, uint64_t now_ns);

/* 1: some process has it open to write. 0: none has, or the file system does not tell (NFS), or
 * it is another user's. */
int whet__content_has_writer(const char *path);

#endif
