/* bench/pad.h - an environment of another size for every run.
 *
 * Shape    a copy of an environment with one variable more, WHET_PAD, whose length is drawn
 *          anew: it moves the stack, and with it the luck or bad luck of alignment that
 *          a program would keep for a whole session (Mytkowicz et al., ASPLOS 2009).
 * Units    bytes.
 * Memory   whet__pad_init allocates, whet__pad_clear releases; the strings of the
 *          environment are borrowed.
 * Errors   -ENOMEM.
 * Threads  one at a time.
 */
#ifndef WHET_BENCH_PAD_H
#define WHET_BENCH_PAD_H

#include <whet/api.h>

#include "base/random.h"

#define WHET_PAD_MAX 4096

struct whet_pad {
    const char **env; /* ends with NULL */
    char *value;
};

/* `env` ends with NULL; NULL: this process's. */
WHET_MUST_USE int whet__pad_init(struct whet_pad *pad, const char *const *env);
void whet__pad_clear(struct whet_pad *pad);

/* The environment with a new length; good until the next call. */
const char *const *whet__pad_draw(struct whet_pad *pad, struct whet_random *random);

#endif
