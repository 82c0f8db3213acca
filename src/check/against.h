/* check/against.h - another commit of the project, in a tree of its own, built like ours.
 *
 * Shape    opened once, it is a folder with the project as it was; programs are made in both
 *          trees by the same command lines.
 * Units    none.
 * Memory   whet__against_open allocates *out; whet__against_free releases it and removes the
 *          folder, also after failures and when the user has stopped it all.
 * Errors   0 or a negative errno value with a message; -EINTR: stopped.
 * Threads  one at a time.
 *
 * The tree is a worktree of git in a temporary folder. What is not committed is only in the
 * working tree, which is what gets compared. Submodules are not filled.
 */
#ifndef WHET_CHECK_AGAINST_H
#define WHET_CHECK_AGAINST_H

#include <whet/api.h>
#include <whet/error.h>

struct whet_against_options {
    const char *dir;        /* the project's folder, in a git repository */
    const char *ref;        /* a commit: "HEAD~1", "origin/main" */
    int (*stop)(void *ctx); /* as in os/spawn.h; may be NULL */
    void *ctx;
};

struct whet_against;

/* -ENOENT: git is missing, or there is no such commit; -ENOTDIR: not a git repository, or
 * the project's folder is not in that commit; -EINVAL: a ref that looks like an option. */
WHET_MUST_USE int whet__against_open(struct whet_against **out,
                                     const struct whet_against_options *options,
                                     struct whet_error *err);
void whet__against_free(struct whet_against *a);

/* Runs the lines, without a shell, in the project's folder of both trees: ours first, where
 * what fails is most likely ours. Lines that were run before are not run again.
 * -ECHILD: one failed; the message has the last of its output. */
WHET_MUST_USE int whet__against_build(struct whet_against *a, const char *const *lines,
                                      struct whet_error *err);

/* The project's folder in that tree. Borrowed. */
const char *whet__against_dir(const struct whet_against *a);
/* 1: the commit has submodules, whose folders are empty. */
int whet__against_submodules(const struct whet_against *a);

#endif
