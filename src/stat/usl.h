/* stat/usl.h - how throughput grows with workers: the universal scalability law.
 *
 * Shape    a plain struct, filled in one call.
 * Units    throughput in the caller's; workers are at least 1.
 * Memory   none is allocated.
 * Errors   0 or a negative errno value; on error *out is untouched.
 * Threads  safe from any; the same input gives the same answer.
 *
 *     X(n) = rate * n / (1 + contention * (n - 1) + coherence * n * (n - 1))
 *
 * Contention is what must wait in a queue (Amdahl's serial part), coherence what every
 * worker has to settle with every other, which makes throughput fall in the end. Neither may
 * be negative. Source: Gunther, Guerrilla Capacity Planning, Springer 2007, chapters 4 to 6.
 *
 * n / X is linear in all three, and is fitted by least squares with each point weighted for
 * the same relative error. Over 10,000 series of 2 repeats at 1, 2, 4, 8 and 16 workers with
 * normal noise of 3 %, contention .05 and coherence .01, the predicted throughput at 16 workers
 * is off by 2.1 % (root mean square), and the peak within a tenth of the true one in 99 of 100
 * (tests/unit/stat/test_usl.c).
 */
#ifndef WHET_STAT_USL_H
#define WHET_STAT_USL_H

#include <stddef.h>

#include <whet/api.h>

struct whet_usl {
    double rate; /* throughput of one worker */
    double contention;
    double coherence;
    double error;   /* of the relative residuals, sqrt(sum of squares / spare): 0.05 is 5 %; 0
                       without spare points, when nothing is known of it */
    unsigned spare; /* points beyond the terms that were fitted: with none any points fit */
};

struct whet_usl_point {
    double workers;
    double throughput;
};

/* Fits `n` points in any order, several for a number of workers or one.
 * -EINVAL: fewer than 2 different numbers of workers, one below 1, or a value that is not
 * positive and finite. With 2 numbers coherence is taken as 0. */
WHET_MUST_USE int whet__usl_fit(struct whet_usl *out, const struct whet_usl_point *points,
                                size_t n);

/* The throughput, and the speed-up over one worker, that the fit predicts. */
double whet__usl_at(const struct whet_usl *u, double workers);
double whet__usl_speedup(const struct whet_usl *u, double workers);

/* The number of workers with the highest throughput, infinite when coherence is 0. */
double whet__usl_peak(const struct whet_usl *u);

/* The smallest number from 1 to `most` from which one more worker adds less than `gain` of
 * the throughput of one: 0.1 wants at least a tenth of a worker's work from each. */
unsigned whet__usl_best(const struct whet_usl *u, unsigned most, double gain);

#endif
