/* scan/format.h - a scan's answer as text: one file per format.
 *
 * Shape    a sorted table of formats, each one const struct with a put function.
 * Units    as in <whet/scan.h>.
 * Memory   put writes to the FILE as it goes; it holds little at a time.
 * Errors   -errno of a failed write; -ENOMEM.
 * Threads  one at a time per FILE.
 *
 * What is written is the same from run to run: no times, no counts of cache hits.
 * Those are in whet__scan_put_summary_json, and in the line for people.
 */
#ifndef WHET_SCAN_FORMAT_H
#define WHET_SCAN_FORMAT_H

#include <stddef.h>
#include <stdio.h>

#include <whet/api.h>
#include <whet/scan.h>

#include "base/text.h"
#include "view/table.h"

struct whet_scan_format_options {
    const char *path; /* as the user gave it */
    int by_file;      /* a row per file, not per language */
    int skipped;      /* list what was skipped */
    size_t top;       /* list so many of the most complex functions */
    int list;         /* paths only, a line each */
    int summary;      /* totals only */
    struct whet_table_style style;
};

struct whet_scan_format {
    const char *name;
    const char *ending; /* of file names that ask for it: ".md"; NULL: none */
    int wants_functions;
    int (*put)(FILE *out, const struct whet_scan *scan,
               const struct whet_scan_format_options *options);
};

/* By name, or by a file name's ending; NULL: none is known. */
const struct whet_scan_format *whet__scan_format(const char *name);
const struct whet_scan_format *whet__scan_format_of_file(const char *file);

extern const struct whet_scan_format whet__scan_format_json;
extern const struct whet_scan_format whet__scan_format_markdown;
extern const struct whet_scan_format whet__scan_format_table;

/* The lines of the JSON format one by one, for an answer that is not held. */
struct whet_scan_lines {
    FILE *out;
    struct whet_text text;
    int counted; /* files were opened */
};

void whet__scan_lines_init(struct whet_scan_lines *l, FILE *out);
void whet__scan_lines_clear(struct whet_scan_lines *l);
WHET_MUST_USE int whet__scan_lines_begin(struct whet_scan_lines *l,
                                         const struct whet_scan *scan, const char *path);
WHET_MUST_USE int whet__scan_lines_file(struct whet_scan_lines *l,
                                        const struct whet_scan_file *file);
WHET_MUST_USE int whet__scan_lines_skip(struct whet_scan_lines *l,
                                        const struct whet_scan_skip *skip);
WHET_MUST_USE int whet__scan_lines_end(struct whet_scan_lines *l, const struct whet_scan *scan);

/* Parts that formats share. */
void whet__scan_languages_table(struct whet_table *t, const struct whet_scan *scan);
void whet__scan_files_table(struct whet_table *t, const struct whet_scan *scan);
void whet__scan_skips_table(struct whet_table *t, const struct whet_scan *scan);

/* The `top` most complex functions; needs WHET_SCAN_FUNCTIONS. -ENOMEM. */
WHET_MUST_USE int whet__scan_functions_table(struct whet_table *t, const struct whet_scan *scan,
                                             size_t top);

/* "25,598 files, 168 MB in 1.2 s (21,300 files/s), 2 jobs, 98.2% from cache". */
void whet__scan_summary_line(struct whet_text *out, const struct whet_scan *scan);

/* Why files were left out: "skipped 12: 9 unknown language, 3 binary"; nothing if none. */
void whet__scan_skipped_line(struct whet_text *out, const struct whet_scan *scan);

#endif
