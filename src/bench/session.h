/* bench/session.h - measure, judge, confirm: one suite from arms to verdicts.
 *
 * Shape    arms in, an outcome of a report out.
 * Units    nanoseconds, ratios.
 * Memory   whet__session_run allocates *out, whet__session_free releases it; the report
 *          borrows from it.
 * Errors   0 or a negative errno value with a message. A command that fails is no error:
 *          its arm says so. -ENODATA: a metric that was asked for is known of no run.
 * Threads  one at a time: two sessions at once would measure each other.
 */
#ifndef WHET_BENCH_SESSION_H
#define WHET_BENCH_SESSION_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "bench/functions.h"
#include "bench/report.h"
#include "bench/rounds.h"
#include "bench/sample.h"
#include "bench/verdict.h"

struct whet_session_options {
    struct whet_rounds_options rounds; /* .measured is the session's own; .min_rounds 0: as
                                          many as the intervals of all comparisons need */
    struct whet_verdict_options verdict;
    const char *metric;    /* to decide on, by name; NULL: chosen */
    const char *reference; /* name of an arm; NULL: the first */
    int confirm;           /* 1: a WARN or FAIL stands only if a second batch of twice the
                              rounds alone repeats it */
    /* With --against and baselines: the i-th arm is judged against the pair[i]-th instead
     * of the reference; (size_t)-1: not at all. NULL: all against the reference. */
    const size_t *pair;
};

/* Some of the arms may be functions: those of `functions[k]` begin at arm `first`. */
struct whet_session_functions {
    struct whet_functions *functions;
    size_t first;
};

struct whet_session {
    struct whet_result *result;
    const char *metric;                  /* of the options */
    struct whet_judgement *judgements;   /* of each arm */
    struct whet_result *second;          /* the confirming batch; NULL: there was none */
    struct whet_judgement *confirmation; /* NULL likewise */
};

WHET_MUST_USE int whet__session_run(struct whet_session **out, const char *name,
                                    const struct whet_bench_arm *arms, size_t count,
                                    const struct whet_session_functions *functions,
                                    size_t function_count,
                                    const struct whet_session_options *options,
                                    struct whet_error *err);
void whet__session_free(struct whet_session *s);

/* Adds its outcome to a report, which borrows from the session. */
WHET_MUST_USE int whet__session_report(const struct whet_session *s, const char *name,
                                       const char *against, struct whet_report *report,
                                       struct whet_outcome **out);

#endif
