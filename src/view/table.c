/* The rows of a table as they are added. Expected load: tens of rows, at most some
 * thousands of files. */
#include "view/table_rows.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "view/number.h"

#define MAX_ROWS  ((size_t)1 << 20)
#define MAX_CELLS ((size_t)1 << 23)

void whet__table_init(struct whet_table *t, const struct whet_table_column *columns,
                      size_t column_count)
{
    memset(t, 0, sizeof(*t));
    t->columns = columns;
    t->column_count = column_count;
    if (column_count == 0 || column_count > WHET_TABLE_MAX_COLUMNS)
        t->error = -EINVAL;
    whet__vec_init(&t->rows, sizeof(struct whet_table_row), MAX_ROWS);
    whet__vec_init(&t->cells, sizeof(struct whet_table_cell), MAX_CELLS);
    whet__arena_init(&t->arena, WHET_TABLE_MAX_BYTES);
}

void whet__table_clear(struct whet_table *t)
{
    whet__vec_clear(&t->rows);
    whet__vec_clear(&t->cells);
    whet__arena_clear(&t->arena);
}

int whet__table_error(const struct whet_table *t)
{
    return t->error;
}

static void add_row(struct whet_table *t, enum whet_table_row_kind kind)
{
    struct whet_table_row *row;

    if (t->error != 0)
        return;
    row = whet__vec_push(&t->rows);
    if (row == NULL) {
        t->error = t->rows.len == t->rows.max ? -EFBIG : -ENOMEM;
        return;
    }
    row->kind = kind;
    row->first = t->cells.len;
}

void whet__table_row(struct whet_table *t)
{
    add_row(t, WHET_TABLE_ROW_PLAIN);
}

void whet__table_total_row(struct whet_table *t)
{
    add_row(t, WHET_TABLE_ROW_TOTAL);
}

void whet__table_rule(struct whet_table *t)
{
    add_row(t, WHET_TABLE_ROW_RULE);
}

static int row_has_room(const struct whet_table *t)
{
    const struct whet_table_row *row;

    if (t->rows.len == 0)
        return 0;
    row = whet__vec_at(&t->rows, t->rows.len - 1);
    return row->kind != WHET_TABLE_ROW_RULE && row->count < t->column_count;
}

void whet__table_cell(struct whet_table *t, enum whet_role role, const char *text)
{
    struct whet_table_cell *cell;
    const char *copy;
    size_t len = strlen(text);

    if (t->error != 0)
        return;
    if (!row_has_room(t)) {
        t->error = -EINVAL;
        return;
    }
    copy = whet__arena_strndup(&t->arena, text, len);
    cell = copy != NULL ? whet__vec_push(&t->cells) : NULL;
    if (cell == NULL) {
        t->error = len > WHET_TABLE_MAX_BYTES - t->arena.total ? -EFBIG : -ENOMEM;
        return;
    }
    cell->text = copy;
    cell->len = len;
    cell->role = role;
    ((struct whet_table_row *)whet__vec_at(&t->rows, t->rows.len - 1))->count++;
}

void whet__table_printf(struct whet_table *t, enum whet_role role, const char *format, ...)
{
    char text[256]; /* what is formatted is a number or two; longer text is cut */
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    whet__table_cell(t, role, text);
}

/* Formats through a text, and keeps its failure. */
static void add_text_cell(struct whet_table *t, enum whet_role role, struct whet_text *text)
{
    if (t->error == 0)
        t->error = whet__text_error(text);
    whet__table_cell(t, role, whet__text_str(text));
    whet__text_clear(text);
}

void whet__table_count(struct whet_table *t, enum whet_role role, uint64_t count)
{
    struct whet_text text;

    whet__text_init(&text, 64);
    whet__number_count(&text, count);
    add_text_cell(t, role, &text);
}

void whet__table_value(struct whet_table *t, enum whet_role role, enum whet_unit unit,
                       double value)
{
    struct whet_text text;

    whet__text_init(&text, 64);
    whet__number_value(&text, unit, value);
    add_text_cell(t, role, &text);
}

const struct whet_table_cell *
whet__table_cell_at(const struct whet_table *t, const struct whet_table_row *row, size_t column)
{
    static const struct whet_table_cell empty = {.text = "", .len = 0};

    if (column >= row->count)
        return &empty;
    return whet__vec_at(&t->cells, row->first + column);
}

const char *whet__table_tail(const struct whet_table_column *column,
                             const struct whet_table_cell *cell)
{
    return column->align == WHET_ALIGN_RIGHT ? strstr(cell->text, " \xC2\xB1") : NULL;
}
