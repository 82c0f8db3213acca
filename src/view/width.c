/* Display width and safe display of text from outside, by Unicode's tables in
 * utf8proc. Expected load: names and paths, a few thousand per report. */
#include "view/width.h"

#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#define VARIATION_EMOJI       0xFE0F /* asks for the wide, coloured form */
#define ZERO_WIDTH_NON_JOINER 0x200C
#define ZERO_WIDTH_JOINER     0x200D

/* What our own texts use beyond ASCII, for terminals that are not UTF-8. */
static const struct {
    int32_t code;
    const char *ascii;
} ascii_forms[] = {
    {0x00A0, " "},  {0x00B1, "+/-"}, {0x00B5, "u"},  {0x00B7, "."},   {0x00D7, "x"},
    {0x03BC, "u"},  {0x2009, " "},   {0x2013, "-"},  {0x2014, "-"},   {0x2018, "'"},
    {0x2019, "'"},  {0x201C, "\""},  {0x201D, "\""}, {0x2026, "..."}, {0x202F, " "},
    {0x2192, "->"}, {0x2212, "-"},   {0x2248, "~"},  {0x2264, "<="},  {0x2265, ">="},
};

static void show(struct whet_glyph *g, const char *shown)
{
    snprintf(g->shown, sizeof(g->shown), "%s", shown);
    g->columns = (unsigned)strlen(g->shown);
    g->escaped = 1;
}

static void show_byte(struct whet_glyph *g, unsigned char byte)
{
    static const char named[] = "abtnvfr"; /* 0x07 to 0x0D */
    char shown[8];

    if (byte >= 0x07 && byte <= 0x0D)
        snprintf(shown, sizeof(shown), "\\%c", named[byte - 0x07]);
    else
        snprintf(shown, sizeof(shown), "\\x%02X", byte);
    show(g, shown);
}

static void show_code(struct whet_glyph *g, int32_t code)
{
    char shown[WHET_WIDTH_SHOWN_BYTES];

    snprintf(shown, sizeof(shown), code > 0xFFFF ? "\\U%08X" : "\\u%04X", (unsigned)code);
    show(g, shown);
}

/* Characters that move, reverse or hide, and those whose width nobody can know. The joiners
 * hide nothing and are needed by emoji and several scripts. */
static int needs_escape(int32_t code)
{
    if (code == ZERO_WIDTH_JOINER || code == ZERO_WIDTH_NON_JOINER)
        return 0;
    switch ((int)utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return 1;
    default:
        return 0;
    }
}

static void show_ascii(struct whet_glyph *g, int32_t code)
{
    for (size_t i = 0; i < sizeof(ascii_forms) / sizeof(ascii_forms[0]); i++)
        if (ascii_forms[i].code == code) {
            show(g, ascii_forms[i].ascii);
            return;
        }
    show_code(g, code);
}

static void show_itself(struct whet_width_walk *walk, struct whet_glyph *g, int32_t code,
                        size_t bytes)
{
    memcpy(g->shown, walk->text, bytes);
    g->shown[bytes] = '\0';
    g->columns = (unsigned)utf8proc_charwidth(code);
    g->joins =
        walk->last != 0 && !utf8proc_grapheme_break_stateful(walk->last, code, &walk->state);
    if (code == VARIATION_EMOJI)
        g->columns = g->joins && walk->last_columns == 1;
}

static void show_character(struct whet_width_walk *walk, struct whet_glyph *g, int32_t code,
                           size_t bytes)
{
    if (needs_escape(code))
        show_code(g, code);
    else if ((walk->flags & WHET_WIDTH_ASCII) != 0 && code > 0x7F)
        show_ascii(g, code);
    else
        show_itself(walk, g, code, bytes);
}

int whet__width_step(struct whet_width_walk *walk, struct whet_glyph *g)
{
    const unsigned char *bytes = (const unsigned char *)walk->text;
    int32_t code = 0;
    utf8proc_ssize_t taken;

    if (walk->len == 0)
        return 0;
    memset(g, 0, sizeof(*g));
    taken = utf8proc_iterate(bytes, walk->len > 4 ? 4 : (utf8proc_ssize_t)walk->len, &code);
    if (taken <= 0 || code < 0x20 || code == 0x7F) {
        taken = 1;
        show_byte(g, bytes[0]);
    } else {
        show_character(walk, g, code, (size_t)taken);
    }
    if (!g->joins)
        walk->state = 0;
    walk->last = g->escaped ? 0 : code;
    walk->last_columns = g->columns;
    walk->text += taken;
    walk->len -= (size_t)taken;
    return 1;
}

size_t whet__width(const char *text, size_t len, unsigned flags)
{
    struct whet_width_walk walk = {.text = text, .len = len, .flags = flags};
    struct whet_glyph g;
    size_t columns = 0;

    while (whet__width_step(&walk, &g))
        columns += g.columns;
    return columns;
}

void whet__width_put(struct whet_text *out, const char *text, size_t len, unsigned flags)
{
    struct whet_width_walk walk = {.text = text, .len = len, .flags = flags};
    struct whet_glyph g;

    while (whet__width_step(&walk, &g))
        whet__text_puts(out, g.shown);
}

static size_t put_ellipsis(struct whet_text *out, size_t columns, unsigned flags)
{
    size_t dots = columns < 3 ? columns : 3;

    if ((flags & WHET_WIDTH_ASCII) == 0) {
        whet__text_puts(out, columns > 0 ? "\xE2\x80\xA6" : "");
        return columns > 0;
    }
    whet__text_fill(out, '.', dots);
    return dots;
}

static size_t ellipsis_columns(size_t columns, unsigned flags)
{
    size_t want = (flags & WHET_WIDTH_ASCII) != 0 ? 3 : 1;

    return columns < want ? columns : want;
}

/* A character starts at the last step that did not join; one that does not fit
 * whole is taken back. */
static size_t put_head(struct whet_text *out, struct whet_width_walk walk, size_t room)
{
    struct whet_glyph g;
    size_t columns = 0, start_len = out->len, start_columns = 0;

    while (whet__width_step(&walk, &g)) {
        if (!g.joins) {
            start_len = out->len;
            start_columns = columns;
        }
        if (columns + g.columns > room) {
            whet__text_truncate(out, start_len);
            return start_columns;
        }
        whet__text_puts(out, g.shown);
        columns += g.columns;
    }
    return columns;
}

static size_t put_tail(struct whet_text *out, struct whet_width_walk walk, size_t room,
                       size_t total)
{
    struct whet_glyph g;

    for (;;) {
        struct whet_width_walk here = walk;

        if (!whet__width_step(&walk, &g))
            return 0;
        if (!g.joins && total <= room) {
            whet__width_put(out, here.text, here.len, here.flags);
            return total;
        }
        total -= g.columns;
    }
}

size_t whet__width_fit(struct whet_text *out, const char *text, size_t len, size_t columns,
                       unsigned flags)
{
    struct whet_width_walk walk = {.text = text, .len = len, .flags = flags};
    size_t total = whet__width(text, len, flags);
    size_t room = columns - ellipsis_columns(columns, flags);

    if (total <= columns) {
        whet__width_put(out, text, len, flags);
        return total;
    }
    if ((flags & WHET_WIDTH_START) == 0) {
        size_t head = put_head(out, walk, room);

        return head + put_ellipsis(out, columns, flags);
    }
    return put_ellipsis(out, columns, flags) + put_tail(out, walk, room, total);
}
