/* The published closed forms, kept beside the measurements and labelled as what they
 * are: quick estimates. */
#include <whet/tune.h>

double whet_tune_estimate_speedup(unsigned workers, unsigned cores, double parallel,
                                  double overhead_ms)
{
    double n = workers;
    double amdahl = 1 / ((1 - parallel) + parallel / n);
    double speedup = amdahl * (1 - overhead_ms / 100 * (n / cores));

    return speedup < 1 ? 1 : speedup;
}

double whet_tune_estimate_hit_rate(uint64_t cache_bytes, uint64_t set_bytes)
{
    double r = set_bytes != 0 ? (double)cache_bytes / (double)set_bytes : 1;

    if (r >= 1)
        return .95;
    if (r >= .5)
        return .8 + .3 * (r - .5);
    if (r >= .2)
        return .6 + .2 / .3 * (r - .2);
    return 3 * r;
}
