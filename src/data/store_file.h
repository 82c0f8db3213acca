/* data/store_file.h - the file under a disk cache or a history, replaced when it is damaged.
 *
 * Shape    a store and the lock beside it: PATH and PATH.lock.
 * Units    none.
 * Memory   freed by _close.
 * Errors   none but -ENOMEM of _open: `store` is NULL when there is no file to use, and
 *          `note` says why.
 * Threads  one at a time; several on one PATH, in several processes, may be open.
 *
 * SQLite forbids renaming a file that is in use: a reader would meet the log of the new
 * one. So every user holds the lock shared, and a damaged file is moved aside under the
 * exclusive lock, by the first who gets it: at once if nobody else is there, or else
 * by the last who leaves, or the next who comes (the flag of the lock remembers).
 */
#ifndef WHET_DATA_STORE_FILE_H
#define WHET_DATA_STORE_FILE_H

#include <whet/api.h>

#include "data/store.h"

struct whet_store_file {
    struct whet_store *store; /* NULL: there is none to use */
    const struct whet_store_options *options;
    const char *what;
    char *path;
    int lock; /* -1: none to be had */
    int code; /* 0, or why there is no store: -errno of its opening */
    char note[640];
};

/* The application's number in the header of a file of SQLite's, which is not opened as one. 1:
 * *id is set. 0: there is no such header. -ENODATA: the file is empty; -errno. */
WHET_MUST_USE int whet__store_file_id(const char *path, uint32_t *id);

/* 0: what is there may be written, with what belongs beside it, or nothing is there. -EACCES,
 * -EPERM, -EROFS. */
WHET_MUST_USE int whet__store_file_writable(const char *path);

/* Opens or makes PATH. A file with options.former_id, which an earlier whet has left, is
 * removed without a word as soon as nobody uses it. Anything else that was never ours is left
 * alone: a file of another program, or one that is no SQLite file and has no lock of ours
 * beside it. With WHET_STORE_READ_ONLY nothing is moved or made. `what` is what notes call it:
 * "cache". It and `options` must outlive the file. */
WHET_MUST_USE int whet__store_file_open(struct whet_store_file *f, const char *path,
                                        const char *what,
                                        const struct whet_store_options *options);

/* Clear all statements first. */
void whet__store_file_close(struct whet_store_file *f);

/* To be called, with all statements cleared, when the store has answered -EBADMSG.
 * Afterwards `store` is a new, empty one, or NULL. */
void whet__store_file_replace(struct whet_store_file *f);

/* Notes why the store does not answer, unless something was noted before. */
void whet__store_file_note(struct whet_store_file *f, int code);

#endif
