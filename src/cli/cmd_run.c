/* whet run: many commands at once, each accounted for. */
#include "cli/command.h"

#include "cluster/shard.h"
#include "front/run_request.h"

struct run_args {
    const char *jobs;
    const char *file;
    const char *category;
    const char *log;
    const char *cwd;
    struct whet_vec env;
    uint64_t timeout_ns;
    uint64_t grace_ns;
    uint64_t memory_bytes;
    uint64_t hold_bytes;
    uint64_t retry_delay_ns;
    unsigned retries;
    unsigned max_args;
    int format;
    int project;
    int resume;
    int keep_going;
    int halt;
    int order;
    int live;
    int shell;
    int null_ends;
    int dry_run;
    int json;
    const char *shard;
    const char *parts;
    const char *on;
    unsigned shards;
    struct whet_vec sbatch; /* of const char * */
    int merge;
    const char *cache_dir;
    const char *remote;
    uint64_t cache_size;
    struct whet_vec inputs; /* of const char *, as the next two */
    struct whet_vec outputs;
    const char *depfile;
    int trace_inputs;
    struct whet_vec trace_ignore;
    struct whet_vec pass;
    int cache;
    int strict;
    int anywhere;
    int force;
    int cache_failures;
    int explain;
};

static const struct whet_option_choice halts[] = {
    {"soon", WHET_RUN_HALT_SOON}, {"now", WHET_RUN_HALT_NOW}, {NULL, 0}};

static const struct whet_option_choice orders[] = {
    {"input", WHET_SHOW_INPUT}, {"finish", WHET_SHOW_FINISH}, {NULL, 0}};

static const struct whet_option_choice formats[] = {{"auto", WHET_RUN_FORMAT_AUTO},
                                                    {"lines", WHET_RUN_FORMAT_LINES},
                                                    {"json", WHET_RUN_FORMAT_JSON},
                                                    {NULL, 0}};

