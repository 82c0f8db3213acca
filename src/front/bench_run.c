/* The command from end to end: arms, session, report, answer, files, memory of it. */
#include "front/bench_run.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "bench/functions.h"
#include "bench/session.h"
#include "check/baseline.h"
#include "check/history.h"
#include "front/bench_arms.h"
#include "front/bench_base.h"
#include "front/bench_outputs.h"
#include "front/bench_typed.h"
#include "front/bench_verbs.h"
#include "front/bench_watch.h"
#include "os/affinity.h"
#include "os/clock.h"
#include "os/signal.h"

#define BUDGET_NS    UINT64_C(10000000000)
#define WIDTH_ROUNDS 20
#define NONE         ((size_t)-1)

/* All that one call holds. */
struct run {
    const struct whet_bench_call *call;
    const struct whet_bench_args *args;
    struct whet_outputs outputs;
    struct whet_text typed;
    struct whet_bench_arms *arms;
    struct whet_bench_base base;
    struct whet_affinity cpus;
    struct whet_bench_watch watch;
    struct whet_verdict_options verdict;
    struct whet_session *session;
    struct whet_report report;
    struct whet_error *err;
};

/* ---- options to those of a session ------------------------------------------------------ */

static int nice_read(const struct run *r, struct whet_rounds_options *o)
{
    const char *text = r->args->priority;
    char *end;
    long nice;

    if (text == NULL)
        return 0;
    errno = 0;
    nice = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || nice < -20 || nice > 19)
        return whet_error_set(r->err, -EINVAL,
                              "not a nice value: '--priority %.64s': -20 to 19", text);
    o->nice = (int)nice;
    o->spawn_flags |= WHET_SPAWN_NICE;
    return 0;
}

static uint64_t budget_of(const struct whet_bench_args *a)
{
    return a->budget_ns != 0 || a->runs != 0 ? a->budget_ns : BUDGET_NS;
}

static void count_rounds(const struct whet_bench_args *a, struct whet_rounds_options *o)
{
    o->warmup = a->warmup;
    o->no_warmup = a->warmup == 0;
    o->budget_ns = budget_of(a);
    if (a->runs != 0) {
        o->rounds = a->runs;
        o->min_rounds = a->budget_ns != 0 && a->min_runs < a->runs ? a->min_runs : a->runs;
        return;
    }
    o->rounds = a->max_runs;
    o->min_rounds = a->min_runs;
    o->width = a->precision;
    o->width_rounds = WIDTH_ROUNDS < a->max_runs ? WIDTH_ROUNDS : a->max_runs;
}

static int session_options(struct run *r, struct whet_session_options *out)
{
    const struct whet_bench_args *a = r->args;
    struct whet_rounds_options *o = &out->rounds;
    int rc;

    if (a->runs == 0 && a->min_runs > a->max_runs)
        return whet_error_set(r->err, -EINVAL, "'--min-runs %u' is more than '--max-runs %u'",
                              a->min_runs, a->max_runs);
    if (a->warn > 0 && a->fail > 0 && a->fail < a->warn)
        return whet_error_set(r->err, -EINVAL, "'--fail' is less than '--warn'");
    if (a->level >= 1)
        return whet_error_set(r->err, -EINVAL, "'--level' has to be less than 100%%");
    count_rounds(a, o);
    rc = nice_read(r, o);
    if (rc == 0 && a->cpus != NULL) {
        rc = whet__affinity_parse(&r->cpus, a->cpus, r->err);
        o->cpus = &r->cpus;
    }
    o->seed = a->seed != 0 ? a->seed : whet__clock_wall_ns();
    o->spawn_flags |= WHET_SPAWN_DETAILS | WHET_SPAWN_TREE_MEMORY;
    o->pad_env = !a->no_pad;
    o->progress = whet__bench_watch_progress;
    o->stop = whet__bench_watch_stop;
    o->ctx = &r->watch;
    out->verdict = (struct whet_verdict_options){
        .warn = a->warn, .fail = a->fail, .level = a->level, .metric = WHET_VERDICT_AUTO};
    out->metric = a->metric;
    out->confirm = a->confirm;
    return rc;
}

/* ---- measuring -------------------------------------------------------------------------- */

static int measure(struct run *r)
{
    struct whet_session_options o = {0};
    int rc = session_options(r, &o);

    if (rc != 0)
        return rc;
    r->verdict = o.verdict;
    o.pair = r->arms->pair;
    o.reference = r->args->reference;
    whet__bench_watch_init(&r->watch, r->call->global, budget_of(r->args));
    rc = whet__session_run(&r->session, "", r->arms->arms, r->arms->count, r->arms->functions,
                           r->arms->function_count, &o, r->err);
    whet__bench_watch_end(&r->watch);
    return rc;
}

