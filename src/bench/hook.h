/* bench/hook.h - commands around a run that are not measured.
 *
 * Shape    one call runs one hook of an arm, if it has it.
 * Units    none.
 * Memory   none is kept.
 * Errors   -ECHILD with a message when the hook fails, -ECANCELED when `stop` ended it;
 *          errors of os/spawn.h.
 * Threads  one at a time.
 *
 * A hook runs where its arm does: same folder, same environment. What it prints is shown
 * only when it fails, in the message.
 */
#ifndef WHET_BENCH_HOOK_H
#define WHET_BENCH_HOOK_H

#include <whet/api.h>
#include <whet/error.h>

#include "bench/sample.h"

enum whet_hook { WHET_HOOK_SETUP, WHET_HOOK_PREPARE, WHET_HOOK_CONCLUDE, WHET_HOOK_CLEANUP };

/* `stop` as in struct whet_sample_options. */
WHET_MUST_USE int whet__hook_run(const struct whet_bench_arm *arm, enum whet_hook hook,
                                 int (*stop)(void *ctx), void *ctx, struct whet_error *err);

#endif
