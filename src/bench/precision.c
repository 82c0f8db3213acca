/* Asked after a round, ever more seldom as rounds grow many (bench/rounds.c). */
#include "bench/precision.h"

#include <errno.h>
#include <math.h>

#include "base/mem.h"
#include "bench/verdict.h"
#include "stat/interval.h"
#include "stat/paired.h"
#include "stat/quantile.h"

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

/* Of its ratio to the reference; `values` is room for three times as many. */
static double width_paired(const struct whet_result *r, const struct whet_result_arm *arm,
                           size_t metric, double level, double *values, size_t room)
{
    const struct whet_result_arm *reference = whet__result_arm(r, r->reference);
    size_t n = whet__arm_collect_pairs(r, arm, r, reference, metric, values, values + room);
    struct whet_paired ratio;

    if (n == 0 ||
        whet__paired_compare(&ratio, values + room, values, n, level, values + 2 * room) != 0)
        return INFINITY;
    return half_width(&ratio.ratio, level);
}

int whet__precision(const struct whet_result *r, double level, double *out)
{
    size_t count = whet__result_count(r), room = 1;
    double *values, worst = 0;

    for (size_t i = 0; i < count; i++) {
        size_t n = whet__arm_count(whet__result_arm(r, i));

        room = n > room ? n : room;
    }
    values = whet__mem_zalloc(room, 3 * sizeof(*values));
    if (values == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const struct whet_result_arm *arm = whet__result_arm(r, i);
        size_t metric = whet__judge_metric(r, r->reference, i, NULL);

        if (arm->left_out || (i == r->reference && count > 1))
            continue;
        worst =
            fmax(worst, i == r->reference ? width_alone(r, arm, metric, level, values)
                                          : width_paired(r, arm, metric, level, values, room));
    }
    whet__mem_free(values);
    *out = worst;
    return 0;
}
