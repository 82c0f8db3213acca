/* view/table.h - rows and columns, for a terminal, Markdown or HTML.
 *
 * Shape    columns fixed at the start; rows added from top to bottom, cells from
 *          left to right. A row may be short; cells past the last column fail.
 * Units    terminal columns.
 * Memory   cell texts are copied; the column array is borrowed. At most
 *          WHET_TABLE_MAX_BYTES.
 * Errors   sticky: once an addition has failed later ones do nothing, and
 *          whet__table_error says why (-ENOMEM, -EFBIG, -EINVAL). Rendering a table
 *          that failed renders nothing and hands the error to the text.
 * Threads  one at a time.
 */
#ifndef WHET_VIEW_TABLE_H
#define WHET_VIEW_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/arena.h"
#include "base/text.h"
#include "base/vec.h"
#include "view/colour.h"
#include "view/number.h"

#define WHET_TABLE_MAX_BYTES   ((size_t)64 << 20)
#define WHET_TABLE_MAX_COLUMNS 32

enum whet_align { WHET_ALIGN_LEFT, WHET_ALIGN_RIGHT };

struct whet_table_column {
    const char *heading;
    enum whet_align align; /* of heading and cells alike; on the right "1.5 s ± 0.2" is
                              aligned at the plus-minus, by its value */
    unsigned priority;     /* on a narrow terminal the lowest goes first; among equals
                              the rightmost */
    unsigned min_width;    /* a shrinking column goes no narrower; 0: 8 */
    int shrinks;           /* long cells may be cut with an ellipsis */
    int cut_start;         /* cut at the start, for paths */
};

struct whet_table {
    const struct whet_table_column *columns;
    size_t column_count;
    struct whet_vec rows;  /* of struct whet_table_row, private */
    struct whet_vec cells; /* of struct whet_table_cell, private */
    struct whet_arena arena;
    int error;
};

void whet__table_init(struct whet_table *t, const struct whet_table_column *columns,
                      size_t column_count);
void whet__table_clear(struct whet_table *t);
WHET_MUST_USE int whet__table_error(const struct whet_table *t);

/* Starts a row. A total row stands apart from what is above it. */
void whet__table_row(struct whet_table *t);
void whet__table_total_row(struct whet_table *t);

/* A thin line between rows; does not start one. */
void whet__table_rule(struct whet_table *t);

/* The next cell of the row. Any bytes: they are made safe when rendered. */
void whet__table_cell(struct whet_table *t, enum whet_role role, const char *text);
/* The next cell, formatted; at most 255 bytes of it are kept. */
WHET_PRINTF(3, 4)
void whet__table_printf(struct whet_table *t, enum whet_role role, const char *format, ...);

/* The next cell, 12345 as "12,345". */
void whet__table_count(struct whet_table *t, enum whet_role role, uint64_t count);

/* The next cell, formatted by whet__number_value. */
void whet__table_value(struct whet_table *t, enum whet_role role, enum whet_unit unit,
                       double value);

struct whet_table_style {
    size_t width;    /* of the terminal; 0: as wide as the cells need */
    unsigned indent; /* blanks before each line, within the width */
    int colour;
    int ascii; /* for a terminal that is not UTF-8 */
};

/* Lines of at most `width` columns, without trailing blanks, each ended by '\n'.
 * `style` may be NULL for all zero. */
void whet__table_put_text(struct whet_text *out, const struct whet_table *t,
                          const struct whet_table_style *style);

/* A pipe table; rules are left out, totals are bold. */
void whet__table_put_markdown(struct whet_text *out, const struct whet_table *t);

/* A <table> with caption (NULL: none), header scopes and role classes. */
void whet__table_put_html(struct whet_text *out, const struct whet_table *t,
                          const char *caption);

#endif
