/* bench/outliers.h - runs that lie far off, and what likely made them so.
 *
 * Shape    an arm's samples in, a count and a cause out.
 * Units    ratios to the median.
 * Memory   scratch room, released before it returns.
 * Errors   0 or a negative errno value; on error *out is untouched.
 * Threads  safe while the result does not change.
 *
 * An outlier is further from the median than three scaled median absolute deviations and
 * than WHET_OUTLIERS_LEAST of it. Nothing is left out for being one: medians and sign tests
 * do not need that. The cause is decided by evidence in the other metrics of the same run.
 */
#ifndef WHET_BENCH_OUTLIERS_H
#define WHET_BENCH_OUTLIERS_H

#include <stddef.h>

#include <whet/api.h>

#include "bench/result.h"

#define WHET_OUTLIERS_LEAST 0.10 /* less than a tenth off is no news */
#define WHET_OUTLIERS_NEEDS 5    /* runs; below, nobody knows what is usual */

/* In the order in which they are tried. */
enum whet_outliers_cause {
    WHET_OUTLIERS_UNKNOWN,
    WHET_OUTLIERS_FIRST,   /* the arm's first run: caches are cold */
    WHET_OUTLIERS_STORAGE, /* it read more from storage than others, or faulted pages in */
    WHET_OUTLIERS_LOAD,    /* it waited for a processor, or was driven off one */
    WHET_OUTLIERS_FAULTS,  /* more minor page faults */
    WHET_OUTLIERS_CAUSES
};

struct whet_outliers {
    size_t count;                   /* 0: none, and nothing below is known */
    size_t of;                      /* runs looked at */
    double worst;                   /* the one furthest off: its value / the median */
    enum whet_outliers_cause cause; /* of most of them ... */
    size_t explained;               /* ... of so many; UNKNOWN: of those without a cause */
};

/* Looks at the arm's runs that ended well, by the metric of this number.
 * -EINVAL: no such metric, or a value is infinite.  -ENOMEM. */
WHET_MUST_USE int whet__outliers_find(struct whet_outliers *out, const struct whet_result *r,
                                      const struct whet_result_arm *arm, size_t metric);

#endif
