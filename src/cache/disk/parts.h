/* cache/disk/parts.h - what the files of the level on disk share with each other.
 *
 * Shape    struct whet_disk and its connections ("links").
 * Units    bytes, nanoseconds; `used` in seconds since 1970.
 * Memory   a link opens when it is needed first, and holds its store and statements.
 * Errors   negative errno values; whet__disk_failed decides what becomes of them.
 * Threads  locks are taken in this order: size_lock, write_lock, a link's lock, file_lock; and
 *          write_lock, queue's lock; file_lock, queue's lock. Nobody waits for a link while he
 * holds one, but for the fork.
 *
 * Who opens the file is disk/link.c, who reads disk/read.c, who writes disk/write.c; the thread
 * that writes behind is in disk/keeper.c. One file, PATH.lock, is held shared as long as any
 * link is open: a damaged file is moved aside when the last one is closed.
 */
#ifndef WHET_CACHE_DISK_PARTS_H
#define WHET_CACHE_DISK_PARTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/vec.h"
#include "cache/disk/disk.h"
#include "cache/disk/owed.h"
#include "cache/disk/queue.h"
#include "cache/disk/schema.h"
#include "data/store_file.h"

#define WHET_DISK_READERS_MAX 64

struct whet_disk_link {
    pthread_mutex_t lock;
    struct whet_store *store; /* NULL: not open */
    struct whet_store_stmt st[WHET_DISK_STATEMENTS];
    atomic_int held;            /* a snapshot is */
    unsigned gets;              /* in it */
    unsigned gets_seen;         /* by the keeper */
    unsigned calm;              /* gets without a snapshot so far */
    unsigned long long commits; /* of the shared page when the snapshot was taken */
    int64_t now_s;              /* likewise, the wall clock */
    struct whet_vec touched;    /* of int64_t: place.hash of what was used */
    atomic_ullong hits;
    atomic_ullong misses;
    atomic_ullong expirations;
    char apart[64]; /* keeps links off each other's cache lines */
};

/* What the keeper waits for, and what it is told. */
struct whet_disk_keeper {
    pthread_t thread;
    pthread_cond_t work;
    int there;          /* the thread runs */
    int stop;           /* it shall end */
    atomic_int ticking; /* it looks around by itself, from time to time */
};

enum whet_disk_note_kind {
    WHET_DISK_NOTE_NONE,
    WHET_DISK_NOTE_WRITE, /* it cannot be written: until it can */
    WHET_DISK_NOTE_OPEN,  /* it cannot be opened: until it can */
    WHET_DISK_NOTE_ANEW   /* it was damaged and is new: stays */
};

#define WHET_DISK_PAUSE_NS                                                                     \
    UINT64_C(3000000000) /* between tries to write to a disk that took nothing */

struct whet_disk {
    char *path;
    char *client;
    int64_t client_id;
    int read_only;
    unsigned readers;
    struct whet_shared *shared;
    atomic_ullong max_bytes;
    struct whet_store_options store_options;

    pthread_mutex_t file_lock; /* guards the next five, and note */
    struct whet_store_file file;
    int file_open;     /* `file` holds the lock; its store, if any, is for the next link */
    unsigned open;     /* links */
    atomic_int absent; /* it never could be opened, and not for want of time or memory: nobody
                          shares it with us */
    int opened;        /* it could, once */
    uint64_t retry_ns; /* the file could not be opened: not before then */
    char note[640];    /* why it is not used, or not written */
    enum whet_disk_note_kind note_kind;
    atomic_int broken; /* it is damaged: links are to be closed */

    struct whet_disk_queue queue;
    struct whet_disk_owed owed;
    uint64_t pay_ns;    /* what is owed could not be paid: not before then; under write_lock */
    atomic_int resized; /* the bound is another one: the keeper has to see to it */
    atomic_int struck;  /* something was deleted or made untrue: at the end the log is synced */
    struct whet_disk_keeper keeper; /* under queue.lock */
    pthread_mutex_t write_lock;     /* held while a batch is taken from the queue and written */
    uint64_t pause_ns;              /* the last write failed: none before then */
    int awaited;                    /* somebody waits for what is written now */
    uint64_t trimmed_ns;            /* when uses were last written down */
    atomic_int stamping;            /* the file is full enough for last use to matter */

    pthread_mutex_t count_lock;
    struct whet_cache_stats counted; /* to be added to the client's row */
    int has_counted;

    atomic_ullong failures;
    atomic_ullong spoiled; /* of them, values that were got and were not what was stored */
    atomic_ullong evictions;
    pthread_mutex_t size_lock; /* guards the next three: the file as it was last measured */
    uint64_t size_commits;     /* of the shared page then, and one; 0: never */
    uint64_t entries;
    uint64_t bytes;

