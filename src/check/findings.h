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

/* Appends "::error file=...,line=...,title=...::..." lines; `file` is the path of whet.yaml in
 * the repository. */
void whet__findings_github(struct whet_text *out, const struct whet_report *report,
                           const struct whet_project *project, const char *file);

/* Appends a JSON document. */
void whet__findings_gitlab(struct whet_text *out, const struct whet_report *report,
                           const struct whet_project *project, const char *file);

#endif
