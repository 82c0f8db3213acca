/* os/mounts.h - what is mounted where, as /proc/self/mountinfo tells.
 *
 * Shape    read the list, then take mount after mount.
 * Units    none.
 * Memory   one text; a mount's strings are borrowed from it until _clear.
 * Errors   -errno of reading the list. A line that is not understood is passed over.
 * Threads  one at a time.
 *
 * Source   Linux, Documentation/filesystems/proc.rst, section 3.5.
 */
#ifndef WHET_OS_MOUNTS_H
#define WHET_OS_MOUNTS_H

#include <whet/api.h>

#include "base/text.h"

struct whet_mount {
    unsigned long long id;
    unsigned major, minor;
    const char *root;    /* the part of the filesystem that is mounted */
    const char *point;   /* where */
    const char *type;    /* "ext4" */
    const char *source;  /* "/dev/sda1", or any other word */
    const char *options; /* of the filesystem: "rw,memory" */
};

struct whet_mounts {
    struct whet_text text;
    char *at;
};

/* On failure there is nothing to clear. */
WHET_MUST_USE int whet__mounts_init(struct whet_mounts *m, const char *root);
void whet__mounts_clear(struct whet_mounts *m);

/* 1: *out is the next; 0: there are no more. */
int whet__mounts_next(struct whet_mounts *m, struct whet_mount *out);

/* The value of "name=value" in comma-separated options, or "" for a bare name; NULL if
 * it is not there. It goes on to the next comma; *len is its length. */
const char *whet__mount_option(const char *options, const char *name, size_t *len);

#endif
