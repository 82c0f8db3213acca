/* stat/summary.h - a sample in eleven numbers.
 *
 * Shape    a plain struct, filled in one call.
 * Units    those of the values.
 * Memory   none is allocated; the caller lends scratch room.
 * Errors   0 or a negative errno value; on error *out is untouched.
 * Threads  safe from any.
 */
#ifndef WHET_STAT_SUMMARY_H
#define WHET_STAT_SUMMARY_H

#include <stddef.h>

#include <whet/api.h>

struct whet_summary {
    size_t n;
    double min, max;
    double mean;
    double sd;      /* with n - 1 (Bessel); NaN when n is 1: one value shows no spread */
    double median;  /* half-way between the middle two when n is even */
    double mad_raw; /* median of |value - median| */
    double mad;     /* mad_raw * 1.4826...: estimates sd where the values are normal */
    double q1, q3;  /* quartiles and 95th percentile, Hyndman & Fan type 7 */
    double p95;
};

/* `scratch` has room for n doubles and must not be `values`. sd is the corrected
 * two-pass form (Chan, Golub and LeVeque, The American Statistician 37(3), 1983).
 * -EINVAL: n is 0, or a value is not finite. */
WHET_MUST_USE int whet__summary_of(struct whet_summary *out, const double *values, size_t n,
                                   double *scratch);

#endif
