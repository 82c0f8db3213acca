/* scan/walk_rules.h - which ignore files hold where in a walked tree.
 *
 * Shape    two chains of scopes per folder: .whetignore files, which decide first, and
 *          git's: the folder's .gitignore and those above it up to where the
 *          repository starts, its info/exclude, then core.excludesFile.
 * Units    bytes. A folder's path is taken from the top: where the repository around
 *          the walked folder starts, else the walked folder itself.
 * Memory   scopes live in the arena of whoever loads them, for the whole walk.
 * Errors   -ENOMEM. A file that is there but cannot be read is told apart.
 * Threads  one _init; then _load from any, each with an arena and text of its own.
 */
#ifndef WHET_SCAN_WALK_RULES_H
#define WHET_SCAN_WALK_RULES_H

#include <whet/api.h>

#include "base/arena.h"
#include "base/text.h"
#include "scan/ignore_folder.h"

struct whet_walk_chains {
    const struct whet_ignore_scope *whet;
    const struct whet_ignore_scope *git;
};

struct whet_walk_rules {
    unsigned flags;                /* enum whet_scan_flags */
    struct whet_text prefix;       /* from the top to the walked folder: "", "a/b/" */
    struct whet_text top;          /* "" or, if it is above the walked folder, "/x/y/" */
    struct whet_ignore user;       /* core.excludesFile, no rules if there is none */
    struct whet_walk_chains above; /* what holds before the walked folder is read */
    int error;                     /* one of the files so far could not be read */
};

/* What a folder's entries say about rules. */
enum whet_walk_holds {
    WHET_WALK_HOLDS_GIT = 1 << 0,       /* .git: a repository starts here */
    WHET_WALK_HOLDS_GITIGNORE = 1 << 1, /* as a regular file */
    WHET_WALK_HOLDS_WHETIGNORE = 1 << 2
};

/* One folder whose ignore files are to be loaded. */
struct whet_walk_place {
    int dirfd;
    unsigned holds;   /* enum whet_walk_holds */
    const char *path; /* from the top, with '/' at its end unless empty */
    size_t path_len;
};

/* `path` is the walked folder and `dirfd` is open on it. */
WHET_MUST_USE int whet__walk_rules_init(struct whet_walk_rules *r, unsigned flags, int dirfd,
                                        const char *path, struct whet_arena *arena);
void whet__walk_rules_clear(struct whet_walk_rules *r);

/* Turns the chains of the parent folder into those that hold in `place`. `text` is
 * used for reading. *error is set if a file could not be read. */
WHET_MUST_USE int whet__walk_rules_load(const struct whet_walk_rules *r,
                                        const struct whet_walk_place *place,
                                        struct whet_walk_chains *chains,
                                        struct whet_arena *arena, struct whet_text *text,
                                        int *error);

#endif
