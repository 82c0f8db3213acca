/* Judging pairs. Once for each arm after a session of some ten to some thousand rounds. */
#include "bench/verdict.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "bench/verdict_parts.h"
#include "stat/quantile.h"

#define COMMAND_FLOOR_NS  20000.0
#define FUNCTION_FLOOR_NS 1.0
#define NOISE_LEVEL       0.95
#define FAR               4 /* times */
#define ROUNDING          1e-12

/* Numbers of both sides, pair by pair, and room to work in. */
struct pairs {
    double *mine, *theirs, *logs;
    size_t n, room;
};

int whet__verdict_options_fill(struct whet_verdict_options *out,
                               const struct whet_verdict_options *given,
                               const struct whet_verdict_side *candidate)
{
    struct whet_verdict_options o = {.metric = WHET_VERDICT_AUTO};

    if (given != NULL)
        o = *given;
    o.warn = o.warn == 0 ? 0.05 : o.warn;
    o.fail = o.fail == 0 ? fmax(0.10, o.warn) : o.fail;
    o.level = o.level == 0 ? 0.99 : o.level;
    o.width = o.width == 0 ? o.warn / 2 : o.width;
    o.gates = o.gates == 0 ? 1 : o.gates;
    if (o.floor == 0)
        o.floor =
            candidate->arm->kind == WHET_RESULT_FUNCTION ? FUNCTION_FLOOR_NS : COMMAND_FLOOR_NS;
    if (!(o.warn > 0 && o.warn < INFINITY) || !(o.fail >= o.warn && o.fail < INFINITY) ||
        !(o.level > 0 && o.level < 1) || !(o.width > 0) || !(o.floor > 0))
        return -EINVAL;
    if (o.metric != WHET_VERDICT_AUTO && o.metric >= candidate->r->metric_count)
        return -EINVAL;
    *out = o;
    return 0;
}

struct whet_interval whet__verdict_worse(const struct whet_interval *ratio,
                                         enum whet_metric_better better)
{
    if (better != WHET_METRIC_HIGHER)
        return *ratio;
    return (struct whet_interval){1 / ratio->estimate, 1 / ratio->high, 1 / ratio->low,
                                  ratio->level};
}

/* Half the interval, in both ways as a ratio; infinite where a bound is. */
static double half_width(const struct whet_interval *ratio)
{
    if (!isfinite(ratio->high) || !(ratio->estimate > 0))
        return ratio->high == ratio->low ? 0 : INFINITY;
    return (ratio->high - ratio->low) / 2 / ratio->estimate;
}

enum whet_verdict whet__verdict_decide(const struct whet_interval *worse,
                                       const struct whet_verdict_options *o)
{
    if (worse->estimate >= 1 + o->fail && worse->low > 1 + o->warn)
        return WHET_VERDICT_FAIL;
    if (worse->estimate >= 1 + o->warn && worse->low > 1)
        return WHET_VERDICT_WARN;
    if (worse->estimate <= 1 - o->warn && worse->high < 1)
        return WHET_VERDICT_IMPROVED;
    /* An interval may be wide and yet leave no room for being worse. */
    if (half_width(worse) > o->width && !(worse->high < 1 + o->warn))
        return WHET_VERDICT_INCONCLUSIVE;
    return WHET_VERDICT_PASS;
}

/* ln(mine / theirs), where two zeroes are alike and one is infinitely less than anything: the
 * sign test and its interval only look at the order. NaN where there is no ratio. */
static double log_ratio(double mine, double theirs)
{
    if (!(mine >= 0 && theirs >= 0) || isinf(mine) || isinf(theirs))
        return NAN;
    if (mine == 0 || theirs == 0)
        return mine == theirs ? 0 : mine == 0 ? -INFINITY : INFINITY;
    return log(mine) - log(theirs);
}

static int pairs_open(struct pairs *p, const struct whet_verdict_side *reference,
                      const struct whet_verdict_side *candidate)
{
    size_t most = whet__arm_count(reference->arm), other = whet__arm_count(candidate->arm);

    most = other > most ? other : most;
    p->room = most > 0 ? most : 1;
    p->mine = whet__mem_zalloc(p->room, 3 * sizeof(*p->mine));
    if (p->mine == NULL)
        return -ENOMEM;
    p->theirs = p->mine + p->room;
    p->logs = p->theirs + p->room;
    return 0;
}

