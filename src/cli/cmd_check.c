/* whet check: all suites of a project, measured and judged: may this be merged? */
#include "cli/command.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "check/check.h"
#include "check/publish.h"
#include "check/suite.h"
#include "cli/check_list.h"
#include "data/project.h"
#include "front/bench_outputs.h"
#include "front/bench_typed.h"
#include "front/terminal.h"
#include "os/clock.h"
#include "os/path.h"
#include "view/progress.h"

#define COMMAND_MAX ((size_t)64 << 10)

struct check_args {
    struct whet_vec tags;
    const char *against;
    const char *baseline;
    const char *save_baseline;
    int keep_binary;
    int any_machine;
    int build;
    int confirm;
    unsigned runs;
    uint64_t budget_ns;
    const char *metric;
    int strict;
    int list;
    int json;
    struct whet_vec outputs;
    struct whet_vec exports;
    const char *report;
    int annotations;
};

static const struct check_args defaults = {
    .tags = {.item_size = sizeof(const char *), .max = WHET_OPTION_ITEMS_MAX},
    .outputs = {.item_size = sizeof(const char *), .max = WHET_OPTION_ITEMS_MAX},
    .exports = {.item_size = sizeof(const char *), .max = WHET_OPTION_ITEMS_MAX},
    .build = 1,
    .confirm = 1,
};

static const struct whet_option_choice places[] = {
    {"auto", WHET_ANNOTATIONS_AUTO},
    {"github", WHET_ANNOTATIONS_GITHUB},
    {"gitlab", WHET_ANNOTATIONS_GITLAB},
    {"none", WHET_ANNOTATIONS_NONE},
    {NULL, 0},
};

static const struct whet_option options[] = {
    {.section = "What to compare with",
     .name = "against",
     .argument = "COMMIT",
     WHET_INTO_STRING(check_args, against),
     .help = "build COMMIT in a tree of its own and run both in turn: HEAD~1, origin/main"},
    {.name = "baseline",
     .argument = "NAME",
     WHET_INTO_STRING(check_args, baseline),
     .help = "compare with results that were saved; only its programs, if they were kept, can "
             "prove a regression, numbers alone warn"},
    {.name = "any-machine",
     WHET_INTO_FLAG(check_args, any_machine),
     .help = "compare with numbers of other machines, too"},
    {.name = "save-baseline",
     .argument = "NAME",
     WHET_INTO_STRING(check_args, save_baseline),
     .help = "keep the results as .whet/baselines/NAME.json"},
    {.name = "keep-binary",
     WHET_INTO_FLAG(check_args, keep_binary),
     .help = "with --save-baseline, keep the programs, too"},
    {.section = "What to run",
     .name = "tag",
     .argument = "TAG",
     WHET_INTO_LIST(check_args, tags),
     .help = "only suites with this tag; may be given again"},
    {.name = "list", WHET_INTO_FLAG(check_args, list), .help = "list the suites and end"},
    {.name = "build",
     WHET_INTO_SWITCH(check_args, build),
     .fallback = "on",
     .help = "run the build lines of whet.yaml first; without, what is there is measured"},
    {.section = "How to measure",
     .name = "runs",
     .letter = 'r',
     .argument = "N",
     WHET_INTO_UINT(check_args, runs),
     .min = 1,
     .max = WHET_ROUNDS_MAX,
     .fallback = "until the intervals are narrow: 100 at most; 10 if nothing is compared",
     .help = "run every command N times"},
    {.name = "time-budget",
     .argument = "TIME",
     WHET_INTO_DURATION(check_args, budget_ns),
     .min = 1,
     .fallback = "30s for a suite that is compared, 10s for another",
     .help = "share TIME among all suites; what has to be confirmed takes longer"},
    {.name = "metric",
     .argument = "NAME",
     WHET_INTO_STRING(check_args, metric),
     .fallback = "the steadiest that is valid",
     .help = "decide on this metric: wall, active, cpu, memory, ..."},
    {.name = "confirm",
     WHET_INTO_SWITCH(check_args, confirm),
     .fallback = "on",
     .help = "let a WARN or FAIL stand only if twice as many runs repeat it"},
    {.section = "Output",
     .name = "strict",
     WHET_INTO_FLAG(check_args, strict),
     .help = "exit with 1 for WARN and INCONCLUSIVE, too"},
    {.name = "json",
     WHET_INTO_FLAG(check_args, json),
     .help = "print the answer as JSON, with every sample"},
    {.name = "output",
     .letter = 'o',
     .argument = "FILE",
     WHET_INTO_LIST(check_args, outputs),
     .help = "write a report to FILE, too; its ending says in which form"},
    {.name = "export",
     .argument = "FORM=FILE",
     WHET_INTO_LIST(check_args, exports),
     .help = "write a report to FILE in this form, whatever its ending"},
    {.name = "report",
     .argument = "DIR",
     WHET_INTO_STRING(check_args, report),
     .help = "write report.html, summary.md, junit.xml, result.json and verdict.txt into DIR"},
    {.name = "annotations",
     .argument = "WHERE",
     WHET_INTO_CHOICE(check_args, annotations),
     .choices = places,
     .fallback = "auto",
     .help = "tell a CI system what was found: lines in its log and the job's summary, or a "
             "code quality report"},
};

