/* check/build.h - the build lines of a project, run in one tree, each list once.
 *
 * Shape    begun for a tree; then a call for each suite, of which those with lines that were
 *          run before do nothing.
 * Units    none.
 * Memory   whet__builds_clear releases what is remembered; lines and names are borrowed.
 * Errors   0 or a negative errno value with a message; -ECHILD: a line failed, the message has
 *          the telling part of its output; -EINTR: stopped.
 * Threads  one at a time.
 */
#ifndef WHET_CHECK_BUILD_H
#define WHET_CHECK_BUILD_H

#include <whet/api.h>
#include <whet/error.h>

#include "base/vec.h"

#define WHET_BUILD_HERE "the working tree"

struct whet_builds {
    const char *dir;        /* the project's folder */
    const char *where;      /* what people call the tree: WHET_BUILD_HERE, "HEAD~1" */
    int (*stop)(void *ctx); /* as in os/spawn.h; may be NULL */
    void *ctx;
    struct whet_vec done; /* of const char *const * */
};

void whet__builds_init(struct whet_builds *b, const char *dir, const char *where,
                       int (*stop)(void *ctx), void *ctx);
void whet__builds_clear(struct whet_builds *b);

/* Runs the lines (ended by NULL) in turn, without a shell. */
WHET_MUST_USE int whet__build(struct whet_builds *b, const char *const *lines,
                              struct whet_error *err);

#endif
