/* stat/paired.h - how much more or less of two arms, from pairs measured together.
 *
 * Shape    a plain struct, filled in one call.
 * Units    ratios candidate / baseline: 0.8 is a fifth less, 1.25 a quarter more.
 * Memory   none is allocated; the caller lends scratch room.
 * Errors   0 or a negative errno value; on error *out is untouched.
 * Threads  safe from any.
 *
 * The estimate is the median over pairs of ln(candidate / baseline). Whatever both
 * halves of a pair share (a busy machine, a slow hour) cancels in the ratio, so drift
 * neither widens nor shifts it, as long as the order inside each pair is random. The
 * interval (stat/interval.h) and the p-values (stat/sign_test.h) are exact.
 *
 * Trust it from 6 pairs for 95 % and 8 for 99 %; below, ratio.level says what it has.
 * Coverage over 10,000 draws each of normal, log-normal, bimodal and drifting sources at
 * 5 to 20 pairs: within 1 point of ratio.level (tests/unit/stat/test_coverage.c).
 */
#ifndef WHET_STAT_PAIRED_H
#define WHET_STAT_PAIRED_H

#include <stddef.h>

#include <whet/api.h>

#include "stat/interval.h"
#include "stat/sign_test.h"

struct whet_paired {
    struct whet_interval ratio;
    struct whet_sign_test change; /* of "no change": above counts larger candidates */
};

/* Pair i is baseline[i] and candidate[i]; `scratch` has room for n doubles. Other
 * claims than "no change" are tested by whet__sign_test on the ratios.
 * -EINVAL: n is 0 or level is not inside 0..1.
 * -EDOM: a value is not positive and finite, so it has no logarithm. */
WHET_MUST_USE int whet__paired_compare(struct whet_paired *out, const double *baseline,
                                       const double *candidate, size_t n, double level,
                                       double *scratch);

#endif
