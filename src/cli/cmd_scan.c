/* whet scan: lines, functions and complexity of every file below a folder. */
#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <whet/scan.h>

#include "cli/scan_output.h"
#include "cli/scan_args.h"
#include "front/scan_slurm.h"
#include "front/terminal.h"
#include "os/clock.h"
#include "os/spawn.h"
#include "scan/format.h"
#include "view/progress.h"

#define SHARDS_DEFAULT 8

static void watch_progress(void *ctx, const struct whet_scan_progress *now)
{
    whet__progress_update(ctx, whet__clock_now_ns(), now->files_done,
                          now->walking ? 0 : now->files_found, NULL);
}

static int run_worker(struct whet_error *err)
{
    int rc = whet_scan_serve();

    if (rc == -ENOTCONN)
        return whet_error_set(err, rc, "--worker is for 'whet scan --isolate' to use");
    return rc != 0 ? whet_error_set(err, rc, "a worker cannot work: %s", strerror(-rc)) : 0;
}

static void watch_tasks(void *ctx, unsigned ended, unsigned running, unsigned total)
{
    char text[64];

    snprintf(text, sizeof(text), "%u running", running);
    whet__progress_update(ctx, whet__clock_now_ns(), ended, total, text);
}

static int run_on_slurm(struct whet_scan **out, const struct whet_scan_args *args,
                        const char *path, const struct whet_scan_options *o,
                        struct whet_error *err)
{
    struct whet_scan_slurm how = {
        .shards = args->shards != 0 ? args->shards : SHARDS_DEFAULT,
        .parts = args->parts,
        .words = &args->sbatch,
        .progress = watch_tasks,
        .ctx = o->ctx,
    };

    return whet__scan_on_slurm(out, path, o, &how, err);
}

/* Workers run this very program, whatever it is called. */
static int scan_below(const struct whet_call *call, const char *path,
                      struct whet_scan_options *o, struct whet_scan **scan,
                      struct whet_error *err)
{
    const struct whet_scan_args *args = call->args;
    const char *worker[] = {NULL, "scan", "--worker", NULL};
    struct whet_text self;
    int rc = 0;

    whet__text_init(&self, (size_t)1 << 16);
    if (args->isolate) {
        rc = whet__spawn_self(&self);
        worker[0] = whet__text_str(&self);
        o->isolate = worker;
    }
    if (rc != 0)
        whet_error_set(err, rc, "cannot find this program: %s", strerror(-rc));
    else if (args->on != NULL)
        rc = run_on_slurm(scan, args, path, o, err);
    else
        rc = whet_scan_run(scan, path, o, err);
    o->isolate = NULL; /* it ends here */
    whet__text_clear(&self);
    return rc;
}

static int run_scan(const struct whet_call *call, struct whet_error *err)
{
    const struct whet_scan_args *args = call->args;
    const char *path = call->operand_count != 0 ? call->operands[0] : ".";
    const struct whet_scan_format *format = whet__scan_args_format(args, err);
    struct whet_scan_options scan_options;
    struct whet_scan *scan = NULL;
    struct whet_progress line;
    int rc;

    if (args->worker)
        return run_worker(err);
    if (format == NULL)
        return -EINVAL;
    rc = whet__scan_args_check(call, err);
    if (rc != 0)
        return rc;
    if (args->merge)
        return whet__scan_output_merge(call, format, err);
    whet__terminal_progress(&line, call->global, "scanning",
                            args->on != NULL ? "shards" : "files");
    rc = whet__scan_args_options(call, path, format, &scan_options, err);
    scan_options.stop = whet__terminal_stop;
    scan_options.progress = watch_progress;
    scan_options.ctx = &line;
    if (rc == 0)
        rc = scan_below(call, path, &scan_options, &scan, err);
    whet__progress_end(&line);
    if (rc == 0)
        rc = whet__scan_output(call, scan, format, err);
    if (rc == 0 && whet_scan_totals(scan)->stopped)
        rc = whet_error_set(err, -EINTR, "interrupted: the answer is a part");
    whet_scan_free(scan);
    return rc;
}

static const struct whet_example examples[] = {
    {"whet scan", "count this folder, by language"},
    {"whet scan --lines src", "lines only, much faster"},
    {"whet scan --top 20", "the 20 most complex functions, too"},
    {"whet scan --json -o scan.json", "every file and function, an object per line"},
    {"whet scan --shard 2/8 --json -o part-2.json",
     "the second of eight parts, for eight machines"},
    {"whet scan --merge part-*.json", "their answers as one"},
    {"whet scan --isolate --file-cpu 2s", "foreign code, which a parser may choke on"},
    {"whet scan --on slurm --shards 100 /data/src", "the same by a Slurm job array"},
    {"whet scan --remote redis://cache --shard 2/8",
     "shards that are run again repeat nothing"},
    {"whet scan --skipped", "what was left out, and by which rule"},
    {NULL, NULL},
};

const struct whet_command whet__cmd_scan = {
    .name = "scan",
    .group = WHET_GROUP_FIX,
    .summary = "analyse a codebase in parallel, incrementally",
    .operands = "[PATH | FILE...]",
    .operands_max = SIZE_MAX,
    .description =
        "Counts the code, comment and blank lines of every file below PATH (a folder or a "
        "file, "
        "by default the current folder), finds its functions by its syntax tree, and gives the "
        "cyclomatic complexity of each.\n\n"
        "Files are left out as git would: by .gitignore in every folder and above, by "
        ".git/info/exclude, by the global excludes file; and by .whetignore, which has the "
        "same "
        "form and the last word. Nothing is left out silently: the last line counts it, "
        "--skipped lists it.\n\n"
        "Answers are kept in a cache and reused while a file's content is the same. The answer "
        "is the same, byte for byte, with a cache or without, for any number of jobs, and put "
        "together from any number of shards.",
    .examples = examples,
    .options = whet__scan_rows,
    .option_count = WHET_SCAN_ROW_COUNT,
    .defaults = &whet__scan_defaults,
    .args_size = sizeof(struct whet_scan_args),
    .run = run_scan,
};
