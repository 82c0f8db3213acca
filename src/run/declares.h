/* run/declares.h - what commands read and write, said once for all of them.
 *
 * Shape    patterns with places for inputs (run/template.h), compiled once; then put into each
 *          job. Without lists of inputs the patterns go into the job as they are.
 * Units    none.
 * Memory   the patterns are borrowed; what is put into a job is in its arena.
 * Errors   -EINVAL with a message that names the option: an empty pattern, a place for an input
 *          that is not there; -ENOMEM.
 * Threads  one at a time.
 */
#ifndef WHET_RUN_DECLARES_H
#define WHET_RUN_DECLARES_H

#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "base/vec.h"
#include "run/job.h"
#include "run/template.h"

enum whet_declares_kind {
    WHET_DECLARES_INPUT,
    WHET_DECLARES_OUTPUT,
    WHET_DECLARES_DEPFILE,
    WHET_DECLARES_KINDS
};

struct whet_declares {
    struct whet_template of[WHET_DECLARES_KINDS];
    unsigned char open[WHET_DECLARES_KINDS]; /* 1: something of it is declared */
    const char
        *fixed; /* a name that each command would make, for it has no place; NULL: none */
    struct whet_arena arena;
};

/* `inputs` and `outputs` are of const char *, and may be NULL or empty; `depfile` may be NULL.
 */
WHET_MUST_USE int whet__declares_init(struct whet_declares *d, const struct whet_vec *inputs,
                                      const struct whet_vec *outputs, const char *depfile,
                                      size_t lists, struct whet_error *err);
void whet__declares_clear(struct whet_declares *d);

/* -EINVAL: command `number` would make what another has made. */
WHET_MUST_USE int whet__declares_check(const struct whet_declares *d, uint64_t number,
                                       struct whet_error *err);

/* Sets what is declared in *job, and leaves the rest of it alone. `rows` as for
 * whet__template_fill_all; a NULL without lists. */
WHET_MUST_USE int whet__declares_fill(const struct whet_declares *d,
                                      const char *const *const *rows, size_t count,
                                      uint64_t number, unsigned slot, struct whet_arena *arena,
                                      struct whet_run_job *job, struct whet_error *err);

#endif