static void watch_progress(void *ctx, const struct whet_check_progress *now)
{
    const struct whet_rounds_progress *r = now->round;
    char doing[256];

    if (r == NULL)
        snprintf(doing, sizeof(doing), "building for %.100s", now->suite);
    else
        snprintf(doing, sizeof(doing), "%zu/%zu %.100s%s", now->index + 1, now->count,
                 now->suite,
                 r->confirms ? ", to confirm"
                 : r->warmup ? ", warm-up"
                             : "");
    whet__progress_update(ctx, whet__clock_now_ns(), r != NULL ? r->done : 0,
                          r != NULL ? r->total : 0, doing);
}

static int run_with_progress(const struct whet_call *call, const struct whet_project *project,
                             struct whet_check_options *o, struct whet_check **out,
                             struct whet_error *err)
{
    struct whet_progress line;
    int rc;

    whet__terminal_progress(&line, call->global, "checking", "runs");
    o->stop = whet__terminal_stop;
    o->progress = watch_progress;
    o->ctx = &line;
    rc = whet__check_run(out, project, o, err);
    whet__progress_end(&line);
    return rc;
}

/* As CI systems want it: taken from the top of the repository, or else from where we are. */
static const char *file_in_repository(const char *file)
{
    char path[PATH_MAX + sizeof("/.git")];
    size_t len = strlen(file);

    while (len > 0 && len < PATH_MAX) {
        while (len > 0 && file[len - 1] != '/')
            len--;
        snprintf(path, sizeof(path), "%.*s.git", (int)len, file);
        if (len > 0 && access(path, F_OK) == 0)
            return file + len;
        len -= len > 0;
    }
    if (getcwd(path, PATH_MAX) == NULL)
        return file;
    len = strlen(path);
    return strncmp(file, path, len) == 0 && file[len] == '/' ? file + len + 1 : file;
}

static int exit_code(const struct whet_check *check, const struct check_args *a)
{
    enum whet_verdict verdict = whet__check_report(check)->verdict;

    if (whet__check_broken(check) > 0)
        return WHET_EXIT_FAILURE;
    if (verdict == WHET_VERDICT_FAIL)
        return WHET_EXIT_NO;
    return a->strict && (verdict == WHET_VERDICT_WARN || verdict == WHET_VERDICT_INCONCLUSIVE)
               ? WHET_EXIT_NO
               : WHET_EXIT_YES;
}

static int answer(const struct whet_call *call, const struct whet_check *check,
                  const struct whet_project *project, const char *file,
                  const struct whet_outputs *outputs, struct whet_error *err)
{
    const struct check_args *a = call->args;
    const struct whet_report *report = whet__check_report(check);
    int rc = whet__outputs_answer(call->out, report, call->global, a->json, err);

    if (rc == 0)
        rc = whet__outputs_write(outputs, report, call->global->verbose, err);
    if (rc == 0 && a->report != NULL)
        rc = whet__publish_folder(a->report, report, err);
    if (rc == 0) /* on stdout they would spoil the JSON; GitHub reads both */
        rc = whet__publish_annotations(
            whet__annotations_choose((enum whet_annotations)a->annotations),
            a->json ? stderr : call->out, a->report != NULL ? a->report : ".", report, project,
            file_in_repository(file), err);
    if (rc == 0 && a->save_baseline != NULL)
        rc = whet__check_save(check, a->save_baseline, a->keep_binary, err);
    if (rc == 0 && whet__check_compared_nothing(check) && report->verdict != WHET_VERDICT_FAIL)
        rc = whet_error_set(err, -ENOENT,
                            "nothing was compared: no suite has a counterpart in '%.200s'",
                            a->against != NULL ? a->against : a->baseline);
    return rc != 0 ? rc : exit_code(check, a);
}

