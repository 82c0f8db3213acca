/* os/sysfile.h - the small files of /proc and /sys.
 *
 * Shape    one call reads one file below `root` ("" for the real system).
 * Units    none.
 * Memory   into the caller's buffer or text.
 * Errors   -errno as in whet__file_read; -EINVAL: not a number; -ENAMETOOLONG: the
 *          path does not fit. On failure nothing is written.
 * Threads  safe from any.
 *
 * Several folders and a name make the path: it is given as a format.
 */
#ifndef WHET_OS_SYSFILE_H
#define WHET_OS_SYSFILE_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/text.h"

/* Appends all of it. */
WHET_PRINTF(3, 4)
WHET_MUST_USE int whet__sysfile_read(const char *root, struct whet_text *out,
                                     const char *format, ...);

/* Its first line without blanks at either end, cut to what fits. */
WHET_PRINTF(4, 5)
WHET_MUST_USE int whet__sysfile_line(const char *root, char *out, size_t size,
                                     const char *format, ...);

/* The number at its start. */
WHET_PRINTF(3, 4)
WHET_MUST_USE int whet__sysfile_number(const char *root, uint64_t *out, const char *format,
                                       ...);

/* What stands behind `key` and blanks, tabs or ':' at the start of a line of `text`, up
 * to the end of that line and without blanks at either end, cut to what fits.
 * -ENOENT: no line has that key. */
WHET_MUST_USE int whet__sysfile_field(const char *text, const char *key, char *out,
                                      size_t size);

/* Takes the next range off a list like "0-3,8": 1, or 0 at its end. */
int whet__sysfile_range(const char **list, unsigned *first, unsigned *last);

/* How many numbers a list names. */
unsigned whet__sysfile_list_count(const char *list);

#endif
