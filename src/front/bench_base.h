/* front/bench_base.h - what --baseline compares with: kept programs, run again in turn with
 * today's, or else numbers alone.
 *
 * Shape    opened before anything is measured; then either adds arms or judges afterwards.
 * Units    none.
 * Memory   whet__bench_base_open fills a struct of the caller's, whet__bench_base_close
 *          releases what it holds, after a failure too.
 * Errors   -errno with a message.
 * Threads  one at a time.
 */
#ifndef WHET_FRONT_BENCH_BASE_H
#define WHET_FRONT_BENCH_BASE_H

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "check/baseline.h"
#include "front/bench_arms.h"

struct whet_bench_base {
    struct whet_baseline *baseline;
    const struct whet_result *saved;
    const char *label;         /* "baseline NAME" */
    int runs_again;            /* 1: kept programs were added to the arms */
    size_t unpaired;           /* commands and functions that it does not have */
    struct whet_arena strings; /* of the arms that were added */
};

/* Finds the baseline and, for every command and function whose program it has kept, adds an arm
 * that runs it; such pairs are all that is compared then.
 * -ENOENT: it has none of the commands and functions by their names; when it has some, those
 * that it lacks are told and counted.
 * -EXDEV: without kept programs, numbers of another machine, and not --any-machine. */
WHET_MUST_USE int whet__bench_base_open(struct whet_bench_base *b, struct whet_bench_arms *arms,
                                        const struct whet_bench_call *call,
                                        struct whet_error *err);
void whet__bench_base_close(struct whet_bench_base *b);

#endif
