/* The end of every session, whatever it measured. */
#include "front/bench_finish.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "check/baseline.h"
#include "check/history.h"
#include "os/signal.h"

static int never_worked(const struct whet_result_arm *arm)
{
    return arm->left_out ||
           (arm->failure != NULL && whet__arm_failed(arm) == whet__arm_count(arm));
}

/* The first command that never worked or was given up; NULL: none was. */
static const struct whet_result_arm *given_up(const struct whet_report *report)
{
    for (size_t i = 0; i < report->outcomes.len; i++) {
        const struct whet_result *r = whet__report_at(report, i)->result;

        for (size_t k = 0; r != NULL && k < whet__result_count(r); k++) {
            if (never_worked(whet__result_arm(r, k)))
                return whet__result_arm(r, k);
        }
    }
    return NULL;
}

static int has_samples(const struct whet_report *report)
{
    for (size_t i = 0; i < report->outcomes.len; i++) {
        const struct whet_result *r = whet__report_at(report, i)->result;

        for (size_t k = 0; r != NULL && k < whet__result_count(r); k++) {
            if (whet__arm_count(whet__result_arm(r, k)) > 0)
                return 1;
        }
    }
    return 0;
}

static int fail_given_up(const struct whet_result_arm *arm, struct whet_error *err)
{
    static const char failed[] = "command failed with exit code";
    const char *failure = arm->failure != NULL ? arm->failure : "it failed";

    if (strncmp(failure, failed, sizeof(failed) - 1) == 0)
        return whet_error_set(err, -ECHILD,
                              "%.300s: give --ignore-failure to measure it anyway", failure);
    return whet_error_set(err, -ECHILD, "%.400s", failure);
}

int whet__bench_exit(enum whet_verdict verdict, int strict)
{
    if (verdict == WHET_VERDICT_FAIL)
        return WHET_BENCH_NO;
    if (strict && (verdict == WHET_VERDICT_WARN || verdict == WHET_VERDICT_INCONCLUSIVE))
        return WHET_BENCH_NO;
    return WHET_BENCH_YES;
}

int whet__bench_gates(const struct whet_bench_args *a)
{
    return a->baseline != NULL || a->fail > 0 || a->strict;
}

static int cleanup_failed(const struct whet_report *report)
{
    for (size_t i = 0; i < report->outcomes.len; i++) {
        const struct whet_result *r = whet__report_at(report, i)->result;

        if (r != NULL && r->cleanup_failed)
            return 1;
    }
    return 0;
}

/* A gate that compared nothing has not held: why not, of the first that should have been
 * compared; NULL: something was, or nothing should have been. */
static const struct whet_judgement *nothing_compared(const struct whet_report *report)
{
    const struct whet_judgement *first = NULL;

    for (size_t i = 0; i < report->outcomes.len; i++) {
        const struct whet_outcome *o = whet__report_at(report, i);

        for (size_t k = 0; o->judgements != NULL && k < whet__result_count(o->result); k++) {
            if (o->judgements[k].pairs > 0)
                return NULL;
            if (first == NULL && o->judgements[k].text[0] != '\0')
                first = &o->judgements[k];
        }
    }
    return first;
}

/* The exit code once all is written. */
static int conclude(const struct whet_bench_args *a, const struct whet_report *report,
                    struct whet_error *err)
{
    if (whet__interrupted() != 0)
        return whet_error_set(err, -EINTR, "interrupted: the answer is of fewer rounds");
    if (given_up(report) != NULL)
        return fail_given_up(given_up(report), err);
    if (cleanup_failed(report))
        return whet_error_set(err, -ECHILD, "not cleaned up: a command of --cleanup failed");
    if (!whet__bench_gates(a))
        return WHET_BENCH_YES;
    if (nothing_compared(report) != NULL)
        return whet_error_set(err, -ENODATA, "nothing was compared: %s",
                              nothing_compared(report)->why);
    return whet__bench_exit(report->verdict, a->strict);
}

/* For later: the history, and the baseline if all went well. */
static int remember(const struct whet_bench_args *a, const struct whet_report *report,
                    struct whet_error *err)
{
    struct whet_error why = {0};

    if (a->history && whet__history_add(report, ".", NULL, &why) != 0)
        whet__log(WHET_LOG_WARNING, "history: %s", why.text);
    if (a->save_baseline == NULL || whet__interrupted() != 0 || given_up(report) != NULL)
        return 0;
    return whet__baseline_save(".", a->save_baseline, report, a->keep_binary, err);
}

int whet__bench_finish(const struct whet_bench_call *call, const struct whet_outputs *outputs,
                       const struct whet_report *report, struct whet_error *err)
{
    const struct whet_bench_args *a = call->args;
    int rc;

    if (!has_samples(report)) {
        if (whet__interrupted() != 0)
            return whet_error_set(err, -EINTR, "interrupted: nothing was measured yet");
        if (given_up(report) != NULL)
            return fail_given_up(given_up(report), err);
    }
    rc = whet__outputs_answer(call->out, report, call->global, a->json, err);
    if (rc == 0)
        rc = whet__outputs_write(outputs, report, call->global->verbose, err);
    if (rc == 0)
        rc = remember(a, report, err);
    return rc == 0 ? conclude(a, report, err) : rc;
}
