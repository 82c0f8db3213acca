/* export/export.h - forms that a report can be written in: one file each.
 *
 * Shape    an entry per form, listed in export_table.c in byte order of names.
 * Units    as each form wants them; its file says so.
 * Memory   the text is the caller's.
 * Errors   put returns 0 or a negative errno value and leaves the text as far as it got.
 * Threads  safe from any.
 *
 * To add a form: src/export/NAME.c with its entry, a line in forms.h, in export_table.c and in
 * meson.build.
 */
#ifndef WHET_EXPORT_EXPORT_H
#define WHET_EXPORT_EXPORT_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/text.h"
#include "bench/report.h"
#include "view/table.h"

struct whet_export_options {
    struct whet_table_style style; /* of text for a terminal */
    int verbose;                   /* 1: every metric; 2: every sample where that is sensible */
};

struct whet_export {
    const char *name;    /* "json", "hyperfine", "junit", ... */
    const char *ending;  /* of files that mean this form: ".csv"; NULL: only by name */
    const char *summary; /* lower case, no full stop */
    /* NULL: it has `write` instead. */
    int (*put)(struct whet_text *out, const struct whet_report *report,
               const struct whet_export_options *options);
    /* Instead of put, for forms that are several files: writes into the folder `path`. */
    int (*write)(const char *path, const struct whet_report *report,
                 const struct whet_export_options *options, struct whet_error *err);
};

size_t whet__export_count(void);
const struct whet_export *whet__export_at(size_t index);
/* NULL with an error that names the nearest, or all. */
const struct whet_export *whet__export_find(const char *name, struct whet_error *err);
/* By the ending of a file's name: the longest that fits. NULL with an error. */
const struct whet_export *whet__export_of_file(const char *file, struct whet_error *err);

/* Writes `report` to the file, or for forms with `write` into the folder, of this path: each
 * file whole or not at all. There is no name for the standard output: who wants it there
 * calls put, if the form has it, and prints. `options` may be NULL. */
WHET_MUST_USE int whet__export_write(const struct whet_export *form, const char *file,
                                     const struct whet_report *report,
                                     const struct whet_export_options *options,
                                     struct whet_error *err);

#endif
