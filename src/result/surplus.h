/* result/surplus.h - files that are there, are declared as outputs of a job, and that putting a
 * kept result back would leave beside what that has made.
 *
 * Shape    asked before a result is put back; told of a job that is about to run.
 * Units    none.
 * Memory   names are in the arena of the job's recipe.
 * Errors   -errno of listing a folder; -ENOMEM.
 * Threads  one at a time.
 *
 * Whoever reads a folder reads all that is in it: what an earlier run has left there makes the
 * answer another. But several commands may share a folder, the first of which empties it: what
 * others have added is no reason to run that each time. So where it is known what the job left
 * there the last time, those files count alone; else all that is there. It is not known of a
 * job without a name, of one no run of which was kept, and where one was begun since that was
 * not kept. That is why a job is marked before it runs.
 */
#ifndef WHET_RESULT_SURPLUS_H
#define WHET_RESULT_SURPLUS_H

#include <whet/api.h>
#include <whet/error.h>

#include "result/record.h"
#include "result/results.h"

struct whet_results_job;

/* The first of them by name; NULL: none. */
WHET_MUST_USE int whet__surplus_find(struct whet_results *r, const struct whet_run_job *job,
                                     struct whet_results_job *j,
                                     const struct whet_record_result *result,
                                     const char **name);

/* Marks what is stored of the job's last run, until one is kept or given back. */
void whet__surplus_begin(struct whet_results *r, const struct whet_run_job *job,
                         struct whet_results_job *j);

/* Takes the mark off what was read. */
void whet__surplus_recall(struct whet_results_job *j);

#endif
