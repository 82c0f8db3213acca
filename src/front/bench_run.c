/* The command from end to end: arms, session, report, answer, files, memory of it. */
#include "front/bench_run.h"

#include <stdint.h>

#include "base/mem.h"
#include "bench/functions.h"
#include "bench/session.h"
#include "check/baseline.h"
#include "front/bench_arms.h"
#include "front/bench_base.h"
#include "front/bench_finish.h"
#include "front/bench_outputs.h"
#include "front/bench_session.h"
#include "front/bench_suites.h"
#include "front/bench_typed.h"
#include "front/bench_verbs.h"
#include "front/bench_watch.h"
#include "os/affinity.h"

#define NONE ((size_t)-1)

/* All that one call holds. */
struct run {
    const struct whet_bench_call *call;
    const struct whet_bench_args *args;
    struct whet_outputs outputs;
    struct whet_text typed;
    struct whet_bench_arms *arms;
    struct whet_bench_base base;
    struct whet_bench_suites *suites;
    struct whet_affinity cpus;
    struct whet_bench_watch watch;
    struct whet_verdict_options verdict;
    struct whet_session *session;
    struct whet_report report;
    struct whet_error *err;
};

/* ---- measuring -------------------------------------------------------------------------- */

static int measure(struct run *r)
{
    struct whet_session_options o;
    int rc = whet__bench_session_options(&o, r->args, &r->cpus, &r->watch, r->err);

    if (rc != 0)
        return rc;
    r->verdict = o.verdict;
    o.pair = r->arms->pair;
    whet__bench_watch_init(&r->watch, r->call->global, o.rounds.budget_ns);
    rc = whet__session_run(&r->session, "", r->arms->arms, r->arms->count, r->arms->functions,
                           r->arms->function_count, &o, r->err);
    whet__bench_watch_end(&r->watch);
    return rc;
}

/* ---- answering -------------------------------------------------------------------------- */

/* What judgements compare with; NULL: nothing is compared. */
static const char *against(const struct run *r)
{
    if (r->args->baseline != NULL)
        return r->base.label;
    for (size_t i = 0; i < r->arms->count; i++) {
        if (r->arms->pair[i] != NONE)
            return r->arms->arms[r->arms->pair[i]].about.name;
    }
    return NULL;
}

/* With numbers alone, the session itself had nothing to judge. */
static int judge_stored(struct run *r, struct whet_outcome *outcome)
{
    size_t metric;

    whet__mem_free(outcome->judgements);
    outcome->judgements = NULL;
    if (r->args->metric != NULL &&
        whet__result_find_metric(outcome->result, r->args->metric, &metric) == 0)
        r->verdict.metric = metric;
    return whet__baseline_judge(outcome, r->base.saved, &r->verdict, r->args->any_machine,
                                r->err);
}

static int report(struct run *r)
{
    struct whet_outcome *outcome;
    int rc = whet__session_report(r->session, "", against(r), &r->report, &outcome);

    if (rc != 0)
        return whet_error_set(r->err, rc, "out of memory");
    outcome->plain = !whet__bench_gates(r->args);
    if (r->args->baseline != NULL && !r->base.runs_again)
        rc = judge_stored(r, outcome);
    whet__report_conclude(&r->report);
    /* What has nothing to be compared with leaves the question open. */
    if (r->base.unpaired > 0 && r->report.verdict < WHET_VERDICT_INCONCLUSIVE)
        r->report.verdict = outcome->verdict = WHET_VERDICT_INCONCLUSIVE;
    return rc;
}

/* ---- all of it -------------------------------------------------------------------------- */

/* Suites of whet.yaml instead of a command line. */
static int run_suites(struct run *r)
{
    struct whet_session_options o;
    int rc = whet__bench_session_options(&o, r->args, &r->cpus, &r->watch, r->err);

    if (rc != 0)
        return rc;
    whet__bench_watch_init(&r->watch, r->call->global, 0);
    rc = whet__bench_suites_run(&r->suites, r->call, &o, &r->report, r->err);
    whet__bench_watch_end(&r->watch);
    return rc == 0 ? whet__bench_finish(r->call, &r->outputs, &r->report, r->err) : rc;
}

static int run(struct run *r)
{
    const struct whet_bench_call *call = r->call;
    int rc = whet__outputs_add(&r->outputs, &r->args->outputs, &r->args->exports, r->err);

    whet__typed_command(&r->typed);
    whet__report_init(&r->report, call->title, whet__text_str(&r->typed));
    if (rc == 0 && r->args->suites.len > 0)
        return run_suites(r);
    if (rc == 0)
        rc = whet__bench_arms_new(&r->arms, call, r->err);
    if (rc != 0)
        return rc;
    if (r->args->list) {
        whet__programs_list(&r->arms->programs, call->out);
        return WHET_BENCH_YES;
    }
    if (r->args->baseline != NULL)
        rc = whet__bench_base_open(&r->base, r->arms, call, r->err);
    if (rc == 0)
        rc = measure(r);
    if (rc == 0)
        rc = report(r);
    return rc == 0 ? whet__bench_finish(call, &r->outputs, &r->report, r->err) : rc;
}

int whet__bench_run(const struct whet_bench_call *call, struct whet_error *err)
{
    struct run r = {.call = call, .args = call->args, .err = err};
    int rc;

    if (call->args->worker != NULL)
        return whet__function_worker(call->args->worker);
    if (whet__bench_verb_is(call))
        return whet__bench_verb(call, err);
    whet__outputs_init(&r.outputs);
    whet__text_init(&r.typed, (size_t)1 << 20);
    whet__report_init(&r.report, call->title, "");
    rc = run(&r);
    whet__report_clear(&r.report);
    whet__session_free(r.session);
    whet__bench_suites_free(r.suites);
    whet__bench_base_close(&r.base);
    whet__bench_arms_free(r.arms);
    whet__text_clear(&r.typed);
    whet__outputs_clear(&r.outputs);
    return rc;
}
