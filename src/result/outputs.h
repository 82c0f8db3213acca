/* result/outputs.h - which names are outputs of a job.
 *
 * Shape    what the job declares is compiled once; then any number of names is asked about.
 * Units    none.
 * Memory   in the arena that is given.
 * Errors   -EINVAL: a malformed pattern; -ENOMEM.
 * Threads  once compiled, any.
 *
 * An output is declared by its name, by a folder that it is in, or by a pattern (scan/glob.h).
 */
#ifndef WHET_RESULT_OUTPUTS_H
#define WHET_RESULT_OUTPUTS_H

#include <stddef.h>

#include <whet/api.h>

#include "base/arena.h"
#include "run/job.h"

struct whet_outputs {
    struct whet_outputs_pattern *patterns;
    size_t count;
};

WHET_MUST_USE int whet__outputs_compile(struct whet_outputs *out,
                                        const struct whet_run_job *job,
                                        struct whet_arena *arena);

/* `name` is seen from the job's folder. One that climbs out of where it is declared is none. */
int whet__outputs_have(const struct whet_outputs *o, const char *name);

/* How many bytes of such a name stand before what is the job's own to make: all, where the name
 * itself is declared; of a folder "a/b" those of "a/", of "a/b/" all; of a pattern those before
 * the first part with a wildcard. */
size_t whet__outputs_given(const struct whet_outputs *o, const char *name);

#endif
