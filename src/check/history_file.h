/* check/history_file.h - the file under the history, between those that fill and ask it.
 *
 * Shape    opened for one deed and closed.
 * Units    bytes, nanoseconds.
 * Memory   freed by _close; clear statements first.
 * Errors   -EIO with what the file is called and why it cannot be used; -ENOENT when it is
 *          only read: nothing was ever kept.  -ENOMEM.
 * Threads  one at a time; several processes may have it open.
 */
#ifndef WHET_CHECK_HISTORY_FILE_H
#define WHET_CHECK_HISTORY_FILE_H

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"
#include "data/store_file.h"
#include "check/history.h"
#include "data/store.h"

struct whet_history_file {
    struct whet_store_file disk;
    struct whet_store_options options;
};

/* `write`: makes it if it is missing, and its folder. */
WHET_MUST_USE int whet__history_open(struct whet_history_file *f,
                                     const struct whet_history_options *options, int write,
                                     struct whet_error *err);
void whet__history_close(struct whet_history_file *f);

/* Says in *err what the store said: always `rc`. */
int whet__history_failed(const struct whet_history_file *f, int rc, struct whet_error *err);

/* The name under which results of `dir` are kept. */
WHET_MUST_USE int whet__history_folder(const char *dir, struct whet_text *out);

#endif
