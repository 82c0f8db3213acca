/* A suite from arms to verdicts. One or two batches of rounds; between them and behind them
 * only arithmetic. */
#include "bench/session.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "stat/interval.h"

#define NONE         ((size_t)-1)
#define LEVEL        0.99 /* of a verdict that asks for none (bench/verdict.h) */
#define SECOND_ORDER UINT64_C(0x9e3779b97f4a7c15)

/* What the session was asked for. */
struct asked {
    const char *name;
    const struct whet_bench_arm *arms;
    size_t count;
    const struct whet_session_functions *functions;
    size_t function_count;
    const struct whet_session_options *o;
    size_t reference;
    struct whet_error *err;
};

/* Some of the arms, measured together. */
struct batch {
    const struct asked *asked;
    int confirms;
    struct whet_result *result;
    size_t arm[WHET_ROUNDS_ARMS_MAX]; /* which of the asked ones each is */
    size_t count;
};

static size_t pair_of(const struct asked *a, size_t i)
{
    if (a->o->pair != NULL)
        return a->o->pair[i];
    return i == a->reference ? NONE : a->reference;
}

/* ---- what rounds tell, with arms numbered as they were asked for ------------------------ */

static int on_before(void *ctx, size_t arm, const struct whet_bench_sample *next,
                     struct whet_error *why)
{
    const struct batch *b = ctx;
    const struct whet_rounds_options *o = &b->asked->o->rounds;

    return o->before(o->ctx, b->arm[arm], next, why);
}

static void on_after(void *ctx, size_t arm, const struct whet_bench_sample *sample,
                     const struct whet_bench_output *output)
{
    const struct batch *b = ctx;
    const struct whet_rounds_options *o = &b->asked->o->rounds;

    o->after(o->ctx, b->arm[arm], sample, output);
}

static void on_progress(void *ctx, const struct whet_rounds_progress *p)
{
    const struct batch *b = ctx;
    const struct whet_rounds_options *o = &b->asked->o->rounds;
    struct whet_rounds_progress now = *p;

    now.confirms = b->confirms;
    o->progress(o->ctx, &now);
}

static int on_stop(void *ctx)
{
    const struct batch *b = ctx;
    const struct whet_rounds_options *o = &b->asked->o->rounds;

    return o->stop(o->ctx);
}

/* The functions that an arm belongs to; NULL: it is a command. */
static const struct whet_session_functions *functions_of(const struct asked *a, size_t arm)
{
    for (size_t k = 0; k < a->function_count; k++) {
        const struct whet_session_functions *f = &a->functions[k];

        if (arm >= f->first && arm - f->first < whet__functions_count(f->functions))
            return f;
    }
    return NULL;
}

static int on_measured(void *ctx, size_t arm, const struct whet_bench_sample *sample,
                       const struct whet_bench_output *output, double *values,
                       struct whet_error *why)
{
    const struct batch *b = ctx;
    const struct whet_session_functions *f = functions_of(b->asked, b->arm[arm]);

    (void)sample;
    (void)output;
    if (f == NULL)
        return 0;
    return whet__functions_measured(f->functions, b->arm[arm] - f->first, b->result, values,
                                    why);
}

/* ---- measuring -------------------------------------------------------------------------- */

static struct whet_rounds_options rounds_of(struct batch *b)
{
    struct whet_rounds_options o = b->asked->o->rounds;

    o.before = o.before != NULL ? on_before : NULL;
    o.after = o.after != NULL ? on_after : NULL;
    o.progress = o.progress != NULL ? on_progress : NULL;
    o.stop = o.stop != NULL ? on_stop : NULL;
    o.precision = (struct whet_precision_options){
        .pair = b->confirms ? NULL : b->asked->o->pair, .metric = b->asked->o->metric};
    o.measured = b->asked->function_count > 0 ? on_measured : NULL;
    o.ctx = b;
    return o;
}

