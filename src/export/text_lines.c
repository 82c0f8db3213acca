/* Lines for a terminal. Some tens for each outcome. */
#include "export/text_lines.h"

#include <string.h>

#include "view/fill.h"
#include "view/width.h"

#define LABEL_WIDTH 11
#define HANGING     2  /* later lines of a sentence stand in by so much */
#define WIDTH       80 /* where the terminal's is not known */
#define NARROWEST   (2 * LABEL_WIDTH)

void whet__text_lines_init(struct whet_text_lines *l, struct whet_text *out,
                           const struct whet_table_style *style, int verbose)
{
    *l = (struct whet_text_lines){.out = out, .style = style, .verbose = verbose};
    l->width = style->width == 0 ? WIDTH : (unsigned)style->width;
    whet__text_init(&l->sentence, WHET_DIGEST_TEXT);
    whet__text_init(&l->shown, 2 * WHET_DIGEST_TEXT);
}

void whet__text_lines_clear(struct whet_text_lines *l)
{
    if (l->out->error == 0)
        l->out->error = whet__text_error(&l->sentence);
    if (l->out->error == 0)
        l->out->error = whet__text_error(&l->shown);
    whet__text_clear(&l->sentence);
    whet__text_clear(&l->shown);
}

struct whet_text *whet__text_lines_begin(struct whet_text_lines *l)
{
    if (whet__text_error(&l->sentence) == 0)
        whet__text_reset(&l->sentence);
    return &l->sentence;
}

/* The sentence as it is shown: whet__fill takes a text as it is. */
static const char *shown(struct whet_text_lines *l)
{
    if (whet__text_error(&l->shown) == 0)
        whet__text_reset(&l->shown);
    whet__width_put(&l->shown, whet__text_str(&l->sentence), l->sentence.len,
                    l->style->ascii ? WHET_WIDTH_ASCII : 0);
    return whet__text_str(&l->shown);
}

void whet__text_lines_labelled(struct whet_text_lines *l, const char *label)
{
    unsigned indent = l->width < NARROWEST ? 0 : l->indent + LABEL_WIDTH;

    if (l->sentence.len == 0)
        return;
    whet__text_fill(l->out, ' ', l->indent);
    whet__colour_put(l->out, WHET_ROLE_DIM, l->style->colour, label);
    whet__fill(l->out, shown(l), l->indent + (unsigned)strlen(label), indent, l->width);
}

void whet__text_lines_plain(struct whet_text_lines *l, unsigned indent, enum whet_role role)
{
    whet__text_fill(l->out, ' ', indent);
    whet__text_puts(l->out, whet__colour_begin(role, l->style->colour));
    /* For whet__fill the first line, too, begins where the others do. */
    whet__fill(l->out, shown(l), indent + HANGING, indent + HANGING, l->width);
    if (l->out->error == 0 && l->style->colour && l->out->len > 0) {
        whet__text_truncate(l->out, l->out->len - 1); /* the colour ends before the line */
        whet__text_puts(l->out, whet__colour_end(role, 1));
        whet__text_putc(l->out, '\n');
    }
}

void whet__text_lines_table(struct whet_text_lines *l, struct whet_digest_table *t)
{
    if (t->table.rows.len > 0 || whet__table_error(&t->table) != 0) {
        whet__table_put_text(l->out, &t->table, l->style);
        whet__text_putc(l->out, '\n');
    }
    whet__table_clear(&t->table);
}
