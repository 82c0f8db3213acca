/* os/path.h - paths, and where this user's files are: the XDG base directories.
 *
 * Shape    each call appends one path without a '/' at its end.
 * Units    none.
 * Memory   the caller's text.
 * Errors   -ENOENT: neither the variable nor a home folder is known. -ENOMEM, -EFBIG.
 *          The text is then as it was, and its sticky error is not set.
 * Threads  safe while nobody changes the environment.
 *
 * Source   XDG Base Directory Specification 0.8: a variable that is unset, empty or
 *          relative counts for nothing. Home is $HOME, else that of the user database.
 */
#ifndef WHET_OS_PATH_H
#define WHET_OS_PATH_H

#include <whet/api.h>

#include "base/text.h"

/* Appends `path` without slashes at its end, then `rest` ("" or "/more"). */
WHET_MUST_USE int whet__path_append(struct whet_text *out, const char *path, const char *rest);

/* $XDG_CACHE_HOME or ~/.cache: may be deleted at any time. */
WHET_MUST_USE int whet__path_cache_home(struct whet_text *out);

/* $XDG_CONFIG_HOME or ~/.config: what the user wrote. */
WHET_MUST_USE int whet__path_config_home(struct whet_text *out);

/* $XDG_STATE_HOME or ~/.local/state: what should survive, such as history. */
WHET_MUST_USE int whet__path_state_home(struct whet_text *out);

/* $HOME, else that of the user database. */
WHET_MUST_USE int whet__path_home(struct whet_text *out);

/* The full path of what `path` names, without links, "." and "..". Any other -errno:
 * it cannot be followed to its end. */
WHET_MUST_USE int whet__path_real(const char *path, struct whet_text *out);

#endif
