/* bench/result.h - what a session measured, whole: every sample of every arm.
 *
 * Shape    a table: an arm (a command or function that was measured) has a row per run and
 *          a column per metric. The one form in which measurements are compared, shown,
 *          exported, kept as baselines and read back (bench/result_json.h).
 * Units    metrics as bench/metric.h; times of day in seconds since 1970; ratios 0..1.
 * Memory   whet__result_new allocates *out, whet__result_free releases it with all strings.
 * Errors   0 or a negative errno value; on error nothing was added.
 * Threads  one at a time while it grows; read by any afterwards.
 */
#ifndef WHET_BENCH_RESULT_H
#define WHET_BENCH_RESULT_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/arena.h"
#include "base/vec.h"
#include "bench/metric.h"

#define WHET_RESULT_ARMS_MAX    1024
#define WHET_RESULT_METRICS_MAX 64     /* built-in and own */
#define WHET_RESULT_SAMPLES_MAX 100000 /* of an arm */

/* Where it was measured: enough to know whether numbers may be compared. */
struct whet_result_machine {
    const char *hostname;
    const char *cpu_model;
    const char *architecture;
    const char *kernel;
    const char *distribution;
    unsigned cores; /* that could be used */
    uint64_t memory_bytes;
    const char *governor; /* of frequency; "" if there is none to be seen */
};

enum whet_result_kind { WHET_RESULT_COMMAND, WHET_RESULT_FUNCTION };

enum whet_bench_outcome {
    WHET_BENCH_OK,
    WHET_BENCH_EXIT,         /* ended with an exit code that is not allowed */
    WHET_BENCH_SIGNAL,       /* was killed */
    WHET_BENCH_TIMEOUT,      /* was ended because its time was over */
    WHET_BENCH_NOT_STARTED,  /* the sample's error says why */
    WHET_BENCH_NOT_PREPARED, /* likewise: the hook before it failed */
    WHET_BENCH_NO_ANSWER,    /* it ended well, but did not say what it should have */
    WHET_BENCH_STOPPED       /* ended by `stop`: says nothing about the command */
};

struct whet_result_param {
    const char *name;
    const char *value;
};

/* One run that counts (no warm-up). Its values are a row of the arm's table. */
struct whet_result_sample {
    unsigned round;    /* samples of the same round are a pair */
    unsigned position; /* 0: ran first in its round */
    enum whet_bench_outcome outcome;
    int exit_code;     /* -1: a signal ended it, or it never ran */
    double at_seconds; /* when it began, since the start of the session */
};

struct whet_result_arm {
    const char *name; /* unique in the result */
    enum whet_result_kind kind;
    const char *command; /* what ran, for people and for running it again */
    const struct whet_result_param *params;
    size_t param_count;
    const char *program;      /* path of the file that ran; NULL: not known */
    const char *program_hash; /* XXH3-128 of that file in hex; NULL: not known, or a script,
                                 which says little of what it runs */
    const char *code_hash;    /* equal only where the same file is run in the same way: same
                                 words, folder, input, environment, hooks; NULL: not known */
    double bytes, items;      /* done by one run or iteration; 0: not told */
    uint64_t iterations;      /* of a function: in each epoch, and ... */
    unsigned epochs;          /* ... epochs in each launch; a sample is their median */
    unsigned threads;         /* of a function; 1 for a command */
    const char *failure;      /* of its first failed run, for people; NULL: none */
    int left_out;             /* 1: not run to the end, it failed too often */

    struct whet_vec samples; /* of struct whet_result_sample, in order of rounds */
    struct whet_vec values;  /* of double: metric_count for each sample */
};

enum whet_result_end {
    WHET_RESULT_COMPLETE, /* all rounds */
    WHET_RESULT_PRECISE,  /* the intervals were narrow enough */
    WHET_RESULT_BUDGET,   /* the time was spent */
    WHET_RESULT_STOPPED,  /* by the user; the last round may lack arms */
    WHET_RESULT_FAILED    /* every arm was left out */
};

