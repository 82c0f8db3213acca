/* A table for a terminal: thin rules, two blanks between columns, fitted to the
 * width. First the long cells of shrinking columns give way, then whole columns by
 * priority; what then still does not fit is cut. Expected load: as view/table.c. */
#include <string.h>

#include "view/table_rows.h"
#include "view/width.h"

#define GAP             2
#define SHRUNK_AT_LEAST 8

/* The layout: which columns are shown, and how wide. In right-aligned columns the
 * " ± 0.04" of all cells begin at the same place: `tail` is the widest of them. */
struct layout {
    size_t width[WHET_TABLE_MAX_COLUMNS];
    size_t tail[WHET_TABLE_MAX_COLUMNS];
    int shown[WHET_TABLE_MAX_COLUMNS];
    unsigned flags; /* enum whet_width_flags */
};

static size_t layout_width(const struct whet_table *t, const struct layout *l)
{
    size_t total = 0, shown = 0;

    for (size_t i = 0; i < t->column_count; i++)
        if (l->shown[i]) {
            total += l->width[i];
            shown++;
        }
    return total + (shown > 1 ? (shown - 1) * GAP : 0);
}

/* Columns from the blank before a plus-minus to the end; 0 without one. */
static size_t tail_width(const struct whet_table_column *column,
                         const struct whet_table_cell *cell, unsigned flags)
{
    const char *mark = whet__table_tail(column, cell);

    return mark != NULL ? whet__width(mark, strlen(mark), flags) : 0;
}

