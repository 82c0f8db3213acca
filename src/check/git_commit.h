/* check/git_commit.h - which commit is checked out, without running git.
 *
 * Shape    one call, one name.
 * Units    none.
 * Memory   the caller's text.
 * Errors   -ENOENT: no repository, no commit yet, or refs kept in a way we do not read.
 *          -ENOMEM. The text is then as it was.
 * Threads  safe from any.
 *
 * Source   gitrepository-layout(5); "reftable" repositories count as none.
 */
#ifndef WHET_CHECK_GIT_COMMIT_H
#define WHET_CHECK_GIT_COMMIT_H

#include <whet/api.h>

#include "base/text.h"

/* Appends the 40 or 64 hex digits of the commit at HEAD of the repository that `dir`, or the
 * nearest folder above it, belongs to; linked worktrees have their own. */
WHET_MUST_USE int whet__git_commit(const char *dir, struct whet_text *out);

#endif
