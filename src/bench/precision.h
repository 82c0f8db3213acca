/* bench/precision.h - how precisely a session knows by now what it is to find out.
 *
 * Shape    one number for a whole result.
 * Units    ratio: 0.01 means that every interval reaches 1 % to each side.
 * Memory   scratch room, released before it returns.
 * Errors   -ENOMEM.
 * Threads  safe while the result does not change.
 */
#ifndef WHET_BENCH_PRECISION_H
#define WHET_BENCH_PRECISION_H

#include <whet/api.h>

#include "bench/result.h"

/* What the intervals are of; NULL or all zero: as every field says. */
struct whet_precision_options {
    const size_t *pair; /* of each arm: which it is compared with, or (size_t)-1; NULL: all with
                           the reference */
    const char *metric; /* by name; NULL, or one that is not known: that of the verdict */
};

/* The widest half width: of each arm's ratio to its pair or, of an arm that is compared with
 * none and none with it, of its median. Infinite while one of them has too few values for
 * `level`; arms that were left out do not count. */
WHET_MUST_USE int whet__precision(const struct whet_result *r,
                                  const struct whet_precision_options *options, double level,
                                  double *out);

#endif