static const struct whet_option options[] = {
    {.section = "What to run",
     .name = "file",
     .letter = 'f',
     .argument = "FILE",
     WHET_INTO_STRING(run_args, file),
     .help = "a command on each line of FILE; - is standard input"},
    {.name = "format",
     .argument = "FORMAT",
     WHET_INTO_CHOICE(run_args, format),
     .choices = formats,
     .fallback = "auto",
     .help = "FILE has command lines, or a JSON object on each line"},
    {.name = "project",
     .letter = 'p',
     WHET_INTO_FLAG(run_args, project),
     .help = "run the commands of whet.yaml: those named, or all, with what they need"},
    {.name = "category",
     .argument = "NAME",
     WHET_INTO_STRING(run_args, category),
     .help = "with --project: those of this category"},
    {.name = "shell",
     .letter = 's',
     WHET_INTO_FLAG(run_args, shell),
     .help = "each command is a line for sh -c; inputs are quoted"},
    {.name = "max-args",
     .letter = 'N',
     .argument = "N",
     WHET_INTO_UINT(run_args, max_args),
     .min = 1,
     .max = WHET_BATCH_MAX,
     .fallback = "1",
     .help = "hand up to N inputs to one command; a word with {} is there once for each"},
    {.name = "null",
     .letter = '0',
     WHET_INTO_FLAG(run_args, null_ends),
     .help = "lines that are read end in NUL (find -print0)"},
    {.name = "dry-run",
     .letter = 'n',
     WHET_INTO_FLAG(run_args, dry_run),
     .help = "print what would run, and do nothing"},
    {.section = "How to run it",
     .name = "jobs",
     .letter = 'j',
     .argument = "N",
     WHET_INTO_STRING(run_args, jobs),
     .fallback = "the cores that affinity and cgroup allow",
     .help = "run N at once, or a percentage of the cores (50%); auto: begin with the cores, "
             "and go by load and memory pressure"},
    {.name = "cwd",
     .letter = 'C',
     .argument = "DIR",
     WHET_INTO_STRING(run_args, cwd),
     .help = "run all of it in DIR"},
    {.name = "env",
     .letter = 'e',
     .argument = "NAME=VALUE",
     WHET_INTO_LIST(run_args, env),
     .help = "set a variable for all of it"},
    {.name = "timeout",
     .letter = 't',
     .argument = "TIME",
     WHET_INTO_DURATION(run_args, timeout_ns),
     .min = 1,
     .help = "end a command that takes longer, and all it started"},
    {.name = "grace",
     .argument = "TIME",
     WHET_INTO_DURATION(run_args, grace_ns),
     .min = 1,
     .fallback = "2s",
     .help = "time between SIGTERM and SIGKILL for what has to end"},
    {.name = "memory",
     .argument = "SIZE",
     WHET_INTO_SIZE(run_args, memory_bytes),
     .min = 1,
     .help = "kill a command that, with all it started, has more in RAM"},
    {.name = "retries",
     .letter = 'r',
     .argument = "N",
     WHET_INTO_UINT(run_args, retries),
     .max = 1000,
     .help = "run a command that failed up to N times more"},
    {.name = "retry-delay",
     .argument = "TIME",
     WHET_INTO_DURATION(run_args, retry_delay_ns),
     .help = "wait so long before that"},
    {.section = "When one fails",
     .name = "keep-going",
     .letter = 'k',
     WHET_INTO_FLAG(run_args, keep_going),
     .help = "run the others all the same"},
    {.name = "halt",
     .argument = "WHEN",
     WHET_INTO_CHOICE(run_args, halt),
     .choices = halts,
     .fallback = "soon",
     .help = "let those that run finish, or end them"},
    {.section = "Output",
     .name = "order",
     .argument = "ORDER",
     WHET_INTO_CHOICE(run_args, order),
     .choices = orders,
     .fallback = "input",
     .help = "show what commands print in the order of the input, or as they end"},
    {.name = "live",
     .letter = 'l',
     WHET_INTO_FLAG(run_args, live),
     .help = "show each line as it is printed, behind the command's name or number"},
    {.name = "hold",
     .argument = "SIZE",
     WHET_INTO_SIZE(run_args, hold_bytes),
     .min = 1,
     .fallback = "4GiB",
     .help = "keep so much of what waits to be shown on the disk: who prints more waits"},
    {.name = "json",
     WHET_INTO_FLAG(run_args, json),
     .help = "print a summary as JSON; what commands print goes to stderr"},
    {.section = "Results of earlier runs",
     .name = "cache",
     .letter = 'c',
     WHET_INTO_FLAG(run_args, cache),
     .help = "do not repeat a command that declares inputs or outputs and whose inputs are the "
             "same"},
    {.name = "input",
     .argument = "PATTERN",
     WHET_INTO_LIST(run_args, inputs),
     .help = "commands read these files (src/**/*.h, {}); may be given again, as --output"},
    {.name = "output",
     .argument = "PATTERN",
     WHET_INTO_LIST(run_args, outputs),
     .help = "commands make these files ({.}.o)"},
    {.name = "depfile",
     .argument = "FILE",
     WHET_INTO_STRING(run_args, depfile),
     .help = "commands write there what they have read, as gcc -MMD does ({.}.d)"},
    {.name = "trace-inputs",
     WHET_INTO_FLAG(run_args, trace_inputs),
     .help = "watch what commands read, and name the inputs that they do not declare"},
    {.name = "trace-ignore",
     .argument = "DIR",
     WHET_INTO_LIST(run_args, trace_ignore),
     .help =
         "name none below DIR, as below the system's own folders (/usr, /etc and their like)"},
    {.name = "explain",
     WHET_INTO_FLAG(run_args, explain),
     .help = "say of each command whether it is cached, or what has changed"},
    {.name = "force",
     WHET_INTO_FLAG(run_args, force),
     .help = "run all the same, and keep the new results"},
    {.name = "strict",
     WHET_INTO_FLAG(run_args, strict),
     .help =
         "commands get no variables but declared ones, PATH, LANG and their like, and --pass"},
    {.name = "pass",
     .argument = "NAME",
     WHET_INTO_LIST(run_args, pass),
     .help = "results depend on this variable of ours; with --strict commands get it"},
    {.name = "anywhere",
     WHET_INTO_FLAG(run_args, anywhere),
     .help = "results do not depend on the folder that commands run in"},
    {.name = "cache-failures",
     WHET_INTO_FLAG(run_args, cache_failures),
     .help = "keep exit codes other than 0, too"},
    {.name = "cache-dir",
     .argument = "DIR",
     WHET_INTO_STRING(run_args, cache_dir),
     .help = "keep results in DIR/run.db",
     .fallback = "$XDG_CACHE_HOME/whet"},
    {.name = "cache-size",
     .argument = "SIZE",
     WHET_INTO_SIZE(run_args, cache_size),
     .min = 1 << 20,
     .fallback = "5GiB",
     .help =
         "let them take so much of the disk, one part of a result up to a quarter of it; the "
         "least used go first"},
    {.name = "remote",
     .argument = "URL",
     WHET_INTO_STRING(run_args, remote),
     .help = "share results through a Redis or Valkey server"},
    {.section = "Log",
     .name = "log",
     .argument = "FILE",
     WHET_INTO_STRING(run_args, log),
     .help = "write a line of JSON to FILE for each command that has ended"},
    {.name = "resume",
     WHET_INTO_FLAG(run_args, resume),
     .value = WHET_JOB_LOG_RESUME,
     .help = "go on with the log: do not repeat what has ended"},
    {.name = "resume-failed",
     WHET_INTO_FLAG(run_args, resume),
     .value = WHET_JOB_LOG_RESUME_FAILED,
     .help = "the same, but repeat what failed"},
    {.section = "More than one machine",
     .name = "on",
     .argument = "ENGINE",
     WHET_INTO_STRING(run_args, on),
     .help = "slurm: run by a job array, a shard for each task, and show what one machine "
             "would have"},
    {.name = "shards",
     .argument = "N",
     WHET_INTO_UINT(run_args, shards),
     .min = 1,
     .max = WHET_SHARDS_MAX,
     .fallback = "8",
     .help = "so many tasks (--on)"},
    {.name = "sbatch",
     .argument = "WORD",
     WHET_INTO_LIST(run_args, sbatch),
     .help = "with --on: hand WORD to sbatch: --sbatch=-plong"},
    {.name = "parts",
     .argument = "DIR",
     WHET_INTO_STRING(run_args, parts),
     .fallback = "with --on one in the current folder, removed at the end",
     .help =
         "keep logs and output of shards in DIR, which all machines see, instead of showing "
         "them"},
    {.name = "shard",
     .argument = "K/N",
     WHET_INTO_STRING(run_args, shard),
     .help = "run the Kth of N parts of the commands; those that need each other stay "
             "together"},
    {.name = "merge",
     WHET_INTO_FLAG(run_args, merge),
     .help = "run nothing: show what the shards left in the folder that is the operand, as one "
             "machine would have"},
};

