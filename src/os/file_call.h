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
 * descriptor that is open already, and what the kernel opens itself (the interpreter that a
 * script names, the loader of a program). Not seen, but that there may be such calls is told:
 * those by io_uring, and those of x32 programs.
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

/* Why not all could be seen. */
enum whet_unseen {
    WHET_UNSEEN_LIMIT = 1 << 0,  /* more than may be kept, or it may not be looked into */
    WHET_UNSEEN_ANSWER = 1 << 1, /* a file system did not answer in time */
    WHET_UNSEEN_RING = 1 << 2,   /* it has made a ring of io_uring */
    WHET_UNSEEN_X32 = 1 << 3,    /* it is, or runs, a program for x32 */
    WHET_UNSEEN_ALL = 1 << 4
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

/* WHET_UNSEEN_RING, WHET_UNSEEN_X32: from now on there may be calls that are not seen; not
 * where the kernel refuses these to us, too. 0: no. */
unsigned whet__file_call_unseen(const struct whet_notice *notice);

#endif
