/* bench/result_json.h - our own form: every sample of every arm, and what was concluded.
 *
 * Shape    a report out as JSON; results back in, whole, and their conclusions not: they
 *          can be drawn again. "whet": "bench/1" is its version; whet-formats(5) has it.
 * Units    as bench/result.h.
 * Memory   results read are the caller's (whet__result_free).
 * Errors   -EBADMSG with line and column: not JSON, or not this form; -ENOTSUP: a newer
 *          version; -EFBIG: over a limit; -ENOMEM.
 * Threads  one at a time.
 */
#ifndef WHET_BENCH_RESULT_JSON_H
#define WHET_BENCH_RESULT_JSON_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"
#include "base/vec.h"
#include "bench/report.h"

WHET_MUST_USE int whet__report_put_json(struct whet_text *out,
                                        const struct whet_report *report);

/* Pushes to `out` (a vector of struct whet_result *) every result of the text; `name` is what
 * messages call it. */
WHET_MUST_USE int whet__results_parse(struct whet_vec *out, const char *text, size_t len,
                                      const char *name, struct whet_error *err);

/* The same from a file. */
WHET_MUST_USE int whet__results_read(struct whet_vec *out, const char *path,
                                     struct whet_error *err);
void whet__results_clear(struct whet_vec *results);

#endif
