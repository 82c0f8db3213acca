/* cache/disk/disk.h - the level on disk: entries in one SQLite file, large values in files
 * beside it, bounded, expendable.
 *
 * Shape    readers with a connection each, taken in turns by the threads that ask; one
 *          thread that writes behind, in batches.
 * Units    bytes as the filesystem counts blocks; nanoseconds since 1970.
 * Memory   an answered entry is one reference for the caller; what waits to be written is
 *          bounded by WHET_DISK_QUEUE_BYTES, then a put waits for the writer.
 * Errors   a cache never fails its user: a damaged, locked, full or missing file turns into
 *          misses, and whet__disk_note says so once. A damaged file is moved aside.
 * Threads  safe from any. Several processes may use one file. No value is answered whose
 *          checksum is not right. After a fork the child opens its own connections.
 *
 * Kill -9 at any moment: what was committed is there, what was not is absent, no value is
 * wrong. A power cut may also take the last commits, the newest first, as SQLite's log is
 * synced when it is written back, not before: when it has grown, when who closes the file last
 * finds more than a short one, and when a process ends that has deleted something or made it
 * untrue. Large values are written to PATH.d/xx/NAME under a temporary name and renamed before
 * the row that names them is committed. They are not synced: one that a power cut has spoiled
 * is known by its checksum, and a miss. Files without a row go with gc.
 */
#ifndef WHET_CACHE_DISK_H
#define WHET_CACHE_DISK_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/cache.h>

#include "base/hash.h"
#include "cache/entry/entry.h"
#include "cache/disk/shared.h"
#include "data/store.h"

#define WHET_DISK_APPLICATION_ID 0x77684332u /* "whC2", in the header of the SQLite file */

#define WHET_DISK_FORMER_ID      0x77684331u /* "whC1": the scanner's cache of whet 0.1 */

#define WHET_DISK_QUEUE_BYTES    ((uint64_t)16 << 20)
#define WHET_DISK_LARGE          ((size_t)64 << 10) /* values from here on are files */

struct whet_disk;

struct whet_disk_options {
    const char *path;
    const char *client;
    uint64_t max_bytes; /* of the file, its log and the files beside it; 0: 1 GiB */
    unsigned readers;   /* connections that gets share; 0: by processors; at most 64 */
    int read_only;
    int denied;                 /* why it is only read: -errno, to be noted; 0: as wished */
    struct whet_shared *shared; /* of this path */
    void (*tell)(void *ctx);    /* once a minute, by the thread that writes, which holds no
                                   lock: to call _count; may be NULL */
    void *ctx;
};

/* Opens nothing yet: the first call that needs the file does. A thread is started by the first
 * put, or by gets in a row. -ENOMEM, -EAGAIN: no handle. All else is noted. */
WHET_MUST_USE int whet__disk_new(struct whet_disk **out,
                                 const struct whet_disk_options *options);

/* Writes down what waits. */
void whet__disk_free(struct whet_disk *d);

/* The thread ends, and with it `tell`; what is put from now on is written by _free. */
void whet__disk_rest(struct whet_disk *d);

/* 1 and an entry that is not expired (flags say WHET_ENTRY_ON_DISK), whole, unharmed; what
 * waits to be written is found too. Whether it is still true is for cache/truth/validity.h to
 * say. 0: a miss. Some hundred gets in a row read one snapshot, let go of as soon as anybody
 * commits.
 */
WHET_MUST_USE int whet__disk_get(struct whet_disk *d, const struct whet_hash128 *hash,
                                 const void *key, size_t key_len, struct whet_entry **out);

/* The same, also one that has ended, and without counting or use. -EBADMSG: there is one, and
 * it is not what was stored. */
WHET_MUST_USE int whet__disk_peek(struct whet_disk *d, const struct whet_hash128 *hash,
                                  const void *key, size_t key_len, struct whet_entry **out);

/* This one, that was got, is not true. If it waits to be written (flags say nothing of
 * WHET_ENTRY_ON_DISK), it is not written, and a next get answers what is in the file. */
void whet__disk_refuse(struct whet_disk *d, const struct whet_entry *entry);

/* Another process has put something later than `made_ns` under this key (NULL: it is not known
 * under which): of what waits here to be written and of what is in the file, the one that was
 * made last is answered from now on. */
void whet__disk_doubt(struct whet_disk *d, const struct whet_hash128 *hash, uint64_t made_ns);

/* Takes a reference of its own; written within a second; waits for no file. 1: it is on its
 * way. 0: it is not (larger than a quarter of the bound, only for memory, read only, no memory
 * left, twice as much waiting as there is room for), and what was there under its key is gone,
 * as by _drop. What is on its way and then cannot be written leaves nothing older behind
 * either, as long as this process lives; one that is killed, or ends while the file cannot be
 * written, may leave what was there before its last second. */
int whet__disk_put(struct whet_disk *d, struct whet_entry *entry);

/* To be called after a put by whoever holds no lock: who puts faster than the disk takes it
 * waits until there is room, a quarter of a second at most, and not again before the disk has
 * taken something. */
void whet__disk_pace(struct whet_disk *d);

/* In two steps: after _begin the entry is gone for this process, also from the queue, and what
 * is put from then on stays; _end waits for the file. When that answers 0, it is gone for
 * everybody (another's put that still waits in a queue counts as later). -EIO, -EROFS: it is
 * gone for this process alone, and deleted as soon as the file can be written. */