    void (*tell)(void *ctx);
    void *ctx;
    uint64_t told_ns; /* the keeper's own */

    struct whet_disk_link writer; /* under write_lock, too */
    struct whet_disk_link ledger; /* lent by whet__disk_store_borrow */
    struct whet_disk_link links[];
};

/* ---- disk/link.c ---- */

WHET_MUST_USE int whet__disk_link_init(struct whet_disk_link *l);
void whet__disk_link_clear(struct whet_disk *d, struct whet_disk_link *l);

/* A reader's link, locked; given back by whet__disk_link_return. */
struct whet_disk_link *whet__disk_link_take(struct whet_disk *d);
void whet__disk_link_return(struct whet_disk_link *l);

/* Opens it if it is not. -EAGAIN: the file cannot be had for now. */
WHET_MUST_USE int whet__disk_link_open(struct whet_disk *d, struct whet_disk_link *l);
void whet__disk_link_close(struct whet_disk *d, struct whet_disk_link *l);

/* The statement, made ready; NULL and the reason in *rc. */
struct whet_store_stmt *whet__disk_statement(struct whet_disk_link *l, enum whet_disk_sql sql,
                                             int *rc);

/* Steps a statement that answers no rows. */
WHET_MUST_USE int whet__disk_run(struct whet_store_stmt *st);

/* Of the one row that a statement answers, column 0; 0 where there is none. */
WHET_MUST_USE int whet__disk_number(struct whet_store_stmt *st, int64_t *out);

/* Makes sure that a snapshot is held, where that pays and may be; or that none is. */
WHET_MUST_USE int whet__disk_snapshot(struct whet_disk *d, struct whet_disk_link *l);
void whet__disk_snapshot_end(struct whet_disk_link *l);

/* Of readers who are not at it this moment: before the log is emptied. */
void whet__disk_snapshots_end(struct whet_disk *d);

/* In its own stead, what an idle link has open, so that a process that is about to end
 * need not open anything. */
void whet__disk_link_inherit(struct whet_disk_link *to, struct whet_disk_link *from);

/* What a failure means for all: counted, noted, and a damaged file is given up and, when
 * nobody uses it any more, replaced. No link's lock is held. */
void whet__disk_failed(struct whet_disk *d, int code);

/* ---- disk/note.c ---- */

/* `file_lock` is held. A later word replaces an earlier one of the same kind or below. */
void whet__disk_note_put(struct whet_disk *d, enum whet_disk_note_kind kind, const char *text);

/* That the file may be read and no more. No other thread has the level yet. */
void whet__disk_note_denied(struct whet_disk *d, int code);

/* Why nothing is written; and that it is again. The lock is not held. */
void whet__disk_note_write(struct whet_disk *d, int code);
void whet__disk_note_written(struct whet_disk *d);

/* ---- disk/write.c ---- write_lock is held, in all of them; a batch is in disk/batch.h */

/* Writes down what waits in the queue, batch by batch; when the file could not be written a
 * moment ago, only what there is no room for any more goes, unwritten. */
void whet__disk_drain(struct whet_disk *d);

/* Somebody waits for what comes next: the file is asked, however short ago it failed. */
void whet__disk_ask_again(struct whet_disk *d);

/* 1: there is a value at this place; *made_ns, if it is this client's, else 0. 0: there is
 * none. */
WHET_MUST_USE int whet__disk_find_old(struct whet_disk *d, struct whet_disk_link *l,
                                      int64_t place, int64_t *value, uint64_t *made_ns);

/* ---- disk/pay.c ---- */

/* Deletes what is owed, if it can. write_lock is held. */
void whet__disk_pay(struct whet_disk *d);

/* The same for one key, whenever that was last tried. 0: it is owed no more. */
WHET_MUST_USE int whet__disk_pay_one(struct whet_disk *d, const struct whet_hash128 *hash);

/* Runs `deed` in a write transaction on a link that is open, and tells readers. */
typedef int (*whet_disk_deed)(struct whet_disk *d, struct whet_disk_link *l, void *ctx);

WHET_MUST_USE int whet__disk_transact(struct whet_disk *d, struct whet_disk_link *l,
                                      whet_disk_deed deed, void *ctx);

/* ---- disk/drop.c ---- */

/* Inside a write transaction: takes out a value. The name of its file, if it has one, is added
 * to `files`, to be removed after the commit. */
WHET_MUST_USE int whet__disk_drop_value(struct whet_disk_link *l, int64_t value,
                                        struct whet_vec *files);
/* The value that a place leads to; 0: there is no such place. */
WHET_MUST_USE int whet__disk_value_at(struct whet_disk_link *l, int64_t place, int64_t *value);

