/* front/bench_suites.h - suites of whet.yaml, run to be looked at; `whet check` asks whether
 * they hold.
 *
 * Shape    names in, outcomes of a report out.
 * Units    as check/suite.h.
 * Memory   whet__bench_suites_run allocates *out, which the report borrows from;
 *          whet__bench_suites_free releases it.
 * Errors   -errno with a message that names the suite or the place in whet.yaml.
 * Threads  one at a time.
 */
#ifndef WHET_FRONT_BENCH_SUITES_H
#define WHET_FRONT_BENCH_SUITES_H

#include <whet/api.h>
#include <whet/error.h>

#include "bench/report.h"
#include "bench/session.h"
#include "front/bench_run.h"

struct whet_bench_suites;

/* Runs the suites of --suite one after the other, until one is stopped, and concludes. */
WHET_MUST_USE int whet__bench_suites_run(struct whet_bench_suites **out,
                                         const struct whet_bench_call *call,
                                         const struct whet_session_options *session,
                                         struct whet_report *report, struct whet_error *err);
void whet__bench_suites_free(struct whet_bench_suites *s);

#endif
