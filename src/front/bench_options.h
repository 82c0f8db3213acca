/* front/bench_options.h - the options of `whet bench`, and of every program built with
 * <whet/bench.h>.
 *
 * Shape    a table of rows and the record they fill.
 * Units    nanoseconds; ratios.
 * Memory   strings point into argv; the lists are cleared by whet__options_clear.
 * Errors   none.
 * Threads  read only once they are parsed.
 */
#ifndef WHET_FRONT_BENCH_OPTIONS_H
#define WHET_FRONT_BENCH_OPTIONS_H

#include <stdint.h>

#include "base/vec.h"
#include "option/option.h"

struct whet_bench_args {
    /* what to run */
    struct whet_vec names; /* lists are of const char * */
    struct whet_vec parameters;
    struct whet_vec setup, prepare, conclude, cleanup; /* one for all, or one per command */
    struct whet_vec env;
    const char *shell; /* NULL or "none": split by us */
    int no_shell;      /* the same, as hyperfine has it */
    const char *input, *cwd;
    const char *ignore_failure; /* "all" or exit codes; NULL: none */
    uint64_t timeout_ns;
    int equal_argv0;

    /* which functions */
    struct whet_vec programs;
    const char *filter;
    int list;
    struct whet_vec suites; /* of whet.yaml */
    const char *worker;     /* a request to ourselves, see bench/functions.h */

    /* how to measure */
    unsigned warmup;
    unsigned runs, min_runs, max_runs; /* runs: exactly so many; 0: as needed */
    uint64_t budget_ns;                /* 0: 10 s, or none with `runs` */
    double precision;
    const char *cpus, *priority;
    int no_pad;
    uint64_t seed;

    /* what to compare */
    const char *reference, *metric;
    double warn, fail, level;
    const char *baseline, *save_baseline;
    int keep_binary, any_machine, strict, confirm;

    /* output */
    struct whet_vec outputs, exports;
    int json, history;
};

#define WHET_BENCH_OPTION_COUNT 44

extern const struct whet_option whet__bench_options[WHET_BENCH_OPTION_COUNT];

/* The record before any option is read. */
extern const struct whet_bench_args whet__bench_defaults;

#endif
