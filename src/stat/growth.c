/* From costs at sizes to a law. Called once for each series of some ten sizes with some ten
 * repeats, so a grid of exponents is affordable. */
#include "stat/growth.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "stat/quantile.h"
#include "stat/special.h"

#define EXPONENT_MAX  8.0
#define EXPONENT_STEP 0.05
#define SIMPLER       2.0  /* AICc within which the simpler law is taken */
#define STRONG        6.0  /* AICc by which POWER has to be better */
#define MISFIT        0.25 /* relative, above which no law is believed */

/* All there is to know of the points of one size: their number, mean and scatter. Three arrays
 * instead of one of structs, because the caller lends doubles. */
struct series {
    double *sizes, *means, *weights;
    size_t count;  /* different sizes */
    size_t n;      /* points */
    double within; /* sum of squared relative deviations from the means */
};

struct fit {
    double base, factor;
    double squares; /* sum over all points of squared relative residuals */
};

size_t whet__growth_scratch(size_t n)
{
    return 3 * n;
}

static double law_at(enum whet_growth_law law, double exponent, double size)
{
    switch (law) {
    case WHET_GROWTH_LOG:
        return log1p(size);
    case WHET_GROWTH_LINEAR:
        return size;
    case WHET_GROWTH_N_LOG_N:
        return size * log1p(size);
    case WHET_GROWTH_QUADRATIC:
        return size * size;
    case WHET_GROWTH_POWER:
        return pow(size, exponent);
    default:
        return 1;
    }
}

static size_t find(const double *sorted, size_t count, double size)
{
    size_t low = 0;

    while (count > 1) {
        size_t half = count / 2;

        if (sorted[low + half] <= size)
            low += half;
        count -= half;
    }
    return low;
}

/* Sorted sizes, each once. */
static int gather_sizes(struct series *s, const struct whet_growth_point *points)
{
    size_t count = 1;

    for (size_t i = 0; i < s->n; i++) {
        if (!(points[i].size > 0 && isfinite(points[i].size)) ||
            !(points[i].cost > 0 && isfinite(points[i].cost)))
            return -EINVAL;
        s->sizes[i] = points[i].size;
    }
    if (whet__doubles_sort(s->sizes, s->n) != 0)
        return -EINVAL;
    for (size_t i = 1; i < s->n; i++) {
        if (s->sizes[i] != s->sizes[count - 1])
            s->sizes[count++] = s->sizes[i];
    }
    s->count = count;
    return count < 3 ? -EINVAL : 0;
}

static void gather_means(struct series *s, const struct whet_growth_point *points)
{
    memset(s->means, 0, s->count * sizeof(*s->means));
    memset(s->weights, 0, s->count * sizeof(*s->weights));
    for (size_t i = 0; i < s->n; i++) {
        size_t k = find(s->sizes, s->count, points[i].size);

        s->means[k] += points[i].cost;
        s->weights[k]++;
    }
    for (size_t k = 0; k < s->count; k++)
        s->means[k] /= s->weights[k];
    for (size_t i = 0; i < s->n; i++) {
        size_t k = find(s->sizes, s->count, points[i].size);
        double d = points[i].cost / s->means[k] - 1;

        s->within += d * d;
    }
    for (size_t k = 0; k < s->count; k++)
        s->weights[k] /= s->means[k] * s->means[k];
}

/* The best base and factor of a law. Neither may be negative: where free least squares would
 * have it so, it is 0 and the other is fitted alone. */
static struct fit fit_law(const struct series *s, enum whet_growth_law law, double exponent)
{
    double scale = 1 / law_at(law, exponent, s->sizes[s->count - 1]);
    double w = 0, wf = 0, wff = 0, wy = 0, wfy = 0, det;
    struct fit fit = {.squares = s->within};

