/* A suite, run. The work is in the parts (arms, session, targets, scaling, concurrency); this
 * file puts them in order and keeps what the report borrows. */
#include "check/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/text.h"
#include "bench/plan_program.h"
#include "check/same_code.h"
#include "check/suite_arms.h"
#include "check/suite_concurrency.h"
#include "check/suite_scaling.h"
#include "check/suite_targets.h"

#define STRINGS_MAX  ((size_t)16 << 20)
#define PARTS_MAX    1024
#define NO_PAIR      ((size_t)-1)
#define ROUNDS_ALONE 10 /* where only limits are asked for */
#define ROUNDS_MAX   100
#define WIDTH        0.0125
#define BUDGET_ALONE UINT64_C(10000000000)
#define BUDGET       UINT64_C(30000000000)
#define LEVEL        0.99

struct whet_suite_run {
    const struct whet_project *project;
    const struct whet_suite *suite;
    struct whet_suite_options options;
    struct whet_arena strings;
    struct whet_suite_arms ours, theirs;
    const struct whet_suite_base *base; /* NULL: nothing to compare with */
    char no_base[256];                  /* why not, though it was asked for */
    struct whet_bench_arm *arms;        /* ours, then theirs */
    size_t *pair;
    size_t count;
    struct whet_session *session;
    struct whet_vec targets, scaling, concurrency;
};

static int no_memory(struct whet_error *err)
{
    return whet_error_set(err, -ENOMEM, "out of memory: 'suite'");
}

static struct whet_suite_arms_options arms_options(const struct whet_suite_run *run,
                                                   const char *dir)
{
    return (struct whet_suite_arms_options){.dir = dir,
                                            .stop = run->options.session.rounds.stop,
                                            .ctx = run->options.session.rounds.ctx};
}

/* ---- what it is compared with ----------------------------------------------------------- */

/* "parse @ HEAD~1" */
static const char *label(struct whet_suite_run *run, const char *name)
{
    struct whet_text text;
    const char *kept = NULL;

    whet__text_init(&text, 65536);
    whet__text_printf(&text, "%s @ %s", name, run->base->label);
    if (whet__text_error(&text) == 0)
        kept = whet__arena_strndup(&run->strings, whet__text_str(&text), text.len);
    whet__text_clear(&text);
    return kept;
}

static int is_missing(int rc)
{
    return rc == -ENOENT || rc == -EACCES || rc == -ENOTDIR || rc == -ENOTSUP || rc == -ESRCH;
}

/* What was kept of a program of functions: all of them have the same. NULL: nothing. */
static const char *kept_program(const struct whet_suite_run *run)
{
    const char *path = NULL;

    for (size_t i = 0; i < run->ours.count && path == NULL; i++)
        path =
            run->base->program(run->base->ctx, run->suite->name, run->ours.arms[i].about.name);
    return path;
}

/* The suite's arms in the other tree, or of a program of functions that was kept. A suite that
 * is new there is measured alone. */
static int open_theirs(struct whet_suite_run *run, struct whet_error *err)
{
    struct whet_suite_arms_options options = arms_options(run, run->base->dir);
    struct whet_error why = {0};
    int rc;

    if (run->base->program != NULL) {
        options.program = kept_program(run);
        if (options.program == NULL) { /* of other functions only */
            run->base = NULL;
            return 0;
        }
    }
    rc = whet__suite_arms_open(&run->theirs, run->suite, &options, &why);
    if (rc == 0)
        return whet__suite_arms_like(&run->theirs, &run->ours, err);
    if (!is_missing(rc))
        return whet_error_set(err, rc, "%s: %.400s", run->base->label, why.text);
    snprintf(run->no_base, sizeof(run->no_base), "%.200s", why.text);
    run->base = NULL;
    return 0;
}

static int add_theirs(struct whet_suite_run *run, const struct whet_bench_arm *arm, size_t like,
                      struct whet_error *err)
{
    struct whet_bench_arm *into = &run->arms[run->count];

    *into = *arm;
    into->about.name = label(run, arm->about.name);
    if (into->about.name == NULL)
        return no_memory(err);
    if (like != NO_PAIR) {
        if (run->base->program == NULL)
            whet__same_code_mark(into, &run->arms[like], run->suite);
        run->pair[like] = run->count;
    }
    run->pair[run->count++] = NO_PAIR;
    return 0;
}

