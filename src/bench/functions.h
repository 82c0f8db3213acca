/* bench/functions.h - the function benchmarks of a program, as arms.
 *
 * Shape    a program that was built with <whet/bench.h> is asked what it has; every
 *          benchmark that matches becomes an arm whose run is one launch of the program: a
 *          few epochs of a fixed number of iterations, calibrated beforehand.
 * Units    nanoseconds for each iteration.
 * Memory   whet__functions_open allocates *out, whet__functions_free releases it.
 * Errors   0 or a negative errno value with a message.
 * Threads  one at a time.
 *
 * Launches are rounds: what differs between launches of one program (layout, page colours)
 * is part of the interval, not hidden from it.
 */
#ifndef WHET_BENCH_FUNCTIONS_H
#define WHET_BENCH_FUNCTIONS_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "bench/sample.h"

struct whet_functions;

struct whet_functions_options {
    const char *filter;     /* glob over names, "*" and "?"; a plain word matches anywhere;
                               NULL: all */
    const char *suite;      /* only of this group ("@io" without the @); NULL: all */
    const char *prefix;     /* put before the names, to tell two programs apart; NULL: none */
    uint64_t epoch_ns;      /* the least length of an epoch; 0: 1 ms and 1000 steps of the
                               clock */
    unsigned epochs;        /* in each launch; 0: 5 */
    int linear;             /* 1: the k-th epoch has k times the iterations, and a sample is
                               the slope over them instead of the median */
    uint64_t timeout_ns;    /* of each launch; 0: none */
    const char *scratch;    /* folder that all launches may keep files in; NULL: made and
                               removed by us */
    int (*stop)(void *ctx); /* as in struct whet_sample_options */
    void *ctx;
};

/* `program` is an argument vector, to which our own arguments are added.
 * -ENOENT: no such program; -ENOTSUP: it is not built with <whet/bench.h>; -ESRCH: no
 * benchmark matches; -EINVAL. */
WHET_MUST_USE int whet__functions_open(struct whet_functions **out, const char *const *program,
                                       const struct whet_functions_options *options,
                                       struct whet_error *err);
void whet__functions_free(struct whet_functions *f);

size_t whet__functions_count(const struct whet_functions *f);
const char *whet__functions_name(const struct whet_functions *f, size_t index);
const char *whet__functions_about(const struct whet_functions *f, size_t index); /* or "" */

/* Finds each one's number of iterations, throughput and counters, by a launch of its own. A
 * benchmark that fails, that hangs, or whose loop the compiler has removed becomes an arm that
 * is left out, with the failure that says so. One that says that it cannot be run here leaves:
 * those behind it move up. -ECANCELED: `stop` said so. */
WHET_MUST_USE int whet__functions_calibrate(struct whet_functions *f, struct whet_error *err);

/* Those that left, and why. */
size_t whet__functions_skipped_count(const struct whet_functions *f);
const char *whet__functions_skipped(const struct whet_functions *f, size_t index,
                                    const char **why);

/* Takes the iterations of another version of the program, where names are equal, so that
 * both do the same work. */
WHET_MUST_USE int whet__functions_share_counts(struct whet_functions *f,
                                               const struct whet_functions *with,
                                               struct whet_error *err);

/* The arms, whet__functions_count of them, once they are calibrated; and what a session has
 * to ask of each run of them (struct whet_rounds_options, .measured): `index` counts from the
 * first of these arms. Borrowed, until counts are shared.
 *
 * Of the metrics wall, active and CPU time, delay and allocations are those of an iteration;
 * memory is that of the launch; all others are not known. An arm's code_hash is of the
 * program and the benchmark's name: two benchmarks of one program are not the same code. */
const struct whet_bench_arm *whet__functions_arms(const struct whet_functions *f);
WHET_MUST_USE int whet__functions_add_metrics(const struct whet_functions *f,
                                              struct whet_result *r);
/* -EBADMSG: the launch left no answer, or not that of this benchmark.  -ECHILD: it failed. */
WHET_MUST_USE int whet__functions_measured(struct whet_functions *f, size_t index,
                                           const struct whet_result *r, double *values,
                                           struct whet_error *why);

/* In the program itself: does what a request of the calls above asks for. The value of the
 * hidden option --worker; an exit code. */
int whet__function_worker(const char *request);

#endif
