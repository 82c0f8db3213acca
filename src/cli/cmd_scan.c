/* whet scan: lines, functions and complexity of every file below a folder. */
#include "cli/command.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <whet/scan.h>

#include "base/log.h"
#include "cluster/slurm.h"
#include "data/project.h"
#include "front/scan_slurm.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/signal.h"
#include "os/spawn.h"
#include "os/term.h"
#include "scan/format.h"
#include "view/progress.h"

#define SHARDS_DEFAULT 8

struct scan_args {
    unsigned jobs;
    unsigned flags; /* enum whet_scan_flags */
    int cache;
    int functions; /* -1: as the format likes */
    int by_file;
    int skipped;
    int summary;
    int json;
    int config;
    unsigned top;
    uint64_t max_file_bytes;
    uint64_t cache_bytes;
    int isolate;
    int worker;
    uint64_t file_cpu_ns;
    uint64_t file_memory_bytes;
    const char *cache_dir;
    const char *format;
    const char *output;
    const char *shard;
    const char *on;
    const char *parts;
    unsigned shards;
    struct whet_vec sbatch; /* of const char * */
    int merge;
};

static const struct whet_option_choice cache_choices[] = {
    {"auto", WHET_SCAN_CACHE_AUTO},
    {"off", WHET_SCAN_CACHE_OFF},
    {"stat", WHET_SCAN_CACHE_STAT},
    {"content", WHET_SCAN_CACHE_CONTENT},
    {NULL, 0},
};