    for (size_t k = 0; k < s->count; k++) {
        double f = law_at(law, exponent, s->sizes[k]) * scale;

        w += s->weights[k];
        wf += s->weights[k] * f;
        wff += s->weights[k] * f * f;
        wy += s->weights[k] * s->means[k];
        wfy += s->weights[k] * f * s->means[k];
    }
    det = w * wff - wf * wf;
    if (law != WHET_GROWTH_CONSTANT && det > 0) {
        fit.base = (wff * wy - wf * wfy) / det;
        fit.factor = (w * wfy - wf * wy) / det;
    }
    if (law == WHET_GROWTH_CONSTANT || fit.base < 0) {
        fit.base = 0;
        fit.factor = wfy / wff;
    } else if (!(fit.factor > 0)) {
        fit.factor = 0;
        fit.base = wy / w;
    }
    fit.factor *= scale;
    for (size_t k = 0; k < s->count; k++) {
        double at = fit.base + fit.factor * law_at(law, exponent, s->sizes[k]);

        fit.squares += s->weights[k] * (s->means[k] - at) * (s->means[k] - at);
    }
    return fit;
}

/* Akaike's criterion, corrected for few points; the variance is a parameter too. */
static double aicc(const struct series *s, double squares, unsigned parameters)
{
    double n = (double)s->n, k = parameters + 1.0;

    if (n - k - 1 <= 0)
        return INFINITY;
    /* Below a part in a million, costs are exact as far as anybody can tell. */
    return n * log(fmax(squares / n, 1e-12)) + 2 * k + 2 * k * (k + 1) / (n - k - 1);
}

static double squares_at(const struct series *s, double exponent)
{
    return fit_law(s, WHET_GROWTH_POWER, exponent).squares;
}

/* The exponent that fits best: the best of a grid, then between its neighbours. */
static double best_exponent(const struct series *s)
{
    double best = EXPONENT_STEP, least = INFINITY, low, high;

    for (double e = EXPONENT_STEP; e <= EXPONENT_MAX; e += EXPONENT_STEP) {
        double squares = squares_at(s, e);

        if (squares < least) {
            least = squares;
            best = e;
        }
    }
    low = best - EXPONENT_STEP;
    high = best + EXPONENT_STEP;
    for (int i = 0; i < 40; i++) {
        double a = low + (high - low) / 3, b = high - (high - low) / 3;

        if (squares_at(s, a) < squares_at(s, b))
            high = b;
        else
            low = a;
    }
    return (low + high) / 2;
}

/* Where the fit gets worse than `limit`, going from `inside` by `step`. */
static double bound(const struct series *s, double inside, double step, double limit)
{
    double outside = inside + step;

    while (squares_at(s, outside) <= limit) {
        inside = outside;
        outside += step;
        if (outside <= 0)
            return 0;
        if (outside > EXPONENT_MAX)
            return INFINITY;
    }
    for (int i = 0; i < 40; i++) {
        double middle = (inside + outside) / 2;

        if (squares_at(s, middle) <= limit)
            inside = middle;
        else
            outside = middle;
    }
    return inside;
}

static struct whet_interval exponent_of(const struct series *s, double estimate, double level)
{
    struct whet_interval i = {estimate, 0, INFINITY, level};
    double freedom, t;

    if (s->n <= 3)
        return i;
    freedom = (double)s->n - 3;
    t = whet__student_quantile((1 + level) / 2, s->n - 3);
    t = squares_at(s, estimate) * (1 + t * t / freedom);
    i.low = fmax(0, bound(s, estimate, -EXPONENT_STEP, t));
    i.high = bound(s, estimate, EXPONENT_STEP, t);
    return i;
}

/* Of the whole cost: the slope of ln(mean) over ln(size), weighted by numbers of points. */
static struct whet_interval slope_of(const struct series *s, double level)
{
    double w = 0, x = 0, y = 0, xx = 0, xy = 0, squares = s->within, slope, half;

