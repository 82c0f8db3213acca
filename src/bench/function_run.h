/* bench/function_run.h - one case of a benchmark under way in this process.
 *
 * Shape    opened with its threads and its set-up; runs epoch after epoch.
 * Units    nanoseconds, iterations of one thread.
 * Memory   whet__function_run_open allocates *out, whet__function_run_close releases it.
 * Errors   0 or a negative errno value. A benchmark that fails or cannot be run is no error:
 *          `verdict` says so, and epochs after that do nothing.
 * Threads  one run at a time in a process; its own threads are inside.
 */
#ifndef WHET_BENCH_FUNCTION_RUN_H
#define WHET_BENCH_FUNCTION_RUN_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "bench/function_answer.h"
#include "bench/function_registry.h"

struct whet_function_run;

/* What the clocks of this machine are good for. */
struct whet_function_clock {
    uint64_t step_ns;     /* the least time that passes between two different readings */
    uint64_t pair_ns;     /* what two readings measure when nothing is between, at best */
    uint64_t cpu_pair_ns; /* likewise of the CPU clock, with two of the other between */
    double cycle_ns;      /* of the processor, at its present frequency */
};
void whet__function_clock_read(struct whet_function_clock *out);

/* `test`, `clock` and `scratch` are borrowed; `scratch` may be NULL: there is none. What
 * the benchmark draws at random comes from `seed`. */
WHET_MUST_USE int whet__function_run_open(struct whet_function_run **out,
                                          const struct whet_function_case *test,
                                          const struct whet_function_clock *clock,
                                          const char *scratch, uint64_t seed);
void whet__function_run_close(struct whet_function_run *run);

/* One epoch; 0 and *out untouched when the benchmark has failed or been skipped. */
void whet__function_run_epoch(struct whet_function_run *run, uint64_t iterations,
                              struct whet_function_epoch *out);

/* Finds the number of iterations after which an epoch lasts `target_ns`, twice in a row. */
void whet__function_run_calibrate(struct whet_function_run *run, uint64_t target_ns,
                                  uint64_t *iterations);

/* WHET_FUNCTION_MEASURED as long as all is well, and why not. */
enum whet_function_verdict whet__function_run_verdict(const struct whet_function_run *run,
                                                      const char **why);

/* What the benchmark said of an iteration of all threads, and its counters so far. */
void whet__function_run_work(const struct whet_function_run *run, double *bytes, double *items);
size_t whet__function_run_counters(const struct whet_function_run *run,
                                   struct whet_function_counter *out);

#endif
