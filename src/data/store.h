/* data/store.h - the only door to SQLite.
 *
 * Shape    a file, opened with the settings whet needs and only if it is ours; and
 *          prepared statements on it.
 * Units    bytes, milliseconds.
 * Memory   a store is freed by whet__store_free after its statements were cleared.
 *          SQLite brings its own allocator.
 * Errors   0 or a negative errno value:
 *          -EBADMSG     damaged, or no SQLite file at all
 *          -EPROTOTYPE  a sound file of another program or kind
 *          -ENOTSUP     ours, of a newer version than this program knows
 *          -EBUSY       others held it for longer than busy_ms
 *          -EROFS, -EACCES, -ENOENT, -ENOSPC, -EIO, -ENOMEM: as from the system
 *          -EFBIG       a value is too large for SQLite
 *          -EEXIST      a row breaks a UNIQUE, NOT NULL or CHECK rule
 *          -EINVAL      the statement does not fit the tables
 *          whet__store_message says it in SQLite's words.
 * Threads  one store and its statements per thread: there is no lock inside. Stores
 *          on one file may be used at the same time, from other processes too.
 */
#ifndef WHET_DATA_STORE_H
#define WHET_DATA_STORE_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

struct whet_store;

/* Where an SQLite file has its application id, the high byte first. */
#define WHET_STORE_ID_AT 68

enum whet_store_flags {
    WHET_STORE_READ_ONLY = 1 << 0, /* never makes or changes the file */
    WHET_STORE_NO_WAL = 1 << 1     /* a new file gets a rollback journal: write-ahead logs
                                      need shared memory, which network filesystems lack */
};

struct whet_store_options {
    uint32_t application_id; /* tells our kinds of files apart; not 0 */
    uint32_t former_id;      /* of what an earlier whet kept under the same name, and nobody
                                misses: see data/store_file.h; 0: none */
    int version;             /* of the tables, 1.. */
    unsigned flags;          /* enum whet_store_flags */
    unsigned busy_ms;        /* the longest wait for others; 0: 5,000. Spent once, it is
                                given back by the next commit: a file that stays locked
                                costs one wait, not one per call. */
    unsigned page_cache_kib; /* 0: 2,048 */
    unsigned checkpoint_kib; /* the log is written back when it has grown to this; 0: 4,096 */
    unsigned resting_kib;    /* who closes the file last leaves a log of up to this beside it,
                                and writes a larger one back; 0: any is written back. What is in
                                a log that rests is not synced: a power cut soon after may take
                                the last commits, the newest first. */

    /* Brings the tables from version `from` (0: an empty file) to `version`, inside
     * a transaction that also stores the new version. */
    int (*upgrade)(struct whet_store *s, int from);
};

/* A statement, embedded in the caller's struct; all zero is one that was never made. */
struct whet_store_stmt {
    struct sqlite3_stmt *raw;
    struct whet_store *store;
    int error; /* of a bind, told by the next step */
};

/* Opens `path`, or makes it. Its folder must exist. `path` is taken as it is: no URI. */
WHET_MUST_USE int whet__store_open(struct whet_store **out, const char *path,
                                   const struct whet_store_options *options);
void whet__store_free(struct whet_store *s);

/* 1: who only reads, where nothing can be made beside the file, took it to stand still, and it
 * has not: what is read is old, or nonsense. To be asked before each use; open it anew. */
WHET_MUST_USE int whet__store_is_past(const struct whet_store *s);

/* The first `len` bytes of a regular file, whatever it is. To close a file takes this process's
 * locks off it, whoever has them (POSIX), so nobody but SQLite, which knows of its own, may
 * open one that may be a store. 1: all of them; 0: it is shorter; -errno. */
WHET_MUST_USE int whet__store_head(const char *path, void *out, size_t len);

/* What went wrong last, in SQLite's words; borrowed until the next call. */
const char *whet__store_message(const struct whet_store *s);

/* Runs statements that answer no rows. For set-up and rare deeds. */
WHET_MUST_USE int whet__store_exec(struct whet_store *s, const char *sql);

/* `write` takes the write lock at once, so that a later step cannot fail for want of
 * it; else a snapshot is taken by the first read. On failure of a commit, and always
 * after a failure inside, roll back. Rolling back without a transaction is fine. */
WHET_MUST_USE int whet__store_begin(struct whet_store *s, int write);
WHET_MUST_USE int whet__store_commit(struct whet_store *s);
void whet__store_rollback(struct whet_store *s);

/* The statement is kept; clear it before the store is freed. */
WHET_MUST_USE int whet__store_prepare(struct whet_store *s, const char *sql,
                                      struct whet_store_stmt *out);
void whet__store_stmt_clear(struct whet_store_stmt *st);

/* Parameters count from 1. Bytes and text are borrowed until the statement is reset or
 * bound anew. */
void whet__store_bind_int(struct whet_store_stmt *st, int at, int64_t value);
void whet__store_bind_double(struct whet_store_stmt *st, int at, double value);
void whet__store_bind_blob(struct whet_store_stmt *st, int at, const void *data, size_t len);
void whet__store_bind_text(struct whet_store_stmt *st, int at, const char *text);
void whet__store_bind_null(struct whet_store_stmt *st, int at);

/* 1: a row is there to be read. 0: done. -errno. After 0 and -errno it is reset. */
WHET_MUST_USE int whet__store_step(struct whet_store_stmt *st);

/* Lets go of a row before the last one was read. */
void whet__store_reset(struct whet_store_stmt *st);

/* Columns count from 0. Bytes and text are borrowed until the next step or reset.
 * NULL reads as 0, as no bytes, and as NULL. */
int64_t whet__store_int(struct whet_store_stmt *st, int column);
double whet__store_double(struct whet_store_stmt *st, int column);
const void *whet__store_blob(struct whet_store_stmt *st, int column, size_t *len);
const char *whet__store_text(struct whet_store_stmt *st, int column);

/* Rows that the last INSERT, UPDATE or DELETE changed; the row id of the last INSERT. */
uint64_t whet__store_changes(const struct whet_store *s);
int64_t whet__store_last_id(const struct whet_store *s);

struct whet_store_size {
    uint64_t file_bytes; /* of the main file, as far as it is written back */
    uint64_t free_bytes; /* of these, in pages that hold nothing */
    uint64_t log_bytes;  /* of the write-ahead log */
};

WHET_MUST_USE int whet__store_measure(struct whet_store *s, struct whet_store_size *out);

/* Gives up to `bytes` of free pages back to the filesystem. */
WHET_MUST_USE int whet__store_shrink(struct whet_store *s, uint64_t bytes);

/* What was committed so far survives a power cut from now on, also while others read or write;
 * without this it does once the log is written back. */
WHET_MUST_USE int whet__store_sync(struct whet_store *s);

/* Writes the log back and empties it, as far as others allow; -EBUSY when they do not.
 * Does not wait for them. */
WHET_MUST_USE int whet__store_checkpoint(struct whet_store *s);

/* Reads the whole file and verifies its structure: some seconds per gigabyte.
 * -EBADMSG: it is damaged. */
WHET_MUST_USE int whet__store_check(struct whet_store *s);

#endif
