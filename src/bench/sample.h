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
#include "os/spawn.h"

enum whet_bench_arm_flags {
    WHET_BENCH_ANY_EXIT = 1 << 0 /* an exit code other than 0 is no failure */
};

/* One of the commands that are compared. */
struct whet_bench_arm {
    const char *name;        /* unique among the arms, for people */
    const char *const *argv; /* NULL-terminated; started without a shell */
    const char *const *env;  /* "NAME=value", NULL-terminated; NULL: ours */
    const char *cwd;         /* NULL: ours */
    const char *stdin_path;  /* NULL: /dev/null */
    uint64_t timeout_ns;     /* 0: none */
    unsigned flags;          /* enum whet_bench_arm_flags */
};

enum whet_bench_outcome {
    WHET_BENCH_OK,
    WHET_BENCH_EXIT,         /* ended with an exit code other than 0 */
    WHET_BENCH_SIGNAL,       /* was killed */
    WHET_BENCH_TIMEOUT,      /* was ended because its time was over */
    WHET_BENCH_NOT_STARTED,  /* `error` says why; `run` is empty */
    WHET_BENCH_NOT_PREPARED, /* likewise: the hook before it failed */
    WHET_BENCH_STOPPED       /* ended by `stop`: says nothing about the command */
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

/* Runs the arm once and fills outcome, error and run of *out. `stop` (may be NULL) is
 * asked some ten times a second with `ctx`. When the outcome is neither OK nor STOPPED,
 * *why says so for a person. */
void whet__sample_take(struct whet_bench_sample *out, const struct whet_bench_arm *arm,
                       const struct whet_bench_output *output, int (*stop)(void *ctx),
                       void *ctx, struct whet_error *why);

#endif
