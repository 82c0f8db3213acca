/* front/run_cache.h - the cache of `whet run`, from its options to the executor's hooks.
 *
 * Shape    opened after the request is known; asked, told and closed.
 * Units    bytes, nanoseconds.
 * Memory   one cache per run.
 * Errors   -errno with a message for the person; a cache that fails later costs hits only.
 * Threads  one at a time.
 */
#ifndef WHET_FRONT_RUN_CACHE_H
#define WHET_FRONT_RUN_CACHE_H

#include "front/run_request.h"
#include "result/results.h"

#define WHET_RUN_CACHE_NOTE 800 /* bytes that are enough for one */

struct whet_run_cache {
    struct whet_cache *cache; /* NULL: none was asked for */
    struct whet_results *results;
    struct whet_text here;
    struct whet_text path;
    const char **names;   /* variables that results depend on */
    struct whet_text why; /* of the job that was looked up last */
    int explain;
};

/* With `write` 0 nothing is written anywhere. */
WHET_MUST_USE int whet__run_cache_open(struct whet_run_cache *c,
                                       const struct whet_run_request *r, int write,
                                       struct whet_error *err);

/* Fills `note`, "" if there is nothing to say: what was amiss with the cache. NULL: it is
 * logged. */
void whet__run_cache_close(struct whet_run_cache *c, char *note, size_t size);

/* The variables that commands get with --strict, out of ours; in the arena. NULL: no memory. */
const char *const *whet__run_cache_environment(struct whet_arena *arena,
                                               const struct whet_run_request *r);

#endif
