/* whet tune: the configuration that makes scanning a codebase fastest, proven. */
#include "cli/command.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include <whet/sizing.h>
#include <whet/tune.h>

#include "base/log.h"
#include "cli/save.h"
#include "cli/tune_workers.h"
#include "data/project.h"
#include "front/bench_outputs.h"
#include "front/terminal.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/spawn.h"
#include "tune/report.h"
#include "view/progress.h"

#define REPORT_MAX ((size_t)256 << 20)

struct tune_args {
    int target;
    int yes;
    int dry_run;
    int force;
    int json;
    int workers;
    int kind; /* enum whet_sizing_type */
    uint64_t task_bytes;
    unsigned runs;
    uint64_t budget_ns;
    uint64_t max_file_bytes;
    uint64_t seed;
    const char *profile;
    const char *output;
};

static const struct whet_option_choice targets[] = {
    {"throughput", WHET_TUNE_THROUGHPUT},
    {"latency", WHET_TUNE_LATENCY},
    {"memory", WHET_TUNE_MEMORY},
    {NULL, 0},
};

static const struct whet_option_choice kinds[] = {
    {"auto", WHET_SIZING_AUTO},
    {"cpu", WHET_SIZING_CPU},
    {"io", WHET_SIZING_IO},
    {"mixed", WHET_SIZING_MIXED},
    {NULL, 0},
};

static const struct whet_option options[] = {
    {.section = "What to tune for",
     .name = "target",
     .argument = "TARGET",
     WHET_INTO_CHOICE(tune_args, target),
     .choices = targets,
     .fallback = "throughput",
     .help = "what counts: files per second from nothing, time to the answer when little "
             "changed, or peak memory"},
    {.name = "profile",
     .argument = "NAME",
     WHET_INTO_STRING(tune_args, profile),
     .fallback = "chosen by machine and workload",
     .help = "start from this shipped profile: cpu_constrained, high_performance, "
             "large_project, medium_project, memory_constrained or small_project"},
    {.name = "max-file-size",
     .argument = "SIZE",
     WHET_INTO_SIZE(tune_args, max_file_bytes),
     .min = 1,
     .fallback = "10MiB",
     .help = "skip larger files"},
    {.section = "Workers",
     .name = "workers",
     WHET_INTO_FLAG(tune_args, workers),
     .help = "say how many workers a kind of task is worth, and why; with a command behind --, "
             "run it 1, 2, 4, ... at a time and measure"},
    {.name = "type",
     .argument = "KIND",
     WHET_INTO_CHOICE(tune_args, kind),
     .choices = kinds,
     .fallback = "auto: by the share of time that the command uses a processor",
     .help = "with --workers: what keeps the tasks busy: cpu, io or mixed"},
    {.name = "task-memory",
     .argument = "SIZE",
     WHET_INTO_SIZE(tune_args, task_bytes),
     .fallback = "as measured",
     .help = "with --workers: memory that one task takes"},
    {.section = "How to measure",
     .name = "runs",
     .letter = 'n',
     .argument = "N",
     WHET_INTO_UINT(tune_args, runs),
     .min = 1,
     .max = 1000,
     .fallback = "9",
     .help =
         "measure every configuration N times; 6 are needed for a 95% interval, 9 for proof"},
    {.name = "time-budget",
     .argument = "TIME",
     WHET_INTO_DURATION(tune_args, budget_ns),
     .min = 1,
     .fallback = "2m",
     .help = "begin no round after TIME, once 3 are done"},
    {.name = "seed",
     .argument = "N",
     WHET_INTO_UINT(tune_args, seed),
     .fallback = "from the clock",
     .help = "draw the orders of runs from this seed"},
    {.section = "Output",
     .name = "yes",
     .letter = 'y',
     WHET_INTO_FLAG(tune_args, yes),
     .help = "write whet.yaml without asking"},
    {.name = "dry-run",
     WHET_INTO_FLAG(tune_args, dry_run),
     .help = "write no whet.yaml; show what would be written"},
    {.name = "force",
     WHET_INTO_FLAG(tune_args, force),
     .help = "with --yes, replace a tuned block that was edited by hand, too"},
    {.name = "json",
     WHET_INTO_FLAG(tune_args, json),
     .help = "print the answer as JSON, with every sample"},
    {.name = "output",
     .letter = 'o',
     .argument = "FILE",
     WHET_INTO_STRING(tune_args, output),
     .help = "write a report to FILE, too: .html, .md, .json or .txt"},
};