static size_t find_name(const struct whet_suite_arms *a, const char *name)
{
    for (size_t i = 0; i < a->count; i++) {
        if (strcmp(a->arms[i].about.name, name) == 0)
            return i;
    }
    return NO_PAIR;
}

/* Kept programs in the place of ours. */
static int add_programs(struct whet_suite_run *run, struct whet_error *err)
{
    int rc = 0;

    for (size_t i = 0; i < run->ours.count && rc == 0; i++) {
        struct whet_bench_arm arm = run->ours.arms[i];
        const char *path = run->base->program(run->base->ctx, run->suite->name, arm.about.name);

        if (path == NULL)
            continue;
        arm.program = path;
        arm.about.program_hash = arm.about.code_hash = NULL;
        rc = whet__plan_program(&arm, &run->strings, err);
        if (rc == 0)
            rc = add_theirs(run, &arm, i, err);
    }
    return rc;
}

static int add_base(struct whet_suite_run *run, struct whet_error *err)
{
    int rc = 0;

    if (run->base->program != NULL && run->ours.functions == NULL)
        return add_programs(run, err);
    for (size_t i = 0; i < run->theirs.count && rc == 0; i++)
        rc = add_theirs(run, &run->theirs.arms[i],
                        find_name(&run->ours, run->theirs.arms[i].about.name), err);
    return rc;
}

/* ---- one command of the suite against another ------------------------------------------- */

static int same_params(const struct whet_result_arm *a, const struct whet_result_arm *b)
{
    if (a->param_count != b->param_count)
        return 0;
    for (size_t i = 0; i < a->param_count; i++) {
        if (strcmp(a->params[i].value, b->params[i].value) != 0)
            return 0;
    }
    return 1;
}

/* The arm of the reference that has the same parameters. */
static size_t reference_of(const struct whet_suite_run *run, size_t arm)
{
    const struct whet_suite *s = run->suite;
    const size_t *commands = run->ours.commands;

    for (size_t i = 0; commands != NULL && i < run->ours.count; i++) {
        const struct whet_suite_command *c = &s->commands[commands[i]];

        if (c->name != NULL && strcmp(c->name, s->reference) == 0 &&
            same_params(&run->arms[i].about, &run->arms[arm].about))
            return i == arm || commands[arm] == commands[i] ? NO_PAIR : i;
    }
    return NO_PAIR;
}

static int is_compared(const struct whet_suite_run *run)
{
    if (run->options.compare_arms)
        return run->count > 1;
    for (size_t i = 0; i < run->count; i++) {
        if (run->pair[i] != NO_PAIR)
            return 1;
    }
    return 0;
}

/* Known beforehand to be the same code: there is nothing to be found out by many runs. */
static int are_same(const struct whet_result_arm *a, const struct whet_result_arm *b)
{
    const char *mine = a->kind == WHET_RESULT_FUNCTION ? a->program_hash : a->code_hash;
    const char *theirs = b->kind == WHET_RESULT_FUNCTION ? b->program_hash : b->code_hash;

    return mine != NULL && theirs != NULL && strcmp(mine, theirs) == 0;
}

static int all_same(const struct whet_suite_run *run)
{
    for (size_t i = 0; i < run->count; i++) {
        if (run->pair[i] != NO_PAIR &&
            !are_same(&run->arms[i].about, &run->arms[run->pair[i]].about))
            return 0;
    }
    return !run->options.compare_arms;
}

/* ---- measuring -------------------------------------------------------------------------- */

static int collect_arms(struct whet_suite_run *run, struct whet_error *err)
{
    size_t most = 2 * run->ours.count + run->theirs.count;

    run->arms = whet__arena_zalloc(&run->strings, most, sizeof(*run->arms));
    run->pair = whet__arena_zalloc(&run->strings, most, sizeof(*run->pair));
    if (run->arms == NULL || run->pair == NULL)
        return no_memory(err);
    for (size_t i = 0; i < run->ours.count; i++) {
        run->arms[i] = run->ours.arms[i];
        run->pair[i] = NO_PAIR;
    }
    run->count = run->ours.count;
    if (run->base != NULL)
        return add_base(run, err);
    for (size_t i = 0; run->suite->reference != NULL && i < run->count; i++)
        run->pair[i] = reference_of(run, i);
    return 0;
}

