/* front/bench_session.h - what the options of a command line ask of a session.
 *
 * Shape    one call.
 * Units    as bench/session.h.
 * Memory   *out borrows from the other arguments.
 * Errors   -EINVAL with a message that names the option.
 * Threads  safe from any.
 */
#ifndef WHET_FRONT_BENCH_SESSION_H
#define WHET_FRONT_BENCH_SESSION_H

#include <whet/api.h>
#include <whet/error.h>

#include "bench/session.h"
#include "front/bench_options.h"
#include "front/bench_watch.h"
#include "os/affinity.h"

/* `cpus` is room for --cpu. .pair is the caller's. */
WHET_MUST_USE int whet__bench_session_options(struct whet_session_options *out,
                                              const struct whet_bench_args *args,
                                              struct whet_affinity *cpus,
                                              struct whet_bench_watch *watch,
                                              struct whet_error *err);

#endif