static void collect(struct pairs *p, const struct whet_verdict_side *reference,
                    const struct whet_verdict_side *candidate, size_t metric)
{
    p->n = whet__arm_collect_pairs(candidate->r, candidate->arm, reference->r, reference->arm,
                                   metric, p->mine, p->theirs);
}

/* The interval of the ratio of pairs, and the tests. `warn` is what p_warn is about. */
static int compare(const struct pairs *p, const struct whet_verdict_options *o,
                   enum whet_metric_better better, struct whet_paired *out, double *p_warn)
{
    double level = 1 - (1 - o->level) / (double)o->gates;
    double limit = better == WHET_METRIC_HIGHER ? -log(1 + o->warn) : log(1 + o->warn);
    struct whet_sign_test beyond;
    struct whet_interval i;
    int rc;

    if (p->n == 0)
        return -EDOM;
    for (size_t k = 0; k < p->n; k++) {
        p->logs[k] = log_ratio(p->mine[k], p->theirs[k]);
        if (isnan(p->logs[k]))
            return -EDOM;
    }
    rc = whet__doubles_sort(p->logs, p->n);
    if (rc == 0)
        rc = whet__sign_test(&out->change, p->logs, p->n, 0);
    if (rc == 0)
        rc = whet__sign_test(&beyond, p->logs, p->n, limit);
    if (rc == 0)
        rc = whet__interval_median(&i, p->logs, p->n, level);
    if (rc != 0)
        return rc;
    if (isnan(i.estimate)) /* the middle two are infinitely less and infinitely more */
        i.estimate = 0;
    out->ratio = (struct whet_interval){exp(i.estimate), exp(i.low), exp(i.high), i.level};
    if (p_warn != NULL)
        *p_warn = better == WHET_METRIC_HIGHER ? beyond.p_below : beyond.p_above;
    return 0;
}

static int is_constant(const double *values, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (values[i] != values[0])
            return 0;
    }
    return n > 1;
}

/* Whether there are pairs enough for the level; counts that never vary need none. */
static int level_reached(const struct pairs *p, const struct whet_verdict_options *o,
                         size_t metric, double level)
{
    if (level >= 1 - (1 - o->level) / (double)o->gates - ROUNDING)
        return 1;
    return whet__verdict_counts(metric) && is_constant(p->mine, p->n) &&
           is_constant(p->theirs, p->n);
}

/* Whether a change is, even at its least, far beyond what the other one is at its most: then
 * that is not what it comes from. */
static int is_far_beyond(const struct whet_interval *change, const struct whet_interval *other)
{
    double least = fmax(change->low, 1 / change->high);
    double most = fmax(other->high, 1 / other->low);

    return least - 1 > FAR * (most - 1);
}

/* The reference against itself, round 2k against 2k + 1, by the rules for a candidate: where
 * that finds a change, rounds are not alike, and what they say of a candidate is worth
 * nothing, unless it is far beyond that. */
static void look_for_noise(struct whet_judgement *j, struct pairs *p,
                           const struct whet_verdict_side *reference,
                           const struct whet_verdict_options *o)
{
    struct whet_verdict_options alone = *o;
    size_t n = whet__arm_collect(reference->r, reference->arm, j->metric, p->mine) / 2;
    char low[32], high[32];
    struct whet_paired self;

    for (size_t i = 0; i < n; i++) {
        p->theirs[i] = p->mine[2 * i + 1];
        p->mine[i] = p->mine[2 * i];
    }
    p->n = n;
    alone.gates = 1;
    if (compare(p, &alone, WHET_METRIC_LOWER, &self, NULL) == 0 &&
        self.ratio.level >= alone.level - ROUNDING &&
        (self.ratio.low > 1 || self.ratio.high < 1) &&
        fabs(self.ratio.estimate - 1) >= o->warn &&
        !is_far_beyond(&j->change.ratio, &self.ratio))
        whet__verdict_lower(j, WHET_VERDICT_INCONCLUSIVE,
                            "the reference differs from itself: %s to %s",
                            whet__verdict_percent(self.ratio.low - 1, low),
                            whet__verdict_percent(self.ratio.high - 1, high));
    alone.level = NOISE_LEVEL;
    if (compare(p, &alone, WHET_METRIC_LOWER, &self, NULL) == 0 &&
        self.ratio.level >= NOISE_LEVEL - ROUNDING)
        j->noise = half_width(&self.ratio);
}

