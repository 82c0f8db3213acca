/* Judging against saved numbers: what was measured at another time is compared without
 * pairs, so whatever has changed on the machine since looks like a difference too. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "bench/machine.h"
#include "bench/verdict_parts.h"
#include "stat/quantile.h"
#include "stat/unpaired.h"

#define LEAST_DRIFT 0.10              /* what sessions of one program differ by at least */
#define MAD_TO_SD   1.482602218505602 /* for normal values */
#define ROUNDING    1e-12

struct stored {
    struct whet_verdict_side then, now;
    size_t then_metric;
    double *theirs, *mine, *scratch; /* in order; n, m values */
    size_t n, m;
    int other_machine;
};

static int stored_open(struct stored *s)
{
    size_t n = whet__arm_count(s->then.arm), m = whet__arm_count(s->now.arm);
    size_t most = n > m ? n : m;

    most = most > 0 ? most : 1;
    s->theirs = whet__mem_zalloc(most, 3 * sizeof(*s->theirs));
    if (s->theirs == NULL)
        return -ENOMEM;
    s->mine = s->theirs + most;
    s->scratch = s->mine + most;
    return 0;
}

/* Spread of single runs around their median, as a ratio. */
static double spread(const double *sorted, size_t n, double *scratch)
{
    double median = whet__median_sorted(sorted, n);

    for (size_t i = 0; i < n; i++)
        scratch[i] = fabs(sorted[i] - median);
    if (!(median > 0) || whet__doubles_sort(scratch, n) != 0)
        return 0;
    return MAD_TO_SD * whet__median_sorted(scratch, n) / median;
}

/* By how much two sessions of the same program may differ. Where other load makes runs
 * uneven, it comes and goes between sessions too: they then differ by as much as single runs
 * of one do. Measured on a machine with changing load, medians of wall time an hour apart were
 * more than 10 % slower in 4 of 10 sessions; their runs differed by more than that. */
static double drift(const struct stored *s)
{
    return fmax(LEAST_DRIFT,
                fmax(spread(s->theirs, s->n, s->scratch), spread(s->mine, s->m, s->scratch)));
}

static void judge_load(struct whet_judgement *j, const struct stored *s,
                       const struct whet_interval *worse, struct whet_verdict_options *o)
{
    double by = drift(s);

    o->warn = fmax(o->warn, by);
    o->fail = fmax(o->fail, o->warn);
    o->width = fmax(o->width, o->warn / 2);
    j->verdict = whet__verdict_decide(worse, o);
    if (j->verdict == WHET_VERDICT_INCONCLUSIVE)
        snprintf(j->why, sizeof(j->why), "runs are too uneven for saved numbers");
    whet__verdict_lower(j, WHET_VERDICT_WARN,
                        "saved numbers prove nothing: measure both in the same session");
    if (j->verdict == WHET_VERDICT_PASS && worse->low > 1)
        snprintf(j->why, sizeof(j->why),
                 "unchanged programs differ by up to %.0f%% from saved numbers here", 100 * by);
}

static void judge_counts(struct whet_judgement *j, const struct stored *s,
                         const struct whet_interval *worse,
                         const struct whet_verdict_options *o)
{
    j->verdict = whet__verdict_decide(worse, o);
    if (s->other_machine)
        whet__verdict_lower(j, WHET_VERDICT_WARN, "the numbers are of another machine");
}

static int level_reached(const struct stored *s, const struct whet_judgement *j,
                         const struct whet_interval *wanted)
{
    if (j->change.ratio.level >= wanted->level - ROUNDING)
        return 1;
    return whet__verdict_counts(j->metric) && s->n > 1 && s->m > 1 &&
           s->theirs[0] == s->theirs[s->n - 1] && s->mine[0] == s->mine[s->m - 1];
}

static int conclude(struct whet_judgement *j, const struct stored *s,
                    struct whet_verdict_options *o)
{
    const struct whet_metric *metric = &s->now.r->metrics[j->metric];
    struct whet_interval worse = whet__verdict_worse(&j->change.ratio, metric->better);
    struct whet_interval wanted = {.level = 1 - (1 - o->level) / (double)o->gates};
    double then = whet__median_sorted(s->theirs, s->n);
    double now = whet__median_sorted(s->mine, s->m);
    int reached = level_reached(s, j, &wanted);

    if (whet__verdict_counts(j->metric))
        judge_counts(j, s, &worse, o);
    else
        judge_load(j, s, &worse, o);
    whet__verdict_floor(j, metric, then, o);
    whet__verdict_overrule(j, metric, o, reached,
                           !o->any_code && whet__verdict_same_code(&s->then, &s->now));
    return whet__verdict_sentence(j, metric, then, now, reached);
}

/* The metric of `now`, and the one of that name in what was saved. */
static int find_metric(struct whet_judgement *j, struct stored *s,
                       const struct whet_verdict_options *o)
{
    j->metric = o->metric;
    if (o->metric == WHET_VERDICT_AUTO)
        j->metric = whet__verdict_metric(&s->then, &s->now, j->metric_why);
    else
        snprintf(j->metric_why, sizeof(j->metric_why), "it was asked for");
    return whet__result_find_metric(s->then.r, s->now.r->metrics[j->metric].name,
                                    &s->then_metric);
}

static int judge(struct whet_judgement *j, struct stored *s, struct whet_verdict_options *o)
{
    int rc;

    if (find_metric(j, s, o) == 0) {
        s->n = whet__arm_collect(s->then.r, s->then.arm, s->then_metric, s->theirs);
        s->m = whet__arm_collect(s->now.r, s->now.arm, j->metric, s->mine);
    }
    rc = s->n == 0 || s->m == 0
             ? -EDOM
             : whet__unpaired_compare(&j->change.ratio, s->theirs, s->n, s->mine, s->m,
                                      1 - (1 - o->level) / (double)o->gates);
    if (rc == -EDOM) {
        return whet__verdict_unknown(j, &s->then, &s->now, o);
    }
    if (rc != 0)
        return rc;
    j->pairs = s->n < s->m ? s->n : s->m;
    return conclude(j, s, o);
}

static int check_machine(struct stored *s, int any_machine, char *why)
{
    const char *what = whet__machine_difference(&s->then.r->machine, &s->now.r->machine);

    s->other_machine = what != NULL;
    if (what == NULL || any_machine)
        return 0;
    if (why != NULL)
        snprintf(why, 160, "measured on a machine of another %s", what);
    return -EXDEV;
}

int whet__judge_stored(struct whet_judgement *out, const struct whet_result *saved,
                       size_t reference, const struct whet_result *now, size_t candidate,
                       const struct whet_verdict_options *options, int any_machine, char *why)
{
    struct whet_judgement j = {.p = NAN, .p_warn = NAN, .noise = NAN, .stored = 1};
    struct whet_verdict_options o;
    struct stored s = {0};
    int rc;

    if (reference >= whet__result_count(saved) || candidate >= whet__result_count(now))
        return -EINVAL;
    s.then = (struct whet_verdict_side){saved, whet__result_arm(saved, reference)};
    s.now = (struct whet_verdict_side){now, whet__result_arm(now, candidate)};
    rc = whet__verdict_options_fill(&o, options, &s.now);
    if (rc == 0)
        rc = check_machine(&s, any_machine, why);
    if (rc == 0)
        rc = stored_open(&s);
    if (rc == 0)
        rc = judge(&j, &s, &o);
    whet__mem_free(s.theirs);
    if (rc != 0)
        return rc;
    *out = j;
    return 0;
}