static int metrics_add(struct batch *b)
{
    for (size_t k = 0; k < b->asked->function_count; k++) {
        int rc = whet__functions_add_metrics(b->asked->functions[k].functions, b->result);

        if (rc != 0)
            return rc;
    }
    return 0;
}

/* Where an arm is in the batch; NONE: it is not. */
static size_t place_of(const struct batch *b, size_t arm)
{
    for (size_t i = 0; i < b->count; i++) {
        if (b->arm[i] == arm)
            return i;
    }
    return NONE;
}

/* Runs the batch; b->result is the caller's. */
static int batch_run(struct batch *b, struct whet_rounds_options *o)
{
    const struct asked *a = b->asked;
    struct whet_bench_arm *arms = whet__mem_zalloc(b->count + 1, sizeof(*arms));
    size_t reference = place_of(b, a->reference);
    int rc = arms != NULL ? whet__result_new(&b->result, a->name) : -ENOMEM;

    if (rc == 0)
        rc = metrics_add(b);
    if (rc != 0) {
        whet_error_set(a->err, rc, "out of memory");
        goto out;
    }
    for (size_t i = 0; i < b->count; i++)
        arms[i] = a->arms[b->arm[i]];
    b->result->reference = reference != NONE ? reference : 0;
    rc = whet__rounds_run(b->result, arms, b->count, o, a->err);
out:
    whet__mem_free(arms);
    return rc;
}

/* ---- judging ---------------------------------------------------------------------------- */

static size_t gate_count(const struct asked *a)
{
    size_t gates = 0;

    for (size_t i = 0; i < a->count; i++)
        gates += pair_of(a, i) != NONE;
    return gates;
}

static int fail_metric(const struct asked *a, const struct whet_result *r)
{
    char names[400] = "";
    size_t len = 0;

    for (size_t i = 0; i < r->metric_count && len < sizeof(names); i++)
        len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s", i > 0 ? ", " : "",
                                r->metrics[i].name);
    return whet_error_set(a->err, -EINVAL, "unknown metric: '%.64s': choose one of %s",
                          a->o->metric, names);
}

static int verdict_options(const struct asked *a, const struct whet_result *r,
                           struct whet_verdict_options *out)
{
    *out = a->o->verdict;
    if (out->gates == 0)
        out->gates = gate_count(a);
    if (a->o->metric == NULL)
        out->metric = WHET_VERDICT_AUTO;
    else if (whet__result_find_metric(r, a->o->metric, &out->metric) != 0)
        return fail_metric(a, r);
    return 0;
}

static int is_measured(const struct whet_result *r, size_t metric)
{
    for (size_t i = 0; i < whet__result_count(r); i++) {
        const struct whet_result_arm *arm = whet__result_arm(r, i);

        for (size_t k = 0; k < whet__arm_count(arm); k++) {
            if (!isnan(whet__arm_value(r, arm, k, metric)))
                return 1;
        }
    }
    return 0;
}

static int has_ended_well(const struct whet_result *r)
{
    for (size_t i = 0; i < whet__result_count(r); i++) {
        const struct whet_result_arm *arm = whet__result_arm(r, i);

        if (whet__arm_count(arm) > whet__arm_failed(arm))
            return 1;
    }
    return 0;
}

static const char *why_unmeasured(const struct whet_result *r, size_t metric)
{
    if (metric >= WHET_METRIC_CYCLES && metric <= WHET_METRIC_CACHE_MISSES &&
        r->counters != NULL)
        return r->counters;
    if (metric == WHET_METRIC_ALLOCATIONS || metric == WHET_METRIC_ALLOCATED)
        return "only functions of programs built with <whet/bench.h> count them";
    if (metric == WHET_METRIC_MEMORY || metric == WHET_METRIC_TREE_MEMORY)
        return "it is known only of programs that take more than whet itself";
    return "this machine does not tell it";
}

/* A metric that was asked for and is nowhere known decides nothing, however long it runs:
 * that is no answer, let alone a pass. */