/* FAIL needs that no other metric of the same matter says otherwise. */
static void look_for_contradiction(struct whet_judgement *j, struct pairs *p,
                                   const struct whet_verdict_side *reference,
                                   const struct whet_verdict_side *candidate,
                                   const struct whet_verdict_options *o)
{
    static const size_t times[] = {WHET_METRIC_WALL, WHET_METRIC_ACTIVE, WHET_METRIC_CPU};

    if (j->verdict != WHET_VERDICT_FAIL ||
        !whet__verdict_stands_for_time(j->metric, reference, candidate))
        return;
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        struct whet_paired other;
        char low[32], high[32];

        if (times[i] == j->metric ||
            !whet__verdict_stands_for_time(times[i], reference, candidate))
            continue;
        collect(p, reference, candidate, times[i]);
        if (compare(p, o, WHET_METRIC_LOWER, &other, NULL) != 0 ||
            !level_reached(p, o, times[i], other.ratio.level) ||
            other.ratio.high >= 1 + o->warn)
            continue;
        whet__verdict_lower(j, WHET_VERDICT_WARN, "%s contradicts: %s to %s",
                            candidate->r->metrics[times[i]].title,
                            whet__verdict_percent(other.ratio.low - 1, low),
                            whet__verdict_percent(other.ratio.high - 1, high));
    }
}

static double median_of(double *values, size_t n)
{
    return whet__doubles_sort(values, n) == 0 ? whet__median_sorted(values, n) : NAN;
}

void whet__verdict_floor(struct whet_judgement *j, const struct whet_metric *metric,
                         double median, const struct whet_verdict_options *o)
{
    const struct whet_interval *i = &j->change.ratio;
    double difference = fabs(i->estimate - 1) * median;
    char time[32], floor[32];

    if (j->verdict == WHET_VERDICT_INCONCLUSIVE)
        difference = fmax(fabs(i->low - 1), fabs(i->high - 1)) * median;
    if (metric->unit != WHET_UNIT_DURATION || !(difference < o->floor) ||
        j->verdict == WHET_VERDICT_PASS)
        return;
    j->verdict = WHET_VERDICT_PASS;
    snprintf(j->why, sizeof(j->why), "%s%s is below the floor of %s",
             fabs(i->estimate - 1) * median == difference ? "" : "at most ",
             whet__verdict_time(difference, time), whet__verdict_time(o->floor, floor));
}

static void explain_width(struct whet_judgement *j, const struct whet_interval *worse,
                          const struct whet_verdict_options *o)
{
    char width[32], limit[32];

    if (j->verdict == WHET_VERDICT_INCONCLUSIVE)
        snprintf(j->why, sizeof(j->why), "± %s is more than ± %s",
                 whet__verdict_width(half_width(worse), width),
                 whet__verdict_width(o->width, limit));
}

void whet__verdict_overrule(struct whet_judgement *j, const struct whet_metric *metric,
                            const struct whet_verdict_options *o, int reached, int same_code)
{
    const struct whet_interval *i = &j->change.ratio;
    char has[32], needs[32];

    if (!reached) {
        j->verdict = WHET_VERDICT_INCONCLUSIVE;
        snprintf(j->why, sizeof(j->why), "%zu rounds reach a level of %s, not of %s", j->pairs,
                 whet__verdict_level(i->level, has),
                 whet__verdict_level(1 - (1 - o->level) / (double)o->gates, needs));
    }
    if (metric->better == WHET_METRIC_NEITHER) {
        j->verdict = WHET_VERDICT_NONE;
        snprintf(j->why, sizeof(j->why), "more of it is neither better nor worse");
    }
    if (same_code) {
        j->verdict = WHET_VERDICT_SAME_CODE;
        snprintf(j->why, sizeof(j->why), "%s",
                 reached && (i->low > 1 || i->high < 1)
                     ? "the same program; what differs is outside of it, such as libraries"
                     : "the same program, byte for byte");
    }
}

