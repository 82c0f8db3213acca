/* bench/function_sample.h - the answer of a launch, as one sample.
 *
 * Shape    an answer's epochs in, values per iteration out.
 * Units    nanoseconds, bytes.
 * Memory   an answer that was taken is cleared by the caller.
 * Errors   0 or a negative errno value with a message.
 * Threads  safe from any.
 */
#ifndef WHET_BENCH_FUNCTION_SAMPLE_H
#define WHET_BENCH_FUNCTION_SAMPLE_H

#include <whet/api.h>
#include <whet/error.h>

#include "bench/function_answer.h"
#include "bench/result.h"

/* Reads the answer that a launch left and removes its file.
 * -ENOENT: it left none (no message).  -EBADMSG, -EFBIG, -ENOMEM. */
WHET_MUST_USE int whet__function_answer_take(struct whet_function_answer *out, const char *path,
                                             struct whet_error *err);

/* Replaces the values of a launch by those of an iteration: the median over epochs, or with
 * `linear` the slope of time over iterations. `r` says the number of each counter.
 * -ENOMEM. */
WHET_MUST_USE int whet__function_sample_values(const struct whet_function_answer *a, int linear,
                                               const struct whet_result *r, double *values);

#endif