static int check_metric(const struct asked *a, const struct whet_result *r)
{
    size_t metric;

    if (a->o->metric == NULL || !has_ended_well(r))
        return 0;
    if (whet__result_find_metric(r, a->o->metric, &metric) != 0)
        return fail_metric(a, r);
    if (is_measured(r, metric))
        return 0;
    return whet_error_set(a->err, -ENODATA, "metric '%.64s' was not measured: %s", a->o->metric,
                          why_unmeasured(r, metric));
}

/* Judges the arms of the batch into out[], which is numbered as they were asked for. */
static int batch_judge(const struct batch *b, struct whet_judgement *out)
{
    const struct asked *a = b->asked;
    struct whet_verdict_options options;
    int rc = verdict_options(a, b->result, &options);

    for (size_t i = 0; rc == 0 && i < b->count; i++) {
        size_t with = pair_of(a, b->arm[i]);
        size_t place = with != NONE ? place_of(b, with) : NONE;

        if (place == NONE)
            continue;
        rc = whet__judge(&out[b->arm[i]], b->result, place, i, &options);
        if (rc != 0)
            whet_error_set(a->err, rc,
                           rc == -ENOMEM ? "out of memory" : "cannot judge: '%.200s'",
                           whet__result_arm(b->result, i)->name);
    }
    return rc;
}

/* ---- confirming ------------------------------------------------------------------------- */

static int is_bad(const struct whet_judgement *j)
{
    return j->verdict == WHET_VERDICT_WARN || j->verdict == WHET_VERDICT_FAIL;
}

/* The arms that look bad and what they were compared with. */
static void involve(struct batch *b, const struct whet_judgement *judgements)
{
    unsigned char involved[WHET_ROUNDS_ARMS_MAX] = {0};

    for (size_t i = 0; i < b->asked->count; i++) {
        if (is_bad(&judgements[i]))
            involved[i] = involved[pair_of(b->asked, i)] = 1;
    }
    for (size_t i = 0; i < b->asked->count; i++) {
        if (involved[i])
            b->arm[b->count++] = i;
    }
}

/* Twice the rounds of the first batch, in orders of their own, whatever they show. */
static struct whet_rounds_options second_rounds(struct batch *b,
                                                const struct whet_result *first)
{
    struct whet_rounds_options o = rounds_of(b);

    o.rounds = first->rounds < WHET_ROUNDS_MAX / 2 ? 2 * first->rounds : WHET_ROUNDS_MAX;
    o.width = 0;
    o.budget_ns = 0;
    o.seed ^= SECOND_ORDER;
    return o;
}

static int confirm(const struct asked *a, struct whet_session *s)
{
    struct batch b = {.asked = a, .confirms = 1};
    struct whet_rounds_options o;
    int rc;

    involve(&b, s->judgements);
    if (b.count == 0)
        return 0;
    s->confirmation = whet__mem_zalloc(a->count, sizeof(*s->confirmation));
    if (s->confirmation == NULL)
        return whet_error_set(a->err, -ENOMEM, "out of memory");
    o = second_rounds(&b, s->result);
    rc = batch_run(&b, &o);
    s->second = b.result;
    if (rc == 0)
        rc = batch_judge(&b, s->confirmation);
    for (size_t i = 0; rc == 0 && i < a->count; i++) {
        if (is_bad(&s->judgements[i]))
            whet__verdict_settle(&s->judgements[i], &s->confirmation[i], s->second->rounds,
                                 s->second->end == WHET_RESULT_STOPPED);
    }
    return rc;
}

/* An answer that was cut short has confirmed nothing. */
static void leave_open(struct whet_session *s, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!is_bad(&s->judgements[i]))
            continue;
        snprintf(s->judgements[i].why, sizeof(s->judgements[i].why),
                 "it looks like %s, but was stopped before more rounds could confirm it",
                 whet__verdict_name(s->judgements[i].verdict));
        s->judgements[i].verdict = WHET_VERDICT_INCONCLUSIVE;
    }
}

/* ---- all of it -------------------------------------------------------------------------- */

/* The fewest that make an interval of the level that each of the comparisons needs: 8 for
 * one at 99 %, more for many. */