static void watch_progress(void *ctx, const struct whet_tune_progress *now)
{
    whet__progress_update(ctx, whet__clock_now_ns(), now->done, now->total, now->doing);
}

static void when_now(char *out, size_t size)
{
    time_t now = (time_t)(whet__clock_wall_ns() / 1000000000);
    struct tm utc;

    if (gmtime_r(&now, &utc) == NULL || strftime(out, size, "%Y-%m-%d %H:%M UTC", &utc) == 0)
        out[0] = '\0';
}

static int report_file(const char *file, const struct whet_tune *tune,
                       const struct whet_tune_report_options *how, struct whet_error *err)
{
    const struct whet_tune_report *report = whet__tune_report_of_file(file);
    struct whet_text text;
    int rc;

    whet__text_init(&text, REPORT_MAX);
    rc = report->put(&text, tune, how);
    if (rc == 0)
        rc = whet__file_write(file, whet__text_str(&text), text.len, 0);
    whet__text_clear(&text);
    if (rc != 0)
        return whet_error_set(err, rc, "cannot write: '%.200s': %s", file, strerror(-rc));
    return 0;
}

static int answer(const struct whet_call *call, const struct whet_tune *tune,
                  struct whet_tune_report_options *how, struct whet_error *err)
{
    const struct tune_args *args = call->args;
    const struct whet_tune_report *report =
        args->json ? &whet__tune_report_json : &whet__tune_report_text;
    struct whet_text text;
    int rc;

    whet__terminal_style(call->out, call->global, &how->style);
    whet__text_init(&text, REPORT_MAX);
    rc = report->put(&text, tune, how);
    if (rc == 0)
        fwrite(whet__text_str(&text), 1, text.len, call->out);
    whet__text_clear(&text);
    how->style = (struct whet_table_style){.width = 100};
    if (rc == 0 && args->output != NULL)
        return report_file(args->output, tune, how, err);
    return rc;
}

/* The size limit that scans of PATH will have: as given, else as whet.yaml says. */
static uint64_t max_file_bytes(const struct tune_args *args, const char *path)
{
    uint64_t max = args->max_file_bytes;
    struct whet_project project;
    struct whet_text file;

    if (max != 0)
        return max;
    whet__text_init(&file, (size_t)1 << 16);
    if (whet__project_find(path, &file) == 0 &&
        whet__project_load(&project, whet__text_str(&file), NULL) == 0) {
        max = whet__project_scan(&project).max_file_bytes;
        whet__project_clear(&project);
    }
    whet__text_clear(&file);
    return max;
}

/* Said before minutes are spent: nothing can be written into that file, for it has a fault. */
static int project_check(const char *path, struct whet_error *err)
{
    struct whet_project project;
    struct whet_text file;
    int rc = 0;

    whet__text_init(&file, (size_t)1 << 16);
    if (whet__project_find(path, &file) == 0) {
        rc = whet__project_load(&project, whet__text_str(&file), err);
        if (rc == 0)
            whet__project_clear(&project);
    }
    whet__text_clear(&file);
    return rc;
}

static int tune_with_progress(const struct whet_call *call, const char *path,
                              struct whet_tune **out, struct whet_error *err)
{
    const struct tune_args *args = call->args;
    struct whet_progress line;
    struct whet_tune_options tune_options = {
        .target = (enum whet_tune_target)args->target,
        .profile = args->profile,
        .runs = args->runs,
        .time_budget_ns = args->budget_ns,
        .seed = args->seed,
        .max_file_bytes = max_file_bytes(args, path),
        .stop = whet__terminal_stop,
        .progress = watch_progress,
        .ctx = &line,
    };
    struct whet_text self;
    int rc;

    /* This very program, whatever it is called. */
    whet__text_init(&self, (size_t)1 << 16);
    if (whet__spawn_self(&self) == 0)
        tune_options.program = whet__text_str(&self);
    whet__terminal_progress(&line, call->global, "measuring", "runs");
    rc = whet_tune_run(out, path, &tune_options, err);
    whet__progress_end(&line);
    whet__text_clear(&self);
    return rc;
}

