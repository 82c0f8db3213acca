/* front/bench_outputs.h - the files that a report goes to, beside the answer.
 *
 * Shape    opened before anything is measured, so that a wrong name costs no time; written
 *          at the end.
 * Units    none.
 * Memory   whet__outputs_init takes nothing, whet__outputs_clear releases what was added.
 * Errors   -errno with a message that names the file.
 * Threads  one at a time.
 */
#ifndef WHET_FRONT_BENCH_OUTPUTS_H
#define WHET_FRONT_BENCH_OUTPUTS_H

#include <stdio.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/vec.h"
#include "bench/report.h"
#include "export/export.h"
#include "option/global.h"

struct whet_outputs {
    struct whet_vec files; /* of struct whet_output */
};

/* Said before minutes are spent: no file of this name could be made. */
WHET_MUST_USE int whet__outputs_check(const char *file, struct whet_error *err);

void whet__outputs_init(struct whet_outputs *o);
void whet__outputs_clear(struct whet_outputs *o);

/* All of two lists of options (of const char *): files, whose ending tells the form, and
 * "FORM=FILE". A folder that cannot be written to is an error now. */
WHET_MUST_USE int whet__outputs_add(struct whet_outputs *o, const struct whet_vec *files,
                                    const struct whet_vec *forms, struct whet_error *err);

WHET_MUST_USE int whet__outputs_write(const struct whet_outputs *o,
                                      const struct whet_report *report, int verbose,
                                      struct whet_error *err);

/* The answer itself: for people or as JSON. */
WHET_MUST_USE int whet__outputs_answer(FILE *out, const struct whet_report *report,
                                       const struct whet_global *global, int json,
                                       struct whet_error *err);

#endif
