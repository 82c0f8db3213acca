/* The options of 'whet scan': the rows, and what they mean together with whet.yaml. */
#include "cli/scan_args.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "cluster/shard.h"
#include "cluster/slurm.h"
#include "data/project.h"

static const struct whet_option_choice cache_choices[] = {
    {"auto", WHET_SCAN_CACHE_AUTO},
    {"off", WHET_SCAN_CACHE_OFF},
    {"stat", WHET_SCAN_CACHE_STAT},
    {"content", WHET_SCAN_CACHE_CONTENT},
    {NULL, 0},
};

const struct whet_option whet__scan_rows[WHET_SCAN_ROW_COUNT] = {
    {.section = "How to scan",
     .name = "jobs",
     .letter = 'j',
     .argument = "N",
     WHET_INTO_UINT(whet_scan_args, jobs),
     .min = 1,
     .max = 1024,
     .fallback = "the cores that affinity and cgroup allow",
     .help = "use N threads"},
    {.name = "lines",
     .letter = 'l',
     WHET_INTO_BIT(whet_scan_args, flags),
     .value = WHET_SCAN_LINES_ONLY,
     .help = "count lines only; never parse"},
    {.name = "list",
     WHET_INTO_BIT(whet_scan_args, flags),
     .value = WHET_SCAN_LIST_ONLY,
     .help = "print the names of the files that would be opened, a line each; open none"},
    {.name = "max-file-size",
     .argument = "SIZE",
     WHET_INTO_SIZE(whet_scan_args, max_file_bytes),
     .min = 1,
     .fallback = "10MiB",
     .help = "skip larger files, and say so"},
    {.name = "config",
     WHET_INTO_SWITCH(whet_scan_args, config),
     .fallback = "on",
     .help = "take jobs, cache and sizes that are not given here from whet.yaml, in PATH or "
             "above"},
    {.section = "More than one machine",
     .name = "on",
     .argument = "ENGINE",
     WHET_INTO_STRING(whet_scan_args, on),
     .help = "slurm: scan by a job array, a shard for each task, and put the answers together"},
    {.name = "shards",
     .argument = "N",
     WHET_INTO_UINT(whet_scan_args, shards),
     .min = 1,
     .max = WHET_SLURM_TASKS_MAX,
     .fallback = "8",
     .help = "so many tasks (--on)"},
    {.name = "sbatch",
     .argument = "WORD",
     WHET_INTO_LIST(whet_scan_args, sbatch),
     .help = "hand WORD to sbatch: --sbatch=-plong; may be given again (--on)"},
    {.name = "parts",
     .argument = "DIR",
     WHET_INTO_STRING(whet_scan_args, parts),
     .fallback = "one in the current folder, removed at the end",
     .help = "keep the answers of shards in DIR, which all machines see (--on)"},
    {.name = "shard",
     .argument = "K/N",
     WHET_INTO_STRING(whet_scan_args, shard),
     .help = "scan the Kth of N parts, by folders; the same parts on any machine that sees the "
             "same tree"},
    {.name = "merge",
     WHET_INTO_FLAG(whet_scan_args, merge),
     .help = "scan nothing: the operands are the JSON answers of all shards, and the answer is "
             "that of one scan"},
    {.section = "Isolation",
     .name = "isolate",
     WHET_INTO_FLAG(whet_scan_args, isolate),
     .help = "analyse in worker processes: a file that crashes its worker, or is over a limit, "
             "is skipped with its reason, and the rest goes on"},
    {.name = "file-cpu",
     .argument = "TIME",
     WHET_INTO_DURATION(whet_scan_args, file_cpu_ns),
     .min = 1000000,
     .fallback = "10s",
     .help = "with --isolate: processor time for one file, from when its analysis begins"},
    {.name = "file-memory",
     .argument = "SIZE",
     WHET_INTO_SIZE(whet_scan_args, file_memory_bytes),
     .min = 64 << 20,
     .fallback = "4GiB",
     .help = "with --isolate: address space of a worker"},
    {.name = "worker",
     WHET_INTO_FLAG(whet_scan_args, worker),
     .help = "be such a worker process: started by --isolate, of no use to people"},
    {.section = "What to leave out",
     .name = "no-gitignore",
     WHET_INTO_BIT(whet_scan_args, flags),
     .value = WHET_SCAN_NO_GITIGNORE,
     .help = "do not read .gitignore and .git/info/exclude"},
    {.name = "no-parent-ignore",
     WHET_INTO_BIT(whet_scan_args, flags),
     .value = WHET_SCAN_NO_PARENTS,
     .help = "do not read ignore files above PATH"},
    {.name = "no-global-ignore",
     WHET_INTO_BIT(whet_scan_args, flags),
     .value = WHET_SCAN_NO_GLOBAL,
     .help = "do not read git's core.excludesFile"},
    {.name = "no-whetignore",
     WHET_INTO_BIT(whet_scan_args, flags),
     .value = WHET_SCAN_NO_WHETIGNORE,
     .help = "do not read .whetignore"},
    {.section = "Cache",
     .name = "cache",
     .argument = "MODE",
     WHET_INTO_CHOICE(whet_scan_args, cache),
     .choices = cache_choices,
     .fallback = "auto",
     .help = "reuse answers of earlier scans: stat trusts times and sizes, content reads and "
             "hashes every file, auto is stat on local filesystems"},
    {.name = "cache-dir",
     .argument = "DIR",
     WHET_INTO_STRING(whet_scan_args, cache_dir),
     .fallback = "$XDG_CACHE_HOME/whet",
     .help = "keep the cache there"},
    {.name = "cache-size",
     .argument = "SIZE",
     WHET_INTO_SIZE(whet_scan_args, cache_bytes),
     .min = 1 << 20,
     .fallback = "1GiB",
     .help = "let the cache grow to SIZE on disk"},
    {.name = "remote",
     .argument = "URL",
     WHET_INTO_STRING(whet_scan_args, remote),
     .help = "share answers with other machines by a Redis or Valkey server: "
             "redis://[USER:PASSWORD@]HOST[:PORT][/DB] or unix:PATH"},
    {.section = "Output",
     .name = "format",
     .letter = 'f',
     .argument = "FORMAT",
     WHET_INTO_STRING(whet_scan_args, format),
     .fallback = "table",
     .help = "table, json (an object per line) or markdown"},
    {.name = "json", WHET_INTO_FLAG(whet_scan_args, json), .help = "the same as --format json"},
    {.name = "output",
     .letter = 'o',
     .argument = "FILE",
     WHET_INTO_STRING(whet_scan_args, output),
     .help = "write the answer to FILE; .json, .md or .txt choose the format"},
    {.name = "by-file",
     WHET_INTO_FLAG(whet_scan_args, by_file),
     .help = "a row for each file (table, markdown)"},
    {.name = "functions",
     WHET_INTO_SWITCH(whet_scan_args, functions),
     .fallback = "on for json",
     .help = "give each file's functions (json)"},
    {.name = "top",
     .argument = "N",
     WHET_INTO_UINT(whet_scan_args, top),
     .help = "list the N most complex functions (table, markdown)"},
    {.name = "skipped",
     WHET_INTO_FLAG(whet_scan_args, skipped),
     .help = "list what was left out, and why; json does without being asked"},
    {.name = "summary",
     WHET_INTO_FLAG(whet_scan_args, summary),
     .help = "totals only; in json with time, jobs and cache hits of this run"},
};

