/* stat/change_points.h - where a series of results changed its level.
 *
 * Shape    a series in, the places out; options whose zeroes mean the defaults.
 * Units    places count values from 0; changes are ratios: 0.05 is 5 %.
 * Memory   none is allocated; the caller lends scratch room.
 * Errors   0 or a negative errno value; on error nothing is written.
 * Threads  safe from any; the same series gives the same answer.
 *
 * The series is looked at through a window that moves by half its length. In it, the split
 * with the largest energy distance between both sides is tested by permutation: among all
 * orders of these values, how many have a split as good? That is exact whatever the noise looks
 * like, and counts the search for the best split in, which a t-test at the place found does
 * not. A window with a change is split there, and both parts are looked at again.
 *
 * Values beyond three deviations of their window's median (by MAD) are pulled in to there,
 * so that one slow night does not hide or feign a change. The orders come from a fixed seed,
 * and drawing stops when p cannot become small any more (Besag and Clifford).
 *
 * Sources  Matteson and James, "A Nonparametric Approach for Multiple Change Point Analysis of
 *          Multivariate Data", JASA 109, 2014 (E-divisive); Fleming et al., "Hunter: Using
 *          Change Point Detection to Hunt for Performance Regressions", ICPE 2023 (windows,
 *          p of 0.001, least change); Besag and Clifford, "Sequential Monte Carlo p-values",
 *          Biometrika 78, 1991.
 *
 * In plain noise of any shape tried, of 2,000 series of 100 values each, 0.1 to 0.4 % had a
 * point of whatever size. With noise of 2 %, a step of 10 % is found from 4 values after it on,
 * nearly always; with one night in ten being 40 % off, from 10; of log-normal noise of 6 %, a
 * step of 20 % from 5 on. A step of `min_change` itself is found half of the time
 * (tests/unit/stat/test_change_points.c).
 */
#ifndef WHET_STAT_CHANGE_POINTS_H
#define WHET_STAT_CHANGE_POINTS_H

#include <stddef.h>

#include <whet/api.h>

#define WHET_CHANGE_WINDOW_MAX 500

struct whet_change_point {
    size_t at;            /* the first value of the new level */
    double before, after; /* medians of both levels, over a window at most */
    double change;        /* after / before - 1 */
    double p;             /* of a split as good by chance, when it was found */
};

struct whet_change_options {
    size_t window;     /* 0: 50; 10 to WHET_CHANGE_WINDOW_MAX */
    double p;          /* 0: 0.001; at least 0.0005 */
    double min_change; /* 0: 0.05; smaller ones are left out */
};

/* Fills `out`, which has room for n / 3 + 1, in order; *count tells how many. `options` may be
 * NULL.
 * -EINVAL: a value is not positive and finite, or an option is out of range. */
WHET_MUST_USE int whet__change_points_find(struct whet_change_point *out, size_t *count,
                                           const double *values, size_t n,
                                           const struct whet_change_options *options,
                                           double *scratch);

/* How many doubles of scratch a call needs. */
size_t whet__change_points_scratch(const struct whet_change_options *options);

#endif