static const struct whet_option options[] = {
    {.section = "How to scan",
     .name = "jobs",
     .letter = 'j',
     .argument = "N",
     WHET_INTO_UINT(scan_args, jobs),
     .min = 1,
     .max = 1024,
     .fallback = "the cores that affinity and cgroup allow",
     .help = "use N threads"},
    {.name = "lines",
     .letter = 'l',
     WHET_INTO_BIT(scan_args, flags),
     .value = WHET_SCAN_LINES_ONLY,
     .help = "count lines only; never parse"},
    {.name = "list",
     WHET_INTO_BIT(scan_args, flags),
     .value = WHET_SCAN_LIST_ONLY,
     .help = "print the names of the files that would be opened, a line each; open none"},
    {.name = "max-file-size",
     .argument = "SIZE",
     WHET_INTO_SIZE(scan_args, max_file_bytes),
     .min = 1,
     .fallback = "10MiB",
     .help = "skip larger files, and say so"},
    {.name = "config",
     WHET_INTO_SWITCH(scan_args, config),
     .fallback = "on",
     .help = "take jobs, cache and sizes that are not given here from whet.yaml, in PATH or "
             "above"},
    {.section = "More than one machine",
     .name = "on",
     .argument = "ENGINE",
     WHET_INTO_STRING(scan_args, on),
     .help = "slurm: scan by a job array, a shard for each task, and put the answers together"},
    {.name = "shards",
     .argument = "N",
     WHET_INTO_UINT(scan_args, shards),
     .min = 1,
     .max = WHET_SLURM_TASKS_MAX,
     .fallback = "8",
     .help = "so many tasks (--on)"},
    {.name = "sbatch",
     .argument = "WORD",
     WHET_INTO_LIST(scan_args, sbatch),
     .help = "hand WORD to sbatch: --sbatch=--partition=long; may be given again (--on)"},
    {.name = "parts",
     .argument = "DIR",
     WHET_INTO_STRING(scan_args, parts),
     .fallback = "one in the current folder, removed at the end",
     .help = "keep the answers of shards in DIR, which all machines see (--on)"},
    {.name = "shard",
     .argument = "K/N",
     WHET_INTO_STRING(scan_args, shard),
     .help = "scan the Kth of N parts, by folders; the same parts on any machine that sees the "
             "same tree"},
    {.name = "merge",
     WHET_INTO_FLAG(scan_args, merge),
     .help = "scan nothing: the operands are the JSON answers of all shards, and the answer is "
             "that of one scan"},
    {.section = "Isolation",
     .name = "isolate",
     WHET_INTO_FLAG(scan_args, isolate),
     .help = "analyse in worker processes: a file that crashes its worker, or is over a limit, "
             "is skipped with its reason, and the rest goes on"},
    {.name = "file-cpu",
     .argument = "TIME",
     WHET_INTO_DURATION(scan_args, file_cpu_ns),
     .min = 1000000,
     .fallback = "10s",
     .help = "with --isolate: processor time for one file, from when its analysis begins"},
    {.name = "file-memory",
     .argument = "SIZE",
     WHET_INTO_SIZE(scan_args, file_memory_bytes),
     .min = 64 << 20,
     .fallback = "4GiB",
     .help = "with --isolate: address space of a worker"},
    {.name = "worker",
     WHET_INTO_FLAG(scan_args, worker),
     .help = "be such a worker process: started by --isolate, of no use to people"},
    {.section = "What to leave out",
     .name = "no-gitignore",
     WHET_INTO_BIT(scan_args, flags),
     .value = WHET_SCAN_NO_GITIGNORE,
     .help = "do not read .gitignore and .git/info/exclude"},
    {.name = "no-parent-ignore",
     WHET_INTO_BIT(scan_args, flags),
     .value = WHET_SCAN_NO_PARENTS,
     .help = "do not read ignore files above PATH"},
    {.name = "no-global-ignore",
     WHET_INTO_BIT(scan_args, flags),
     .value = WHET_SCAN_NO_GLOBAL,
     .help = "do not read git's core.excludesFile"},
    {.name = "no-whetignore",
     WHET_INTO_BIT(scan_args, flags),
     .value = WHET_SCAN_NO_WHETIGNORE,
     .help = "do not read .whetignore"},
    {.section = "Cache",
     .name = "cache",
     .argument = "MODE",
     WHET_INTO_CHOICE(scan_args, cache),
     .choices = cache_choices,
     .fallback = "auto",
     .help = "reuse answers of earlier scans: stat trusts times and sizes, content reads and "
             "hashes every file, auto is stat on local filesystems"},
    {.name = "cache-dir",
     .argument = "DIR",
     WHET_INTO_STRING(scan_args, cache_dir),
     .fallback = "$XDG_CACHE_HOME/whet",
     .help = "keep the cache there"},
    {.name = "cache-size",
     .argument = "SIZE",
     WHET_INTO_SIZE(scan_args, cache_bytes),
     .min = 1 << 20,
     .fallback = "1GiB",
     .help = "let the cache grow to SIZE on disk"},
    {.section = "Output",
     .name = "format",
     .letter = 'f',
     .argument = "FORMAT",
     WHET_INTO_STRING(scan_args, format),
     .fallback = "table",
     .help = "table, json (an object per line) or markdown"},
    {.name = "json", WHET_INTO_FLAG(scan_args, json), .help = "the same as --format json"},
    {.name = "output",
     .letter = 'o',
     .argument = "FILE",
     WHET_INTO_STRING(scan_args, output),
     .help = "write the answer to FILE; .json, .md or .txt choose the format"},
    {.name = "by-file",
     WHET_INTO_FLAG(scan_args, by_file),
     .help = "a row for each file (table, markdown)"},
    {.name = "functions",
     WHET_INTO_SWITCH(scan_args, functions),
     .fallback = "on for json",
     .help = "give each file's functions (json)"},
    {.name = "top",
     .argument = "N",
     WHET_INTO_UINT(scan_args, top),
     .help = "list the N most complex functions (table, markdown)"},
    {.name = "skipped",
     WHET_INTO_FLAG(scan_args, skipped),
     .help = "list what was left out, and why; json does without being asked"},
    {.name = "summary",
     WHET_INTO_FLAG(scan_args, summary),
     .help = "totals only; in json with time, jobs and cache hits of this run"},
};

/* What the callbacks of a running scan need. */
struct watch {
    struct whet_progress line;
};

static int watch_stop(void *ctx)
{
    (void)ctx;
    return whet__interrupted();
}

static void watch_progress(void *ctx, const struct whet_scan_progress *now)
{
    struct watch *watch = ctx;

    whet__progress_update(&watch->line, whet__clock_now_ns(), now->files_done,
                          now->walking ? 0 : now->files_found, NULL);
}

static const struct whet_scan_format *format_choose(const struct scan_args *args,
                                                    struct whet_error *err)
{
    const struct whet_scan_format *format = NULL;

    if (args->format != NULL) {
        format = whet__scan_format(args->format);
        if (format == NULL)
            whet_error_set(err, -EINVAL,
                           "unknown format: '%.64s': choose table, json or markdown",
                           args->format);
        return format;
    }
    if (args->json)
        return &whet__scan_format_json;
    if (args->output != NULL) {
        format = whet__scan_format_of_file(args->output);
        if (format == NULL)
            whet_error_set(err, -EINVAL,
                           "no format for this ending: '%.200s': use .json, .md or .txt, or "
                           "--format",
                           args->output);
        return format;
    }
    return &whet__scan_format_table;
}

