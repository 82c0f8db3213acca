/* scan/walk_list.h - what lies in one folder, as read, then sorted.
 *
 * Shape    names are added one by one; those that are left after the rules have been
 *          asked are sorted.
 * Units    bytes.
 * Memory   one list per worker, reused from folder to folder; freed by _clear.
 * Errors   -ENOMEM; -errno of reading: what was read so far is in the list.
 * Threads  one at a time.
 */
#ifndef WHET_SCAN_WALK_LIST_H
#define WHET_SCAN_WALK_LIST_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/text.h"
#include "base/vec.h"
#include "scan/walk.h"

struct whet_walk_item {
    uint64_t key;     /* its first bytes, so that most comparisons end there */
    const char *name; /* of name_len bytes, then '/' if it is a folder, then a NUL */
    uint32_t name_len;
    enum whet_walk_kind kind;
    const char *rule;
};

struct whet_walk_list {
    struct whet_vec items; /* of struct whet_walk_item */
    struct whet_text names;
    char *buffer;     /* of WHET_DIR_BUFFER bytes, for the kernel */
    size_t name_size; /* bytes that the names need, each with a NUL */
};

WHET_MUST_USE int whet__walk_list_init(struct whet_walk_list *l);
void whet__walk_list_clear(struct whet_walk_list *l);

/* Replaces the list by the entries of the open folder. Both results may be of use:
 * 0 or -errno is returned, the list holds what could be read. */
WHET_MUST_USE int whet__walk_list_read(struct whet_walk_list *l, int dirfd);

/* Sorts so that a depth-first reading gives the byte order of whole paths: a folder
 * counts as its name and a '/'. */
void whet__walk_list_sort(struct whet_walk_list *l);

#endif