static int run_run(const struct whet_call *call, struct whet_error *err)
{
    const struct run_args *args = call->args;
    struct whet_run_request request = {
        .global = call->global,
        .out = call->out,
        .operands = call->operands,
        .operand_count = call->operand_count,
        .words = call->dashes == 0,
        .max_args = args->max_args,
        .jobs = args->jobs,
        .file = args->file,
        .format = (enum whet_run_format)args->format,
        .project = args->project,
        .category = args->category,
        .log = args->log,
        .log_mode = (enum whet_job_log_mode)args->resume,
        .shell = args->shell,
        .null_ends = args->null_ends,
        .cwd = args->cwd,
        .env = &args->env,
        .timeout_ns = args->timeout_ns,
        .grace_ns = args->grace_ns,
        .memory_bytes = args->memory_bytes,
        .retries = args->retries,
        .retry_delay_ns = args->retry_delay_ns,
        .halt = args->keep_going ? WHET_RUN_HALT_NEVER : (enum whet_run_halt)args->halt,
        .hold_bytes = args->hold_bytes,
        .order = args->live ? WHET_SHOW_LIVE : (enum whet_show_order)args->order,
        .dry_run = args->dry_run,
        .json = args->json,
        .shard = args->shard,
        .parts = args->parts,
        .on = args->on,
        .shards = args->shards,
        .sbatch = &args->sbatch,
        .merge = args->merge,
        .inputs = &args->inputs,
        .outputs = &args->outputs,
        .depfile = args->depfile,
        .trace_inputs = args->trace_inputs,
        .trace_ignore = &args->trace_ignore,
        .cache = args->cache,
        .cache_dir = args->cache_dir,
        .cache_size = args->cache_size,
        .remote = args->remote,
        .pass = &args->pass,
        .strict = args->strict,
        .anywhere = args->anywhere,
        .force = args->force,
        .cache_failures = args->cache_failures,
        .explain = args->explain,
    };

    return whet__run_request(&request, err);
}

