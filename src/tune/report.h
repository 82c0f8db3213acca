/* tune/report.h - a tuning as text: one file per format.
 *
 * Shape    a sorted table of formats, each one const struct with a put function.
 * Units    as in <whet/tune.h>.
 * Memory   put appends to the caller's text.
 * Errors   sticky in the text; -errno of a part that cannot be made.
 * Threads  one at a time per text.
 */
#ifndef WHET_TUNE_REPORT_H
#define WHET_TUNE_REPORT_H

#include <whet/api.h>
#include <whet/tune.h>

#include "base/text.h"
#include "view/table.h"

/* From this level on an interval is called proof. */
#define WHET_TUNE_PROVEN 0.95

struct whet_tune_report_options {
    const char *path; /* as the user gave it */
    const char *when; /* "2026-01-31 12:00 UTC" */
    struct whet_table_style style;
};

struct whet_tune_report {
    const char *name;
    const char *ending; /* of file names that ask for it */
    int (*put)(struct whet_text *out, const struct whet_tune *tune,
               const struct whet_tune_report_options *options);
};

/* By a file name's ending; NULL: none is known. */
const struct whet_tune_report *whet__tune_report_of_file(const char *file);

extern const struct whet_tune_report whet__tune_report_html;
extern const struct whet_tune_report whet__tune_report_json;
extern const struct whet_tune_report whet__tune_report_markdown;
extern const struct whet_tune_report whet__tune_report_text;

/* Parts that formats share. Each sentence goes to the end of `out`. */
void whet__tune_arms_table(struct whet_table *t, const struct whet_tune *tune);
typedef void (*whet_tune_sentence)(struct whet_text *out, const struct whet_tune *tune);
void whet__tune_machine_line(struct whet_text *out, const struct whet_tune *tune);
void whet__tune_workload_line(struct whet_text *out, const struct whet_tune *tune);
void whet__tune_profile_line(struct whet_text *out, const struct whet_tune *tune);
void whet__tune_answer_line(struct whet_text *out, const struct whet_tune *tune);
void whet__tune_grade_line(struct whet_text *out, const struct whet_tune *tune);
void whet__tune_estimate_line(struct whet_text *out, const struct whet_tune *tune);
void whet__tune_method_line(struct whet_text *out, const struct whet_tune *tune);

#endif
