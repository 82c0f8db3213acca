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

/* The widest half width: of each arm's ratio to the reference or, when there is one arm
 * only, of its median. On the metric that the verdict takes. Infinite while one of them
 * has too few values for `level`; arms that were left out do not count. */
WHET_MUST_USE int whet__precision(const struct whet_result *r, double level, double *out);

#endif
