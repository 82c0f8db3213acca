/* Bootstrap intervals: for what has no exact one. Thousands of resamples of some ten to
 * some hundred values; the time goes into sorting them. */
#include "stat/bootstrap.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "stat/quantile.h"
#include "stat/special.h"

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
    if (o->method != WHET_BOOTSTRAP_PERCENTILE && o->method != WHET_BOOTSTRAP_BCA)
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

/* One sample and what is asked of it. */
struct one_sample {
    const double *values;
    size_t n;
    whet_statistic statistic;
    void *ctx;
    double *room; /* for n values */
};

static double statistic_of(const struct one_sample *s)
{
    memcpy(s->room, s->values, s->n * sizeof(*s->room));
    return s->statistic(s->room, s->n, s->ctx);
}

/* Acceleration: skewness of the leave-one-out statistics (equation 14.15). */
static double acceleration(const struct one_sample *s)
{
    double mean = 0, squares = 0, cubes = 0;

    /* Two passes over the jackknife instead of room for its n answers. */
    for (int pass = 0; pass < 2; pass++) {
        for (size_t left_out = 0; left_out < s->n; left_out++) {
            size_t kept = 0;
            double value, d;

            for (size_t i = 0; i < s->n; i++) {
                if (i != left_out)
                    s->room[kept++] = s->values[i];
            }
            value = s->statistic(s->room, kept, s->ctx);
            if (pass == 0) {
                mean += value / (double)s->n;
                continue;
            }
            d = mean - value;
            squares += d * d;
            cubes += d * d * d;
        }
    }
    return squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
}

/* Bias correction: how far the estimate is from the middle of the replicates (14.14),
 * those equal to it counted half. */
static double bias(const double *replicates, unsigned count, double estimate)
{
    double below = 0;

    for (unsigned i = 0; i < count; i++)
        below += replicates[i] < estimate ? 1 : replicates[i] == estimate ? 0.5 : 0;
    below = fmin(fmax(below, 0.5), count - 0.5);
    return whet__normal_quantile(below / count);
}

/* Which quantile of the replicates bounds the tail `p` (14.10). */
static double bca_tail(double p, double z0, double a)
{
    double z = z0 + whet__normal_quantile(p), shrink = 1 - a * z;

    if (shrink <= 0) /* beyond where the correction means anything */
        return z < 0 ? 0 : 1;
    return whet__normal_cdf(z0 + z / shrink);
}

static int bounds_from(struct whet_interval *out, double estimate, double *replicates,
                       const struct whet_bootstrap_options *o, double low, double high)
{
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
    struct one_sample s = {values, n, statistic, ctx, scratch};
    double *replicates = scratch + n, low = (1 - o.level) / 2, high = 1 - low, estimate;
    struct whet_random random;

    if (n < 2 || options_check(&o) != 0)
        return -EINVAL;
    estimate = statistic_of(&s);
    whet__random_init(&random, o.seed);
    for (unsigned i = 0; i < o.resamples; i++) {
        resample(&random, s.room, values, n);
        replicates[i] = statistic(s.room, n, ctx);
    }
    if (o.method == WHET_BOOTSTRAP_BCA) {
        double z0 = bias(replicates, o.resamples, estimate), a = acceleration(&s);

        low = bca_tail(low, z0, a);
        high = bca_tail(high, z0, a);
    }
    return bounds_from(out, estimate, replicates, &o, low, high);
}

/* ln of the median of one resample of `n` values. */
static double resampled_median(struct whet_random *random, double *room, const double *values,
                               size_t n)
{
    resample(random, room, values, n);
    return log(whet__statistic_median(room, n, NULL));
}

static int copy_positive(double *room, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!(values[i] > 0 && isfinite(values[i])))
            return -EDOM;
        room[i] = values[i];
    }
    return 0;
}

/* On the logarithm: there a ratio is a difference, and its inverse the same interval
 * mirrored. */
int whet__bootstrap_ratio(struct whet_interval *out, const double *a, size_t na,
                          const double *b, size_t nb,
                          const struct whet_bootstrap_options *options, double *scratch)
{
    struct whet_bootstrap_options o = with_defaults(options);
    double *room_a = scratch, *room_b = scratch + na, *replicates = room_b + nb, estimate;
    double low = (1 - o.level) / 2;
    struct whet_random random;
    struct whet_interval i;
    int rc;

    if (na < 2 || nb < 2 || options_check(&o) != 0 || o.method != WHET_BOOTSTRAP_PERCENTILE)
        return -EINVAL;
    if (copy_positive(room_a, a, na) != 0 || copy_positive(room_b, b, nb) != 0)
        return -EDOM;
    estimate = log(whet__statistic_median(room_a, na, NULL)) -
               log(whet__statistic_median(room_b, nb, NULL));
    whet__random_init(&random, o.seed);
    for (unsigned r = 0; r < o.resamples; r++) {
        double top = resampled_median(&random, room_a, a, na);

        replicates[r] = top - resampled_median(&random, room_b, b, nb);
    }
    rc = bounds_from(&i, estimate, replicates, &o, low, 1 - low);
    if (rc != 0)
        return rc;
    *out = (struct whet_interval){exp(i.estimate), exp(i.low), exp(i.high), i.level};
    return 0;
}
