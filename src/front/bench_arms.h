/* front/bench_arms.h - what a command line asks to be measured.
 *
 * Shape    operands and options in, the arms of a session out.
 * Units    none.
 * Memory   whet__bench_arms_new allocates *out, whet__bench_arms_free releases it.
 * Errors   -EINVAL and others with a message for a person; -ENOMEM.
 * Threads  one at a time.
 */
#ifndef WHET_FRONT_BENCH_ARMS_H
#define WHET_FRONT_BENCH_ARMS_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "bench/plan.h"
#include "bench/session.h"
#include "front/bench_programs.h"
#include "front/bench_run.h"

struct whet_bench_arms {
    struct whet_plan *plan;        /* owns the commands */
    struct whet_programs programs; /* own the functions */
    struct whet_bench_arm *arms;   /* commands; functions; the bare shell of --shell */
    size_t *pair;                  /* as struct whet_session_options has it */
    size_t count;
    size_t commands;
    struct whet_session_functions functions[WHET_PROGRAMS_MAX];
    size_t function_count;
};

WHET_MUST_USE int whet__bench_arms_new(struct whet_bench_arms **out,
                                       const struct whet_bench_call *call,
                                       struct whet_error *err);
void whet__bench_arms_free(struct whet_bench_arms *a);

#endif
