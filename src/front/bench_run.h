/* front/bench_run.h - `whet bench` as a call: from options and operands to an exit code.
 *
 * Shape    one call does all of it: measures, answers, writes, remembers.
 * Units    exit codes 0..255.
 * Memory   borrows what the call points to; keeps nothing.
 * Errors   an exit code, or -errno with *err filled. What was measured before that has been
 *          answered.
 * Threads  one at a time: two sessions at once would measure each other.
 */
#ifndef WHET_FRONT_BENCH_RUN_H
#define WHET_FRONT_BENCH_RUN_H

#include <stddef.h>
#include <stdio.h>

#include <whet/api.h>
#include <whet/error.h>

#include "front/bench_options.h"
#include "option/global.h"

/* What the exit code says. */
enum whet_bench_exit {
    WHET_BENCH_YES = 0, /* done; no regression was proven */
    WHET_BENCH_NO = 1   /* a gate did not hold */
};

struct whet_bench_call {
    const struct whet_global *global;
    const struct whet_bench_args *args;
    const char *const *operands; /* NULL-terminated */
    size_t operand_count;
    size_t dashes;     /* operands before `--`; SIZE_MAX without one */
    FILE *out;         /* where the answer goes; flushed and checked by the caller */
    const char *title; /* "whet bench" */
    int own_functions; /* 1: this program was built with <whet/bench.h>; operands are filters */
};

WHET_MUST_USE int whet__bench_run(const struct whet_bench_call *call, struct whet_error *err);

#endif