/* What whet.yaml says of settings that the command line leaves open. */
static int project_apply(const struct whet_call *call, const char *path,
                         struct whet_scan_options *o, struct whet_error *err)
{
    const struct scan_args *args = call->args;
    struct whet_project_scan settings;
    struct whet_project project;
    struct whet_text file;
    int rc;

    whet__text_init(&file, (size_t)1 << 16);
    rc = whet__project_find(path, &file);
    if (rc == 0)
        rc = whet__project_load(&project, whet__text_str(&file), err);
    else if (rc == -ENOMEM || rc == -EFBIG)
        whet_error_set(err, rc, "cannot look for whet.yaml: '%.300s': %s", path, strerror(-rc));
    else
        rc = -ENOENT; /* a PATH that cannot be followed is the scan's to tell */
    if (rc == 0)
        whet__log(WHET_LOG_INFO, "settings from '%s'", whet__text_str(&file));
    whet__text_clear(&file);
    if (rc != 0)
        return rc == -ENOENT ? 0 : rc;
    settings = whet__project_scan(&project);
    if (o->jobs == 0)
        o->jobs = (unsigned)settings.jobs;
    if (args->cache < 0 && settings.cache >= 0)
        o->cache = (enum whet_scan_cache)settings.cache;
    if (o->cache_max_bytes == 0)
        o->cache_max_bytes = settings.cache_bytes;
    if (o->max_file_bytes == 0)
        o->max_file_bytes = settings.max_file_bytes;
    whet__project_clear(&project);
    return 0;
}

static void options_fill(const struct scan_args *args, const struct whet_scan_format *format,
                         struct watch *watch, struct whet_scan_options *o)
{
    int functions = args->functions;

    if (functions < 0)
        functions = format->wants_functions;
    *o = (struct whet_scan_options){
        .jobs = args->jobs,
        .flags = args->flags,
        .cache = args->cache >= 0 ? (enum whet_scan_cache)args->cache : WHET_SCAN_CACHE_AUTO,
        .cache_dir = args->cache_dir,
        .cache_max_bytes = args->cache_bytes,
        .max_file_bytes = args->max_file_bytes,
        .file_cpu_ns = args->file_cpu_ns,
        .file_memory_bytes = args->file_memory_bytes,
        .stop = watch_stop,
        .progress = watch_progress,
        .ctx = watch,
    };
    if (!args->summary && (functions || args->top != 0))
        o->flags |= WHET_SCAN_FUNCTIONS;
    if (!args->summary && (args->skipped || format->wants_functions))
        o->flags |= WHET_SCAN_IGNORED;
    if (args->summary && (args->flags & WHET_SCAN_LIST_ONLY))
        o->flags |= WHET_SCAN_SIZES;
}

/* A file that could not be read is missing from every sum: the first one is named. */
static void errors_tell(const struct whet_scan *scan)
{
    uint64_t count = whet_scan_totals(scan)->skipped[WHET_SCAN_SKIP_ERROR];

    for (size_t i = 0; count != 0 && i < whet_scan_skip_count(scan); i++) {
        const struct whet_scan_skip *skip = whet_scan_skip(scan, i);

        if (skip->reason != WHET_SCAN_SKIP_ERROR)
            continue;
        whet__log(WHET_LOG_WARNING, "%llu not read, first: '%.200s': %s: --skipped lists them",
                  (unsigned long long)count, skip->path, strerror(-skip->error));
        return;
    }
}

/* So is one that a worker could not analyse. */
static void failures_tell(const struct whet_scan *scan)
{
    const struct whet_scan_totals *t = whet_scan_totals(scan);
    uint64_t count = 0;

    for (int i = WHET_SCAN_SKIP_CRASHED; i < WHET_SCAN_SKIP_REASONS; i++)
        count += t->skipped[i];
    for (size_t i = 0; count != 0 && i < whet_scan_skip_count(scan); i++) {
        const struct whet_scan_skip *skip = whet_scan_skip(scan, i);

        if (skip->reason < WHET_SCAN_SKIP_CRASHED)
            continue;
        whet__log(WHET_LOG_WARNING,
                  "%llu not analysed, first: '%.200s': %s: --skipped lists them",
                  (unsigned long long)count, skip->path, whet_scan_reason_name(skip->reason));
        return;
    }
}

/* The lines for people, on stderr: what it took, what was left out. */
static void tell(const struct whet_call *call, const struct whet_scan *scan)
{
    struct whet_text line;

    for (size_t i = 0; i < whet_scan_note_count(scan); i++)
        whet__log(WHET_LOG_WARNING, "%s", whet_scan_note(scan, i));
    errors_tell(scan);
    failures_tell(scan);
    if (call->global->quiet)
        return;
    whet__text_init(&line, 1 << 16);
    whet__scan_summary_line(&line, scan);
    fprintf(stderr, "%s\n", whet__text_str(&line));
    whet__text_reset(&line);
    whet__scan_skipped_line(&line, scan);
    if (line.len != 0)
        fprintf(stderr, "%s\n", whet__text_str(&line));
    whet__text_clear(&line);
}