static int run_checks(const struct whet_call *call, const struct whet_project *project,
                      const char *file, const struct whet_outputs *outputs,
                      struct whet_error *err)
{
    const struct check_args *a = call->args;
    struct whet_check_options o = {
        .names = call->operands,
        .name_count = call->operand_count,
        .tags = a->tags.items,
        .tag_count = a->tags.len,
        .against = a->against,
        .baseline = a->baseline,
        .any_machine = a->any_machine,
        .no_build = !a->build,
        .budget_ns = a->budget_ns,
        .session = {.rounds = {.rounds = a->runs,
                               .seed = whet__clock_wall_ns(),
                               .spawn_flags = WHET_SPAWN_DETAILS | WHET_SPAWN_TREE_MEMORY,
                               .pad_env = 1},
                    .metric = a->metric,
                    .confirm = a->confirm},
    };
    struct whet_check *check = NULL;
    struct whet_text dir, command;
    int rc;

    if (a->list)
        return whet__check_list(call, project, &o, err);
    whet__text_init(&dir, PATH_MAX);
    whet__text_init(&command, COMMAND_MAX);
    whet__text_append(&dir, file, strlen(file) - strlen(WHET_PROJECT_FILE));
    if (dir.len > 1)
        whet__text_truncate(&dir, dir.len - 1);
    whet__typed_command(&command);
    o.dir = whet__text_str(&dir);
    o.command = whet__text_str(&command);
    rc = run_with_progress(call, project, &o, &check, err);
    if (rc == 0)
        rc = answer(call, check, project, file, outputs, err);
    whet__check_free(check);
    whet__text_clear(&dir);
    whet__text_clear(&command);
    return rc;
}

static int load_and_run(const struct whet_call *call, const struct whet_outputs *outputs,
                        struct whet_error *err)
{
    struct whet_project project;
    struct whet_text file;
    int rc;

    whet__text_init(&file, PATH_MAX);
    rc = whet__suite_project(&project, &file, err);
    if (rc == 0) {
        rc = run_checks(call, &project, whet__text_str(&file), outputs, err);
        whet__project_clear(&project);
    }
    whet__text_clear(&file);
    return rc;
}

static int run_check(const struct whet_call *call, struct whet_error *err)
{
    const struct check_args *a = call->args;
    struct whet_outputs outputs;
    int rc = 0;

    if (a->keep_binary && a->save_baseline == NULL)
        return whet_error_set(err, -EINVAL,
                              "nothing to keep: '--keep-binary': it goes with "
                              "--save-baseline");
    /* Said before minutes are spent: what cannot be written. */
    if (a->report != NULL)
        rc = whet__publish_prepare(a->report, err);
    if (rc != 0)
        return rc;
    whet__outputs_init(&outputs);
    rc = whet__outputs_add(&outputs, &a->outputs, &a->exports, err);
    if (rc == 0)
        rc = load_and_run(call, &outputs, err);
    whet__outputs_clear(&outputs);
    return rc;
}

static const struct whet_example examples[] = {
    {"whet check --against origin/main", "is this branch slower than main?"},
    {"whet check --against HEAD~1 parse", "one suite, against the commit before"},
    {"whet check --tag quick --save-baseline main", "keep results to compare with later"},
    {"whet check --against origin/main --report out", "in CI, with files to upload"},
    {NULL, NULL},
};

const struct whet_command whet__cmd_check = {
    .name = "check",
    .group = WHET_GROUP_KEEP,
    .summary = "compare with baselines, targets and budgets; exit 1 on a regression",
    .operands = "[SUITE]...",
    .operands_max = SIZE_MAX,
    .description =
        "Runs the suites of whet.yaml, in force for the working folder, and holds them against "
        "their targets, growth limits and, run by run in random order, against another commit "
        "or the programs of a baseline.\n\n"
        "The verdict is PASS, WARN (5% worse or more, and proven to be worse), FAIL (10% or "
        "more, and proven to be worse by more than 5%; or a target missed), or INCONCLUSIVE "
        "when the machine was too restless to tell. WARN and FAIL stand only if a second batch "
        "of twice as many runs repeats them.",
    .examples = examples,
    WHET_OPTIONS(options),
    .defaults = &defaults,
    .args_size = sizeof(struct check_args),
    .run = run_check,
};