static int open_arms(struct whet_suite_run *run, struct whet_error *err)
{
    struct whet_suite_arms_options options = arms_options(run, run->options.dir);
    int rc = whet__suite_arms_open(&run->ours, run->suite, &options, err);

    if (rc == 0 && run->suite->functions != NULL) /* ours, whatever the tree */
        run->base = NULL;
    if (rc == 0 && run->base != NULL &&
        (run->base->program == NULL || run->ours.functions != NULL))
        rc = open_theirs(run, err);
    if (rc == 0)
        rc = collect_arms(run, err);
    if (rc == 0 && run->count > WHET_ROUNDS_ARMS_MAX)
        rc = whet_error_set(err, -EINVAL,
                            "too many commands: %zu, with those they are compared with: at "
                            "most %d can be measured together",
                            run->count, WHET_ROUNDS_ARMS_MAX);
    return rc;
}

/* What the command line says goes before what the suite says, and that before our choice. */
static void rounds_fill(const struct whet_suite_run *run, struct whet_rounds_options *o)
{
    const struct whet_suite *s = run->suite;
    int compared = is_compared(run) && !all_same(run);

    if (o->budget_ns == 0)
        o->budget_ns = s->budget_ns;
    if (o->rounds == 0)
        o->rounds = (unsigned)s->runs;
    if (o->rounds != 0)
        return;
    o->rounds = compared ? ROUNDS_MAX : ROUNDS_ALONE;
    if (compared && !(o->width > 0))
        o->width = WIDTH;
    if (o->budget_ns == 0)
        o->budget_ns = compared ? BUDGET : BUDGET_ALONE;
}

static struct whet_session_options session_options(const struct whet_suite_run *run)
{
    struct whet_session_options o = run->options.session;
    const struct whet_suite *s = run->suite;

    rounds_fill(run, &o.rounds);
    if (o.metric == NULL)
        o.metric = s->metric;
    if (!(o.verdict.warn > 0))
        o.verdict.warn = s->warn;
    if (!(o.verdict.fail > 0))
        o.verdict.fail = s->fail;
    if (run->options.compare_arms && o.reference == NULL)
        o.reference = s->reference;
    o.pair = run->options.compare_arms && run->base == NULL ? NULL : run->pair;
    if (o.metric == NULL)
        o.verdict.metric = WHET_VERDICT_AUTO;
    return o;
}

/* Every suite of a check adds to the chance of a false alarm. */
static size_t gates(const struct whet_suite_run *run, size_t suites)
{
    size_t pairs = 0;

    for (size_t i = 0; i < run->count; i++)
        pairs += run->pair[i] != NO_PAIR;
    return suites > 1 ? pairs * suites : 0;
}

static int measure(struct whet_suite_run *run, struct whet_error *err)
{
    struct whet_session_functions functions[2];
    struct whet_session_options options = session_options(run);
    size_t function_count = 0;

    if (run->ours.functions != NULL)
        functions[function_count++] = (struct whet_session_functions){run->ours.functions, 0};
    if (run->theirs.functions != NULL)
        functions[function_count++] =
            (struct whet_session_functions){run->theirs.functions, run->ours.count};
    options.verdict.gates = gates(run, options.verdict.gates);
    return whet__session_run(&run->session, run->suite->name, run->arms, run->count, functions,
                             function_count, &options, err);
}

static int judge(struct whet_suite_run *run, struct whet_error *err)
{
    const struct whet_result *result = run->session->result;
    double level =
        run->options.session.verdict.level > 0 ? run->options.session.verdict.level : LEVEL;
    int rc = whet__suite_targets_judge(&run->targets, run->project->yaml, run->suite, result,
                                       run->ours.count, level, err);

    if (rc == 0)
        rc = whet__suite_scaling_judge(&run->scaling, &run->strings, run->suite, result,
                                       run->ours.count, run->ours.commands,
                                       run->session->metric, level, err);
    return rc;
}

