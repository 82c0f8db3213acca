/* All suites of a project. Minutes pass in here, nearly all of them in what is measured. */
#include "check/check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/mem.h"
#include "check/against.h"
#include "check/baseline.h"
#include "check/baseline_fit.h"
#include "check/build.h"
#include "check/history.h"
#include "check/suite.h"
#include "check/suite_targets.h"
#include "os/clock.h"

#define STRINGS_MAX ((size_t)16 << 20)

struct whet_check {
    const struct whet_project *project;
    const struct whet_check_options *options;
    struct whet_vec suites; /* of const struct whet_suite * */
    struct whet_vec runs;   /* of struct whet_suite_run * */
    struct whet_arena strings;
    struct whet_baseline *baseline;
    struct whet_against *against;
    struct whet_builds builds; /* of the working tree alone */
    char base_label[128];      /* of arms and sentences: "HEAD~1", "baseline main" */
    struct whet_suite_base base;
    struct whet_report report;
    uint64_t start_ns;
    size_t index; /* of the suite that is run */
    size_t broken;
    int stopped;
};

static int no_memory(struct whet_error *err)
{
    return whet_error_set(err, -ENOMEM, "out of memory: 'check'");
}

static const struct whet_suite *suite_at(const struct whet_check *c, size_t index)
{
    return *(const struct whet_suite *const *)whet__vec_at(&c->suites, index);
}

/* ---- what they are compared with -------------------------------------------------------- */

static const char *kept_program(void *ctx, const char *suite, const char *arm)
{
    const struct whet_check *c = ctx;

    return whet__baseline_program(c->baseline, suite, arm);
}

static int open_baseline(struct whet_check *c, struct whet_error *err)
{
    int rc = whet__baseline_load(&c->baseline, c->options->dir, c->options->baseline, err);

    return rc != 0 ? rc
                   : whet__baseline_fit(c->baseline, c->options->baseline, &c->suites,
                                        c->options->any_machine, err);
}

static int open_against(struct whet_check *c, struct whet_error *err)
{
    const struct whet_against_options options = {.dir = c->options->dir,
                                                 .ref = c->options->against,
                                                 .stop = c->options->stop,
                                                 .ctx = c->options->ctx};
    int rc = whet__against_open(&c->against, &options, err);

    if (rc == 0 && whet__against_submodules(c->against))
        whet__log(WHET_LOG_WARNING,
                  "submodules are empty: '%s': let the build fetch what it needs of them",
                  c->options->against);
    return rc;
}

static void tell(struct whet_check *c, const struct whet_rounds_progress *round)
{
    const struct whet_check_progress now = {suite_at(c, c->index)->name, c->index,
                                            c->suites.len, round};

    if (c->options->progress != NULL)
        c->options->progress(c->options->ctx, &now);
}

/* What is to be built is built for all suites first: a compiler that runs meanwhile would
 * be measured, too. */
static int build_all(struct whet_check *c, struct whet_error *err)
{
    int rc = 0;

    for (c->index = 0; c->index < c->suites.len && rc == 0; c->index++) {
        const struct whet_suite *s = suite_at(c, c->index);
        const char *const *lines = s->build != NULL ? s->build : c->project->build;

        tell(c, NULL);
        if (lines != NULL && s->functions == NULL)
            rc = c->against != NULL ? whet__against_build(c->against, lines, err)
                                    : whet__build(&c->builds, lines, err);
    }
    return rc;
}

static int prepare(struct whet_check *c, struct whet_error *err)
{
    const struct whet_check_options *o = c->options;
    int rc = 0;

    if (o->against != NULL && o->baseline != NULL)
        return whet_error_set(err, -EINVAL,
                              "both given: '--against' and '--baseline': compare with one");
    if (o->against != NULL && o->no_build)
        return whet_error_set(err, -EINVAL,
                              "both given: '--against' and '--no-build': it compares two "
                              "builds");
    rc = whet__check_select(&c->suites, c->project, o, err);
    for (size_t i = 0; i < c->suites.len && rc == 0; i++)
        rc = whet__suite_targets_check(c->project->yaml, suite_at(c, i), err);
    if (rc == 0 && o->baseline != NULL)
        rc = open_baseline(c, err);
    if (rc == 0 && o->against != NULL)
        rc = open_against(c, err);
    if (rc == 0 && !o->no_build)
        rc = build_all(c, err);
    return rc;
}

/* ---- one suite -------------------------------------------------------------------------- */

static void on_progress(void *ctx, const struct whet_rounds_progress *round)
{
    tell(ctx, round);
}

static int on_stop(void *ctx)
{
    const struct whet_check *c = ctx;

    return c->options->stop != NULL && c->options->stop(c->options->ctx);
}

