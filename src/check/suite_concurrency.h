/* check/suite_concurrency.h - does a command still work when several of it run at once?
 *
 * Shape    one run alone, then N copies together; their exit codes, their output and the
 *          files they wrote are compared with those of the first.
 * Units    nanoseconds.
 * Memory   the answer is plain and borrows names from the suite.
 * Errors   0 or a negative errno value with a message; -EINTR: stopped;
 *          -ENOENT: a pattern of outputs matches nothing after the run alone. A copy that fails
 *          or differs is no error: the answer says so.
 * Threads  one at a time; it starts as many threads as there are copies.
 */
#ifndef WHET_CHECK_SUITE_CONCURRENCY_H
#define WHET_CHECK_SUITE_CONCURRENCY_H

#include <whet/api.h>
#include <whet/error.h>

#include "bench/report.h"
#include "check/suite_arms.h"

/* Of the suite's command of this number; `name` is what the answer calls it. */
WHET_MUST_USE int whet__suite_concurrency(struct whet_concurrency *out, const char *name,
                                          const struct whet_suite *suite, size_t command,
                                          const struct whet_suite_arms_options *options,
                                          struct whet_error *err);

#endif
