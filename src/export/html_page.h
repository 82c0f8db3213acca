/* export/html_page.h - a page in the making, and its part for one suite.
 *
 * Shape    what the files that write the page share.
 * Units    as export/digest.h.
 * Memory   the text is the caller's; the sentence is the page's own.
 * Errors   0 or a negative errno value; sticky in texts.
 * Threads  one at a time.
 */
#ifndef WHET_EXPORT_HTML_PAGE_H
#define WHET_EXPORT_HTML_PAGE_H

#include "export/digest.h"

struct whet_html_report {
    struct whet_text *out;
    struct whet_text text; /* a sentence in the making */
    int verbose;
    int lead_says; /* 1: the only outcome's answer stands at the top already */
};

/* The sentence, emptied, to be filled. */
struct whet_text *whet__html_report_sentence(struct whet_html_report *p);
/* Writes the table, and clears it; nothing when it has no rows. */
void whet__html_report_table(struct whet_html_report *p, struct whet_digest_table *t,
                             const char *caption);

/* The section of an outcome, the `suite`-th of the page, from 1. */
WHET_MUST_USE int whet__html_suite(struct whet_html_report *p, const struct whet_outcome *o,
                                   size_t suite);

#endif