const struct whet_scan_args whet__scan_defaults = {.functions = -1, .cache = -1, .config = 1};

int whet__scan_args_check(const struct whet_call *call, struct whet_error *err)
{
    const struct whet_scan_args *args = call->args;

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
        return whet_error_set(err, -EINVAL,
                              "unexpected operand: '%.200s': 'whet scan -h' shows the usage",
                              call->operands[1]);
    if (!args->isolate && (args->file_cpu_ns != 0 || args->file_memory_bytes != 0))
        return whet_error_set(err, -EINVAL, "what for: '%s' goes with '--isolate'",
                              args->file_cpu_ns != 0 ? "--file-cpu" : "--file-memory");
    return 0;
}

const struct whet_scan_format *whet__scan_args_format(const struct whet_scan_args *args,
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
    const struct whet_scan_args *args = call->args;
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

static void options_fill(const struct whet_scan_args *args,
                         const struct whet_scan_format *format, struct whet_scan_options *o)
{
    int functions = args->functions;

    if (functions < 0)
        functions = format->wants_functions;
    *o = (struct whet_scan_options){
        .jobs = args->jobs,
        .flags = args->flags,
        .cache = args->cache >= 0 ? (enum whet_scan_cache)args->cache : WHET_SCAN_CACHE_AUTO,
        .cache_dir = args->cache_dir,
        .remote = args->remote,
        .cache_max_bytes = args->cache_bytes,
        .max_file_bytes = args->max_file_bytes,
        .file_cpu_ns = args->file_cpu_ns,
        .file_memory_bytes = args->file_memory_bytes,
    };
    if (!args->summary && (functions || args->top != 0))
        o->flags |= WHET_SCAN_FUNCTIONS;
    if (!args->summary && (args->skipped || format->wants_functions))
        o->flags |= WHET_SCAN_IGNORED;
    if (args->summary && (args->flags & WHET_SCAN_LIST_ONLY))
        o->flags |= WHET_SCAN_SIZES;
}

int whet__scan_args_options(const struct whet_call *call, const char *path,
                            const struct whet_scan_format *format,
                            struct whet_scan_options *out, struct whet_error *err)
{
    const struct whet_scan_args *args = call->args;
    struct whet_shard shard = {0, 0};
    int rc;

    options_fill(args, format, out);
    rc = whet__shard_read(args->shard, &shard, err);
    out->shard = shard.number;
    out->shards = shard.of;
    if (rc == 0 && args->config)
        rc = project_apply(call, path, out, err);
    return rc;
}
