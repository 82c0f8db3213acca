/* run/overlap.h - files that several jobs name, though nothing says which of them goes first.
 *
 * Shape    one look at jobs that are all known (run/jobs.h), with the graph of their needs.
 * Units    none.
 * Memory   some 100 bytes for each declared file, until it returns.
 * Errors   -EINVAL with a message and the job's line: a file that two jobs make, neither of
 *          which needs the other, over however many others; -ENOMEM.
 * Threads  one at a time.
 *
 * Only names are looked at, not patterns, and nothing on the disk.
 */
#ifndef WHET_RUN_OVERLAP_H
#define WHET_RUN_OVERLAP_H

#include <whet/api.h>
#include <whet/error.h>

#include "run/needs.h"

/* `tell` hears of each job that reads what another makes, and does not need it. */
WHET_MUST_USE int whet__overlap_check(const struct whet_needs *needs,
                                      void (*tell)(const struct whet_run_job *reader,
                                                   const struct whet_run_job *maker,
                                                   const char *name),
                                      struct whet_error *err);

/* The first of `names` that is no pattern; NULL: there is none. `names` may be NULL. */
const char *whet__overlap_name(const char *const *names);

#endif