    for (size_t k = 0; k < s->count; k++) {
        double m = s->weights[k] * s->means[k] * s->means[k];

        w += m;
        x += m * log(s->sizes[k]);
        y += m * log(s->means[k]);
    }
    for (size_t k = 0; k < s->count; k++) {
        double m = s->weights[k] * s->means[k] * s->means[k];
        double dx = log(s->sizes[k]) - x / w;

        xx += m * dx * dx;
        xy += m * dx * log(s->means[k]);
    }
    slope = xy / xx;
    for (size_t k = 0; k < s->count; k++) {
        double m = s->weights[k] * s->means[k] * s->means[k];
        double d = log(s->means[k]) - y / w - slope * (log(s->sizes[k]) - x / w);

        squares += m * d * d;
    }
    half = whet__student_quantile((1 + level) / 2, s->n - 2) *
           sqrt(squares / ((double)s->n - 2) / xx);
    return (struct whet_interval){slope, slope - half, slope + half, level};
}

/* Root mean square of what the law misses at the sizes, noise of single points left out. */
static double misfit(const struct series *s, const struct fit *fit)
{
    return sqrt((fit->squares - s->within) / (double)s->n);
}

static void choose(struct whet_growth *g, const struct series *s, double exponent)
{
    struct fit fits[WHET_GROWTH_POWER + 1], chosen;
    double scores[WHET_GROWTH_POWER + 1], best = INFINITY;
    enum whet_growth_law law = WHET_GROWTH_CONSTANT;

    for (int i = WHET_GROWTH_CONSTANT; i <= WHET_GROWTH_POWER; i++) {
        fits[i] = fit_law(s, (enum whet_growth_law)i, exponent);
        scores[i] = aicc(s, fits[i].squares,
                         i == WHET_GROWTH_CONSTANT ? 1
                         : i == WHET_GROWTH_POWER  ? 3
                                                   : 2);
        if (i < WHET_GROWTH_POWER)
            best = fmin(best, scores[i]);
    }
    while (law < WHET_GROWTH_QUADRATIC && scores[law] > best + SIMPLER)
        law++;
    if (scores[WHET_GROWTH_POWER] + STRONG < best)
        law = WHET_GROWTH_POWER;
    chosen = fits[law];
    /* Points too few for a law with a base fit any of them. */
    g->law = isinf(scores[WHET_GROWTH_LINEAR]) || misfit(s, &chosen) > MISFIT
                 ? WHET_GROWTH_UNKNOWN
                 : law;
    g->base = chosen.base;
    g->factor = chosen.factor;
    g->error = sqrt(chosen.squares / (double)s->n);
}

int whet__growth_fit(struct whet_growth *out, const struct whet_growth_point *points, size_t n,
                     double level, double *scratch)
{
    struct series s = {.sizes = scratch, .means = scratch + n, .weights = scratch + 2 * n};
    struct whet_growth g = {0};
    double exponent;

    s.n = n;
    if (n < 3 || !(level > 0 && level < 1) || gather_sizes(&s, points) != 0)
        return -EINVAL;
    gather_means(&s, points);
    exponent = best_exponent(&s);
    choose(&g, &s, exponent);
    g.exponent =
        g.law == WHET_GROWTH_CONSTANT ? slope_of(&s, level) : exponent_of(&s, exponent, level);
    *out = g;
    return 0;
}

const char *whet__growth_name(enum whet_growth_law law)
{
    static const char *const names[] = {
        [WHET_GROWTH_UNKNOWN] = "unknown", [WHET_GROWTH_CONSTANT] = "constant",
        [WHET_GROWTH_LOG] = "log n",       [WHET_GROWTH_LINEAR] = "linear",
        [WHET_GROWTH_N_LOG_N] = "n log n", [WHET_GROWTH_QUADRATIC] = "quadratic",
        [WHET_GROWTH_POWER] = "power",
    };

    return (unsigned)law <= WHET_GROWTH_POWER ? names[law] : names[WHET_GROWTH_UNKNOWN];
}

double whet__growth_at(const struct whet_growth *g, double size)
{
    if (g->law == WHET_GROWTH_UNKNOWN)
        return NAN;
    return g->base + g->factor * law_at(g->law, g->exponent.estimate, size);
}
