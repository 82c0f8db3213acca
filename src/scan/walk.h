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

#include "base/arena.h"
#include "pool/pool.h"

enum whet_walk_kind {
    WHET_WALK_FILE,
    WHET_WALK_DIR,
    WHET_WALK_SYMLINK,
    WHET_WALK_SPECIAL,
    WHET_WALK_IGNORED_FILE, /* only when ignored entries are asked for */
    WHET_WALK_IGNORED_DIR
};

struct whet_walk_dir;

struct whet_walk_entry {
    const char *name;
    uint32_t name_len;
    enum whet_walk_kind kind;
    struct whet_walk_dir *dir; /* of WHET_WALK_DIR: filled when its own task has run */
    const char *rule;          /* of ignored entries: "FILE:LINE" */
    void *user;                /* the hook's own, NULL at first */
};

struct whet_walk_dir {
    struct whet_walk_dir *parent; /* NULL at the root */
    const char *name;             /* "" at the root */
    uint32_t name_len;
    uint32_t depth; /* 0 at the root */
    struct whet_walk_entry *entries;
    size_t entry_count;
    int error; /* negative errno: it could not be opened or read to its end */
    void *user;
};

/* Called when a folder has been read: `dirfd` is open on it until the call returns.
 * Its arena lives as long as the walk. */
typedef void (*whet_walk_hook)(void *ctx, struct whet_walk_dir *dir, int dirfd,
                               struct whet_arena *arena, unsigned worker);

struct whet_walk_options {
    unsigned flags;         /* the ignore flags of enum whet_scan_flags */
    whet_walk_hook hook;    /* may be NULL */
    int (*stop)(void *ctx); /* may be NULL */
    void *ctx;
};

struct whet_walk;

/* Walks `path`, a folder, on the pool; `idle` as in whet__pool_wait.
 * -errno: the folder itself cannot be opened; *err says why. */
WHET_MUST_USE int whet__walk_run(struct whet_walk **out, const char *path,
                                 const struct whet_walk_options *options,
                                 struct whet_pool *pool, void (*idle)(void *ctx),
                                 struct whet_error *err);
struct whet_walk_dir *whet__walk_root(const struct whet_walk *w);
uint64_t whet__walk_dir_count(const struct whet_walk *w);
void whet__walk_free(struct whet_walk *w);

/* Appends the path of an entry below the root ("a/b.c"; a folder gets no '/'). */
struct whet_text;
void whet__walk_path(const struct whet_walk_dir *dir, const char *name, struct whet_text *out);

#endif
