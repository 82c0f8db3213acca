/* export/text_lines.h - lines for a terminal: filled to its width, safe, coloured if wanted.
 *
 * Shape    a small writer that the pages for a terminal share.
 * Units    terminal columns.
 * Memory   the text is the caller's; sentences have room of the writer's own.
 * Errors   sticky in the text.
 * Threads  one at a time.
 */
#ifndef WHET_EXPORT_TEXT_LINES_H
#define WHET_EXPORT_TEXT_LINES_H

#include "export/digest.h"

struct whet_text_lines {
    struct whet_text *out;
    const struct whet_table_style *style;
    int verbose;
    unsigned width;            /* of lines that are filled */
    unsigned indent;           /* blanks before labels */
    struct whet_text sentence; /* in the making: whet__text_lines_begin */
    struct whet_text shown;
};

void whet__text_lines_init(struct whet_text_lines *l, struct whet_text *out,
                           const struct whet_table_style *style, int verbose);
void whet__text_lines_clear(struct whet_text_lines *l);

/* The sentence, empty, to be filled ... */
struct whet_text *whet__text_lines_begin(struct whet_text_lines *l);
/* ... and written behind a label in a column of its own; later lines stand under the
 * first. Nothing when it is empty. */
void whet__text_lines_labelled(struct whet_text_lines *l, const char *label);
/* ... or behind `indent` blanks, later lines behind two more. */
void whet__text_lines_plain(struct whet_text_lines *l, unsigned indent, enum whet_role role);

/* Writes the table and an empty line, and clears it; nothing when it has no rows. */
void whet__text_lines_table(struct whet_text_lines *l, struct whet_digest_table *t);

/* The outcome's details for -v: every metric, how and where it was measured; runs for -vv. */
void whet__text_details(struct whet_text_lines *l, const struct whet_digest *d);
/* What is to be known about the numbers: failures, outliers, noise, an interruption. */
void whet__text_remarks(struct whet_text_lines *l, const struct whet_digest *d);

/* The report of suites that have to pass. */
WHET_MUST_USE int whet__text_check(struct whet_text_lines *l, const struct whet_report *report);

#endif
