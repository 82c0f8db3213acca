/* check/suite.h - a suite of whet.yaml, run: from its lines to what was concluded.
 *
 * Shape    one call measures it all: its arms, alone or interleaved with those of another
 *          tree; then targets, scaling and concurrent copies.
 * Units    nanoseconds, ratios.
 * Memory   whet__suite_run allocates *out, whet__suite_free releases it; the report borrows
 *          from it, it borrows suite, project and base.
 * Errors   0 or a negative errno value with a message that names the suite; on error *out is
 *          untouched. A command that fails is no error: its arm says so.
 * Threads  one at a time.
 */
#ifndef WHET_CHECK_SUITE_H
#define WHET_CHECK_SUITE_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"
#include "bench/report.h"
#include "bench/session.h"
#include "data/project.h"

/* What the arms of a suite are compared with, run by run: the same commands in another tree,
 * or kept programs in the place of today's. Arms without a like are not compared. */
struct whet_suite_base {
    const char *label; /* "HEAD~1": the arm "parse" is paired with "parse @ HEAD~1" */
    const char *dir;   /* where the project's folder is in that tree; NULL: our own */
    /* The program to run instead of the arm's; NULL: there is none, so no such arm. May be
     * NULL: the arm's own, in `dir`. */
    const char *(*program)(void *ctx, const char *suite, const char *arm);
    void *ctx;
};

struct whet_suite_options {
    const char *dir; /* the project's folder */
    /* What is set here goes before what the suite says; what neither says is chosen.
     * .pair is ours; .verdict.gates is how many suites are decided together. */
    struct whet_session_options session;
    int compare_arms; /* 1: judge arms against the first or the reference even if the suite
                         names no reference */
    const struct whet_suite_base *base; /* NULL: none */
};

struct whet_suite_run;

WHET_MUST_USE int whet__suite_run(struct whet_suite_run **out,
                                  const struct whet_project *project,
                                  const struct whet_suite *suite,
                                  const struct whet_suite_options *options,
                                  struct whet_error *err);
void whet__suite_free(struct whet_suite_run *run);

/* 1: the user stopped it; what was measured until then is there. */
int whet__suite_stopped(const struct whet_suite_run *run);

/* Why it was not compared though that was asked for (it is new, say); NULL: it was. */
const char *whet__suite_no_base(const struct whet_suite_run *run);

/* How many of the result's arms are the suite's own: the first ones. */
size_t whet__suite_arm_count(const struct whet_suite_run *run);

/* Adds its outcome to a report, which borrows from the run. -ENOMEM. */
WHET_MUST_USE int whet__suite_report(const struct whet_suite_run *run,
                                     struct whet_report *report);

/* The suite of this name. -ENOENT with the nearest or all; without any suite an example. */
WHET_MUST_USE int whet__suite_find(const struct whet_suite **out,
                                   const struct whet_project *project, const char *name,
                                   struct whet_error *err);

/* The error of a project without any, or of no project: -ENOENT. */
int whet__suite_none(int is_project, struct whet_error *err);

/* The whet.yaml in force for the working folder; its path is appended to `file`. -ENOENT: there
 * is none, as _none says. */
WHET_MUST_USE int whet__suite_project(struct whet_project *out, struct whet_text *file,
                                      struct whet_error *err);

#endif
