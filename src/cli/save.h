/* cli/save.h - puts what whet tune chose into whet.yaml, with the user's consent.
 *
 * Shape    one call at the end of the command.
 * Units    none.
 * Memory   none is kept.
 * Errors   -errno with *err filled. Not to write, for want of consent, is no error: it
 *          is said on stderr.
 * Threads  one at a time.
 */
#ifndef WHET_CLI_SAVE_H
#define WHET_CLI_SAVE_H

#include <whet/api.h>
#include <whet/error.h>
#include <whet/tune.h>

struct whet_save_options {
    int yes;     /* write without asking */
    int dry_run; /* show what would be written */
    int force;   /* with yes: over a block that was edited by hand, too */
    int quiet;
    uint64_t max_file_bytes; /* as the user gave it; 0: not given */
    const char *when;
};

/* Writes the tuned block of PATH/whet.yaml; nothing if PATH is no folder. */
WHET_MUST_USE int whet__tune_save(const char *path, const struct whet_tune *tune,
                                  const struct whet_save_options *options,
                                  struct whet_error *err);

#endif