static int write_failed(const char *file, int rc, struct whet_error *err)
{
    return whet_error_set(err, rc, "cannot write: '%.200s': %s", file, strerror(-rc));
}

/* Writes to a temporary name beside FILE and renames: a reader never sees half. */
static int answer_file(const struct whet_call *call, const struct whet_scan *scan,
                       const struct whet_scan_format *format,
                       const struct whet_scan_format_options *how, struct whet_error *err)
{
    const struct scan_args *args = call->args;
    char *data = NULL;
    size_t len = 0;
    FILE *memory = open_memstream(&data, &len);
    int rc = memory != NULL ? 0 : -ENOMEM;

    if (rc == 0)
        rc = format->put(memory, scan, how);
    if (memory != NULL && fclose(memory) != 0 && rc == 0)
        rc = -ENOMEM;
    if (rc == 0)
        rc = whet__file_write(args->output, data, len, 0);
    free(data);
    return rc != 0 ? write_failed(args->output, rc, err) : 0;
}

static int answer(const struct whet_call *call, const struct whet_scan *scan,
                  const struct whet_scan_format *format, struct whet_error *err)
{
    const struct scan_args *args = call->args;
    struct whet_scan_format_options how = {
        .path = whet_scan_path(scan),
        .by_file = args->by_file,
        .list = (args->flags & WHET_SCAN_LIST_ONLY) != 0,
        .skipped = args->skipped,
        .top = args->top,
        .summary = args->summary,
    };
    struct whet_term term;
    int rc;

    if (args->output != NULL && whet_scan_totals(scan)->stopped &&
        access(args->output, F_OK) == 0)
        return 0; /* a part does not replace what may be a whole answer */
    if (args->output != NULL)
        return answer_file(call, scan, format, &how, err);
    whet__term_read(fileno(call->out), &term);
    how.style.width = term.tty ? term.columns : 0;
    how.style.colour = whet__global_color(call->global, fileno(call->out));
    rc = format->put(call->out, scan, &how);
    if (rc == -ENOMEM)
        return whet_error_set(err, rc, "out of memory");
    /* Before the lines for people on stderr. A failed write is the driver's to tell. */
    fflush(call->out);
    return 0;
}

/* The task that this is, of a job array whose tasks are 1..N. */
static int shard_of_array(struct whet_scan_options *o, struct whet_error *err)
{
    const char *id = getenv("SLURM_ARRAY_TASK_ID"), *max = getenv("SLURM_ARRAY_TASK_MAX");
    unsigned long k = id != NULL ? strtoul(id, NULL, 10) : 0;
    unsigned long n = max != NULL ? strtoul(max, NULL, 10) : 0;

    if (k < 1 || n < k || n > WHET_SLURM_TASKS_MAX)
        return whet_error_set(err, -EINVAL,
                              "not in a job array with tasks from 1 on: '--shard array': "
                              "SLURM_ARRAY_TASK_ID is %s, SLURM_ARRAY_TASK_MAX %s",
                              id != NULL ? id : "not set", max != NULL ? max : "not set");
    o->shard = (unsigned)k;
    o->shards = (unsigned)n;
    return 0;
}

/* "2/8" */
static int shard_read(const char *text, struct whet_scan_options *o, struct whet_error *err)
{
    unsigned long k, n;
    char *end;

    if (text == NULL)
        return 0;
    if (strcmp(text, "array") == 0)
        return shard_of_array(o, err);
    k = strtoul(text, &end, 10);
    n = end != text && *end == '/' ? strtoul(end + 1, &end, 10) : 0;
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || k < 1 || n < k ||
        n > WHET_SLURM_TASKS_MAX)
        return whet_error_set(
            err, -EINVAL, "not a shard: '--shard %.64s': K/N with K from 1 to N, N up to %d",
            text, WHET_SLURM_TASKS_MAX);
    o->shard = (unsigned)k;
    o->shards = (unsigned)n;
    return 0;
}

