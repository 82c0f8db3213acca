/* scan/state.h - one scan while it runs: what its steps hand to each other.
 *
 * The steps, each in its own file, in the order of the data's way:
 *   gather.c   in each folder of the walk: which files, what the cache knows
 *   resolve.c  for each file still open: read, hash, ask the cache, analyse (analyse.c),
 *              in this process or, by isolate.c, in another
 *   keep.c     put into the cache what was learnt, by way of scan_cache.c
 *   answer.c   the lists and totals that the caller reads
 * scan.c calls them; merge.c fills the lists from the answers of others; worker.c holds what
 * each thread has of its own.
 */
#ifndef WHET_SCAN_STATE_H
#define WHET_SCAN_STATE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/cache.h>
#include <whet/pool.h>
#include <whet/scan.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/vec.h"
#include "os/dir.h"
#include "scan/analyse.h"
#include "scan/index.h"
#include "scan/record.h"
#include "scan/walk.h"

/* Key spaces of the cache: records of contents, which are the same on every machine, and
 * rows of folders, which are not. */
enum whet_scan_space { WHET_SCAN_SPACE_RECORD, WHET_SCAN_SPACE_INDEX };

enum whet_item_state {
    WHET_ITEM_OPEN,    /* not decided yet; stays so when the scan is stopped */
    WHET_ITEM_DONE,    /* `file` is complete but for its path */
    WHET_ITEM_SKIPPED, /* `reason` says why */
};

struct whet_scan_dir;

/* A file whose name says that it may be worth reading. */
struct whet_scan_item {
    struct whet_scan_file file;
    struct whet_scan_dir *dir;
    const struct whet_walk_entry *entry;
    const struct whet_language *guess;    /* by name; NULL: only content tells */
    const struct whet_index_entry *known; /* what the cache had; NULL: nothing */
    struct whet_file_stat stat;           /* valid when has_stat */
    struct whet_hash128 hash;             /* valid when has_hash */
    struct whet_summary_record summary;   /* valid when has_hash */
    enum whet_item_state state;
    enum whet_scan_reason reason;
    int error;
    unsigned char has_stat;
    unsigned char has_hash;
};

struct whet_scan_dir {
    struct whet_walk_dir *walk;
    struct whet_hash128 key; /* of its row in the cache */
    struct whet_scan_item *items;
    size_t item_count;
    struct whet_index_entry *known;
    size_t known_count;
    int complete;       /* all its files were looked at: the scan was not stopped here, and is
                           not of one file alone */
    atomic_int changed; /* its row must be written again */
};

struct whet_scan_worker {
    struct whet_analyst analyst;
    struct whet_isolate *isolate; /* its worker process; NULL: none, or not asked yet */
    char *data;                   /* the file being read */
    size_t data_cap;
    struct whet_text path;
    struct whet_text row;
    struct whet_arena keep;     /* functions that go into the answer */
    struct whet_vec dirs;       /* struct whet_scan_dir *, with files worth a look */
    struct whet_vec open_items; /* struct whet_scan_item *, left by gather */
    int error;                  /* first -ENOMEM and the like: the scan fails */
};

struct whet_scan {
    struct whet_scan_options options;
    int lines_only;
    int list_only;
    int want_functions;
    int cached;                  /* a cache is in use */
    int single_file;             /* PATH is a file */
    struct whet_text root;       /* absolute, links resolved */
    struct whet_text cache_path; /* of the file; empty: there is none */
    struct whet_cache *records;  /* NULL: no cache */
    struct whet_cache *rows;     /* the same one, unless there is a server; NULL: no file */
    atomic_int learnt;           /* something was put into the cache */
    int root_fd;
    uint64_t context;    /* seed of all cache keys: analyser and options */
    uint64_t started_ns; /* wall clock: later changes leave no trace in times */
    struct whet_pool *pool;
    struct whet_walk *walk;
    struct whet_arena single; /* a walk of one, when PATH is a file */
    struct whet_walk_dir *tree;
    struct whet_scan_worker *workers;
    struct whet_scan_item **open_items; /* of all workers, the largest first */
    atomic_ullong files_found;
    atomic_ullong files_done;
    atomic_ullong bytes_done;
    atomic_int walking;
    atomic_int stopped;
    uint64_t progress_ns; /* when progress was last told */

    struct whet_vec files;     /* struct whet_scan_file *, in order */
    struct whet_vec skips;     /* struct whet_scan_skip, in order */
    struct whet_vec languages; /* struct whet_scan_language */
    struct whet_vec notes;     /* char * */
    struct whet_arena strings; /* paths and notes */
    const char *given;         /* PATH, as the caller wrote it */
    struct whet_scan_totals totals;
};

/* worker.c */
WHET_MUST_USE int whet__scan_workers_new(struct whet_scan *scan, unsigned jobs);
void whet__scan_workers_free(struct whet_scan *scan);

/* Polled by every step: 1 once the caller's `stop` has said so. */
int whet__scan_stopped(struct whet_scan *scan);

/* Reads a file below the root into w->data. *len is set, also on -EFBIG (over the
 * size limit), then to the size that stat gives. */
