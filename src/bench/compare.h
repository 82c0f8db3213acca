/* bench/compare.h - what the rounds say: medians, and speed-ups against one arm.
 *
 * Shape    computed once from a result; afterwards plain numbers.
 * Units    those of each metric; ratios for speed-ups.
 * Memory   whet__comparison_new allocates *out, whet__comparison_free releases it. It
 *          does not refer to the result it came from.
 * Errors   0 or a negative errno value; on error *out is untouched.
 * Threads  an answer may be read from any.
 *
 * Only samples that are WHET_BENCH_OK count. A speed-up is the median over rounds of
 * ln(reference / arm), from rounds where both succeeded: 2 means half the time of the
 * reference. All intervals are exact (stat/interval.h, stat/paired.h) and tell their real
 * level; with fewer values than `needed` that is less than was asked.
 *
 * The levels are of one interval each. Who picks the best of k arms by these intervals
 * and wants the level for the choice asks for 1 - (1 - level) / (k - 1) (Bonferroni).
 */
#ifndef WHET_BENCH_COMPARE_H
#define WHET_BENCH_COMPARE_H

#include <stddef.h>

#include <whet/api.h>

#include "bench/result.h"
#include "stat/interval.h"
#include "stat/paired.h"
#include "stat/summary.h"

/* One metric of one arm. */
struct whet_comparison_metric {
    size_t n;                    /* samples; 0: nothing below is known */
    struct whet_summary summary; /* of them */
    struct whet_interval median; /* estimate is summary.median */
    size_t pairs;                /* with the reference; 0: `speedup` is not known */
    struct whet_paired speedup;  /* reference / arm; change.above counts rounds it won.
                                    1 for the reference itself */
};

struct whet_comparison_arm {
    size_t failed;                         /* samples left out of everything */
    struct whet_comparison_metric *metric; /* as many as the result has */
};

struct whet_comparison {
    struct whet_comparison_arm *arms; /* as in the result */
    size_t count;
    size_t reference;
    double level;  /* asked for */
    size_t needed; /* samples or pairs that reach it */
    int too_few;   /* 1: something known above has a lower level than that */
};

/* `reference` is an arm's number, `level` inside 0..1.
 * A metric that was 0 in any pair (a command too short for the CPU clock) has no
 * speed-up: its `pairs` is 0.
 * -EINVAL: an argument is out of range.  -ENOMEM. */
WHET_MUST_USE int whet__comparison_new(struct whet_comparison **out,
                                       const struct whet_result *r, size_t reference,
                                       double level);
void whet__comparison_free(struct whet_comparison *c);

#endif