static int check_operands(const struct whet_call *call, struct whet_error *err)
{
    const struct scan_args *args = call->args;

    if ((args->merge != 0) + (args->shard != NULL) + (args->on != NULL) > 1)
        return whet_error_set(err, -EINVAL, "one of them: '--merge', '--shard' and '--on'");
    if (args->on != NULL && strcmp(args->on, "slurm") != 0)
        return whet_error_set(err, -EINVAL, "unknown engine: '%.64s': choose slurm", args->on);
    if (args->on == NULL && (args->shards != 0 || args->parts != NULL || args->sbatch.len != 0))
        return whet_error_set(err, -EINVAL,
                              "what for: '--shards', '--sbatch' and '--parts' go with "
                              "'--on slurm'");
    if (args->merge && call->operand_count == 0)
        return whet_error_set(err, -EINVAL,
                              "missing operand: 'FILE': whet scan --merge part-*.json");
    if (!args->merge && call->operand_count > 1)
        return whet_error_set(err, -EINVAL, "too many operands: '%.200s'", call->operands[1]);
    return 0;
}

/* Puts the answers of shards together. */
static int run_merge(const struct whet_call *call, const struct whet_scan_format *format,
                     struct whet_error *err)
{
    struct whet_scan *scan;
    int rc = whet_scan_merge(&scan, call->operands, call->operand_count, err);

    if (rc != 0)
        return rc;
    rc = answer(call, scan, format, err);
    if (rc == 0)
        tell(call, scan);
    whet_scan_free(scan);
    return rc;
}

/* Workers run this very program, whatever it is called. */
static int scan_below(const struct scan_args *args, const char *path,
                      struct whet_scan_options *o, struct whet_scan **scan,
                      struct whet_error *err)
{
    const char *worker[] = {NULL, "scan", "--worker", NULL};
    struct whet_text self;
    int rc = 0;

    whet__text_init(&self, (size_t)1 << 16);
    if (args->isolate) {
        rc = whet__spawn_self(&self);
        worker[0] = whet__text_str(&self);
        o->isolate = worker;
    }
    if (rc == 0)
        rc = whet_scan_run(scan, path, o, err);
    else
        whet_error_set(err, rc, "cannot find this program: %s", strerror(-rc));
    whet__text_clear(&self);
    return rc;
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
    struct watch *watch = ctx;
    char text[64];

    snprintf(text, sizeof(text), "%u running", running);
    whet__progress_update(&watch->line, whet__clock_now_ns(), ended, total, text);
}

static int run_on_slurm(struct whet_scan **out, const struct whet_call *call, const char *path,
                        const struct whet_scan_options *o, struct watch *watch,
                        struct whet_error *err)
{
    const struct scan_args *args = call->args;
    struct whet_scan_slurm how = {
        .shards = args->shards != 0 ? args->shards : SHARDS_DEFAULT,
        .parts = args->parts,
        .words = &args->sbatch,
        .progress = watch_tasks,
        .ctx = watch,
    };

    return whet__scan_on_slurm(out, path, o, &how, err);
}

static int run_scan(const struct whet_call *call, struct whet_error *err)
{
    const struct scan_args *args = call->args;
    const char *path = call->operand_count != 0 ? call->operands[0] : ".";
    const struct whet_scan_format *format = format_choose(args, err);
    struct whet_scan_options scan_options;
    struct whet_scan *scan = NULL;
    struct watch watch;
    struct whet_term term;
    int rc;

    if (args->worker)
        return run_worker(err);
    if (format == NULL)
        return -EINVAL;
    rc = check_operands(call, err);
    if (rc != 0)
        return rc;
    if (args->merge)
        return run_merge(call, format, err);
    whet__term_read(fileno(stderr), &term);
    whet__progress_init(&watch.line,
                        &(struct whet_progress_options){
                            .out = stderr,
                            .is_terminal = whet__global_progress(call->global),
                            .columns = term.columns,
                            .label = "scanning",
                            .noun = args->on != NULL ? "shards" : "files",
                        },
                        whet__clock_now_ns());
    options_fill(args, format, &watch, &scan_options);
    rc = shard_read(args->shard, &scan_options, err);
    if (rc == 0 && args->config)
        rc = project_apply(call, path, &scan_options, err);
    if (rc == 0 && args->on != NULL)
        rc = run_on_slurm(&scan, call, path, &scan_options, &watch, err);
    else if (rc == 0)
        rc = scan_below(args, path, &scan_options, &scan, err);
    whet__progress_end(&watch.line);
    if (rc == 0)
        rc = answer(call, scan, format, err);
    if (rc == 0)
        tell(call, scan);
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
    {"whet scan --skipped", "what was left out, and by which rule"},
    {NULL, NULL},
};

static const struct scan_args defaults = {.functions = -1, .cache = -1, .config = 1};

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
    WHET_OPTIONS(options),
    .defaults = &defaults,
    .args_size = sizeof(struct scan_args),
    .run = run_scan,
};
