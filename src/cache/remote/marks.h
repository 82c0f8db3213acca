/* cache/remote/marks.h - the last marks of a server, to be held against its records.
 *
 * Shape    the newest WHET_REMOTE_MARKS marks in the order of their counts. A record that has
 *          survived fewer than `floor` may have been named by one that is not here: it is
 *          untrue.
 * Units    counts of marks.
 * Memory   names are kept to WHET_REMOTE_NAME_MAX bytes each: 4 MiB at most.
 * Errors   none: without memory the floor rises.
 * Threads  one at a time.
 */
#ifndef WHET_CACHE_REMOTE_MARKS_H
#define WHET_CACHE_REMOTE_MARKS_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "cache/entry/entry.h"
#include "cache/truth/validity.h"

#define WHET_REMOTE_MARKS    4096
#define WHET_REMOTE_NAME_MAX ((size_t)1024)

/* One mark: on its way, or kept. The name is of a key, tag or prefix. */
struct whet_remote_mark {
    enum whet_mark_kind kind;
    uint32_t len;
    uint64_t count;
    const char *name;
};

struct whet_remote_marks {
    struct whet_remote_mark *items; /* a ring of WHET_REMOTE_MARKS, made at the first mark */
    size_t first;
    size_t len;
    uint64_t floor;
};

void whet__remote_marks_clear(struct whet_remote_marks *m);

/* Forgets all and declares untrue what has not survived `floor`. */
void whet__remote_marks_reset(struct whet_remote_marks *m, uint64_t floor);

/* Counts must not fall. The oldest one leaves when there is no room. */
void whet__remote_marks_add(struct whet_remote_marks *m, const struct whet_remote_mark *mark);

/* 1: an entry that has survived `count` marks was not named by any later one. */
int whet__remote_marks_spare(const struct whet_remote_marks *m, uint64_t count,
                             const struct whet_entry *e);

/* 1: what it was made of has keys of other entries in it, or cannot be read. */
int whet__remote_entry_needs(const struct whet_entry *e);

/* As it is on the server: a letter for the kind, and the name. A key or prefix that is too
 * long is told by its beginning, as a prefix: that names more, which is safe. Fills `out` of
 * WHET_REMOTE_NAME_MAX + 1 bytes; answers the length. */
size_t whet__remote_mark_pack(unsigned char *out, enum whet_mark_kind kind, const void *name,
                              size_t len);

/* Borrows from the bytes. What is no mark reads as one of all. */
void whet__remote_mark_unpack(struct whet_remote_mark *out, const void *bytes, size_t len);

#endif