static unsigned least_rounds(const struct asked *a, unsigned most)
{
    double level = a->o->verdict.level > 0 ? a->o->verdict.level : LEVEL;
    size_t gates = gate_count(a);
    size_t needs =
        whet__interval_median_needs(1 - (1 - level) / (double)(gates > 0 ? gates : 1));

    return needs < most ? (unsigned)needs : most;
}

static int run(const struct asked *a, struct whet_session *s)
{
    struct batch b = {.asked = a, .count = a->count};
    struct whet_rounds_options o = rounds_of(&b);
    int rc;

    for (size_t i = 0; i < a->count; i++)
        b.arm[i] = i;
    if (o.min_rounds == 0 && o.rounds != 0)
        o.min_rounds = least_rounds(a, o.rounds);
    s->judgements = whet__mem_zalloc(a->count, sizeof(*s->judgements));
    if (s->judgements == NULL)
        return whet_error_set(a->err, -ENOMEM, "out of memory");
    rc = batch_run(&b, &o);
    s->result = b.result;
    if (rc == 0)
        rc = check_metric(a, s->result);
    if (rc == 0)
        rc = batch_judge(&b, s->judgements);
    if (rc != 0 || !a->o->confirm)
        return rc;
    if (s->result->end == WHET_RESULT_STOPPED) {
        leave_open(s, a->count);
        return 0;
    }
    return confirm(a, s);
}

static int reference_find(struct asked *a)
{
    const char *name = a->o->reference;

    if (name == NULL)
        return 0;
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->arms[i].about.name, name) == 0) {
            a->reference = i;
            return 0;
        }
    }
    return whet_error_set(
        a->err, -EINVAL, "no command of this name: '--reference %.200s': the first is '%.200s'",
        name, a->arms[0].about.name);
}

int whet__session_run(struct whet_session **out, const char *name,
                      const struct whet_bench_arm *arms, size_t count,
                      const struct whet_session_functions *functions, size_t function_count,
                      const struct whet_session_options *options, struct whet_error *err)
{
    static const struct whet_session_options defaults;
    struct asked a = {.name = name,
                      .arms = arms,
                      .count = count,
                      .functions = functions,
                      .function_count = function_count,
                      .o = options != NULL ? options : &defaults,
                      .err = err};
    struct whet_session *s;
    int rc;

    if (count == 0 || count > WHET_ROUNDS_ARMS_MAX)
        return whet_error_set(err, -EINVAL, "%s: from 1 to %d are possible",
                              count == 0 ? "nothing to measure" : "too many commands",
                              WHET_ROUNDS_ARMS_MAX);
    rc = reference_find(&a);
    if (rc != 0)
        return rc;
    s = whet__mem_zalloc(1, sizeof(*s));
    if (s == NULL)
        return whet_error_set(err, -ENOMEM, "out of memory");
    s->metric = a.o->metric;
    rc = run(&a, s);
    if (rc == 0)
        *out = s;
    else
        whet__session_free(s);
    return rc;
}

void whet__session_free(struct whet_session *s)
{
    if (s == NULL)
        return;
    whet__result_free(s->result);
    whet__result_free(s->second);
    whet__mem_free(s->judgements);
    whet__mem_free(s->confirmation);
    whet__mem_free(s);
}

int whet__session_report(const struct whet_session *s, const char *name, const char *against,
                         struct whet_report *report, struct whet_outcome **out)
{
    size_t count = whet__result_count(s->result);
    struct whet_judgement *judgements = whet__mem_zalloc(count, sizeof(*judgements));
    struct whet_outcome *o;

    if (judgements == NULL)
        return -ENOMEM;
    o = whet__report_add(report, name, s->result);
    if (o == NULL) {
        whet__mem_free(judgements);
        return -ENOMEM;
    }
    memcpy(judgements, s->judgements, count * sizeof(*judgements));
    o->judgements = judgements;
    o->confirmation = s->confirmation;
    o->metric = s->metric;
    o->against = against;
    *out = o;
    return 0;
}
