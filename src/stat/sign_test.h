/* stat/sign_test.h - is the median where it is said to be?
 *
 * Shape    a plain struct, filled in one call.
 * Units    p-values are probabilities 0..1.
 * Memory   none is allocated.
 * Errors   0 or a negative errno value; on error *out is untouched.
 * Threads  safe from any.
 *
 * Source   W. J. Conover, Practical Nonparametric Statistics, 3rd ed., section 3.4
 *          (exact binomial; values equal to the median in question are set aside).
 */
#ifndef WHET_STAT_SIGN_TEST_H
#define WHET_STAT_SIGN_TEST_H

#include <stddef.h>

#include <whet/api.h>

struct whet_sign_test {
    size_t below, above, ties;
    double p;       /* of signs as uneven as these or more, either way */
    double p_above; /* of this many above or more: small speaks for a larger median */
    double p_below; /* of this many below or more: small speaks for a smaller median */
};

/* Tests "the median of the values is `median`". With ties only, every p is 1.
 * -EINVAL: n is 0, or median or a value is NaN. */
WHET_MUST_USE int whet__sign_test(struct whet_sign_test *out, const double *values, size_t n,
                                  double median);

#endif
