/* bench/verdict.h - is one arm slower than another, and is that proven?
 *
 * Shape    two arms of results in, a judgement out.
 * Units    ratios: 0.05 is 5 %; a change of 1.05 is 5 % more than the reference.
 * Memory   a judgement is plain.
 * Errors   0 or a negative errno value; on error *out is untouched.
 * Threads  safe from any.
 *
 * The estimate is the median over rounds of candidate / reference, its interval the exact one
 * of the sign test (stat/paired.h), at `level` shared among `gates` comparisons. Of metrics
 * with more being better, all is turned round: a throughput gets the verdict of its time.
 *
 *   FAIL          worse by `fail` or more, and the interval is beyond `warn`
 *   WARN          worse by `warn` or more, and the interval is beyond "no change"
 *   IMPROVED      the mirror of WARN
 *   INCONCLUSIVE  none of these, the interval is wider than `width` to each side, and it
 *                 reaches `warn`; or there are too few rounds for `level`; or a metric that
 *                 was asked for is not known
 *   PASS          else
 *
 * FAIL is lowered to WARN when another metric that stands for the time of the run contradicts
 * (wall, active and CPU time, where whet__judge_metric could have taken it): its interval is
 * below `warn`. WARN and FAIL are lowered to INCONCLUSIVE when the same rules find a change
 * between rounds of the reference alone, of at least a quarter of the size. (That its interval
 * is merely wide is no reason: with half the pairs it always is, and asking for less halves the
 * power at no gain in false alarms.) Times below `floor` pass.
 *
 * Same code: equal code hashes where both are known; else equal program hashes of files that
 * the commands name with their folder, and the same parameters and words behind the program.
 *
 * Measured false alarms and power: tests/unit/bench/test_alarms.c.
 */
#ifndef WHET_BENCH_VERDICT_H
#define WHET_BENCH_VERDICT_H

#include <stddef.h>

#include <whet/api.h>

#include "bench/result.h"
#include "stat/paired.h"

/* In rising order of what it means for a gate. */
enum whet_verdict {
    WHET_VERDICT_NONE,      /* nothing to compare with */
    WHET_VERDICT_SAME_CODE, /* both are the same program, byte for byte */
    WHET_VERDICT_IMPROVED,  /* proven, by at least `warn` */
    WHET_VERDICT_PASS,
    WHET_VERDICT_INCONCLUSIVE, /* the interval is too wide to tell */
    WHET_VERDICT_WARN,         /* worse by at least `warn`, and proven to be worse */
    WHET_VERDICT_FAIL          /* worse by at least `fail`, and proven: by more than `warn` */
};

#define WHET_VERDICT_AUTO ((size_t)-1)

struct whet_verdict_options {
    double warn;   /* 0: 0.05 */
    double fail;   /* 0: 0.10 */
    double level;  /* of intervals; 0: 0.99 */
    double width;  /* half width of the interval above which nothing is decided; 0: half of
                      `warn` */
    double floor;  /* a difference of medians below this, in the metric's unit, is never
                      worse than PASS; 0: 20 us for commands, 1 ns for functions; none
                      for metrics that are no times */
    size_t metric; /* number in the candidate's result, or WHET_VERDICT_AUTO, which is not 0 */
    size_t gates;  /* comparisons decided together, for Bonferroni's correction; 0: 1 */
    int any_code;  /* 1: judge identical programs too (self-test) */
};

struct whet_judgement {
    enum whet_verdict verdict;
    size_t metric;        /* that was decided on */
    char metric_why[160]; /* "wall time less waiting for a processor: one thread did it all" */
    size_t pairs;         /* 0: nothing below but `why` and `text` is known */
    int stored;           /* 1: from saved numbers, not in the same rounds */
    struct whet_paired change; /* candidate / reference; ratio.level is what it has */
    double p;                  /* of "no change", two-sided */
    double p_warn;             /* of "not worse than `warn`", one-sided */
    double noise;  /* half width, at 95 %, of the reference against itself (round 2k against
                      2k + 1, so half as many pairs); NaN: fewer than 12 rounds */
    char why[240]; /* why it is INCONCLUSIVE, or what made it less than the numbers say: another
                      metric that contradicts, the floor, noise, the same code; "" if nothing */
    char text[160]; /* "no difference: -0.4% ± 0.9%", "12.3% slower: +10.1% to +14.0%" */
};

/* `r` holds both arms, measured in the same rounds; `options` may be NULL. Values of 0 are
 * fine for what is counted: 0 / 0 is no change, anything else over 0 is infinite.
 * -EINVAL: an arm or option is out of range.  -ENOMEM. */
WHET_MUST_USE int whet__judge(struct whet_judgement *out, const struct whet_result *r,
                              size_t reference, size_t candidate,
                              const struct whet_verdict_options *options);

/* From numbers saved earlier: unpaired (stat/unpaired.h), so at most WARN, and that only
 * beyond 10 % and beyond what single runs of either session differ by, for so much may
 * sessions of one program differ. Metrics that count what does not depend on the machine's
 * load (instructions, allocations, bytes allocated; no faults) are judged as pairs are, and may
 * FAIL. p and p_warn are NaN: chance is not what is to be feared here. `pairs` is the
 * smaller number of runs. A metric of `now` is looked for by name in `saved`.
 * -EXDEV: measured on machines that differ; *why (may be NULL, 160 bytes) says in what.
 * `any_machine` forces it, to WARN at most.  Else as whet__judge. */
WHET_MUST_USE int whet__judge_stored(struct whet_judgement *out,
                                     const struct whet_result *saved, size_t reference,
                                     const struct whet_result *now, size_t candidate,
                                     const struct whet_verdict_options *options,
                                     int any_machine, char *why);

/* The metric that AUTO takes for these two arms: active wall time where it is known in nearly
 * all runs of both, which says that one thread did it all; else CPU time where in the least
 * disturbed quarter of runs it is 0.9 to 1.1 of wall time, so that one processor was busy all
 * the time, and a function has one thread; else wall time. Times of 0 are below what the
 * clock can see: that metric is not taken. Functions too, whose values are of one iteration:
 * one that waits or works in parallel shows it as a command does. `why` of 160 bytes, or
 * NULL. */
size_t whet__judge_metric(const struct whet_result *r, size_t reference, size_t candidate,
                          char *why);

/* What is left of a verdict after a second batch, of rounds that the first has not seen: WARN
 * and FAIL are at most what it says itself, or INCONCLUSIVE when that is good news; all
 * others stand. `second` may be NULL or NONE: there was none. */
enum whet_verdict whet__verdict_confirmed(const struct whet_judgement *first,
                                          const struct whet_judgement *second);

/* The same, kept in *first, where a second batch that says nothing leaves INCONCLUSIVE; `why`
 * tells what the second one says, which may be a reason beside its numbers: these may look just
 * like those of the first. `rounds` are the second batch's; `stopped`: cut short. */
void whet__verdict_settle(struct whet_judgement *first, const struct whet_judgement *second,
                          unsigned rounds, int stopped);

/* "pass", "warn", ...: one word, lower case, for JSON; and as headings: "PASS". */
const char *whet__verdict_name(enum whet_verdict v);
const char *whet__verdict_title(enum whet_verdict v);

#endif
