/* Dividing a budget between levels. A curve may bend both ways, so all divisions are tried:
 * some 33,000 in steps of 1/256, a few milliseconds. */
#include "replay/levels.h"

#include <errno.h>

#define STEPS 256

void whet__levels_costs_default(struct whet_levels_costs *out)
{
    *out = (struct whet_levels_costs){
        .hit_ns = {100, 2000, 6000}, .miss_ns = 1e6, .density = {1, 2.5, 10}};
}

int whet__levels_price(struct whet_levels *out, const struct whet_curve *c,
                       const struct whet_levels_costs *costs)
{
    double held = 0;
    double before = 0;
    double sum = 0;

    for (unsigned i = 0; i < WHET_LEVELS; i++) {
        double ratio;

        held += (double)out->sizes[i] * costs->density[i];
        if (held > 0 && held < (double)c->min_size)
            return -ERANGE;
        ratio = 1 - whet__curve_at(c, held < 1e19 ? (uint64_t)held : UINT64_MAX / 2);
        out->hits[i] = ratio - before;
        sum += out->hits[i] * costs->hit_ns[i];
        before = ratio;
    }
    out->hit_ratio = before;
    out->mean_ns = sum + (1 - before) * costs->miss_ns;
    return 0;
}

static uint64_t share(uint64_t budget, uint64_t part, uint64_t whole)
{
    return budget / whole * part + budget % whole * part / whole;
}

static void divide(struct whet_levels *out, uint64_t budget, uint64_t first, uint64_t second,
                   uint64_t whole)
{
    out->sizes[0] = share(budget, first, whole);
    out->sizes[1] = share(budget, second, whole);
    out->sizes[2] = budget - out->sizes[0] - out->sizes[1];
    if (first + second == whole) { /* what rounding leaves belongs to the last that is there */
        out->sizes[second != 0 ? 1 : 0] += out->sizes[2];
        out->sizes[2] = 0;
    }
}

void whet__levels_default(struct whet_levels *out, uint64_t budget)
{
    divide(out, budget, 1, 4, 15);
}

int whet__levels_best(struct whet_levels *out, const struct whet_curve *c,
                      const struct whet_levels_costs *costs, uint64_t budget, double target)
{
    struct whet_levels best = {.mean_ns = -1};

    for (unsigned first = 0; first <= STEPS; first++) {
        for (unsigned second = 0; first + second <= STEPS; second++) {
            struct whet_levels one;

            divide(&one, budget, first, second, STEPS);
            if (whet__levels_price(&one, c, costs) != 0 || one.hit_ratio < target)
                continue;
            if (best.mean_ns < 0 || one.mean_ns < best.mean_ns)
                best = one;
        }
    }
    if (best.mean_ns < 0)
        return -ERANGE;
    *out = best;
    return 0;
}
