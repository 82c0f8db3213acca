/* view/width.h - text for a terminal: how wide it is, and how to show it safely.
 *
 * Shape    any bytes in; out goes their "shown form": UTF-8 in which control and
 *          format characters, unassigned code points and bytes that are not
 *          UTF-8 are escapes (\n, \x1B, \u202E), so that a file name can neither move the
 *          cursor nor reverse the line. A backslash stays itself: the form is for eyes.
 * Units    terminal columns. Code points count one by one (Unicode 14), which is what
 *          the plainest terminals do and the widest that any does: a line never
 *          comes out longer than promised.
 * Memory   the text is the caller's.
 * Errors   sticky in the text (whet__text_error).
 * Threads  safe from any.
 */
#ifndef WHET_VIEW_WIDTH_H
#define WHET_VIEW_WIDTH_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum whet_width_flags {
    WHET_WIDTH_ASCII = 1 << 0, /* ± becomes +/-, the rest that is not ASCII an escape */
    WHET_WIDTH_START = 1 << 1  /* cut at the start, which suits paths; else at the end */
};

#define WHET_WIDTH_SHOWN_BYTES 16

/* One character as it is shown. */
struct whet_glyph {
    char shown[WHET_WIDTH_SHOWN_BYTES]; /* NUL-terminated */
    unsigned columns;                   /* of `shown`; 0 for a combining mark */
    int joins;                          /* belongs to the character before it */
    int escaped;                        /* `shown` is not the character itself */
};

/* A walk over a text: set `text` and `len`, zero the rest. */
struct whet_width_walk {
    const char *text; /* what is left */
    size_t len;
    unsigned flags;
    int32_t last, state; /* private */
    unsigned last_columns;
};

/* Takes the next character; 0 at the end. */
int whet__width_step(struct whet_width_walk *walk, struct whet_glyph *glyph);

/* Columns of the shown form. */
size_t whet__width(const char *text, size_t len, unsigned flags);

/* Appends the shown form. */
void whet__width_put(struct whet_text *out, const char *text, size_t len, unsigned flags);

/* Appends the shown form, cut to at most `columns` with an ellipsis and never
 * inside a character and its marks. Returns the columns taken. */
size_t whet__width_fit(struct whet_text *out, const char *text, size_t len, size_t columns,
                       unsigned flags);

#endif
