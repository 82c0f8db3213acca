/* check/suite_arms.h - what a suite of whet.yaml measures, as arms in one tree.
 *
 * Shape    opened for a folder, it has the arms of all commands and parameters, or those of
 *          a program's functions.
 * Units    none.
 * Memory   the struct is the caller's; whet__suite_arms_close releases what it holds.
 * Errors   0 or a negative errno value with a message; -ENOENT: a program is missing. On
 *          error nothing is held.
 * Threads  one at a time.
 *
 * {copy} in a line is the number of a concurrent run, and 0 of one that is alone.
 */
#ifndef WHET_CHECK_SUITE_ARMS_H
#define WHET_CHECK_SUITE_ARMS_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "bench/functions.h"
#include "bench/plan.h"
#include "bench/sample.h"
#include "data/project_suites.h"

struct whet_suite_arms {
    struct whet_arena strings;
    struct whet_plan *plan; /* one of the two */
    struct whet_functions *functions;
    const struct whet_bench_arm *arms;
    size_t count;
    size_t *commands; /* of each arm: the number of its command in the suite; NULL: functions */
};

struct whet_suite_arms_options {
    const char *dir;     /* the project's folder in that tree */
    const char *program; /* of functions: the one to ask instead of the suite's; NULL: that */
    int (*stop)(void *ctx);
    void *ctx;
};

WHET_MUST_USE int whet__suite_arms_open(struct whet_suite_arms *out,
                                        const struct whet_suite *suite,
                                        const struct whet_suite_arms_options *options,
                                        struct whet_error *err);

/* Arms for a command of the suite that is to run several times at once: arm k is copy k,
 * the first one alone. Parameters have their first values. */
WHET_MUST_USE int whet__suite_copies_open(struct whet_suite_arms *out,
                                          const struct whet_suite *suite, size_t command,
                                          const struct whet_suite_arms_options *options,
                                          struct whet_error *err);

/* Functions do as many iterations as those of `like` with the same names. Others stay as they
 * are. */
WHET_MUST_USE int whet__suite_arms_like(struct whet_suite_arms *a,
                                        const struct whet_suite_arms *like,
                                        struct whet_error *err);

void whet__suite_arms_close(struct whet_suite_arms *a);

#endif
