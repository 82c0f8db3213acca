/* bench/report.h - results together with what was concluded from them.
 *
 * Shape    a report holds outcomes, an outcome one result, judged. Filled by src/front and
 *          src/check; src/export turns it into text and files.
 * Units    metrics as bench/metric.h.
 * Memory   borrows everything but what whet__report_clear frees.
 * Errors   0 or a negative errno value.
 * Threads  one at a time while it grows; read by any afterwards.
 */
#ifndef WHET_BENCH_REPORT_H
#define WHET_BENCH_REPORT_H

#include <stddef.h>

#include <whet/api.h>

#include "base/vec.h"
#include "bench/result.h"
#include "bench/verdict.h"
#include "stat/growth.h"

enum whet_target_state { WHET_TARGET_MET, WHET_TARGET_MISSED, WHET_TARGET_UNKNOWN };

/* A limit that was set for a metric of one arm. */
struct whet_target {
    const char *name; /* as in whet.yaml: "time", "memory", "throughput" */
    const char *arm;  /* name of the arm */
    enum whet_unit unit;
    int at_least; /* 1: the value must reach the limit; 0: must not pass it */
    double limit;
    double value;     /* median; NaN: not measured */
    double low, high; /* its interval */
    enum whet_target_state state;
    char why[128]; /* of UNKNOWN; "" else */
};

/* How a metric grows with a parameter: only where sizes were run. */
struct whet_scaling {
    const char *parameter;
    const double *sizes; /* ascending; arms[i] was measured at sizes[i] */
    const size_t *arms;
    size_t count;
    size_t metric;                   /* that `time` is of */
    struct whet_growth time, memory; /* .law UNKNOWN: could not be fitted */
    double max_exponent;             /* of time; 0: none was set */
    double max_memory_exponent;      /* likewise */
    enum whet_target_state state;
};

/* N copies at once: only where that was asked. */
struct whet_concurrency {
    const char *arm;
    unsigned copies;
    unsigned failed;      /* copies that ended badly */
    unsigned differing;   /* whose output was not that of the sequential run */
    double wall_ns;       /* of all together */
    double sequential_ns; /* of one alone */
    enum whet_target_state state;
    char why[256]; /* the first failure or difference, for people; "" if none */
};

struct whet_outcome {
    const char *name;                 /* of the suite; "" for the arms of a command line */
    const char *title;                /* for people; NULL: the name */
    const struct whet_result *result; /* NULL: it could not be run, `failure` says why */
    const char *failure;
    const char *metric;  /* to decide on, as was asked for; NULL: chosen (bench/verdict.h) */
    const char *against; /* what judgements compare with: an arm's name, "baseline
                            main", "HEAD~1"; NULL: nothing */
    const char *no_base; /* why it, or a part of it, was not compared though that was asked
                            for; NULL: it was, or nobody asked */
    struct whet_judgement *judgements; /* of each arm; NULL: none. An arm without anything to
                                       compare has verdict NONE */
    const struct whet_judgement *confirmation; /* of the second batch, likewise; NULL: none */
    struct whet_vec targets;                   /* of struct whet_target */
    struct whet_vec scaling;                   /* of struct whet_scaling */
    struct whet_vec concurrency;               /* of struct whet_concurrency */
    int plain;                 /* 1: a comparison that nobody gates on: the answer is how much
                                  slower or faster, not PASS or FAIL */
    enum whet_verdict verdict; /* the worst of all of it, see whet__report_conclude */
};

struct whet_report {
    const char *title;         /* "whet bench", "whet check" */
    const char *command;       /* that was typed; for reproducing */
    struct whet_vec outcomes;  /* of struct whet_outcome */
    enum whet_verdict verdict; /* the worst */
};

void whet__report_init(struct whet_report *r, const char *title, const char *command);
/* Frees the vectors, and the judgements with whet__mem_free. Results and confirmations stay
 * with their owners. */
void whet__report_clear(struct whet_report *r);

/* A new outcome, all zero but for its vectors; NULL when there is no memory. Good until the
 * next is added. */
WHET_MUST_USE struct whet_outcome *whet__report_add(struct whet_report *r, const char *name,
                                                    const struct whet_result *result);
const struct whet_outcome *whet__report_at(const struct whet_report *r, size_t index);

/* What makes an outcome INCONCLUSIVE, in a few words for people. Borrowed from it. */
const char *whet__outcome_unclear(const struct whet_outcome *o);

/* Sets the verdicts of outcomes and report to the worst of what they hold:
 * - judgements; a WARN or FAIL that has a confirmation counts as whet__verdict_confirmed says;
 * - a missed target, growth or concurrent run is FAIL, one that is met is PASS, an unknown one
 *   INCONCLUSIVE; growth without a limit counts for nothing;
 * - what was not compared though that was asked for is INCONCLUSIVE;
 * - an arm that was left out because it kept failing, or an outcome without a result: FAIL. */
void whet__report_conclude(struct whet_report *r);

#endif
