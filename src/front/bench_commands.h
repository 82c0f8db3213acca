/* front/bench_commands.h - the commands of a command line, with all that its options say of
 * them.
 *
 * Shape    one call.
 * Units    none.
 * Memory   the plan owns what is made.
 * Errors   -EINVAL and others with a message for a person; -ENOMEM.
 * Threads  one at a time.
 */
#ifndef WHET_FRONT_BENCH_COMMANDS_H
#define WHET_FRONT_BENCH_COMMANDS_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "bench/plan.h"
#include "front/bench_run.h"

/* Plans and resolves the operands that are commands, *asked arms; behind them, with --shell,
 * the shell with nothing to do. */
WHET_MUST_USE int whet__bench_commands_plan(struct whet_plan *plan,
                                            const struct whet_bench_call *call, size_t *asked,
                                            struct whet_error *err);

/* Where there can be none: -EINVAL for an option that is about commands. */
WHET_MUST_USE int whet__bench_commands_none(const struct whet_bench_call *call,
                                            struct whet_error *err);

#endif