void whet__disk_remove_begin(struct whet_disk *d, const struct whet_hash128 *hash);
int whet__disk_remove_end(struct whet_disk *d, const struct whet_hash128 *hash);

/* Waits until all that was put before is committed, or known to be lost, and a bound that was
 * moved is kept to. */
void whet__disk_sync(struct whet_disk *d);

/* Another bound: what is over it is dropped by the writer, soon. */
void whet__disk_resize(struct whet_disk *d, uint64_t max_bytes);

/* What this process counted for its client since the last call of this, of all levels: added to
 * the client's row once a minute, and at _free. */
void whet__disk_count(struct whet_disk *d, const struct whet_cache_stats *since);

/* Adds to *out what this process has counted: all but entries and bytes. */
void whet__disk_counts(struct whet_disk *d, struct whet_cache_level_stats *out);

/* Adds all that this level knows to *out. The rows of the file are counted anew when somebody
 * has written since they were counted last: some 10 ms per million. */
void whet__disk_stats(struct whet_disk *d, struct whet_cache_level_stats *out);

/* Appends to `out` why the level does not answer as it should; 0: it does. */
int whet__disk_note(struct whet_disk *d, char *out, size_t size);

/* 1: the file never could be opened (no such folder, no right to it, somebody else's file), so
 * that nobody shares it with this process. Known from the first try on. */
int whet__disk_is_absent(struct whet_disk *d);

/* Another connection to the same file, for the tables `mark` and `node` of
 * cache/truth/validity.h, one user at a time. NULL when there is no file to be had now. Given
 * back, with `broken` when it answered -EBADMSG, so that the file is replaced. Statements on it
 * are cleared before, and no other call of this header comes between. */
struct whet_store *whet__disk_store_borrow(struct whet_disk *d);
void whet__disk_store_return(struct whet_disk *d, struct whet_store *s, int broken);

/* What writing through such a connection came to: a failure is noted until something is
 * written. */
void whet__disk_store_wrote(struct whet_disk *d, int code);

/* ---- For `whet cache`: read and tidy a file, of all clients ---- */

struct whet_disk_row {
    const char *client;
    const void *key;
    size_t key_len;
    uint64_t len;        /* of the value */
    uint64_t disk_bytes; /* of its file, or its share of the table */
    uint64_t made_ns;
    uint64_t used_ns; /* to the hour; to the day while the file is less than half full */
    uint64_t end_ns;
    uint64_t cost_ns;
    unsigned flags; /* enum whet_entry_flags */
    uint64_t epoch;
    const void *about;
    size_t about_len;
};

/* In the order of use, newest first; of one client, or NULL: all. A non-zero answer of `each`
 * ends it and is answered. Else -errno. */
WHET_MUST_USE int whet__disk_each(struct whet_disk *d, const char *client,
                                  int (*each)(void *ctx, const struct whet_disk_row *row),
                                  void *ctx);

struct whet_disk_client {
    char name[72];
    uint64_t entries;
    uint64_t bytes;
    /* Of all processes since the file was made or cleared, by level: */
    uint64_t hits[WHET_CACHE_LEVELS];
    uint64_t misses[WHET_CACHE_LEVELS];
    uint64_t evictions[WHET_CACHE_LEVELS];
    uint64_t expirations[WHET_CACHE_LEVELS];
    uint64_t invalidations[WHET_CACHE_LEVELS];
    uint64_t puts;
    uint64_t loads;
    uint64_t load_ns;
    uint64_t saved_ns;
    uint64_t predicted; /* as in struct whet_cache_stats */
    uint64_t predicted_hits;
    int counts_known; /* 0: all but entries and bytes is kept where we may not look, and 0 */
};

/* Fills up to `room`; returns how many there are, or -errno. */
WHET_MUST_USE int whet__disk_clients(struct whet_disk *d, struct whet_disk_client *out,
                                     int room);

struct whet_disk_verify {
    uint64_t entries;  /* looked at */
    uint64_t bytes;    /* of values read */
    uint64_t damaged;  /* values that are not what was stored: removed */
    uint64_t missing;  /* large values whose file is gone: removed */
    uint64_t orphans;  /* files without an entry: removed */
    int structure_bad; /* SQLite finds the file damaged: moved aside */
};

/* `repair` 0 only counts, and moves nothing; but a file that cannot even be opened is moved
 * aside by any call that tries, on a handle that may write. `each` (may be NULL) is told of
 * every bad entry. */
WHET_MUST_USE int whet__disk_verify(struct whet_disk *d, int repair,
                                    void (*each)(void *ctx, const struct whet_disk_row *row,
                                                 const char *what),
                                    void *ctx, struct whet_disk_verify *out);

struct whet_disk_gc {
    int all;             /* 1: everything goes, whatever its age */
    uint64_t max_age_ns; /* by last use; 0: any */
    uint64_t max_bytes;  /* 0: the bound */
    const char *client;  /* NULL: all */
    int dry_run;
};

struct whet_disk_gc_result {
    uint64_t entries, bytes; /* dropped, or to be dropped */
    uint64_t orphans;
    uint64_t left_entries, left_bytes;
};

WHET_MUST_USE int whet__disk_gc(struct whet_disk *d, const struct whet_disk_gc *how,
                                struct whet_disk_gc_result *out);

/* Around a fork: nothing of the parent's connections, threads and queue is used in the child.
 * Both open their connections anew when they need them: see disk/fork.c. */
void whet__disk_lock_all(struct whet_disk *d);
void whet__disk_unlock_all(struct whet_disk *d, int in_child);

#endif
