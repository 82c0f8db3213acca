/* check/publish.h - a check's report where CI systems pick it up.
 *
 * Shape    one call per place: a folder of files, annotations, the summary of a job.
 * Units    none.
 * Memory   none is kept.
 * Errors   0 or a negative errno value with a message that names the file.
 * Threads  one at a time.
 */
#ifndef WHET_CHECK_PUBLISH_H
#define WHET_CHECK_PUBLISH_H

#include <stdio.h>

#include <whet/api.h>
#include <whet/error.h>

#include "bench/report.h"
#include "data/project.h"

enum whet_annotations {
    WHET_ANNOTATIONS_AUTO, /* by the variables GITHUB_ACTIONS and GITLAB_CI */
    WHET_ANNOTATIONS_GITHUB,
    WHET_ANNOTATIONS_GITLAB,
    WHET_ANNOTATIONS_NONE
};

/* Of AUTO: what this process runs in. Others stay. */
enum whet_annotations whet__annotations_choose(enum whet_annotations asked);

/* Makes the folder, if need be: what cannot be made is better known before minutes of
 * measuring. */
WHET_MUST_USE int whet__publish_prepare(const char *folder, struct whet_error *err);

/* Prepares the folder and writes into it report.html, summary.md, junit.xml,
 * result.json and verdict.txt, which has one word and a line end. */
WHET_MUST_USE int whet__publish_folder(const char *folder, const struct whet_report *report,
                                       struct whet_error *err);

/* Tells the CI system what was found. GitHub: lines to `to`, and the summary appended to the
 * file that GITHUB_STEP_SUMMARY names. GitLab: gl-code-quality-report.json in `folder`. `file`
 * is the path of whet.yaml in the repository. */
WHET_MUST_USE int whet__publish_annotations(enum whet_annotations where, FILE *to,
                                            const char *folder,
                                            const struct whet_report *report,
                                            const struct whet_project *project,
                                            const char *file, struct whet_error *err);

#endif
