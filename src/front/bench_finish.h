/* front/bench_finish.h - what becomes of a report: the answer, files, what is remembered, and
 * the exit code.
 *
 * Shape    one call at the end.
 * Units    exit codes.
 * Memory   none is kept.
 * Errors   an exit code, or -errno with *err filled; the answer has been given then if there
 *          was any.
 * Threads  one at a time.
 */
#ifndef WHET_FRONT_BENCH_FINISH_H
#define WHET_FRONT_BENCH_FINISH_H

#include <whet/api.h>
#include <whet/error.h>

#include "bench/report.h"
#include "front/bench_outputs.h"
#include "front/bench_run.h"

/* `report` is concluded. */
WHET_MUST_USE int whet__bench_finish(const struct whet_bench_call *call,
                                     const struct whet_outputs *outputs,
                                     const struct whet_report *report, struct whet_error *err);

/* Whether a verdict decides: to compare is an answer, but who asks for a limit can get a no. */
int whet__bench_gates(const struct whet_bench_args *args);

/* What a verdict means where it decides. */
int whet__bench_exit(enum whet_verdict verdict, int strict);

#endif
