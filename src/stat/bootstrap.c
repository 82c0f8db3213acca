/* Bootstrap intervals: for what has no exact one. Thousands of resamples of some ten to
 * some hundred values; the time goes into sorting them. */
#include "stat/bootstrap.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "stat/quantile.h"

#define RESAMPLES 2000
#define LEVEL     0.95

static struct whet_bootstrap_options with_defaults(const struct whet_bootstrap_options *given)
{
    struct whet_bootstrap_options o = {0};

    if (given != NULL)
        o = *given;
    if (o.resamples == 0)
        o.resamples = RESAMPLES;
    if (o.level == 0)
        o.level = LEVEL;
    return o;
}

static int options_check(const struct whet_bootstrap_options *o)
{
    if (o->resamples < 100 || o->resamples > 1000000)
        return -EINVAL;
    if (!(o->level > 0 && o->level < 1))
        return -EINVAL;
    return 0;
}

size_t whet__bootstrap_scratch(size_t n, const struct whet_bootstrap_options *options)
{
    return n + with_defaults(options).resamples;
}

double whet__statistic_mean(double *values, size_t n, void *ctx)
{
    double sum = 0;

    (void)ctx;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return sum / (double)n;
}

double whet__statistic_median(double *values, size_t n, void *ctx)
{
    (void)ctx;
    return whet__doubles_sort(values, n) == 0 ? whet__median_sorted(values, n) : NAN;
}

static void resample(struct whet_random *random, double *out, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = values[whet__random_below(random, n)];
}

static int bounds_from(struct whet_interval *out, double estimate, double *replicates,
                       const struct whet_bootstrap_options *o)
{
    double low = (1 - o->level) / 2, high = 1 - low;

    for (unsigned i = 0; i < o->resamples; i++) {
        if (!isfinite(replicates[i]))
            return -EDOM;
    }
    if (!isfinite(estimate) || whet__doubles_sort(replicates, o->resamples) != 0)
        return -EDOM;
    *out = (struct whet_interval){
        .estimate = estimate,
        .low = whet__quantile_sorted(replicates, o->resamples, low, WHET_QUANTILE_TYPE_7),
        .high = whet__quantile_sorted(replicates, o->resamples, high, WHET_QUANTILE_TYPE_7),
        .level = o->level};
    return 0;
}

int whet__bootstrap_interval(struct whet_interval *out, const double *values, size_t n,
                             whet_statistic statistic, void *ctx,
                             const struct whet_bootstrap_options *options, double *scratch)
{
    struct whet_bootstrap_options o = with_defaults(options);
    double *room = scratch, *replicates = scratch + n, estimate;
    struct whet_random random;

    if (n < 2 || options_check(&o) != 0)
        return -EINVAL;
    memcpy(room, values, n * sizeof(*room));
    estimate = statistic(room, n, ctx);
    whet__random_init(&random, o.seed);
    for (unsigned i = 0; i < o.resamples; i++) {
        resample(&random, room, values, n);
        replicates[i] = statistic(room, n, ctx);
    }
    return bounds_from(out, estimate, replicates, &o);
}