static int conclude(struct whet_judgement *j, struct pairs *p,
                    const struct whet_verdict_side *reference,
                    const struct whet_verdict_side *candidate,
                    const struct whet_verdict_options *o)
{
    const struct whet_metric *metric = &candidate->r->metrics[j->metric];
    int reached = level_reached(p, o, j->metric, j->change.ratio.level);
    double mine = median_of(p->mine, p->n), theirs = median_of(p->theirs, p->n);
    struct whet_interval worse = whet__verdict_worse(&j->change.ratio, metric->better);

    j->verdict = whet__verdict_decide(&worse, o);
    explain_width(j, &worse, o);
    whet__verdict_floor(j, metric, theirs, o);
    look_for_noise(j, p, reference, o);
    look_for_contradiction(j, p, reference, candidate, o);
    whet__verdict_overrule(j, metric, o, reached,
                           !o->any_code && whet__verdict_same_code(reference, candidate));
    return whet__verdict_sentence(j, metric, theirs, mine, reached);
}

static int judge(struct whet_judgement *j, struct pairs *p,
                 const struct whet_verdict_side *reference,
                 const struct whet_verdict_side *candidate,
                 const struct whet_verdict_options *o)
{
    int rc;

    j->metric = o->metric;
    if (o->metric == WHET_VERDICT_AUTO)
        j->metric = whet__verdict_metric(reference, candidate, j->metric_why);
    else
        snprintf(j->metric_why, sizeof(j->metric_why), "it was asked for");
    collect(p, reference, candidate, j->metric);
    rc = compare(p, o, candidate->r->metrics[j->metric].better, &j->change, &j->p_warn);
    if (rc == -EDOM) {
        rc = whet__verdict_unknown(j, reference, candidate, o);
        if (p->n != 0)
            snprintf(j->why, sizeof(j->why),
                     "it is below zero or infinite, so there is no ratio");
        return rc;
    }
    if (rc != 0)
        return rc;
    j->pairs = p->n;
    j->p = j->change.change.p;
    return conclude(j, p, reference, candidate, o);
}

int whet__judge(struct whet_judgement *out, const struct whet_result *r, size_t reference,
                size_t candidate, const struct whet_verdict_options *options)
{
    struct whet_judgement j = {.p = NAN, .p_warn = NAN, .noise = NAN};
    struct whet_verdict_side a, b;
    struct whet_verdict_options o;
    struct pairs p;
    int rc;

    if (reference >= whet__result_count(r) || candidate >= whet__result_count(r))
        return -EINVAL;
    a = (struct whet_verdict_side){r, whet__result_arm(r, reference)};
    b = (struct whet_verdict_side){r, whet__result_arm(r, candidate)};
    rc = whet__verdict_options_fill(&o, options, &b);
    if (rc == 0)
        rc = pairs_open(&p, &a, &b);
    if (rc != 0)
        return rc;
    rc = judge(&j, &p, &a, &b, &o);
    whet__mem_free(p.mine);
    if (rc != 0)
        return rc;
    *out = j;
    return 0;
}

enum whet_verdict whet__verdict_confirmed(const struct whet_judgement *first,
                                          const struct whet_judgement *second)
{
    if (first->verdict < WHET_VERDICT_WARN || second == NULL ||
        second->verdict == WHET_VERDICT_NONE || second->verdict >= first->verdict)
        return first->verdict;
    if (second->verdict == WHET_VERDICT_WARN || second->verdict == WHET_VERDICT_PASS)
        return second->verdict;
    return WHET_VERDICT_INCONCLUSIVE;
}

void whet__verdict_settle(struct whet_judgement *first, const struct whet_judgement *second,
                          unsigned rounds, int stopped)
{
    enum whet_verdict said = first->verdict;

    first->verdict = second->verdict == WHET_VERDICT_NONE
                         ? WHET_VERDICT_INCONCLUSIVE
                         : whet__verdict_confirmed(first, second);
    if (first->verdict == said)
        return;
    snprintf(first->why, sizeof(first->why),
             "it looked like %s, but %s%u more rounds say: %.160s", whet__verdict_name(said),
             stopped ? "only " : "", rounds,
             second->why[0] != '\0' ? second->why : second->text);
}
