/* front/executor_told.h - what a run tells its hooks, in the words of <whet/executor.h>.
 *
 * Shape    init for a run; hooks for the executor; then clear.
 * Units    bytes, nanoseconds.
 * Memory   what the last command printed, up to a bound on each stream.
 * Errors   -errno with *err of the look-up.
 * Threads  one at a time.
 */
#ifndef WHET_FRONT_EXECUTOR_TOLD_H
#define WHET_FRONT_EXECUTOR_TOLD_H

#include <whet/executor.h>

#include "result/results.h"
#include "run/executor.h"

struct whet_executor_told {
    const struct whet_executor_options *options; /* borrowed */
    struct whet_results *results;                /* NULL: nothing is kept; borrowed */
    struct whet_text printed[WHET_STREAMS];      /* of the command that ends now */
    int cut;
};

void whet__executor_told_init(struct whet_executor_told *t,
                              const struct whet_executor_options *options,
                              struct whet_results *results);
void whet__executor_told_clear(struct whet_executor_told *t);

struct whet_run_hooks whet__executor_told_hooks(struct whet_executor_told *t);

/* A sink for what commands print: their results have it. */
int whet__executor_told_nothing(void *ctx, enum whet_stream stream, const char *bytes,
                                size_t len);

/* Of `count` commands in all; `over` when none of them is to come any more. */
void whet__executor_told_counts(const struct whet_run_counts *c, uint64_t count, int over,
                                struct whet_executor_counts *out);

#endif