/* Its part of the time that is left, unless it says less itself. */
static uint64_t share_of(const struct whet_check *c, const struct whet_suite *s)
{
    uint64_t spent = whet__clock_now_ns() - c->start_ns, share;

    if (c->options->budget_ns == 0)
        return 0;
    if (spent >= c->options->budget_ns)
        return 1;
    share = (c->options->budget_ns - spent) / (c->suites.len - c->index);
    return s->budget_ns != 0 && s->budget_ns < share ? s->budget_ns : share;
}

static const struct whet_suite_base *base_of(struct whet_check *c, const struct whet_suite *s)
{
    c->base = (struct whet_suite_base){.ctx = c};
    if (c->against != NULL) {
        c->base.label = c->base_label;
        c->base.dir = whet__against_dir(c->against);
        return &c->base;
    }
    if (c->baseline == NULL || !whet__baseline_has_program(c->baseline, s->name))
        return NULL;
    c->base.label = c->base_label;
    c->base.program = kept_program;
    return &c->base;
}

/* Its outcome without numbers: why it could not be run. */
static int report_failure(struct whet_check *c, const struct whet_suite *s,
                          const struct whet_error *why)
{
    char line[1100];
    struct whet_outcome *o = whet__report_add(&c->report, s->name, NULL);

    whet_error_format(why, line, sizeof(line));
    c->broken++;
    if (o != NULL)
        o->failure = whet__arena_strndup(&c->strings, line, strlen(line));
    return o == NULL || o->failure == NULL ? -ENOMEM : 0;
}

/* Numbers that were saved, where nothing better was at hand. */
static int judge_stored(struct whet_check *c, const struct whet_suite *s,
                        struct whet_error *err)
{
    struct whet_outcome *o = whet__vec_at(&c->report.outcomes, c->report.outcomes.len - 1);
    const struct whet_result *saved;
    struct whet_verdict_options verdict = c->options->session.verdict;
    const char *metric =
        c->options->session.metric != NULL ? c->options->session.metric : s->metric;
    int rc;

    if (c->baseline == NULL || o->judgements != NULL)
        return 0;
    saved = whet__baseline_find(c->baseline, s->name);
    if (saved == NULL)
        return 0;
    verdict.warn = verdict.warn > 0 ? verdict.warn : s->warn;
    verdict.fail = verdict.fail > 0 ? verdict.fail : s->fail;
    verdict.gates = c->suites.len * whet__result_count(o->result);
    if (metric == NULL || whet__result_find_metric(o->result, metric, &verdict.metric) != 0)
        verdict.metric = WHET_VERDICT_AUTO;
    rc = whet__baseline_judge(o, saved, &verdict, c->options->any_machine, err);
    if (rc == 0)
        o->against = c->base_label;
    return rc;
}

/* The arm of today that the baseline does not have; NULL: it has them all. */
static const char *new_arm(const struct whet_result *saved, const struct whet_result *now,
                           size_t count)
{
    size_t ignored;

    for (size_t i = 0; i < count; i++) {
        const char *name = whet__result_arm(now, i)->name;

        if (whet__result_find_arm(saved, name, &ignored) != 0)
            return name;
    }
    return NULL;
}

/* What has no counterpart makes a gate that means less than it seems to: the outcome says so,
 * and the log, for readers of files. */
static int note_no_base(struct whet_check *c, const struct whet_suite *s,
                        const struct whet_suite_run *run, struct whet_error *err)
{
    struct whet_outcome *o = whet__vec_at(&c->report.outcomes, c->report.outcomes.len - 1);
    const struct whet_result *saved =
        c->baseline != NULL ? whet__baseline_find(c->baseline, s->name) : NULL;
    const char *why = whet__suite_no_base(run), *arm;
    char line[300];

    if (c->baseline != NULL && saved == NULL) {
        snprintf(line, sizeof(line), "it is not in %.100s", c->base_label);
        why = line;
    } else if (saved != NULL &&
               (arm = new_arm(saved, o->result, whet__suite_arm_count(run))) != NULL) {
        snprintf(line, sizeof(line), "'%.150s' is not in %.100s", arm, c->base_label);
        why = line;
    }
    if (why == NULL)
        return 0;
    whet__log(WHET_LOG_WARNING, "not compared: '%s': %s", s->name, why);
    o->no_base = whet__arena_strndup(&c->strings, why, strlen(why));
    return o->no_base != NULL ? 0 : no_memory(err);
}

static int keep_run(struct whet_check *c, const struct whet_suite *s,
                    struct whet_suite_run *run, struct whet_error *err)
{
    struct whet_suite_run **slot = whet__vec_push(&c->runs);
    int rc;

    if (slot == NULL) {
        whet__suite_free(run);
        return no_memory(err);
    }
    *slot = run;
    c->stopped = whet__suite_stopped(run) || on_stop(c);
    if (whet__suite_report(run, &c->report) != 0)
        return no_memory(err);
    rc = judge_stored(c, s, err);
    return rc == 0 ? note_no_base(c, s, run, err) : rc;
}

