/* replay/levels.h - how to divide a budget between three levels of a cache, by what they cost.
 *
 * Shape    a curve of LRU, what a use costs in each level and what a byte of the budget holds
 *          there; answers what a division hits and costs, or finds the cheapest one.
 * Units    sizes as the curve's; costs in nanoseconds per request.
 * Memory   none is allocated.
 * Errors   -ERANGE: no division reaches the target, or the curve says nothing of such sizes.
 * Threads  any.
 *
 * The levels are one stack: the first has what was used last, the second what comes behind it,
 * so together they hit as one LRU cache of all that they hold. A level holds `density` times
 * its share of the budget: compression in memory, or a disk that costs less per byte.
 */
#ifndef WHET_REPLAY_LEVELS_H
#define WHET_REPLAY_LEVELS_H

#include <stdint.h>

#include <whet/api.h>

#include "replay/curve.h"

#define WHET_LEVELS 3

struct whet_levels_costs {
    double hit_ns[WHET_LEVELS];
    double miss_ns;
    double density[WHET_LEVELS];
};

struct whet_levels {
    uint64_t sizes[WHET_LEVELS]; /* of the budget; 0: the level is left out */
    double hits[WHET_LEVELS];    /* ratios of all requests */
    double hit_ratio;
    double mean_ns;
};

/* Memory, memory compressed by LZ4, SQLite, on a common machine; a miss of a millisecond. */
void whet__levels_costs_default(struct whet_levels_costs *out);

/* Fills in what out->sizes hit and cost. -ERANGE. */
WHET_MUST_USE int whet__levels_price(struct whet_levels *out, const struct whet_curve *c,
                                     const struct whet_levels_costs *costs);

/* Shares of the budget as 1:4:10. */
void whet__levels_default(struct whet_levels *out, uint64_t budget);

/* The cheapest division, to 1/256 of the budget, of those that hit at least `target`. */
WHET_MUST_USE int whet__levels_best(struct whet_levels *out, const struct whet_curve *c,
                                    const struct whet_levels_costs *costs, uint64_t budget,
                                    double target);

#endif
