/* view/html.h - one self-contained page: no script, no font, no file beside it.
 *
 * Shape    begin, sections with parts in them, end; well-formed as XML too.
 *          Follows the reader's light or dark setting and prints.
 * Units    none.
 * Memory   the text is the caller's.
 * Errors   sticky in the text (whet__text_error).
 * Threads  safe from any.
 *
 * Every text is escaped, and made safe as view/width.h does. Plots (view/plot.h) and
 * tables (view/table.h) are appended between the parts.
 */
#ifndef WHET_VIEW_HTML_H
#define WHET_VIEW_HTML_H

#include <stddef.h>

#include "base/text.h"
#include "view/colour.h"

struct whet_html_page {
    const char *title;
    const char *lead;    /* one sentence under the title: the answer; NULL: none */
    const char *eyebrow; /* small line over the title ("whet tune"); NULL: none */
    const char *footer;  /* "whet 0.1.0, 2026-01-31, host"; NULL: none */
    const char *lang;    /* of the texts; NULL: "en" */
};

void whet__html_begin(struct whet_text *out, const struct whet_html_page *page);
void whet__html_end(struct whet_text *out, const struct whet_html_page *page);

/* The content of an element, where line breaks are layout; and of an attribute in double
 * quotes, where a line break is shown as \n (right for names in elements, too). */
void whet__html_text(struct whet_text *out, const char *text);
void whet__html_attr(struct whet_text *out, const char *text);
void whet__html_attr_n(struct whet_text *out, const char *text, size_t len);

/* A section with its heading (h2); `id` is for links: letters, digits and '-'. */
void whet__html_section(struct whet_text *out, const char *id, const char *heading);
void whet__html_section_end(struct whet_text *out);

void whet__html_heading(struct whet_text *out, const char *text); /* h3 */
void whet__html_paragraph(struct whet_text *out, const char *text);
void whet__html_code_block(struct whet_text *out, const char *text);

/* The few numbers that matter, side by side. */
struct whet_html_card {
    const char *label;
    const char *value;
    const char *note; /* NULL: none */
    enum whet_role role;
};
void whet__html_cards(struct whet_text *out, const struct whet_html_card *cards, size_t count);

/* What to do about it. GOOD: done well; WARN and BAD: act; any other: for information. */
void whet__html_callout(struct whet_text *out, enum whet_role role, const char *heading,
                        const char *text);

/* Names and values, as a definition list. */
struct whet_html_fact {
    const char *name;
    const char *value;
};
void whet__html_facts(struct whet_text *out, const struct whet_html_fact *facts, size_t count);

/* Parts that only some readers want: closed until asked for, but printed. */
void whet__html_details(struct whet_text *out, const char *summary);
void whet__html_details_end(struct whet_text *out);

/* Around a plot; `caption` says how to read it (NULL: none). */
void whet__html_figure(struct whet_text *out);
void whet__html_figure_end(struct whet_text *out, const char *caption);

#endif
