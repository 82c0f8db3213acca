/* bench/function_state.h - what a benchmark's function holds in its hands.
 *
 * Shape    one state for each thread of a run, the same for all epochs; what the calls of
 *          <whet/bench.h> (bench/function_state.c) note in it and the run
 *          (bench/function_run.c) reads when the function has returned.
 * Units    nanoseconds, iterations.
 * Memory   belongs to the run.
 * Errors   `verdict` and `why` of the state.
 * Threads  a state belongs to its thread while an epoch goes on, then to the run.
 */
#ifndef WHET_BENCH_FUNCTION_STATE_H
#define WHET_BENCH_FUNCTION_STATE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/random.h"
#include "bench/function_answer.h"
#include "bench/function_registry.h"

#define WHET_FUNCTION_WHY_MAX 400

/* All threads of an epoch pass together, or none does: one that will never come breaks it
 * for the others. Waits by spinning, so that all set off within a microsecond. */
struct whet_function_gate {
    unsigned count; /* threads */
    atomic_uint arrived;
    atomic_int broken;
};

enum whet_function_phase {
    WHET_FUNCTION_BEFORE, /* the loop has not begun */
    WHET_FUNCTION_INSIDE,
    WHET_FUNCTION_AFTER
};

struct whet_function_readings {
    uint64_t wall_ns, cpu_ns, own_cpu_ns, delay_ns;
    uint64_t allocations, allocated_bytes;
};

struct whet_bench_state {
    const struct whet_function_case *test;
    const char *scratch; /* NULL: none */
    void *data;          /* of whet_bench_once */
    unsigned thread;
    struct whet_function_gate *begin, *end;

    size_t pad;          /* bytes that the stack of this epoch begins lower */
    uint64_t iterations; /* of this epoch */
    enum whet_function_phase phase;
    uint64_t left;    /* of batches: not handed out yet */
    uint64_t batch;   /* handed out and not timed yet */
    uint64_t batches; /* timed */
    int delay_known;
    struct whet_function_readings from, sum; /* of what was timed */
    uint64_t first_ns, last_ns;              /* on the clock */

    enum whet_function_verdict verdict;
    char why[WHET_FUNCTION_WHY_MAX];
    double bytes, items;
    size_t counter_count;
    struct whet_function_counter counters[WHET_FUNCTION_COUNTERS_MAX];
    char counter_names[WHET_FUNCTION_COUNTERS_MAX][64];
    struct whet_random random;
};

/* Whether whet_bench_set_allocation_counter has been told how. */
int whet__function_counts_allocations(void);

#endif