static size_t max_size(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void measure_column(const struct whet_table *t, struct layout *l, size_t c)
{
    const char *heading = t->columns[c].heading;
    size_t head = 0;

    l->shown[c] = 1;
    for (size_t r = 0; r < t->rows.len; r++) {
        const struct whet_table_cell *cell =
            whet__table_cell_at(t, whet__vec_at(&t->rows, r), c);
        size_t tail = tail_width(&t->columns[c], cell, l->flags);

        l->tail[c] = max_size(l->tail[c], tail);
        head = max_size(head, whet__width(cell->text, cell->len, l->flags) - tail);
    }
    l->width[c] = max_size(whet__width(heading, strlen(heading), l->flags), head + l->tail[c]);
}

static void measure(const struct whet_table *t, struct layout *l)
{
    for (size_t c = 0; c < t->column_count; c++)
        measure_column(t, l, c);
}

/* A shrinking column keeps room for its heading as well. */
static size_t least_width(const struct whet_table_column *column, unsigned flags)
{
    size_t heading = whet__width(column->heading, strlen(column->heading), flags);
    size_t least = column->min_width != 0 ? column->min_width : SHRUNK_AT_LEAST;

    return heading > least ? heading : least;
}

/* Takes `excess` off the widest shrinking columns; returns what could not be taken. */
static size_t shrink(const struct whet_table *t, struct layout *l, size_t excess)
{
    while (excess > 0) {
        size_t widest = t->column_count, spare = 0;

        for (size_t c = 0; c < t->column_count; c++) {
            size_t least = least_width(&t->columns[c], l->flags);

            if (!l->shown[c] || !t->columns[c].shrinks || l->width[c] <= least)
                continue;
            if (widest == t->column_count || l->width[c] > l->width[widest]) {
                widest = c;
                spare = l->width[c] - least;
            }
        }
        if (spare == 0)
            return excess;
        l->width[widest]--;
        excess--;
    }
    return 0;
}

/* Hides the least important column; 0 when only one is left. */
static int drop_column(const struct whet_table *t, struct layout *l)
{
    size_t least = t->column_count, shown = 0;

    for (size_t c = 0; c < t->column_count; c++) {
        if (!l->shown[c])
            continue;
        shown++;
        if (least == t->column_count || t->columns[c].priority <= t->columns[least].priority)
            least = c;
    }
    if (shown <= 1)
        return 0;
    l->shown[least] = 0;
    return 1;
}

static void fit(const struct whet_table *t, struct layout *l, size_t width)
{
    struct layout full = *l;

    for (;;) {
        size_t total = layout_width(t, l);

        if (total <= width || shrink(t, l, total - width) == 0)
            return;
        memcpy(l->width, full.width, sizeof(l->width));
        if (!drop_column(t, l))
            break;
    }
    for (size_t c = 0; c < t->column_count; c++)
        if (l->shown[c] && l->width[c] > width)
            l->width[c] = width;
}

static void drop_trailing_blanks(struct whet_text *out, size_t from)
{
    while (out->len > from && out->data[out->len - 1] == ' ')
        whet__text_truncate(out, out->len - 1);
}

/* One cell in its column: blanks are outside the colour, so they can be dropped. */
static void put_cell(struct whet_text *out, const struct whet_table_column *column,
                     const struct whet_table_cell *cell, const struct layout *l, size_t width,
                     size_t behind, int colour)
{
    size_t natural = whet__width(cell->text, cell->len, l->flags);
    size_t blanks = natural < width ? width - natural : 0;
    size_t before = column->align == WHET_ALIGN_RIGHT && blanks > behind ? blanks - behind : 0;
    size_t taken;

    whet__text_fill(out, ' ', before);
    if (cell->len > 0)
        whet__text_puts(out, whet__colour_begin(cell->role, colour));
    taken = whet__width_fit(out, cell->text, cell->len, width - before,
                            l->flags | (column->cut_start ? WHET_WIDTH_START : 0u));
    if (cell->len > 0)
        whet__text_puts(out, whet__colour_end(cell->role, colour));
    whet__text_fill(out, ' ', width - before - taken);
}

/* `row` NULL: the headings. */
static void put_row(struct whet_text *out, const struct whet_table *t, const struct layout *l,
                    const struct whet_table_row *row, const struct whet_table_style *style)
{
    size_t from = out->len, gap = 0;

    whet__text_fill(out, ' ', style->indent);
    for (size_t c = 0; c < t->column_count; c++) {
        struct whet_table_cell cell = {t->columns[c].heading, 0, WHET_ROLE_HEADING};
        size_t behind = 0;

        if (!l->shown[c])
            continue;
        cell.len = strlen(cell.text);
        if (row != NULL) {
            cell = *whet__table_cell_at(t, row, c);
            behind = l->tail[c] - tail_width(&t->columns[c], &cell, l->flags);
        }
        if (row != NULL && row->kind == WHET_TABLE_ROW_TOTAL && cell.role == WHET_ROLE_PLAIN)
            cell.role = WHET_ROLE_HEADING;
        whet__text_fill(out, ' ', gap);
        put_cell(out, &t->columns[c], &cell, l, l->width[c], behind, style->colour);
        gap = GAP;
    }
    drop_trailing_blanks(out, from);
    whet__text_putc(out, '\n');
}

static void put_rule(struct whet_text *out, size_t width, const struct whet_table_style *style)
{
    whet__text_fill(out, ' ', style->indent);
    whet__text_puts(out, whet__colour_begin(WHET_ROLE_DIM, style->colour));
    for (size_t i = 0; i < width; i++)
        whet__text_puts(out, style->ascii ? "-" : "\xE2\x94\x80");
    whet__text_puts(out, whet__colour_end(WHET_ROLE_DIM, style->colour));
    whet__text_putc(out, '\n');
}

static void put_rows(struct whet_text *out, const struct whet_table *t, const struct layout *l,
                     const struct whet_table_style *style)
{
    enum whet_table_row_kind before = WHET_TABLE_ROW_RULE;
    size_t width = layout_width(t, l);

    put_row(out, t, l, NULL, style);
    put_rule(out, width, style);
    for (size_t r = 0; r < t->rows.len; r++) {
        const struct whet_table_row *row = whet__vec_at(&t->rows, r);
        int total_begins = row->kind == WHET_TABLE_ROW_TOTAL && before == WHET_TABLE_ROW_PLAIN;

        if (row->kind == WHET_TABLE_ROW_RULE || total_begins)
            put_rule(out, width, style);
        if (row->kind != WHET_TABLE_ROW_RULE)
            put_row(out, t, l, row, style);
        before = row->kind;
    }
}

void whet__table_put_text(struct whet_text *out, const struct whet_table *t,
                          const struct whet_table_style *style)
{
    static const struct whet_table_style plain = {0};
    struct whet_table_style in = style != NULL ? *style : plain;
    struct layout l = {.flags = in.ascii ? WHET_WIDTH_ASCII : 0};

    if (t->error != 0) {
        if (out->error == 0)
            out->error = t->error;
        return;
    }
    if (in.width != 0 && in.indent >= in.width)
        in.indent = 0;
    measure(t, &l);
    if (in.width != 0)
        fit(t, &l, in.width - in.indent);
    put_rows(out, t, &l, &in);
}
