/* tests/unit/simulate.h - sources of made-up measurements, and how many to draw. */
#ifndef WHET_TESTS_SIMULATE_H
#define WHET_TESTS_SIMULATE_H

#include <math.h>

#include "base/random.h"
#include "sanitized.h"

#define DRAWS_SHARE (SANITIZED ? 20 : 1)

/* Sanitizers look for faults in the code, not in the statistics: a share will do there, and the
 * bounds get the room that fewer draws need. */
#define DRAWS(n) ((n) / DRAWS_SHARE)
#define SLACK(x) ((x)*sqrt((double)DRAWS_SHARE))

/* Standard normal (Marsaglia's polar method). */
static inline double normal_draw(struct whet_random *r)
{
    double u, v, s;

    do {
        u = 2 * whet__random_ratio(r) - 1;
        v = 2 * whet__random_ratio(r) - 1;
        s = u * u + v * v;
    } while (s >= 1 || s == 0);
    return u * sqrt(-2 * log(s) / s);
}

/* Noise of single runs as factors whose median is 1; `s` is their size. */
enum noise { NOISE_NORMAL, NOISE_LOGNORMAL, NOISE_BIMODAL, NOISE_STALLS, NOISES };

static const char *const noise_names[NOISES] = {"normal", "log-normal", "bimodal", "stalls"};

static inline double noise_draw(struct whet_random *r, enum noise shape, double s)
{
    double n = normal_draw(r);

    switch (shape) {
    case NOISE_NORMAL:
        return 1 + s * n;
    case NOISE_LOGNORMAL:
        return exp(3 * s * n);
    case NOISE_BIMODAL: /* 7 of 10 in the lower mode, whose 5/7 quantile is the median */
        return (whet__random_ratio(r) < 0.7 ? 1 : 1 + 4 * s) +
               0.3 * s * (n - 0.5659488219328631);
    default: /* 1 of 10 hit by something else, either way, so that the median stays */
        return exp(s * n + (whet__random_ratio(r) < 0.1 ? (n > 0 ? 0.4 : -0.4) : 0));
    }
}

#endif