static int run_copies(struct whet_suite_run *run, struct whet_error *err)
{
    struct whet_suite_arms_options options = arms_options(run, run->options.dir);
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < run->suite->command_count; i++) {
        const struct whet_suite_command *c = &run->suite->commands[i];
        struct whet_concurrency *answer = whet__vec_push(&run->concurrency);

        if (answer == NULL)
            return no_memory(err);
        rc = whet__suite_concurrency(answer, c->name != NULL ? c->name : run->suite->name,
                                     run->suite, i, &options, err);
        if (rc != 0)
            run->concurrency.len--;
    }
    return rc == -EINTR ? 0 : rc; /* what was measured stays */
}

static int run_parts(struct whet_suite_run *run, struct whet_error *err)
{
    int rc = whet__suite_targets_check(run->project->yaml, run->suite, err);

    if (rc == 0)
        rc = open_arms(run, err);
    if (rc == 0)
        rc = measure(run, err);
    if (rc == 0 && !whet__suite_stopped(run))
        rc = judge(run, err);
    if (rc == 0 && !whet__suite_stopped(run) && run->suite->concurrency.copies != 0)
        rc = run_copies(run, err);
    return rc;
}

/* ---- the interface ---------------------------------------------------------------------- */

int whet__suite_run(struct whet_suite_run **out, const struct whet_project *project,
                    const struct whet_suite *suite, const struct whet_suite_options *options,
                    struct whet_error *err)
{
    struct whet_suite_run *run = whet__mem_zalloc(1, sizeof(*run));
    int rc;

    if (run == NULL)
        return no_memory(err);
    run->project = project;
    run->suite = suite;
    run->options = *options;
    run->base = options->base;
    whet__arena_init(&run->strings, STRINGS_MAX);
    whet__vec_init(&run->targets, sizeof(struct whet_target), PARTS_MAX);
    whet__vec_init(&run->scaling, sizeof(struct whet_scaling), PARTS_MAX);
    whet__vec_init(&run->concurrency, sizeof(struct whet_concurrency), PARTS_MAX);
    rc = run_parts(run, err);
    if (rc == 0)
        *out = run;
    else
        whet__suite_free(run);
    return rc;
}

void whet__suite_free(struct whet_suite_run *run)
{
    if (run == NULL)
        return;
    whet__session_free(run->session);
    whet__suite_arms_close(&run->ours);
    whet__suite_arms_close(&run->theirs);
    whet__vec_clear(&run->targets);
    whet__vec_clear(&run->scaling);
    whet__vec_clear(&run->concurrency);
    whet__arena_clear(&run->strings);
    whet__mem_free(run);
}

int whet__suite_stopped(const struct whet_suite_run *run)
{
    return run->session->result->end == WHET_RESULT_STOPPED ||
           (run->session->second != NULL && run->session->second->end == WHET_RESULT_STOPPED);
}

const char *whet__suite_no_base(const struct whet_suite_run *run)
{
    return run->no_base[0] != '\0' ? run->no_base : NULL;
}

size_t whet__suite_arm_count(const struct whet_suite_run *run)
{
    return run->ours.count;
}

static int append(struct whet_vec *out, const struct whet_vec *items)
{
    for (size_t i = 0; i < items->len; i++) {
        void *item = whet__vec_push(out);

        if (item == NULL)
            return -ENOMEM;
        memcpy(item, whet__vec_at(items, i), items->item_size);
    }
    return 0;
}

int whet__suite_report(const struct whet_suite_run *run, struct whet_report *report)
{
    struct whet_outcome *o;
    const char *against = run->base != NULL ? run->base->label : NULL;
    int rc;

    if (against == NULL && is_compared(run))
        against =
            run->suite->reference != NULL
                ? run->suite->reference
                : whet__result_arm(run->session->result, run->session->result->reference)->name;
    rc = whet__session_report(run->session, run->suite->name, against, report, &o);
    if (rc != 0)
        return rc;
    o->title = run->suite->about;
    if (against == NULL) { /* free for those of a baseline */
        whet__mem_free(o->judgements);
        o->judgements = NULL;
    }
    rc = append(&o->targets, &run->targets);
    if (rc == 0)
        rc = append(&o->scaling, &run->scaling);
    if (rc == 0)
        rc = append(&o->concurrency, &run->concurrency);
    return rc;
}
