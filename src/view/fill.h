/* view/fill.h - text broken into lines at blanks, for a terminal.
 *
 * Shape    appends to a text.
 * Units    terminal columns (view/width.h).
 * Memory   the text's.
 * Errors   sticky in the text.
 * Threads  one at a time.
 */
#ifndef WHET_VIEW_FILL_H
#define WHET_VIEW_FILL_H

#include "base/text.h"

/* Appends `str` in lines of at most `width` columns, each ended by a newline and, but
 * for the first, begun with `indent` blanks; the first line starts at the column where
 * `out` now stands, which is `column`. "\n\n" parts paragraphs; a word longer than
 * the line stands alone and sticks out. */
void whet__fill(struct whet_text *out, const char *str, unsigned column, unsigned indent,
                unsigned width);

#endif
