/* bench/verdict_parts.h - what judging pairs and judging saved numbers share.
 *
 * Shape    two sides in, parts of a judgement out.
 * Units    ratios as bench/verdict.h. `worse` is a ratio turned so that above 1 is worse:
 *          for metrics of which more is better it is reference / candidate.
 * Memory   none is allocated.
 * Errors   0 or a negative errno value.
 * Threads  safe from any.
 */
#ifndef WHET_BENCH_VERDICT_PARTS_H
#define WHET_BENCH_VERDICT_PARTS_H

#include <stddef.h>

#include <whet/api.h>

#include "bench/verdict.h"

/* One of the two: an arm and the result that it is in. */
struct whet_verdict_side {
    const struct whet_result *r;
    const struct whet_result_arm *arm;
};

/* Fills in defaults for a session of the candidate's kind and checks.  -EINVAL. */
WHET_MUST_USE int whet__verdict_options_fill(struct whet_verdict_options *out,
                                             const struct whet_verdict_options *given,
                                             const struct whet_verdict_side *candidate);

/* The metric of AUTO, and whether a metric tells how long a run takes as well as wall time
 * does. `why` of 160 bytes or NULL. */
size_t whet__verdict_metric(const struct whet_verdict_side *a,
                            const struct whet_verdict_side *b, char *why);
int whet__verdict_stands_for_time(size_t metric, const struct whet_verdict_side *a,
                                  const struct whet_verdict_side *b);

/* Whether the metric counts what does not depend on the load of the machine. */
int whet__verdict_counts(size_t metric);

/* Whether both are the same program, given the same arguments. */
int whet__verdict_same_code(const struct whet_verdict_side *a,
                            const struct whet_verdict_side *b);

/* ratio turned as `worse` says. */
struct whet_interval whet__verdict_worse(const struct whet_interval *ratio,
                                         enum whet_metric_better better);

/* What the numbers say by the rules of bench/verdict.h, `level` being reached. */
enum whet_verdict whet__verdict_decide(const struct whet_interval *worse,
                                       const struct whet_verdict_options *o);

/* Lowers j->verdict to `at_most`, when it is above, and says why. */
WHET_PRINTF(3, 4)
void whet__verdict_lower(struct whet_judgement *j, enum whet_verdict at_most,
                         const char *format, ...);

/* A time below the floor matters to nobody, proven or not: it passes. What is not proven has
 * to be below it with its whole interval. `median` is the reference's. */
void whet__verdict_floor(struct whet_judgement *j, const struct whet_metric *metric,
                         double median, const struct whet_verdict_options *o);

/* What is not for the interval to decide: a level that was not `reached`, a metric of which
 * neither more nor less is better, the same program. */
void whet__verdict_overrule(struct whet_judgement *j, const struct whet_metric *metric,
                            const struct whet_verdict_options *o, int reached, int same_code);

/* The judgement where there are no values to compare: INCONCLUSIVE when the metric was asked
 * for, for then an answer is expected, else NONE; `why` names who lacks it.  -ENOMEM. */
WHET_MUST_USE int whet__verdict_unknown(struct whet_judgement *j,
                                        const struct whet_verdict_side *reference,
                                        const struct whet_verdict_side *candidate,
                                        const struct whet_verdict_options *o);

/* "+10.1%" of a change, "2.5%" of a half width, "93.75%" of a level, "12.3 us" of nanoseconds;
 * `out` of 32 bytes. Answers out. */
const char *whet__verdict_percent(double change, char *out);
const char *whet__verdict_width(double half, char *out);
const char *whet__verdict_level(double level, char *out);
const char *whet__verdict_time(double ns, char *out);

/* Fills j->text from all the rest; medians are those of the two sides.  -ENOMEM. */
WHET_MUST_USE int whet__verdict_sentence(struct whet_judgement *j,
                                         const struct whet_metric *metric,
                                         double reference_median, double candidate_median,
                                         int reached);

#endif