static int save(const struct whet_call *call, const char *path, const struct whet_tune *tune,
                const char *when, struct whet_error *err)
{
    const struct tune_args *args = call->args;
    struct whet_save_options how = {
        .yes = args->yes,
        .dry_run = args->dry_run,
        .force = args->force,
        .quiet = call->global->quiet,
        .max_file_bytes = args->max_file_bytes,
        .when = when,
    };

    return whet__tune_save(path, tune, &how, err);
}

/* Said before minutes are spent: no report can go there. */
static int output_check(const char *file, struct whet_error *err)
{
    if (whet__tune_report_of_file(file) == NULL)
        return whet_error_set(
            err, -EINVAL, "no format for this ending: '%.200s': use .html, .md, .json or .txt",
            file);
    return whet__outputs_check(file, err);
}

static int run_workers(const struct whet_call *call, struct whet_error *err)
{
    const struct tune_args *args = call->args;
    const struct whet_tune_workers_args workers = {.type = args->kind,
                                                   .rounds = args->runs,
                                                   .task_bytes = args->task_bytes,
                                                   .json = args->json};

    return whet__tune_workers(call, &workers, err);
}

static int run_tune(const struct whet_call *call, struct whet_error *err)
{
    const struct tune_args *args = call->args;
    const char *path = call->operand_count != 0 ? call->operands[0] : ".";
    struct whet_tune_report_options how = {.path = path};
    struct whet_tune *tune = NULL;
    char when[64];
    int rc;

    if (args->workers)
        return run_workers(call, err);
    if (call->operand_count > 1)
        return whet_error_set(err, -EINVAL,
                              "unexpected operand: '%.200s': 'whet tune -h' shows the usage",
                              call->operands[1]);
    if (args->kind != 0 || args->task_bytes != 0)
        return whet_error_set(err, -EINVAL, "what for: '%s' goes with '--workers'",
                              args->kind != 0 ? "--type" : "--task-memory");
    rc = args->output != NULL ? output_check(args->output, err) : 0;
    if (rc == 0)
        rc = project_check(path, err);
    if (rc != 0)
        return rc;
    rc = tune_with_progress(call, path, &tune, err);
    if (rc != 0)
        return rc;
    when_now(when, sizeof(when));
    how.when = when;
    rc = answer(call, tune, &how, err);
    if (rc == 0 && whet_tune_stopped(tune))
        rc = whet_error_set(err, -EINTR,
                            "interrupted: the answer is of fewer rounds; "
                            "whet.yaml was not written");
    if (rc == 0) {
        fflush(call->out); /* before a question is asked */
        rc = save(call, path, tune, when, err);
    }
    whet_tune_free(tune);
    return rc;
}

static const struct whet_example examples[] = {
    {"whet tune", "tune scanning of this folder; asks before it writes whet.yaml"},
    {"whet tune src -o report.html --yes", "no questions, and a report with plots"},
    {"whet tune --workers -- gzip -k9c large.log", "how many at once are worth it"},
    {"whet tune --target memory --runs 10", "for the smallest peak memory"},
    {NULL, NULL},
};

const struct whet_command whet__cmd_tune = {
    .name = "tune",
    .group = WHET_GROUP_FIX,
    .summary = "find the fastest configuration for a workload, and prove it",
    .operands = "[PATH] | --workers [-- COMMAND ...]",
    .operands_max = SIZE_MAX,
    .description =
        "Looks at the machine (cores by affinity and cgroup quota, memory, storage) and at the "
        "files below PATH, starts from a shipped profile, adapts it inside guard rails, and "
        "measures: sequential, parallel, and cached scans, each run a process of its own, all "
        "configurations in random order in every round.\n\n"
        "Prints time and speed-up with their intervals, files per second, peak memory, use of "
        "the processor, hit rate and errors; what it chose and why; the published quick "
        "estimate beside the measurement; and a grade. The choice goes to the tuned block of "
        "PATH/whet.yaml, which 'whet scan' obeys. The rest of that file is never touched.",
    .examples = examples,
    WHET_OPTIONS(options),
    .args_size = sizeof(struct tune_args),
    .run = run_tune,
};
