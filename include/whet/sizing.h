/* whet/sizing.h - how many workers a kind of task is worth, and why.
 *
 * Shape    what is known goes in; the decision comes out with everything that it was made of.
 * Units    workers, bytes; ratios 0..1.
 * Memory   plain structs of the caller's; points are borrowed during the call.
 * Errors   0 or a negative errno value; on error *out is untouched.
 * Threads  safe from any; the same input gives the same answer.
 */
#ifndef WHET_SIZING_H
#define WHET_SIZING_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/pool.h>
#include <whet/tune.h>

#ifdef __cplusplus
extern "C" {
#endif

enum whet_sizing_type {
    WHET_SIZING_AUTO, /* by the share of time that tasks use a processor */
    WHET_SIZING_CPU,  /* at least .9 of it */
    WHET_SIZING_IO,   /* at most .3 */
    WHET_SIZING_MIXED
};

/* All zero: nothing is known but the machine. */
struct whet_sizing_options {
    enum whet_sizing_type type;
    double cpu_share;    /* processor time by time of a task that has a processor to itself; 0:
                            not measured, and AUTO is then taken for CPU */
    uint64_t task_bytes; /* that a task takes; 0: unknown */
    const struct whet_pool_scaling_point *points; /* measured; NULL: none */
    size_t point_count;
    double gain; /* what one more worker must add, of the work of one; 0: .1 */
};

enum whet_sizing_limit {
    WHET_SIZING_BY_TYPE,   /* of the tasks: as many keep the processors busy */
    WHET_SIZING_BY_MEMORY, /* of the tasks, in the cap of the guard rails */
    WHET_SIZING_BY_RAIL,   /* never more than 4 x cores */
    WHET_SIZING_BY_LAW     /* more would add less than `gain` */
};

/* The decision, and its inputs. */
struct whet_sizing {
    enum whet_sizing_type type; /* never AUTO */
    double cpu_share;           /* as given */
    unsigned usable;            /* processors by affinity */
    double quota_cores;         /* of the cgroup; 0: none */
    unsigned cores;             /* by both */
    unsigned by_type;           /* cores / cpu_share; unmeasured: cores, twice or four times as
                                   many for CPU, mixed and I/O */
    uint64_t task_bytes;        /* as given */
    uint64_t memory_cap_bytes;  /* 40% of what is available, at most 50% of all */
    unsigned by_memory;         /* cap / task_bytes, at least 1; 0: unknown */
    unsigned rail;              /* 4 x cores */
    unsigned most;              /* the smallest of these */

    double document_share;   /* the parallel share that the published formula takes for the
                                type: .95, .98 and .90 for CPU, I/O and mixed */
    unsigned document_best;  /* from which it gives less than .7 for each; labelled an
                                estimate wherever it is shown */
    double document_speedup; /* with that many */

    int fitted; /* 1: there were points at two numbers of workers */
    struct whet_pool_scaling law;
    unsigned law_best;  /* 1..most, by `gain` */
    double law_speedup; /* with that many */

    unsigned workers;             /* the answer: law_best where there is one, else `most` */
    enum whet_sizing_limit limit; /* what kept it from being more */
};

/* -EINVAL: a value is out of its range, or points are no throughputs. -ENOMEM. */
WHET_API WHET_MUST_USE int whet_sizing_decide(struct whet_sizing *out,
                                              const struct whet_tune_machine *machine,
                                              const struct whet_sizing_options *options);

/* The speed-up of the published formula for `workers` of this type, with 5 ms of overhead:
 * whet_tune_estimate_speedup. */
WHET_API double whet_sizing_document(const struct whet_sizing *sizing, unsigned workers);

/* "cpu", "io", "mixed", "auto"; and what a limit is called in a report. */
WHET_API const char *whet_sizing_type_name(enum whet_sizing_type type);
WHET_API const char *whet_sizing_limit_name(enum whet_sizing_limit limit);

/* ---- Measuring a command ---- */

#define WHET_SIZING_POINTS_MAX 16

struct whet_sizing_probe_options {
    const char *const *argv; /* a program and its arguments, then NULL */
    unsigned most;           /* copies at once, at most; 0: 2 x cores */
    unsigned rounds;         /* 0: 3 */
    int (*stop)(void *ctx);  /* asked often from any thread; 1 ends it; may be NULL */
    void *ctx;
};

struct whet_sizing_probe {
    double cpu_share;    /* of the run alone that was disturbed least; time spent waiting for a
                            processor that others had is no part of it, where the kernel tells */
    uint64_t task_bytes; /* the largest peak memory of a run */
    double task_ns;      /* median time of a run alone */
    struct whet_pool_scaling_point points[WHET_SIZING_POINTS_MAX];
    size_t point_count; /* a point for each number of copies: 1, 2, 3, 4, 8, ..., most: the
                           best round of each, in runs per second */
};

/* Runs the command 1, 2, 3, 4, 8, ... at a time, and that in rounds.
 * -ECHILD: it failed; -ECANCELED: `stop` said so; others as for starting a program. */
WHET_API WHET_MUST_USE int whet_sizing_measure(struct whet_sizing_probe *out,
                                               const struct whet_sizing_probe_options *options,
                                               struct whet_error *err);

#ifdef __cplusplus
}
#endif

#endif
