/* scan/git_config.h - which file of ignore rules a git configuration names.
 *
 * Shape    one configuration file in, the last core.excludesFile in it out; files
 *          taken in by [include] count, those of [includeIf] do not.
 * Units    bytes.
 * Memory   the caller's text.
 * Errors   -ENOENT: there is none in it; the text is as it was. A malformed file counts
 *          up to its first error. -ENOMEM.
 * Threads  safe while nobody changes the environment.
 *
 * Source   git-config(1), "CONFIGURATION FILE".
 */
#ifndef WHET_SCAN_GIT_CONFIG_H
#define WHET_SCAN_GIT_CONFIG_H

#include <whet/api.h>

#include "base/text.h"

/* Replaces *value by the path; "~/" is replaced by $HOME, an empty path means that no
 * file is wanted. `path` is taken from `dirfd`. -ENOENT also if it does not exist. */
WHET_MUST_USE int whet__git_config_excludes(int dirfd, const char *path,
                                            struct whet_text *value);

#endif
