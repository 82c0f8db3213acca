/* scan/git_repo.h - where a git repository keeps rules that are in no .gitignore.
 *
 * Shape    questions about one folder that is open, each answered by a path.
 * Units    bytes.
 * Memory   the caller's texts; on failure they are as they were or empty.
 * Errors   -ENOENT: there is none.  -ENOMEM.
 * Threads  safe while nobody changes the environment.
 */
#ifndef WHET_SCAN_GIT_REPO_H
#define WHET_SCAN_GIT_REPO_H

#include <whet/api.h>

#include "base/text.h"

/* The folder with info/exclude and config of the repository whose work tree starts in
 * the open folder: ".git", or what a .git file of a worktree or submodule names. It is
 * absolute or taken from `dirfd`. -ENOENT: no repository starts here. */
WHET_MUST_USE int whet__git_repo_common(int dirfd, struct whet_text *out);

/* core.excludesFile of the system's and the user's configuration, or git's default
 * $XDG_CONFIG_HOME/git/ignore; whether that file exists is not asked. "" if the
 * configuration says so. Respects GIT_CONFIG_GLOBAL, _SYSTEM and _NOSYSTEM. */
WHET_MUST_USE int whet__git_repo_user_excludes(struct whet_text *out);

#endif