static int run_suite(struct whet_check *c, const struct whet_suite *s, struct whet_error *err)
{
    struct whet_suite_options options = {
        .dir = c->options->dir, .session = c->options->session, .base = base_of(c, s)};
    struct whet_suite_run *run;
    struct whet_error why = {0};
    int rc;

    options.session.rounds.progress = on_progress;
    options.session.rounds.stop = on_stop;
    options.session.rounds.ctx = c;
    options.session.rounds.budget_ns = share_of(c, s);
    options.session.verdict.gates = c->suites.len;
    rc = whet__suite_run(&run, c->project, s, &options, &why);
    if (rc == 0)
        return keep_run(c, s, run, err);
    if (on_stop(c)) {
        c->stopped = 1;
        return 0;
    }
    if (rc == -ENOMEM || report_failure(c, s, &why) != 0)
        return no_memory(err);
    return 0;
}

/* ---- afterwards ------------------------------------------------------------------------- */

static int has_result(const struct whet_check *c)
{
    for (size_t i = 0; i < c->report.outcomes.len; i++) {
        if (whet__report_at(&c->report, i)->result != NULL)
            return 1;
    }
    return 0;
}

static void add_history(const struct whet_check *c)
{
    struct whet_error why = {0};

    if (!c->options->no_history && has_result(c) &&
        whet__history_add(&c->report, c->options->dir, NULL, &why) != 0)
        whet__log(WHET_LOG_WARNING, "not kept in the history: %s", why.text);
}

static int run_all(struct whet_check *c, struct whet_error *err)
{
    int rc = prepare(c, err);

    c->start_ns = whet__clock_now_ns();
    for (c->index = 0; c->index < c->suites.len && rc == 0 && !c->stopped; c->index++)
        rc = run_suite(c, suite_at(c, c->index), err);
    if (rc != 0)
        return rc;
    if (c->stopped && c->report.outcomes.len == 0)
        return whet_error_set(err, -EINTR, "interrupted");
    whet__report_conclude(&c->report);
    add_history(c);
    return 0;
}

/* A whole hash, as CI systems give it, would fill the line. */
static void label_base(struct whet_check *c)
{
    const char *ref = c->options->against;
    int hash = ref != NULL && strlen(ref) == 40 && strspn(ref, "0123456789abcdef") == 40;

    if (ref != NULL)
        snprintf(c->base_label, sizeof(c->base_label), "%.*s", hash ? 12 : 100, ref);
    else if (c->options->baseline != NULL)
        snprintf(c->base_label, sizeof(c->base_label), "baseline %.100s", c->options->baseline);
}

int whet__check_run(struct whet_check **out, const struct whet_project *project,
                    const struct whet_check_options *options, struct whet_error *err)
{
    struct whet_check *c = whet__mem_zalloc(1, sizeof(*c));
    int rc;

    if (c == NULL)
        return no_memory(err);
    c->project = project;
    c->options = options;
    whet__vec_init(&c->suites, sizeof(const struct whet_suite *), WHET_PROJECT_SUITES_MAX);
    whet__vec_init(&c->runs, sizeof(struct whet_suite_run *), WHET_PROJECT_SUITES_MAX);
    whet__arena_init(&c->strings, STRINGS_MAX);
    whet__report_init(&c->report, "whet check", options->command);
    whet__builds_init(&c->builds, options->dir, WHET_BUILD_HERE, options->stop, options->ctx);
    label_base(c);
    rc = run_all(c, err);
    whet__against_free(c->against); /* nothing is run there any more */
    c->against = NULL;
    if (rc == 0)
        *out = c;
    else
        whet__check_free(c);
    return rc;
}

void whet__check_free(struct whet_check *c)
{
    if (c == NULL)
        return;
    whet__report_clear(&c->report);
    for (size_t i = 0; i < c->runs.len; i++)
        whet__suite_free(*(struct whet_suite_run **)whet__vec_at(&c->runs, i));
    whet__vec_clear(&c->runs);
    whet__vec_clear(&c->suites);
    whet__against_free(c->against);
    whet__builds_clear(&c->builds);
    whet__baseline_free(c->baseline);
    whet__arena_clear(&c->strings);
    whet__mem_free(c);
}

const struct whet_report *whet__check_report(const struct whet_check *c)
{
    return &c->report;
}

int whet__check_save(const struct whet_check *c, const char *name, int binaries,
                     struct whet_error *err)
{
    if (c->stopped)
        return 0;
    return whet__baseline_save(c->options->dir, name, &c->report, binaries, err);
}

size_t whet__check_broken(const struct whet_check *c)
{
    return c->broken;
}

int whet__check_compared_nothing(const struct whet_check *c)
{
    int asked = c->options->against != NULL || c->options->baseline != NULL;
    size_t alone = 0;

    for (size_t i = 0; i < c->report.outcomes.len; i++) {
        const struct whet_outcome *o = whet__report_at(&c->report, i);

        if (o->result != NULL && o->judgements != NULL)
            return 0;
        alone += o->no_base != NULL;
    }
    return asked && !c->stopped && alone > 0;
}
