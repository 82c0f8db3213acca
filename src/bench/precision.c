/* Asked after a round, ever more seldom as rounds grow many (bench/rounds.c). */
#include "bench/precision.h"

#include <errno.h>
#include <math.h>

#include "base/mem.h"
#include "bench/verdict.h"
#include "stat/interval.h"
#include "stat/paired.h"
#include "stat/quantile.h"

#define NONE ((size_t)-1)

static double half_width(const struct whet_interval *i, double level)
{
    if (i->level < level || !(i->estimate > 0))
        return INFINITY;
    return (i->high - i->low) / 2 / i->estimate;
}

/* Of one arm's median; `values` is room for all its runs. */
static double width_alone(const struct whet_result *r, const struct whet_result_arm *arm,
                          size_t metric, double level, double *values)
{
    size_t n = whet__arm_collect(r, arm, metric, values);
    struct whet_interval median;

    if (n == 0 || whet__doubles_sort(values, n) != 0 ||
        whet__interval_median(&median, values, n, level) != 0)
        return INFINITY;
    return half_width(&median, level);
}

/* Of its ratio to its pair; `values` is room for three times as many. */
static double width_paired(const struct whet_result *r, const struct whet_result_arm *arm,
                           const struct whet_result_arm *with, size_t metric, double level,
                           double *values, size_t room)
{
    size_t n = whet__arm_collect_pairs(r, arm, r, with, metric, values, values + room);
    struct whet_paired ratio;

    if (n == 0 ||
        whet__paired_compare(&ratio, values + room, values, n, level, values + 2 * room) != 0)
        return INFINITY;
    return half_width(&ratio.ratio, level);
}

static size_t pair_of(const struct whet_result *r, const struct whet_precision_options *o,
                      size_t i)
{
    if (o->pair != NULL)
        return o->pair[i];
    return i == r->reference ? NONE : r->reference;
}

static int is_a_pair(const struct whet_result *r, const struct whet_precision_options *o,
                     size_t arm)
{
    for (size_t i = 0; i < whet__result_count(r); i++) {
        if (pair_of(r, o, i) == arm)
            return 1;
    }
    return 0;
}

/* Of the i-th arm; 0 when it is only there for others to be compared with. */
static double width_of(const struct whet_result *r, const struct whet_precision_options *o,
                       size_t i, double level, double *values, size_t room)
{
    const struct whet_result_arm *arm = whet__result_arm(r, i);
    size_t with = pair_of(r, o, i), metric;

    if (arm->left_out || (with == NONE && is_a_pair(r, o, i)))
        return 0;
    if (o->metric == NULL || whet__result_find_metric(r, o->metric, &metric) != 0)
        metric = whet__judge_metric(r, with == NONE ? i : with, i, NULL);
    if (with == NONE)
        return width_alone(r, arm, metric, level, values);
    return width_paired(r, arm, whet__result_arm(r, with), metric, level, values, room);
}

int whet__precision(const struct whet_result *r, const struct whet_precision_options *options,
                    double level, double *out)
{
    static const struct whet_precision_options none;
    size_t count = whet__result_count(r), room = 1;
    double *values, worst = 0;

    for (size_t i = 0; i < count; i++) {
        size_t n = whet__arm_count(whet__result_arm(r, i));

        room = n > room ? n : room;
    }
    values = whet__mem_zalloc(room, 3 * sizeof(*values));
    if (values == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        worst =
            fmax(worst, width_of(r, options != NULL ? options : &none, i, level, values, room));
    whet__mem_free(values);
    *out = worst;
    return 0;
}
