/* os/file_call.h - which file a system call of another process is about.
 *
 * Shape    the rules for os/notice.h; then, of a notice, the files that it names, and what
 *          for.
 * Units    none.
 * Memory   the caller's: two paths.
 * Errors   -errno: the memory or the folder of the process cannot be looked at (-EPERM), or
 *          the process is gone (-ESRCH).
 * Threads  safe from any.
 *
 * Not told: where a link points to. What is behind it is told when it is opened; compilers ask
 * that of every part of every path, which is half of all they ask. Not seen: calls by a
 * descriptor that is open already, calls by io_uring, and what the kernel opens itself (the
 * interpreter that a script names, the loader of a program).
 */
#ifndef WHET_OS_FILE_CALL_H
#define WHET_OS_FILE_CALL_H

#include <limits.h>
#include <stddef.h>

#include <whet/api.h>

#include "os/notice.h"

enum whet_file_use {
    WHET_FILE_READ = 1 << 0,  /* its content, or a folder's names */
    WHET_FILE_RUN = 1 << 1,   /* as a program */
    WHET_FILE_LOOK = 1 << 2,  /* whether it is there, how large it is and the like */
    WHET_FILE_WRITE = 1 << 3, /* without a look at what it had before */
    WHET_FILE_USES = 1 << 4
};

#define WHET_FILE_CALL_PATH (2 * PATH_MAX)

struct whet_file_call {
    unsigned use;                   /* enum whet_file_use */
    char path[WHET_FILE_CALL_PATH]; /* absolute, without empty parts and "."; not
                                       without ".." and links */
};

/* All there are; *count = how many. */
const struct whet_notice_rule *whet__file_call_rules(size_t *count);

/* How many files it is about: 0, 1 or 2. */
WHET_MUST_USE int whet__file_call_read(const struct whet_notice *notice,
                                       struct whet_file_call out[2]);

#endif
