/* scan/ignore_folder.h - all rules in force in one folder.
 *
 * Shape    ignore files form chains, the strongest first: a folder's own, then those
 *          above it. A folder asks two chains, and in each the first file with a rule
 *          that matches decides.
 * Units    bytes. Paths are relative to one fixed place and have '/' at their end.
 * Memory   scopes are borrowed; the folder's lists are reused from one _enter to the
 *          next and freed by _clear.
 * Errors   -ENOMEM: the folder must be entered again before it is asked.
 * Threads  scopes may be shared; a folder belongs to one worker.
 */
#ifndef WHET_SCAN_IGNORE_FOLDER_H
#define WHET_SCAN_IGNORE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/text.h"
#include "base/vec.h"
#include "scan/ignore.h"

/* One ignore file where it holds. */
struct whet_ignore_scope {
    const struct whet_ignore_scope *up; /* the next weaker; NULL */
    struct whet_ignore set;
    size_t base_len; /* how much of a path leads to the folder that its rules start in */
};

struct whet_ignore_folder {
    struct whet_text path;
    size_t path_len;
    struct whet_vec views; /* of struct whet_ignore_view (in the .c), strongest first */
    struct whet_vec lives; /* of uint32_t, the views' rules with '/' that count here */
};

void whet__ignore_folder_init(struct whet_ignore_folder *f);
void whet__ignore_folder_clear(struct whet_ignore_folder *f);

/* Makes `path` the present folder; `first` is asked before `second`, both may be NULL. */
WHET_MUST_USE int whet__ignore_folder_enter(struct whet_ignore_folder *f, const char *path,
                                            size_t len, const struct whet_ignore_scope *first,
                                            const struct whet_ignore_scope *second);

/* The rule that decides about `name` in the present folder, or NULL. The name is
 * ignored if the rule is not `negated`. */
const struct whet_ignore_rule *whet__ignore_folder_match(struct whet_ignore_folder *f,
                                                         const char *name, size_t len,
                                                         bool is_dir);

#endif
