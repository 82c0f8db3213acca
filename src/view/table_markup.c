/* A table as Markdown and as HTML; nothing is dropped there, the reader's program fits it.
 * Expected load: as view/table.c. */
#include <string.h>

#include "view/html.h"
#include "view/markdown.h"
#include "view/table_rows.h"
#include "view/width.h"

/* Whether the table can be rendered; hands its error to the text if not. */
static int is_sound(struct whet_text *out, const struct whet_table *t)
{
    if (t->error != 0 && out->error == 0)
        out->error = t->error;
    return t->error == 0;
}

static void put_markdown_row(struct whet_text *out, const struct whet_table *t,
                             const struct whet_table_row *row)
{
    const char *bold = row->kind == WHET_TABLE_ROW_TOTAL ? "**" : "";

    for (size_t c = 0; c < t->column_count; c++) {
        const struct whet_table_cell *cell = whet__table_cell_at(t, row, c);
        const char *mark = cell->len > 0 ? bold : "";

        whet__text_printf(out, "| %s", mark);
        whet__markdown_cell(out, cell->text);
        whet__text_printf(out, "%s ", mark);
    }
    whet__text_puts(out, "|\n");
}

void whet__table_put_markdown(struct whet_text *out, const struct whet_table *t)
{
    if (!is_sound(out, t))
        return;
    for (size_t c = 0; c < t->column_count; c++) {
        whet__text_puts(out, "| ");
        whet__markdown_cell(out, t->columns[c].heading);
        whet__text_putc(out, ' ');
    }
    whet__text_puts(out, "|\n");
    for (size_t c = 0; c < t->column_count; c++)
        whet__text_puts(out, t->columns[c].align == WHET_ALIGN_RIGHT ? "|---:" : "|---");
    whet__text_puts(out, "|\n");
    for (size_t r = 0; r < t->rows.len; r++) {
        const struct whet_table_row *row = whet__vec_at(&t->rows, r);

        if (row->kind != WHET_TABLE_ROW_RULE)
            put_markdown_row(out, t, row);
    }
    whet__text_putc(out, '\n');
}

/* The " ± 0.04" of a column begin at the same place, as on a terminal: what is behind the
 * value gets the width of the widest, in digits: " ± " is three characters as wide as two
 * digits and a bit. A line break in a cell is part of a name: the
 * escaping of attributes shows it. */
static void put_html_content(struct whet_text *out, const struct whet_table_column *column,
                             const struct whet_table_cell *cell, size_t widest_tail)
{
    const char *tail = whet__table_tail(column, cell);
    size_t head = tail != NULL ? (size_t)(tail - cell->text) : cell->len;

    whet__html_attr_n(out, cell->text, head);
    if (widest_tail == 0)
        return;
    whet__text_printf(out, "<span class=\"tail\" style=\"min-width:%zu.4ch\">",
                      widest_tail - 1);
    whet__html_attr(out, tail != NULL ? tail : "");
    whet__text_puts(out, "</span>");
}

static size_t widest_tail(const struct whet_table *t, size_t column)
{
    size_t widest = 0;

    for (size_t r = 0; r < t->rows.len; r++) {
        const char *tail = whet__table_tail(
            &t->columns[column], whet__table_cell_at(t, whet__vec_at(&t->rows, r), column));
        size_t width = tail != NULL ? whet__width(tail, strlen(tail), 0) : 0;

        widest = width > widest ? width : widest;
    }
    return widest;
}

/* The classes of a cell: how it stands, whether it may take several lines, what it means. */
static void put_html_classes(struct whet_text *out, const struct whet_table_column *column,
                             enum whet_role role, int is_first)
{
    const char *classes[] = {column->align == WHET_ALIGN_RIGHT ? "right" : NULL,
                             column->shrinks && !is_first ? "wrap" : NULL,
                             role != WHET_ROLE_PLAIN ? whet__colour_class(role) : NULL};
    int first = 1;

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (classes[i] == NULL)
            continue;
        whet__text_printf(out, "%s%s", first ? " class=\"" : " ", classes[i]);
        first = 0;
    }
    whet__text_puts(out, first ? "" : "\"");
}

/* The first cell of a row names it. */
static void put_html_cell(struct whet_text *out, const struct whet_table *t,
                          const struct whet_table_cell *cell, size_t column, size_t tail)
{
    const char *tag = column == 0 ? "th" : "td";

    whet__text_printf(out, "<%s%s", tag, column == 0 ? " scope=\"row\"" : "");
    put_html_classes(out, &t->columns[column], cell->role, column == 0);
    whet__text_putc(out, '>');
    put_html_content(out, &t->columns[column], cell, tail);
    whet__text_printf(out, "</%s>", tag);
}

/* A rule becomes the upper edge of the row below it. */
static void put_html_row(struct whet_text *out, const struct whet_table *t,
                         const struct whet_table_row *row, int ruled, const size_t *tails)
{
    if (row->kind == WHET_TABLE_ROW_TOTAL)
        whet__text_puts(out, ruled ? "<tr class=\"ruled total\">" : "<tr class=\"total\">");
    else
        whet__text_puts(out, ruled ? "<tr class=\"ruled\">" : "<tr>");
    for (size_t c = 0; c < t->column_count; c++)
        put_html_cell(out, t, whet__table_cell_at(t, row, c), c, tails[c]);
    whet__text_puts(out, "</tr>\n");
}

static void put_html_head(struct whet_text *out, const struct whet_table *t,
                          const char *caption)
{
    whet__text_puts(out, "<div class=\"table\"><table>\n");
    if (caption != NULL) {
        whet__text_puts(out, "<caption>");
        whet__html_text(out, caption);
        whet__text_puts(out, "</caption>\n");
    }
    whet__text_puts(out, "<thead><tr>");
    for (size_t c = 0; c < t->column_count; c++) {
        int right = t->columns[c].align == WHET_ALIGN_RIGHT;

        whet__text_printf(out, "<th scope=\"col\"%s>", right ? " class=\"right\"" : "");
        whet__html_text(out, t->columns[c].heading);
        whet__text_puts(out, "</th>");
    }
    whet__text_puts(out, "</tr></thead>\n<tbody>\n");
}

void whet__table_put_html(struct whet_text *out, const struct whet_table *t,
                          const char *caption)
{
    size_t tails[WHET_TABLE_MAX_COLUMNS] = {0};
    int ruled = 0;

    if (!is_sound(out, t))
        return;
    for (size_t c = 0; c < t->column_count; c++)
        tails[c] = widest_tail(t, c);
    put_html_head(out, t, caption);
    for (size_t r = 0; r < t->rows.len; r++) {
        const struct whet_table_row *row = whet__vec_at(&t->rows, r);

        if (row->kind != WHET_TABLE_ROW_RULE)
            put_html_row(out, t, row, ruled, tails);
        ruled = row->kind == WHET_TABLE_ROW_RULE;
    }
    whet__text_puts(out, "</tbody>\n</table></div>\n");
}
