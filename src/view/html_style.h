/* view/html_style.h - how pages and pictures look: their CSS.
 *
 * Shape    one sheet for pages, which includes the one for pictures.
 * Units    none.
 * Memory   the text is the caller's.
 * Errors   sticky in the text (whet__text_error).
 * Threads  safe from any.
 */
#ifndef WHET_VIEW_HTML_STYLE_H
#define WHET_VIEW_HTML_STYLE_H

#include "base/text.h"

void whet__html_style_put_page(struct whet_text *out);

/* For a picture that is a file of its own. */
void whet__html_style_put_plot(struct whet_text *out);

#endif
