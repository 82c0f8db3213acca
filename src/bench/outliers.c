/* Runs far off, and why. Once for each arm of a report; some hundred runs. */
#include "bench/outliers.h"

#include <errno.h>
#include <math.h>

#include "base/mem.h"
#include "stat/summary.h"

#define FAR 3.0 /* scaled median absolute deviations */

/* What a cause shows itself by, and how much above the median a run must be: `least` in the
 * metric's unit, `share` of the median. */
struct evidence {
    enum whet_outliers_cause cause;
    enum whet_metric_id metric;
    double least, share;
};

static const struct evidence evidence[] = {
    {WHET_OUTLIERS_STORAGE, WHET_METRIC_STORAGE_READ, 4096, 0.5},
    {WHET_OUTLIERS_STORAGE, WHET_METRIC_MAJOR_FAULTS, 1, 0.5},
    {WHET_OUTLIERS_LOAD, WHET_METRIC_DELAY, 1e5, 1},
    {WHET_OUTLIERS_LOAD, WHET_METRIC_INVOLUNTARY, 3, 1},
    {WHET_OUTLIERS_FAULTS, WHET_METRIC_MINOR_FAULTS, 16, 0.1},
};

#define EVIDENCE_COUNT (sizeof(evidence) / sizeof(evidence[0]))

/* What is usual: of the metric that is looked at, and of each kind of evidence. */
struct usual {
    struct whet_summary shown;
    struct whet_summary of[EVIDENCE_COUNT]; /* n is 0: not measured */
};

static int usual_of(struct whet_summary *out, const struct whet_result *r,
                    const struct whet_result_arm *arm, size_t metric, double *room)
{
    size_t most = whet__arm_count(arm);
    size_t n = whet__arm_collect(r, arm, metric, room);

    out->n = 0;
    return n > 0 ? whet__summary_of(out, room, n, room + most) : 0;
}

static int is_far(const struct whet_summary *usual, double value)
{
    double off = fabs(value - usual->median);

    return off > FAR * usual->mad && off > WHET_OUTLIERS_LEAST * fabs(usual->median);
}

static int speaks(const struct evidence *e, const struct whet_summary *usual, double value)
{
    double above = value - usual->median;

    return usual->n > 0 && above >= e->least && above > FAR * usual->mad &&
           above > e->share * usual->median;
}

/* Only what is above the median has one of the known causes. */
static enum whet_outliers_cause cause_of(const struct whet_result *r,
                                         const struct whet_result_arm *arm, size_t i,
                                         const struct usual *usual, double value)
{
    if (value < usual->shown.median)
        return WHET_OUTLIERS_UNKNOWN;
    if (i == 0)
        return WHET_OUTLIERS_FIRST;
    for (size_t k = 0; k < EVIDENCE_COUNT; k++) {
        if (speaks(&evidence[k], &usual->of[k], whet__arm_value(r, arm, i, evidence[k].metric)))
            return evidence[k].cause;
    }
    return WHET_OUTLIERS_UNKNOWN;
}

static void look(struct whet_outliers *out, const struct whet_result *r,
                 const struct whet_result_arm *arm, size_t metric, const struct usual *usual)
{
    size_t by_cause[WHET_OUTLIERS_CAUSES] = {0};
    double furthest = 0;

    for (size_t i = 0; i < whet__arm_count(arm); i++) {
        double value = whet__arm_value(r, arm, i, metric);

        if (whet__arm_sample(arm, i)->outcome != WHET_BENCH_OK || isnan(value) ||
            !is_far(&usual->shown, value))
            continue;
        out->count++;
        by_cause[cause_of(r, arm, i, usual, value)]++;
        if (fabs(value - usual->shown.median) > furthest) {
            furthest = fabs(value - usual->shown.median);
            out->worst = value / usual->shown.median;
        }
    }
    /* A known cause of some is worth more than that others have none. */
    for (unsigned c = 1; c < WHET_OUTLIERS_CAUSES; c++) {
        if (by_cause[c] > (out->cause == WHET_OUTLIERS_UNKNOWN ? 0 : by_cause[out->cause]))
            out->cause = (enum whet_outliers_cause)c;
    }
    out->explained = by_cause[out->cause];
}

int whet__outliers_find(struct whet_outliers *out, const struct whet_result *r,
                        const struct whet_result_arm *arm, size_t metric)
{
    struct whet_outliers found = {.worst = 1};
    struct usual usual;
    double *room;
    int rc;

    if (metric >= r->metric_count)
        return -EINVAL;
    room = whet__mem_zalloc(whet__arm_count(arm) + 1, 2 * sizeof(*room));
    if (room == NULL)
        return -ENOMEM;
    rc = usual_of(&usual.shown, r, arm, metric, room);
    for (size_t k = 0; k < EVIDENCE_COUNT && rc == 0; k++)
        rc = usual_of(&usual.of[k], r, arm, evidence[k].metric, room);
    whet__mem_free(room);
    if (rc != 0)
        return rc;
    found.of = usual.shown.n;
    if (usual.shown.n >= WHET_OUTLIERS_NEEDS)
        look(&found, r, arm, metric, &usual);
    *out = found;
    return 0;
}
