/* scan/walk.h - every file below a folder that ignore rules leave in.
 *
 * Shape    one task per folder on a pool; the caller's hook is called once per
 *          folder, from any worker, with the entries that are left, sorted so that
 *          a depth-first reading gives the byte order of whole paths.
 * Units    none.
 * Memory   a tree of folders, in one arena per worker, freed with the walk.
 * Errors   a folder that cannot be read carries its errno; the walk goes on.
 * Threads  one walk at a time per pool; hooks run in parallel for different folders.
 */
#ifndef WHET_SCAN_WALK_H
#define WHET_SCAN_WALK_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>
#include <whet/pool.h>

#include "base/arena.h"

enum whet_walk_kind {
    WHET_WALK_FILE,
    WHET_WALK_DIR,
    WHET_WALK_SYMLINK,
    WHET_WALK_SPECIAL,
    WHET_WALK_IGNORED_FILE, /* anything but a folder; only with WHET_SCAN_IGNORED */
    WHET_WALK_IGNORED_DIR
};

/* The "rule" that leaves out .git and its like, which no file needs to say. */
#define WHET_WALK_VCS "version control"

struct whet_walk_dir;

struct whet_walk_entry {
    const char *name;
    uint32_t name_len;
    enum whet_walk_kind kind;
    struct whet_walk_dir *dir; /* of WHET_WALK_DIR: filled when its own task has run */
    const char *rule;          /* of ignored entries: "FILE:LINE", or WHET_WALK_VCS */
    void *user;                /* the hook's own, NULL at first */
};

struct whet_walk_dir {
    struct whet_walk_dir *parent; /* NULL at the root */
    const char *name;             /* "" at the root */
    uint32_t name_len;
    uint32_t depth; /* 0 at the root */
    struct whet_walk_entry *entries;
    size_t entry_count;
    int error;        /* negative errno: it could not be opened or read to its end;
                       * -ECANCELED: the walk was stopped before */
    int ignore_error; /* the same of an ignore file, whose rules do not hold then; at the
                       * root also of those above and of core.excludesFile */
    void *user;
};

/* Called when a folder has been opened and read: `dirfd` is open on it until the call
 * returns. The worker's arena lives as long as the walk. The folders below may be
 * walked by others meanwhile: entry->dir is set but not yet filled. */
typedef void (*whet_walk_hook)(void *ctx, struct whet_walk_dir *dir, int dirfd,
                               struct whet_arena *arena, unsigned worker);

/* All zero: every rule holds, nothing is called. */
struct whet_walk_options {
    unsigned flags;         /* the ignore flags of enum whet_scan_flags */
    whet_walk_hook hook;    /* may be NULL */
    int (*stop)(void *ctx); /* may be NULL */
    void *ctx;
};

struct whet_walk;

/* Walks `path`, a folder or a link to one, on the pool; `tick` as in whet_group_options,
 * with the options' ctx. It holds one descriptor, and one or two more per worker.
 * -errno: the folder itself cannot be opened, *err says why; -ENOMEM. */
WHET_MUST_USE int whet__walk_run(struct whet_walk **out, const char *path,
                                 const struct whet_walk_options *options,
                                 struct whet_pool *pool, void (*tick)(void *ctx),
                                 struct whet_error *err);
struct whet_walk_dir *whet__walk_root(const struct whet_walk *w);
uint64_t whet__walk_dir_count(const struct whet_walk *w);
void whet__walk_free(struct whet_walk *w);

/* Appends the path of an entry below the root ("a/b.c"; a folder gets no '/'). */
struct whet_text;
void whet__walk_path(const struct whet_walk_dir *dir, const char *name, struct whet_text *out);

#endif