static const struct whet_example examples[] = {
    {"whet run 'make -C a' 'make -C b'", "two commands at once"},
    {"whet run 'convert {} {.}.png' ::: *.svg", "one command for each file"},
    {"whet run -c --output {.}.o --depfile {.}.d 'cc -MMD -c {} -o {.}.o' ::: *.c",
     "compile what has changed since"},
    {"whet run -c --force --trace-inputs --project",
     "is there an input that whet.yaml forgets?"},
    {"whet run -k -t 30s --memory 1GiB -f commands.txt", "a file of commands, with limits"},
    {"find . -name '*.log' -print0 | whet run -0 -- gzip -9 {} :::: -",
     "words of a command, inputs from a pipe"},
    {"whet run --project test", "the command test of whet.yaml, after what it needs"},
    {"whet run --log done.jsonl --resume -f commands.txt", "go on where an earlier run ended"},
    {"whet run --on slurm --shards 100 -f commands.txt", "the same commands by a job array"},
    {"whet run --shard 2/8 --parts parts -f commands.txt", "the second of eight machines"},
    {"whet run --merge parts", "what all eight have printed, in order"},
    {"whet run -- ./deploy {1} {2} ::: test live ::: a b c", "all six pairs"},
    {NULL, NULL},
};

const struct whet_command whet__cmd_run = {
    .name = "run",
    .group = WHET_GROUP_FIX,
    .flags = WHET_COMMAND_STOP,
    .summary = "run many commands in parallel, each accounted for",
    .operands = "[COMMAND]... [::: INPUT]...",
    .operands_max = SIZE_MAX,
    .description =
        "Runs commands, as many at once as there are cores. Each COMMAND is a command line, "
        "split into words without a shell; behind -- the operands are the words of one. "
        "Without any, each line of standard input is one.\n\n"
        "With ::: the command is run once for each INPUT, with :::: FILE once for each line "
        "of FILE; of several lists, for each combination, or, with :::+, one from each in "
        "step. In the command {} is the input, {.} without its extension, {/} without its "
        "folder, {//} the folder, {/.} without both, {1} {2.} those of the first and second "
        "list, {#} the number of the job, {%} of its place. A value is never split.\n\n"
        "What each command prints is kept apart and shown whole, in the order of the input: "
        "that of the first as it comes, that of others when those before them have ended. "
        "Its input is /dev/null. After a failure no more are started. One command's exit "
        "code is passed on; of several it is 0 when all ended well, else 1.",
    .examples = examples,
    WHET_OPTIONS(options),
    .args_size = sizeof(struct run_args),
    .run = run_run,
};