WHET_MUST_USE int whet__scan_read(struct whet_scan *scan, struct whet_scan_worker *w,
                                  const struct whet_scan_item *item, size_t *len);

/* scan_cache.c: where its file is; -ENOMEM. */
WHET_MUST_USE int whet__scan_cache_path(struct whet_scan *scan);

/* -EINVAL: the server's address is none, with the reason; -ENOMEM, -EAGAIN. A file or server
 * that cannot be used is no error, but a note. */
WHET_MUST_USE int whet__scan_cache_open(struct whet_scan *scan, struct whet_error *err);
void whet__scan_cache_close(struct whet_scan *scan);

/* From any thread. 1: *out is to be cleared. */
WHET_MUST_USE int whet__scan_recall(struct whet_scan *scan, enum whet_scan_space space,
                                    const struct whet_hash128 *key,
                                    struct whet_cache_value *out);

/* The record of a content; `functions` may be NULL, else they live as long as the answer. */
WHET_MUST_USE int whet__scan_record_recall(struct whet_scan *scan, struct whet_scan_worker *w,
                                           const struct whet_hash128 *key,
                                           struct whet_summary_record *out,
                                           const struct whet_scan_function **functions);
void whet__scan_remember(struct whet_scan *scan, struct whet_scan_worker *w,
                         enum whet_scan_space space, const struct whet_hash128 *key,
                         const struct whet_text *value);

/* Waits until all that was learnt is kept, and notes why the cache is not what it should be. */
void whet__scan_cache_settle(struct whet_scan *scan);

/* gather.c: the walk's hook; ctx is the scan. */
void whet__scan_gather(void *ctx, struct whet_walk_dir *dir, int dirfd,
                       struct whet_arena *arena, unsigned worker);

/* Where the record of a content lies in the cache. */
struct whet_hash128 whet__scan_record_key(const struct whet_scan *scan,
                                          const struct whet_hash128 *content,
                                          const struct whet_scan_item *item);

/* Fills item->file from a summary; 1 when nothing is missing (functions too, if they
 * are wanted: then the record must be in the cache). */
int whet__scan_apply(struct whet_scan *scan, struct whet_scan_worker *w,
                     struct whet_scan_item *item, const struct whet_hash128 *hash,
                     const struct whet_summary_record *summary);

/* The same for a summary whose functions are at hand. */
void whet__scan_accept(struct whet_scan_item *item, const struct whet_hash128 *hash,
                       const struct whet_summary_record *summary,
                       const struct whet_scan_function *functions);

/* resolve.c: decides one open item, at the latest with whet__scan_isolate_finish. */
void whet__scan_resolve(struct whet_scan *scan, struct whet_scan_worker *w,
                        struct whet_scan_item *item);

/* Takes the summary of an item whose record is in w->row, also for the cache. */
void whet__scan_learn(struct whet_scan *scan, struct whet_scan_worker *w,
                      struct whet_scan_item *item, const struct whet_hash128 *hash,
                      const struct whet_hash128 *key, const struct whet_summary_record *summary,
                      const struct whet_scan_function *functions);
void whet__scan_item_skip(struct whet_scan_item *item, enum whet_scan_reason reason, int error);

/* isolate.c: lets a worker process analyse the item's content; what comes back is taken
 * now and then by the thread that submits, and the rest by _finish, which ends the workers.
 * -ECHILD: they do not work. */
WHET_MUST_USE int whet__scan_isolate_submit(struct whet_scan *scan, struct whet_scan_worker *w,
                                            struct whet_scan_item *item,
                                            const struct whet_content *content,
                                            const struct whet_hash128 *hash,
                                            const struct whet_hash128 *key);
void whet__scan_isolate_finish(struct whet_scan *scan);
void whet__scan_isolate_free(struct whet_isolate *isolate);

/* keep.c: writes the rows of folders that changed. */
void whet__scan_keep(struct whet_scan *scan);

/* sizes.c: 0 for an empty file, else 1 + the position of the highest bit. */
unsigned whet__scan_size_class(uint64_t bytes);

/* answer.c: fills files, skips, languages and totals. */
WHET_MUST_USE int whet__scan_answer(struct whet_scan *scan);

/* The same bit by bit, for who has the answers already: files and skips in order, then the end.
 * `file` and what it points to live as long as the scan. */
WHET_MUST_USE int whet__scan_add_file(struct whet_scan *scan, struct whet_scan_file *file);
/* Only in the sums. */
WHET_MUST_USE int whet__scan_count_file(struct whet_scan *scan,
                                        const struct whet_scan_file *file);
WHET_MUST_USE struct whet_scan_skip *
whet__scan_add_skip(struct whet_scan *scan, enum whet_scan_reason reason, const char *path);
void whet__scan_end(struct whet_scan *scan);

/* scan.c */
WHET_MUST_USE struct whet_scan *whet__scan_new(void);

/* shard.c: whether the files of this folder are scanned here. */
int whet__scan_owns(const struct whet_scan *scan, const struct whet_walk_dir *dir,
                    struct whet_text *scratch);
WHET_PRINTF(2, 3) void whet__scan_note(struct whet_scan *scan, const char *format, ...);

#endif
