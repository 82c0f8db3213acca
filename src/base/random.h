/* base/random.h - a small, fast, seedable generator: xoshiro256**.
 *
 * Shape    one state of 256 bits; the same seed gives the same numbers anywhere.
 * Units    ratios in [0, 1).
 * Memory   none is allocated.
 * Errors   none.
 * Threads  one state per thread.
 *
 * Source   Blackman and Vigna, "Scrambled linear pseudorandom number
 *          generators", ACM TOMS 47(4), 2021; seeded by SplitMix64 as they advise.
 */
#ifndef WHET_BASE_RANDOM_H
#define WHET_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct whet_random {
    uint64_t s[4];
};

void whet__random_init(struct whet_random *r, uint64_t seed);
uint64_t whet__random_next(struct whet_random *r);

/* Uniform in 0..n-1 without bias (Lemire 2019); n must not be 0. */
uint64_t whet__random_below(struct whet_random *r, uint64_t n);

/* Uniform in [0, 1) with 53 bits. */
double whet__random_ratio(struct whet_random *r);

/* Puts the numbers 0..n-1 in `order` in random order (Fisher and Yates). */
void whet__random_permutation(struct whet_random *r, size_t *order, size_t n);

#endif
