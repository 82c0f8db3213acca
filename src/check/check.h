/* check/check.h - all suites of a project, measured and judged: may this be merged?
 *
 * Shape    one call, one report. What suites are compared with: nothing (their own targets
 *          only), another commit, or a baseline.
 * Units    nanoseconds.
 * Memory   whet__check_run allocates *out, whet__check_free releases it with the report; it
 *          borrows options and project.
 * Errors   0 or a negative errno value with a message; on error *out is untouched. A suite that
 *          cannot be run is no error: its outcome says why, and the others go on.
 * Threads  one at a time.
 *
 * What can be known beforehand (names, targets, baselines, commits, builds) is checked before
 * anything is measured. A stop keeps what was measured until then.
 */
#ifndef WHET_CHECK_CHECK_H
#define WHET_CHECK_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "bench/report.h"
#include "bench/session.h"
#include "data/project.h"

struct whet_check_progress {
    const char *suite;
    size_t index, count;                      /* of the suites */
    const struct whet_rounds_progress *round; /* NULL: it is being built */
};

struct whet_check_options {
    const char *dir;     /* the project's folder */
    const char *command; /* that was typed, for the report */
    const char *const *names;
    size_t name_count; /* 0: all suites, or those with a tag */
    const char *const *tags;
    size_t tag_count;
    const char *against;  /* a commit; NULL: none */
    const char *baseline; /* a name or file; NULL: none */
    int any_machine;      /* 1: compare with numbers of other machines, too */
    int no_build;         /* 1: what is there is measured; not with .against */
    int no_history;       /* 1: for tests */
    uint64_t budget_ns;   /* of all suites together; 0: as each says */
    /* As in struct whet_suite_options. .rounds.progress and .ctx are ours: */
    struct whet_session_options session;
    void (*progress)(void *ctx, const struct whet_check_progress *p);
    int (*stop)(void *ctx);
    void *ctx;
};

struct whet_check;

/* -ENOENT: no suite of that name, or none at all; no such baseline or commit, or
 * none of the suites is in the baseline.  -EXDEV: the
 * baseline is of another machine.  -ECHILD: a build failed.  -EINVAL: a target, or
 * options that exclude each other.  -EINTR: stopped before anything was measured. */
WHET_MUST_USE int whet__check_run(struct whet_check **out, const struct whet_project *project,
                                  const struct whet_check_options *options,
                                  struct whet_error *err);
void whet__check_free(struct whet_check *c);

/* Concluded. Borrowed. */
const struct whet_report *whet__check_report(const struct whet_check *c);
/* Suites that could not be run. */
size_t whet__check_broken(const struct whet_check *c);
/* 1: a comparison was asked for, and not one of the suites that were run has a counterpart. */
int whet__check_compared_nothing(const struct whet_check *c);

/* Keeps the results under this name (check/baseline.h), with the programs if `binaries`; a
 * call of its own because it may fail, and by then the report has been shown. A check that was
 * stopped keeps nothing: 0. */
WHET_MUST_USE int whet__check_save(const struct whet_check *c, const char *name, int binaries,
                                   struct whet_error *err);

/* Pushes the suites that the options name (const struct whet_suite *), in the file's order. */
WHET_MUST_USE int whet__check_select(struct whet_vec *out, const struct whet_project *project,
                                     const struct whet_check_options *options,
                                     struct whet_error *err);

#endif
