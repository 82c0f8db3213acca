/* view/colour.h - colour on a terminal, by what a text means.
 *
 * Shape    a role, not a colour: one place decides how "good" looks.
 * Units    none.
 * Memory   the text is the caller's.
 * Errors   sticky in the text (whet__text_error).
 * Threads  safe from any.
 */
#ifndef WHET_VIEW_COLOUR_H
#define WHET_VIEW_COLOUR_H

#include <stddef.h>

#include "base/text.h"

enum whet_role {
    WHET_ROLE_PLAIN,
    WHET_ROLE_HEADING,
    WHET_ROLE_GOOD,
    WHET_ROLE_WARN,
    WHET_ROLE_BAD,
    WHET_ROLE_DIM,
    WHET_ROLE_ACCENT,
    WHET_ROLES /* how many there are */
};

enum whet_colour_when { WHET_COLOUR_AUTO, WHET_COLOUR_ALWAYS, WHET_COLOUR_NEVER };

/* Whether to colour: an explicit wish wins; else only on a terminal, unless
 * NO_COLOR is set and not empty (no-color.org) or TERM is "dumb" or unset.
 * `no_color` and `term` are the values of these variables, or NULL. */
int whet__colour_wanted(enum whet_colour_when when, const char *no_color, const char *term,
                        int is_terminal);

/* The sequences around a text of this role; "" when `on` is 0. */
const char *whet__colour_begin(enum whet_role role, int on);
const char *whet__colour_end(enum whet_role role, int on);

/* Appends the shown form (view/width.h) of a text in its role. */
void whet__colour_put(struct whet_text *out, enum whet_role role, int on, const char *text);

/* "good", "warn", ...: the name of the role's CSS class; "plain" for none. */
const char *whet__colour_class(enum whet_role role);

#endif
