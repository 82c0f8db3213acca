/* bench/function_answer.h - what a program with benchmarks tells who started it.
 *
 * Shape    one JSON document, written by the program (bench/function_worker.c), read by the
 *          session (bench/functions.c): a list of its cases, or the figures of one.
 * Units    nanoseconds, iterations of one thread; NaN: not known.
 * Memory   an answer that was read owns its strings until _clear; one that is written
 *          borrows them.
 * Errors   -EBADMSG with a message: it is no such answer.  -ENOMEM.
 * Threads  one at a time.
 */
#ifndef WHET_BENCH_FUNCTION_ANSWER_H
#define WHET_BENCH_FUNCTION_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/vec.h"
#include "bench/metric.h"

#define WHET_FUNCTION_ANSWER_MAX   ((size_t)8 << 20)
#define WHET_FUNCTION_COUNTERS_MAX 16
#define WHET_FUNCTION_EPOCHS_MAX   1000
#define WHET_FUNCTION_CASES_MAX    1024
#define WHET_FUNCTION_PARAMS_MAX   8

enum whet_function_verdict {
    WHET_FUNCTION_MEASURED,
    WHET_FUNCTION_SKIPPED, /* cannot be run here; `text` says why */
    WHET_FUNCTION_FAILED   /* likewise what is wrong */
};

struct whet_function_epoch {
    uint64_t iterations; /* of each thread */
    double wall_ns;      /* of them all together, as all of these */
    double active_ns;    /* wall less the time it was ready and did not run; NaN */
    double delay_ns;     /* that time; NaN */
    double cpu_ns;       /* mean over threads; NaN */
    double allocations, allocated_bytes; /* of all threads; NaN */
};

struct whet_function_counter {
    const char *name;
    enum whet_unit unit;
    enum whet_metric_better better;
    double value;
};

struct whet_function_param {
    const char *name;
    const char *value;
};

/* One case of a list. */
struct whet_function_listed {
    const char *name, *group, *about;
    unsigned threads;
    size_t param_count;
    struct whet_function_param params[WHET_FUNCTION_PARAMS_MAX];
};

struct whet_function_answer {
    const char *error;     /* the program could not do what it was asked; NULL: it could */
    int is_list;           /* 1: `cases`; 0: the rest */
    struct whet_vec cases; /* of struct whet_function_listed */
    const char *name;
    enum whet_function_verdict verdict;
    const char *text; /* "" unless skipped or failed */
    uint64_t iterations;
    double bytes, items;    /* of one iteration of all threads; 0: not told */
    struct whet_vec epochs; /* of struct whet_function_epoch */
    size_t counter_count;
    struct whet_function_counter counters[WHET_FUNCTION_COUNTERS_MAX];
    struct whet_arena strings;
};

/* An empty answer, to be filled and written. */
void whet__function_answer_init(struct whet_function_answer *a);
void whet__function_answer_clear(struct whet_function_answer *a);

/* Appends the document; the text's error is sticky. */
void whet__function_answer_write(const struct whet_function_answer *a, struct whet_text *out);

/* On failure *out is empty, and has not to be cleared. */
WHET_MUST_USE int whet__function_answer_read(struct whet_function_answer *out, const char *text,
                                             size_t len, struct whet_error *err);

#endif
