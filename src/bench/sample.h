/* bench/sample.h - one run of one command, as a measurement.
 *
 * Shape    an arm says what to run; a sample is what came of one run of it.
 * Units    nanoseconds, bytes; rounds and positions count from 0.
 * Memory   an arm borrows all it points to; a sample is plain.
 * Errors   a run that fails is a sample too: `outcome` says how.
 * Threads  safe from any.
 */
#ifndef WHET_BENCH_SAMPLE_H
#define WHET_BENCH_SAMPLE_H

#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"
#include "bench/result.h"
#include "os/spawn.h"

enum whet_bench_arm_flags {
    WHET_BENCH_ANY_EXIT = 1 << 0, /* an exit code other than 0 is no failure */
    WHET_BENCH_SHELL = 1 << 1 /* argv hands a line to a shell: the program is not the code */
};

/* One of the commands that are compared. Argument vectors end with NULL and are started
 * without a shell. */
struct whet_bench_arm {
    struct whet_result_arm about; /* name and what else the result keeps of it */
    const char *const *argv;
    const char *program;         /* the file to run; NULL: as argv[0] says */
    const char *const *env;      /* "NAME=value", ends with NULL; NULL: ours */
    const char *cwd;             /* NULL: ours */
    const char *stdin_path;      /* NULL: /dev/null */
    uint64_t timeout_ns;         /* 0: none */
    unsigned flags;              /* enum whet_bench_arm_flags */
    const unsigned char *exits;  /* exit codes besides 0 that are no failure ... */
    size_t exit_count;           /* ... so many */
    const char *const *setup;    /* run once before all rounds, ... */
    const char *const *prepare;  /* ... before and ... */
    const char *const *conclude; /* ... after each run, not measured, ... */
    const char *const *cleanup;  /* ... and once at the end; each may be NULL */
};

struct whet_bench_sample {
    enum whet_bench_outcome outcome;
    int error;         /* negative errno, else 0 */
    int warmup;        /* 1: of a round that is thrown away */
    unsigned round;    /* of the warm-up rounds, or of the measured ones */
    unsigned position; /* 0: ran first in its round */
    struct whet_spawn_result run;
};

/* Where the output of a run goes; NULL: thrown away. Texts are reset first. */
struct whet_bench_output {
    struct whet_text *out;
    struct whet_text *err;
};

/* How runs are made, the same for all of a session. */
struct whet_sample_options {
    unsigned spawn_flags;             /* of enum whet_spawn_flags: DETAILS, TREE_MEMORY, NICE */
    const char *const *env;           /* instead of the arm's; NULL: the arm's */
    const struct whet_affinity *cpus; /* where it may run; NULL: where we may */
    int nice;                         /* with WHET_SPAWN_NICE */
    struct whet_counters *counters;   /* NULL: none */
    int (*stop)(void *ctx);           /* as in struct whet_spawn_options; may be NULL */
    void *ctx;
};

/* Runs the arm once and fills outcome, error and run of *out. When the outcome is neither
 * OK nor STOPPED, *why says so for a person. */
void whet__sample_take(struct whet_bench_sample *out, const struct whet_bench_arm *arm,
                       const struct whet_bench_output *output,
                       const struct whet_sample_options *options, struct whet_error *why);

/* Up to our own peak, a child's memory cannot be told from ours (os/spawn.h). The kernel counts
 * pages in batches, so that the two may differ by this many bytes. */
#define WHET_SAMPLE_RSS_SLACK 262144

/* The built-in metrics of a run: WHET_METRIC_IDS doubles, NaN where nothing is known. */
void whet__sample_values(const struct whet_bench_sample *sample, double *values);

#endif