static int sample_count(const struct whet_result *result)
{
    for (size_t i = 0; i < whet__result_count(result); i++) {
        if (whet__arm_count(whet__result_arm(result, i)) > 0)
            return 1;
    }
    return 0;
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
    if (r->args->baseline != NULL && !r->base.runs_again)
        rc = judge_stored(r, outcome);
    whet__report_conclude(&r->report);
    return rc;
}

/* The first command that never worked or was given up; NULL: none was. */
static const struct whet_result_arm *given_up(const struct whet_result *result)
{
    for (size_t i = 0; i < whet__result_count(result); i++) {
        const struct whet_result_arm *arm = whet__result_arm(result, i);

        if (arm->left_out ||
            (arm->failure != NULL && whet__arm_failed(arm) == whet__arm_count(arm)))
            return arm;
    }
    return NULL;
}

static int fail_given_up(const struct whet_result_arm *arm, struct whet_error *err)
{
    const struct whet_result_sample *last =
        whet__arm_count(arm) > 0 ? whet__arm_sample(arm, whet__arm_count(arm) - 1) : NULL;
    const char *failure = arm->failure != NULL ? arm->failure : "it failed";

    /* During the warm-up there is no sample to ask. */
    if ((last != NULL && last->outcome == WHET_BENCH_EXIT) ||
        strstr(failure, "exit code") != NULL)
        return whet_error_set(err, -ECHILD,
                              "%.300s: give --ignore-failure to measure it anyway", failure);
    return whet_error_set(err, -ECHILD, "%.400s", failure);
}

/* What the exit code is once all is written. */
static int conclude(const struct run *r)
{
    const struct whet_bench_args *a = r->args;
    const struct whet_result *result = r->session->result;
    int gates = a->baseline != NULL || a->fail > 0 || a->strict;
    enum whet_verdict verdict = r->report.verdict;

    if (whet__interrupted() != 0)
        return whet_error_set(r->err, -EINTR, "interrupted: the answer is of fewer rounds");
    if (given_up(result) != NULL)
        return fail_given_up(given_up(result), r->err);
    if (!gates)
        return WHET_BENCH_YES;
    if (verdict == WHET_VERDICT_FAIL ||
        (a->strict && (verdict == WHET_VERDICT_WARN || verdict == WHET_VERDICT_INCONCLUSIVE)))
        return WHET_BENCH_NO;
    return WHET_BENCH_YES;
}

/* For later: the history, and the baseline if all went well. */
static int remember(struct run *r)
{
    struct whet_error why = {0};

    if (r->args->history && whet__history_add(&r->report, ".", NULL, &why) != 0)
        whet__log(WHET_LOG_WARNING, "history: %s", why.text);
    if (r->args->save_baseline == NULL || whet__interrupted() != 0 ||
        given_up(r->session->result) != NULL)
        return 0;
    return whet__baseline_save(".", r->args->save_baseline, &r->report, r->args->keep_binary,
                               r->err);
}

static int answer(struct run *r)
{
    int rc;

    if (!sample_count(r->session->result)) {
        if (whet__interrupted() != 0)
            return whet_error_set(r->err, -EINTR, "interrupted: nothing was measured yet");
        if (given_up(r->session->result) != NULL)
            return fail_given_up(given_up(r->session->result), r->err);
    }
    rc = report(r);
    if (rc == 0)
        rc = whet__outputs_answer(r->call->out, &r->report, r->call->global, r->args->json,
                                  r->err);
    if (rc == 0)
        rc = whet__outputs_write(&r->outputs, &r->report, r->call->global->verbose, r->err);
    if (rc == 0)
        rc = remember(r);
    return rc == 0 ? conclude(r) : rc;
}

/* ---- all of it -------------------------------------------------------------------------- */

static int run(struct run *r)
{
    const struct whet_bench_call *call = r->call;
    int rc = whet__outputs_add(&r->outputs, &r->args->outputs, &r->args->exports, r->err);

    if (rc == 0)
        rc = whet__bench_arms_new(&r->arms, call, r->err);
    if (rc != 0)
        return rc;
    if (r->args->list) {
        whet__programs_list(&r->arms->programs, call->out);
        return WHET_BENCH_YES;
    }
    whet__typed_command(&r->typed);
    whet__report_init(&r->report, call->title, whet__text_str(&r->typed));
    if (r->args->baseline != NULL)
        rc = whet__bench_base_open(&r->base, r->arms, r->args, r->err);
    if (rc == 0)
        rc = measure(r);
    return rc == 0 ? answer(r) : rc;
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
    whet__bench_base_close(&r.base);
    whet__bench_arms_free(r.arms);
    whet__text_clear(&r.typed);
    whet__outputs_clear(&r.outputs);
    return rc;
}
