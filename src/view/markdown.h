/* view/markdown.h - text that means itself in Markdown (CommonMark, and GitHub's tables).
 *
 * Shape    any bytes in, escaped Markdown out; bytes that are not UTF-8 and control
 *          characters are shown as view/width.h does.
 * Units    none.
 * Memory   the text is the caller's.
 * Errors   sticky in the text (whet__text_error).
 * Threads  safe from any.
 */
#ifndef WHET_VIEW_MARKDOWN_H
#define WHET_VIEW_MARKDOWN_H

#include <stddef.h>

#include "base/text.h"

/* Inside a paragraph, heading or list item. Line breaks become blanks. */
void whet__markdown_text(struct whet_text *out, const char *text);

/* Inside a cell of a table; line breaks are shown, as part of a name. */
void whet__markdown_cell(struct whet_text *out, const char *text);

/* A heading of level 1..6 and the empty line behind it. */
void whet__markdown_heading(struct whet_text *out, unsigned level, const char *text);

/* A paragraph and the empty line behind it. */
void whet__markdown_paragraph(struct whet_text *out, const char *text);

/* A code span: enough backticks around the backticks inside. */
void whet__markdown_code(struct whet_text *out, const char *text);

/* A fenced block; `language` is "sh", "c", ... or NULL. */
void whet__markdown_code_block(struct whet_text *out, const char *language, const char *text);

/* "- **term**: text", one item of a list; the caller ends the list with '\n'. */
void whet__markdown_item(struct whet_text *out, const char *term, const char *text);

#endif