/* The row of a key, if there is one, and its value. */
WHET_MUST_USE int whet__disk_drop_hash(struct whet_disk_link *l,
                                       const struct whet_hash128 *hash, struct whet_vec *files);
WHET_MUST_USE int whet__disk_drop_place(struct whet_disk_link *l, int64_t hash);

/* ---- disk/fit.c ---- */

struct whet_disk_size {
    uint64_t file_bytes;
    uint64_t free_bytes;
    uint64_t log_bytes;
    uint64_t large_bytes;
};

WHET_MUST_USE int whet__disk_measure(struct whet_disk_link *l, struct whet_disk_size *out);

/* Makes room for `incoming` bytes under the bound. No transaction is open. -EDQUOT: others
 * hold on to what was dropped, and went on for half a second. */
WHET_MUST_USE int whet__disk_fit(struct whet_disk *d, struct whet_disk_link *l,
                                 uint64_t incoming);

/* The same where the bound was moved and nobody has seen to it yet. write_lock is held. */
void whet__disk_fit_now(struct whet_disk *d);

/* Drops until `target` bytes are left in use, or nothing can go. */
WHET_MUST_USE int whet__disk_cut_down(struct whet_disk *d, struct whet_disk_link *l,
                                      uint64_t target);

/* Gives free pages back until the whole takes `target`, and empties the log, as far as others
 * allow; then measures. */
WHET_MUST_USE int whet__disk_shrink(struct whet_disk *d, struct whet_disk_link *l,
                                    uint64_t target, struct whet_disk_size *size);

/* Which entries to drop, and how many that were. */
struct whet_disk_cut {
    int64_t client;   /* 0: of all */
    uint64_t ended;   /* those that have ended then; else the least recently used, ... */
    int64_t before_s; /* ... all that were last used before; else ... */
    uint64_t excess;  /* ... until so many bytes are free */
    int dry;          /* only count */
    uint64_t entries; /* added to */
    uint64_t bytes;
};

/* No transaction is open. */
WHET_MUST_USE int whet__disk_cut(struct whet_disk *d, struct whet_disk_link *l,
                                 struct whet_disk_cut *cut);

/* ---- disk/use.c ---- */

/* An entry was used: notes it where its stamp is old. */
void whet__disk_use(struct whet_disk *d, struct whet_disk_link *l, int64_t hash, int64_t used_s,
                    uint64_t idle_ns);
unsigned long whet__disk_uses(struct whet_disk *d);

/* Writes down uses and counts. write_lock is held. */
WHET_MUST_USE int whet__disk_write_uses(struct whet_disk *d);

/* ---- disk/count.c ---- */

/* This process has counted something that is not written down. */
int whet__disk_has_counts(struct whet_disk *d);

/* Leaves what was counted for whoever writes next. 0: it cannot be left. */
int whet__disk_counts_leave(struct whet_disk *d);

/* What others of a client have left. */
void whet__disk_counts_left(struct whet_disk *d, int64_t client, struct whet_cache_stats *out);

/* Takes what was counted here and what others of this client have left; 0: nothing. */
int whet__disk_counts_take(struct whet_disk *d, struct whet_cache_stats *out);

/* A whet_disk_deed that adds a struct whet_cache_stats to the client's rows. */
WHET_MUST_USE int whet__disk_write_counts(struct whet_disk *d, struct whet_disk_link *l,
                                          void *ctx);

/* ---- disk/list.c ---- */

/* A connection for a long look, of one's own, after what waits was written. With a negative
 * `code` at its end the level is told. */
WHET_MUST_USE int whet__disk_side_open(struct whet_disk *d, struct whet_disk_link *l);
void whet__disk_side_close(struct whet_disk *d, struct whet_disk_link *l, int code);

struct whet_disk_record;
void whet__disk_row_of(struct whet_disk_row *row, const struct whet_disk_record *r,
                       const char *client, int64_t disk_bytes);

/* ---- disk/orphan.c ---- */

/* Files beside the cache's that no row names: counted, and removed with `repair`. */
WHET_MUST_USE int whet__disk_orphans(struct whet_disk *d, struct whet_disk_link *l, int repair,
                                     uint64_t *count);

/* ---- disk/keeper.c ---- */

WHET_MUST_USE int whet__disk_keeper_init(struct whet_disk *d);
void whet__disk_keeper_clear(struct whet_disk *d);

/* Starts the thread if it is not there. 0, or -EAGAIN. */
WHET_MUST_USE int whet__disk_keeper_start(struct whet_disk *d);

/* There is more than a batch. */
void whet__disk_keeper_call(struct whet_disk *d);

/* The thread that was is not in this process. */
WHET_MUST_USE int whet__disk_keeper_forget(struct whet_disk *d);

#endif
