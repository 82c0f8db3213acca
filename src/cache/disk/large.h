/* cache/disk/large.h - values that are too large for the table: a file each.
 *
 * Shape    PATH.d/xx/NAME; the name is never used twice, so that nobody meets the value of
 *          another time under it.
 * Units    bytes; those of the disk as the filesystem counts its blocks.
 * Memory   names are appended to the caller's text, or filled into its array.
 * Errors   -ENOENT: no such file; -EBADMSG: another length; -errno of the system.
 * Threads  safe from any, in any process.
 *
 * A file is written under a temporary name and renamed before its row is committed. It is not
 * synced: what a power cut left of it is known by its checksum, and is a miss.
 */
#ifndef WHET_CACHE_DISK_LARGE_H
#define WHET_CACHE_DISK_LARGE_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/text.h"

#define WHET_LARGE_NAME 33 /* 32 hex digits and a NUL */

/* A file with no row is left alone for so long: its row may be on its way. */
#define WHET_LARGE_ORPHAN_NS (UINT64_C(120) * 1000000000)

/* `unique` differs at each call with the same `bits`. */
void whet__large_name(char out[WHET_LARGE_NAME], uint64_t bits, uint64_t unique);

/* 1: it has the form of one; else it must not become part of a path. */
int whet__large_is_name(const char *name);

/* Appends the path; -EBADMSG: no such name. */
WHET_MUST_USE int whet__large_path(struct whet_text *out, const char *path, const char *name);

WHET_MUST_USE int whet__large_write(const char *path, const char *name, const void *value,
                                    size_t len, uint64_t *disk_bytes);
WHET_MUST_USE int whet__large_length(const char *file, uint64_t *len);
WHET_MUST_USE int whet__large_read(const char *file, void *value, size_t len);
void whet__large_remove(const char *path, const char *name);

/* Calls `each` with every file in PATH.d that was last written before `before_ns`, whatever its
 * name; a non-zero answer ends it and is answered. Else -errno. */
WHET_MUST_USE int whet__large_each(const char *path, int64_t before_ns,
                                   int (*each)(void *ctx, const char *file, const char *name),
                                   void *ctx);

#endif
