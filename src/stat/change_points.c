/* Change points: some hundred results of one benchmark, looked at when somebody asks for its
 * history. Nearly all windows hold no change, and those are done after some ten orders. */
#include "stat/change_points.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "stat/quantile.h"

#define WINDOW       50
#define P            0.001
#define MIN_CHANGE   0.05
#define SIDE         3    /* values on each side of a split at least */
#define ORDERS       1999 /* drawn at most */
#define SEED         1
#define DEVIATIONS   3.0
#define MAD_TO_SD    1.482602218505602
#define SIDE_DOUBLED (2 * SIDE)

struct search {
    const double *values;
    size_t n;
    struct whet_change_options o;
    struct whet_change_point *found;
    size_t count;
    double *window, *scratch; /* `o.window` values each */
    struct whet_random random;
};

struct split {
    size_t at; /* values before it */
    double energy;
};

static int options_fill(struct whet_change_options *o, const struct whet_change_options *given)
{
    *o = given != NULL ? *given : (struct whet_change_options){0};
    o->window = o->window == 0 ? WINDOW : o->window;
    o->p = o->p == 0 ? P : o->p;
    o->min_change = o->min_change == 0 ? MIN_CHANGE : o->min_change;
    if (o->window < 10 || o->window > WHET_CHANGE_WINDOW_MAX)
        return -EINVAL;
    return o->p >= 1.0 / (ORDERS + 1) && o->p < 1 && o->min_change > 0 ? 0 : -EINVAL;
}

size_t whet__change_points_scratch(const struct whet_change_options *options)
{
    struct whet_change_options o;

    return options_fill(&o, options) == 0 ? 2 * o.window : 0;
}

/* The split with the largest energy distance, n m / (n + m) (2 E|X - Y| - E|X - X'| -
 * E|Y - Y'|): values go from the right side to the left one after the other, taking their
 * distances along. */
static struct split best_split(const double *v, size_t n)
{
    double left = 0, right = 0, across = 0;
    struct split best = {0, -INFINITY};

    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++)
            right += fabs(v[i] - v[j]);
    }
    for (size_t t = 0; t + SIDE < n; t++) {
        double to_left = 0, to_right = 0, a = (double)(t + 1), b = (double)(n - t - 1), energy;

        for (size_t j = 0; j < t; j++)
            to_left += fabs(v[t] - v[j]);
        for (size_t j = t + 1; j < n; j++)
            to_right += fabs(v[t] - v[j]);
        left += to_left;
        right -= to_right;
        across += to_right - to_left;
        energy =
            a * b / (a + b) * (2 * across / (a * b) - 2 * left / (a * a) - 2 * right / (b * b));
        if (t + 1 >= SIDE && energy > best.energy)
            best = (struct split){t + 1, energy};
    }
    return best;
}

static void shuffle(struct whet_random *random, double *v, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)whet__random_below(random, i);
        double other = v[i - 1];

        v[i - 1] = v[j];
        v[j] = other;
    }
}

/* p of the split; 1 as soon as it cannot be small enough. Shuffles the window. */
static double p_of(struct search *s, size_t n, const struct split *split)
{
    unsigned as_good = 0, allowed = (unsigned)(s->o.p * (ORDERS + 1) + 1e-9);

    for (unsigned i = 0; i < ORDERS; i++) {
        shuffle(&s->random, s->window, n);
        /* Ties make equal sums in another order: a rounding must not decide. */
        as_good += best_split(s->window, n).energy >= split->energy * (1 - 1e-9);
        if (as_good + 1 > allowed)
            return 1;
    }
    return (as_good + 1.0) / (ORDERS + 1.0);
}

static double median(const double *values, size_t n, double *scratch)
{
    memcpy(scratch, values, n * sizeof(*values));
    return whet__doubles_sort(scratch, n) == 0 ? whet__median_sorted(scratch, n) : NAN;
}

/* Copies values from..to into the window, outliers pulled in. */
static void look(struct search *s, size_t from, size_t to)
{
    size_t n = to - from;
    double middle = median(s->values + from, n, s->scratch), reach;

    for (size_t i = 0; i < n; i++)
        s->window[i] = fabs(s->values[from + i] - middle);
    reach = DEVIATIONS * MAD_TO_SD * median(s->window, n, s->scratch);
    memcpy(s->window, s->values + from, n * sizeof(*s->window));
    /* When more than half of the values are the same, the MAD says nothing. */
    for (size_t i = 0; reach > 0 && i < n; i++)
        s->window[i] = fmin(fmax(s->window[i], middle - reach), middle + reach);
}

/* Splits from..to as often as it changes; at most window / 3 calls deep. */
static void divide(struct search *s, size_t from, size_t to)
{
    struct split split;
    double p;

    if (to - from < SIDE_DOUBLED)
        return;
    look(s, from, to);
    split = best_split(s->window, to - from);
    if (!(split.energy > 0))
        return;
    p = p_of(s, to - from, &split);
    if (p > s->o.p)
        return;
    divide(s, from, from + split.at);
    s->found[s->count++] = (struct whet_change_point){.at = from + split.at, .p = p};
    divide(s, from + split.at, to);
}

/* Values between the change before the i-th and the one after, a window at most to each side.
 */
static void measure(struct search *s, size_t i)
{
    struct whet_change_point *c = &s->found[i];
    size_t from = i > 0 ? s->found[i - 1].at : 0;
    size_t to = i + 1 < s->count ? s->found[i + 1].at : s->n;

    from = c->at - from > s->o.window ? c->at - s->o.window : from;
    to = to - c->at > s->o.window ? c->at + s->o.window : to;
    c->before = median(s->values + from, c->at - from, s->scratch);
    c->after = median(s->values + c->at, to - c->at, s->scratch);
    c->change = c->after / c->before - 1;
}

/* Leaves out changes that are too small, the smallest first: the levels beside it become
 * one, which may make its neighbours larger or smaller. */
static void drop_small(struct search *s)
{
    while (s->count > 0) {
        size_t least = 0;

        for (size_t i = 0; i < s->count; i++) {
            measure(s, i);
            if (fabs(s->found[i].change) < fabs(s->found[least].change))
                least = i;
        }
        if (fabs(s->found[least].change) >= s->o.min_change)
            return;
        memmove(&s->found[least], &s->found[least + 1],
                (s->count - least - 1) * sizeof(s->found[0]));
        s->count--;
    }
}

int whet__change_points_find(struct whet_change_point *out, size_t *count, const double *values,
                             size_t n, const struct whet_change_options *options,
                             double *scratch)
{
    struct search s = {.values = values, .n = n, .found = out};

    if (options_fill(&s.o, options) != 0)
        return -EINVAL;
    for (size_t i = 0; i < n; i++) {
        if (!(values[i] > 0 && isfinite(values[i])))
            return -EINVAL;
    }
    s.window = scratch;
    s.scratch = scratch + s.o.window;
    whet__random_init(&s.random, SEED);
    for (size_t from = 0, last = 0;;) {
        size_t to = n - from > s.o.window ? from + s.o.window : n, before = s.count;

        divide(&s, from, to);
        last = s.count > before ? s.found[s.count - 1].at : from + s.o.window / 2;
        if (to == n)
            break;
        from = last;
    }
    drop_small(&s);
    *count = s.count;
    return 0;
}
