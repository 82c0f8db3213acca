/* bench/plan_program.h - which file an arm runs, and what identifies its code.
 *
 * Shape    for bench/plan.c: calls that complete one arm.
 * Units    none.
 * Memory   the caller's arena.
 * Errors   -ENOENT, -EACCES with a message; -ENOMEM.
 * Threads  one at a time.
 */
#ifndef WHET_BENCH_PLAN_PROGRAM_H
#define WHET_BENCH_PLAN_PROGRAM_H

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "bench/sample.h"

/* Makes argv[0] the name without its folder; the file that runs stays the same. */
WHET_MUST_USE int whet__plan_equal_argv0(struct whet_bench_arm *arm,
                                         struct whet_arena *strings);

/* Finds the arm's program and takes its hashes. One that is missing is an error, unless
 * the arm has a hook before its runs, which may build it: then nothing is known of it. */
WHET_MUST_USE int whet__plan_program(struct whet_bench_arm *arm, struct whet_arena *strings,
                                     struct whet_error *err);

#endif
