/* How each role looks on a terminal. Only the sixteen basic colours and weights are used,
 * which every theme, light or dark, makes readable. */
#include "view/colour.h"

#include <string.h>

#include "view/width.h"

static const struct {
    const char *begin;
    const char *class_name;
} looks[WHET_ROLES] = {
    [WHET_ROLE_PLAIN] = {"", "plain"},           [WHET_ROLE_HEADING] = {"\x1B[1m", "heading"},
    [WHET_ROLE_GOOD] = {"\x1B[32m", "good"},     [WHET_ROLE_WARN] = {"\x1B[33m", "warn"},
    [WHET_ROLE_BAD] = {"\x1B[31m", "bad"},       [WHET_ROLE_DIM] = {"\x1B[2m", "dim"},
    [WHET_ROLE_ACCENT] = {"\x1B[36m", "accent"},
};

static enum whet_role known_role(enum whet_role role)
{
    return (unsigned)role < WHET_ROLES ? role : WHET_ROLE_PLAIN;
}

int whet__colour_wanted(enum whet_colour_when when, const char *no_color, const char *term,
                        int is_terminal)
{
    if (when != WHET_COLOUR_AUTO)
        return when == WHET_COLOUR_ALWAYS;
    if (!is_terminal || (no_color != NULL && no_color[0] != '\0'))
        return 0;
    return term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

const char *whet__colour_begin(enum whet_role role, int on)
{
    return on ? looks[known_role(role)].begin : "";
}

const char *whet__colour_end(enum whet_role role, int on)
{
    return whet__colour_begin(role, on)[0] != '\0' ? "\x1B[0m" : "";
}

void whet__colour_put(struct whet_text *out, enum whet_role role, int on, const char *text)
{
    whet__text_puts(out, whet__colour_begin(role, on));
    whet__width_put(out, text, strlen(text), 0);
    whet__text_puts(out, whet__colour_end(role, on));
}

const char *whet__colour_class(enum whet_role role)
{
    return looks[known_role(role)].class_name;
}
