/* tune/session.h - one tuning while it runs: what its steps hand to each other.
 *
 * The steps, each in its own file, in the order of the data's way:
 *   machine.c   what the machine allows
 *   workload.c  what is below PATH (a child lists it, so that this process stays small)
 *   profile.c   which shipped profile fits, and config.c its adaptation
 *   measure.c   the arms, in child processes, interleaved in random order
 *   judge.c     which arm wins, the grade, the advice
 * tune.c calls them.
 */
#ifndef WHET_TUNE_SESSION_H
#define WHET_TUNE_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/tune.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/vec.h"

#define WHET_TUNE_ARMS_MAX 8
#define WHET_TUNE_LEVEL    0.95

/* What the runs of one arm said of themselves. */
struct whet_tune_tally {
    uint64_t runs; /* whose answer could be read */
    uint64_t files, bytes;
    uint64_t hits, misses;
    uint64_t errors; /* of the last run */
};

struct whet_tune {
    struct whet_tune_options options;
    struct whet_text path;    /* as given */
    struct whet_text program; /* the whet command */
    struct whet_tune_machine machine;
    struct whet_tune_workload workload;
    struct whet_tune_config config;
    char why[160]; /* this profile */
    struct whet_tune_arm arms[WHET_TUNE_ARMS_MAX];
    struct whet_tune_tally tallies[WHET_TUNE_ARMS_MAX];
    size_t arm_count;
    size_t best_parallel; /* arm numbers */
    size_t best_warm;
    struct whet_vec advice;    /* of struct whet_tune_advice */
    struct whet_arena strings; /* names, samples, advice */
    int stopped;
};

/* workload.c. -ENODATA: nothing to scan; errors of the child. */
WHET_MUST_USE int whet__tune_workload_read(struct whet_tune *tune, struct whet_error *err);

/* measure.c */
WHET_MUST_USE int whet__tune_measure(struct whet_tune *tune, struct whet_error *err);

/* judge.c */
WHET_MUST_USE int whet__tune_judge(struct whet_tune *tune);

/* child.c: what a child `whet scan --json --summary` answered. */
struct whet_tune_answer {
    uint64_t files, bytes;
    uint64_t hits, misses;
    uint64_t errors; /* not read, or not parsed to the end */
    double mean_bytes;
    uint64_t p50_bytes, p90_bytes, p99_bytes, max_bytes;
    uint64_t classes[WHET_SCAN_SIZE_CLASSES];
};

WHET_MUST_USE int whet__tune_answer_read(const char *json, size_t len,
                                         struct whet_tune_answer *out, struct whet_error *err);

#endif
