/* The numbers of a digest. Once for each outcome of a report; up to 1024 arms. */
#include "export/digest.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "view/number.h"

const struct whet_result_arm *whet__digest_arm(const struct whet_digest *d, size_t arm)
{
    return whet__result_arm(d->result, arm);
}

const struct whet_comparison_metric *whet__digest_numbers(const struct whet_digest *d,
                                                          size_t arm, size_t metric)
{
    return &d->numbers->arms[arm].metric[metric];
}

void whet__digest_median(struct whet_text *out, enum whet_unit unit,
                         const struct whet_comparison_metric *m)
{
    if (m->n > 1)
        whet__number_interval(out, unit, m->summary.median, m->median.low, m->median.high);
    else
        whet__number_value(out, unit, m->n > 0 ? m->summary.median : NAN);
}

const struct whet_judgement *whet__digest_judgement(const struct whet_digest *d, size_t arm)
{
    const struct whet_judgement *j = d->outcome->judgements;

    return j != NULL && j[arm].verdict != WHET_VERDICT_NONE ? &j[arm] : NULL;
}

size_t whet__digest_judged(const struct whet_digest *d)
{
    size_t judged = 0;

    for (size_t i = 0; i < d->count; i++)
        judged += whet__digest_judgement(d, i) != NULL;
    return judged;
}

int whet__digest_knows(const struct whet_digest *d, size_t metric)
{
    for (size_t i = 0; i < d->count; i++) {
        if (whet__digest_numbers(d, i, metric)->n > 0)
            return 1;
    }
    return 0;
}

const char *whet__digest_metric_title(const struct whet_result *r, size_t metric)
{
    const struct whet_metric *m = &r->metrics[metric];

    return strlen(m->title) <= 16 ? m->title : m->name;
}

/* Whether every arm that has a wall time has this, too. */
static int known_of_all(const struct whet_digest *d, size_t metric)
{
    for (size_t i = 0; i < d->count; i++) {
        if (whet__digest_numbers(d, i, WHET_METRIC_WALL)->n > 0 &&
            whet__digest_numbers(d, i, metric)->n == 0)
            return 0;
    }
    return whet__digest_knows(d, metric);
}

/* Where nothing is compared: what a verdict would take, since the session was measured until
 * that was precise (bench/precision.h). */
static size_t unjudged_metric(struct whet_digest *d)
{
    size_t reference = d->result->reference;
    size_t metric = whet__judge_metric(d->result, reference, reference, d->metric_why);

    if (metric != WHET_METRIC_WALL && known_of_all(d, metric))
        return metric;
    d->metric_why[0] = '\0';
    for (size_t k = WHET_METRIC_WALL; k < d->result->metric_count; k++) {
        if (whet__digest_knows(d, k))
            return k;
    }
    return WHET_METRIC_WALL;
}

static size_t shown_metric(struct whet_digest *d)
{
    size_t asked;

    if (d->outcome->metric != NULL &&
        whet__result_find_metric(d->result, d->outcome->metric, &asked) == 0 &&
        whet__digest_knows(d, asked))
        return asked;
    for (size_t i = 0; i < d->count; i++) {
        const struct whet_judgement *j = whet__digest_judgement(d, i);

        if (j != NULL && j->pairs > 0 && j->metric < d->result->metric_count &&
            whet__digest_knows(d, j->metric))
            return j->metric;
    }
    return unjudged_metric(d);
}

static double widest_noise(const struct whet_digest *d)
{
    double widest = NAN;

    for (size_t i = 0; i < d->count; i++) {
        const struct whet_judgement *j = whet__digest_judgement(d, i);

        if (j != NULL)
            widest = fmax(widest, j->noise); /* a NaN gives way */
    }
    return widest;
}

static int find_outliers(struct whet_digest *d)
{
    int rc = 0;

    for (size_t i = 0; i < d->count && rc == 0; i++)
        rc = whet__outliers_find(&d->outliers[i], d->result, whet__digest_arm(d, i), d->metric);
    return rc;
}

int whet__digest_init(struct whet_digest *d, const struct whet_outcome *outcome)
{
    const struct whet_result *r = outcome->result;
    int rc;

    *d = (struct whet_digest){.outcome = outcome, .result = r, .noise = NAN};
    if (r == NULL || whet__result_count(r) == 0)
        return 0;
    rc = whet__comparison_new(&d->numbers, r, r->reference, WHET_DIGEST_LEVEL);
    if (rc != 0)
        return rc;
    d->count = whet__result_count(r);
    d->metric = shown_metric(d);
    d->noise = widest_noise(d);
    d->outliers = whet__mem_zalloc(d->count, sizeof(*d->outliers));
    rc = d->outliers != NULL ? find_outliers(d) : -ENOMEM;
    if (rc != 0)
        whet__digest_clear(d);
    return rc;
}

void whet__digest_clear(struct whet_digest *d)
{
    whet__comparison_free(d->numbers);
    whet__mem_free(d->outliers);
    d->numbers = NULL;
    d->outliers = NULL;
    d->count = 0;
}

int whet__digest_failed(const struct whet_outcome *outcome)
{
    return outcome->result == NULL || outcome->verdict == WHET_VERDICT_FAIL;
}

struct whet_digest_tally whet__digest_tally(const struct whet_report *report)
{
    struct whet_digest_tally t = {.total = report->outcomes.len};

    for (size_t i = 0; i < t.total; i++) {
        const struct whet_outcome *o = whet__vec_at(&report->outcomes, i);

        if (whet__digest_failed(o))
            t.failed++;
        else if (o->verdict == WHET_VERDICT_WARN)
            t.warned++;
        else if (o->verdict == WHET_VERDICT_INCONCLUSIVE)
            t.inconclusive++;
        else
            t.passed++;
    }
    return t;
}

int whet__digest_is_check(const struct whet_report *report)
{
    if (report->title != NULL && strcmp(report->title, "whet check") == 0)
        return 1;
    for (size_t i = 0; i < report->outcomes.len; i++) {
        const struct whet_outcome *o = whet__vec_at(&report->outcomes, i);

        if (o->targets.len + o->scaling.len + o->concurrency.len > 0)
            return 1;
    }
    return 0;
}

int whet__digest_is_plain(const struct whet_report *report)
{
    for (size_t i = 0; i < report->outcomes.len; i++) {
        if (!whet__report_at(report, i)->plain)
            return 0;
    }
    return 1;
}

enum whet_role whet__digest_role(enum whet_verdict verdict)
{
    switch (verdict) {
    case WHET_VERDICT_SAME_CODE:
    case WHET_VERDICT_IMPROVED:
    case WHET_VERDICT_PASS:
        return WHET_ROLE_GOOD;
    case WHET_VERDICT_INCONCLUSIVE:
    case WHET_VERDICT_WARN:
        return WHET_ROLE_WARN;
    case WHET_VERDICT_FAIL:
        return WHET_ROLE_BAD;
    case WHET_VERDICT_NONE:
    default:
        return WHET_ROLE_DIM;
    }
}

enum whet_role whet__digest_target_role(enum whet_target_state state)
{
    static const enum whet_role roles[] = {WHET_ROLE_GOOD, WHET_ROLE_BAD, WHET_ROLE_WARN};

    return roles[state];
}
