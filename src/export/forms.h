/* export/forms.h - the entries that export_table.c lists: one for each form's file.
 *
 * Shape    constants.
 * Units    none.
 * Memory   static.
 * Errors   none.
 * Threads  safe from any.
 */
#ifndef WHET_EXPORT_FORMS_H
#define WHET_EXPORT_FORMS_H

#include "export/export.h"

extern const struct whet_export whet__export_bmf;
extern const struct whet_export whet__export_criterion;
extern const struct whet_export whet__export_csv;
extern const struct whet_export whet__export_github_action;
extern const struct whet_export whet__export_github_action_bigger;
extern const struct whet_export whet__export_google_benchmark;
extern const struct whet_export whet__export_html;
extern const struct whet_export whet__export_hyperfine;
extern const struct whet_export whet__export_json;
extern const struct whet_export whet__export_junit;
extern const struct whet_export whet__export_markdown;
extern const struct whet_export whet__export_text;

#endif