struct whet_result {
    const char *name;    /* of the suite or session; "" if it has none */
    const char *version; /* of the whet that measured */
    int64_t time;        /* of its start */
    struct whet_result_machine machine;
    const struct whet_metric *metrics; /* metric_count of them, built-in ones first */
    size_t metric_count;
    struct whet_vec arms; /* of struct whet_result_arm */
    size_t reference;     /* the arm that others are compared with */
    uint64_t seed;        /* of the orders */
    unsigned rounds;      /* begun, warm-up not counted */
    double elapsed_seconds;
    int cleanup_failed; /* 1: a cleanup did, and has been told; not kept in JSON */
    enum whet_result_end end;
    const char *memory_source; /* how TREE_MEMORY was had: "sampled", "cgroup", "" */
    uint64_t memory_floor;     /* bytes: a peak memory that is not known was not above this,
                                  since a program that needs less than the one that starts
                                  it cannot be told from that; 0: no such bound */
    const char *counters;      /* which counters there were, or why none */
    struct whet_arena strings;
};

/* An empty result with the built-in metrics, of this machine, version and time. */
WHET_MUST_USE int whet__result_new(struct whet_result **out, const char *name);

/* An empty result with the built-in metrics, of nowhere and no time: one that is read back. */
WHET_MUST_USE int whet__result_blank(struct whet_result **out);
void whet__result_free(struct whet_result *r);

/* A copy of `text` that lives as long as the result; NULL when there is no memory. */
WHET_MUST_USE const char *whet__result_string(struct whet_result *r, const char *text);

/* Adds a metric, unless one of that name is there, and tells its number. Only while
 * there is no sample.
 * -EINVAL: there are samples, or the name is "".  -E2BIG: too many.  -ENOMEM. */
WHET_MUST_USE int whet__result_add_metric(struct whet_result *r, const struct whet_metric *m,
                                          size_t *index);

/* The number of the metric of this name.  -ENOENT. */
WHET_MUST_USE int whet__result_find_metric(const struct whet_result *r, const char *name,
                                           size_t *index);

/* Adds an arm: a copy of `like`, strings and parameters too, without its samples. The
 * pointer is good until the next arm is added.
 * -EEXIST: the name is there.  -EINVAL: it is "" or NULL.  -E2BIG: too many.  -ENOMEM. */
WHET_MUST_USE int whet__result_add_arm(struct whet_result *r,
                                       const struct whet_result_arm *like,
                                       struct whet_result_arm **out);

size_t whet__result_count(const struct whet_result *r);
struct whet_result_arm *whet__result_arm(const struct whet_result *r, size_t index);
/* -ENOENT. */
WHET_MUST_USE int whet__result_find_arm(const struct whet_result *r, const char *name,
                                        size_t *index);

/* Adds a run; `values` are metric_count doubles.  -ENOMEM. */
WHET_MUST_USE int whet__result_add_sample(struct whet_result *r, struct whet_result_arm *arm,
                                          const struct whet_result_sample *sample,
                                          const double *values);

size_t whet__arm_count(const struct whet_result_arm *arm); /* samples, failed ones too */
const struct whet_result_sample *whet__arm_sample(const struct whet_result_arm *arm, size_t i);
/* The i-th sample's value; NaN: not known. */
double whet__arm_value(const struct whet_result *r, const struct whet_result_arm *arm, size_t i,
                       size_t metric);
size_t whet__arm_failed(const struct whet_result_arm *arm);

/* The known values of one metric from runs that ended well, in order of rounds; `out` has
 * room for whet__arm_count. Answers how many. */
size_t whet__arm_collect(const struct whet_result *r, const struct whet_result_arm *arm,
                         size_t metric, double *out);

/* Pairs of the rounds in which both arms ended well and both values are known; both
 * arrays have room for the smaller count. The arms may be of two results, whose rounds
 * then must belong together. Answers how many. */
size_t whet__arm_collect_pairs(const struct whet_result *a, const struct whet_result_arm *arm,
                               const struct whet_result *b, const struct whet_result_arm *with,
                               size_t metric, double *of_arm, double *of_with);

#endif
