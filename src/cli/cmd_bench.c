/* whet bench: times commands and C functions, fairly. All of it is in src/front, which
 * programs built with <whet/bench.h> share. */
#include "cli/command.h"

#include "front/bench_options.h"
#include "front/bench_run.h"
#include "suites/suites.h"

static int run_bench(const struct whet_call *call, struct whet_error *err)
{
    struct whet_bench_call bench = {
        .global = call->global,
        .args = call->args,
        .operands = call->operands,
        .operand_count = call->operand_count,
        .dashes = call->dashes,
        .out = call->out,
        .title = "whet bench",
    };

    whet__suites_register();
    return whet__bench_run(&bench, err);
}

static const struct whet_example examples[] = {
    {"whet bench 'old data' 'new data'", "compare two commands, run in turn"},
    {"whet bench -P jobs=1..64*2 'make -j{jobs}' --prepare 'make clean'",
     "the same command with 1, 2, 4, ... 64 jobs, from nothing each time"},
    {"whet bench 'prog data' --save-baseline main --keep-binary",
     "keep the result and the program"},
    {"whet bench 'prog data' --baseline main", "compare with it, later; exit code 1 if slower"},
    {"whet bench @io @memory", "what files and memory cost on this machine"},
    {"whet bench --program ./functions --filter 'parse*'",
     "functions of a program built with <whet/bench.h>"},
    {NULL, NULL},
};

const struct whet_command whet__cmd_bench = {
    .name = "bench",
    .group = WHET_GROUP_MEASURE,
    .summary = "time commands and C functions, and say what differs",
    .operands = "[CMD]...",
    .operands_max = SIZE_MAX,
    .description =
        "Runs all commands in turn, in an order drawn anew for each round, so that whatever "
        "disturbs the machine disturbs all alike; what is compared are runs of the same round. "
        "Each operand is a command line, split into words as a shell does but without one; all "
        "words behind -- are one command.\n\n"
        "Prints for each command the median with its interval, and for each but the first how "
        "much slower or faster it is, with an interval and in words. Runs until the intervals "
        "are narrow enough or the time is spent, never until something looks different.\n\n"
        "The operands @cache, @io, @memory, @parallel and @scan are functions that whet has "
        "built in. Verbs instead of commands: selftest (how equal two equal programs look "
        "here), compare A B (two saved results), history [NAME], project DIR [N] (a made-up "
        "code base to measure on).",
    .examples = examples,
    .options = whet__bench_options,
    .option_count = WHET_BENCH_OPTION_COUNT,
    .defaults = &whet__bench_defaults,
    .args_size = sizeof(struct whet_bench_args),
    .run = run_bench,
};
