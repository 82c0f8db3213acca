/* check/findings.h - what a check found wrong, one sentence each, where CI shows it.
 *
 * Shape    a report to annotations: lines for GitHub's log, a code quality file for GitLab.
 * Units    none.
 * Memory   the text is the caller's.
 * Errors   sticky in the text.
 * Threads  safe from any.
 *
 * Source   docs.github.com, "Workflow commands for GitHub Actions"; docs.gitlab.com, "Code
 *          Quality", "Code Quality report format".
 */
#ifndef WHET_CHECK_FINDINGS_H
#define WHET_CHECK_FINDINGS_H

#include "base/text.h"
#include "bench/report.h"
#include "data/project.h"

struct whet_finding {
    const char *suite;
    const char *subject; /* of an arm or target */
    unsigned line;       /* of the suite in whet.yaml */
    const char *kind;    /* what of it is wrong: "change", a target's name, ... */
    int error;           /* 1: it fails the check; 0: a warning */
    const char *text;
};

/* Calls `each` for every finding, in the report's order. */
void whet__findings_each(const struct whet_report *report, const struct whet_project *project,
                         void (*each)(void *ctx, const struct whet_finding *f), void *ctx);

/* Appends "::error file=...,line=...,title=...::..." lines; `file` is the path of whet.yaml in
 * the repository. */
void whet__findings_github(struct whet_text *out, const struct whet_report *report,
                           const struct whet_project *project, const char *file);

/* Appends a JSON document. */
void whet__findings_gitlab(struct whet_text *out, const struct whet_report *report,
                           const struct whet_project *project, const char *file);

#endif
