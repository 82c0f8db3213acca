/* view/table_rows.h - inside a table: what its renderers share.
 *
 * Shape    rows point into one run of cells.
 * Units    indexes and bytes.
 * Memory   the table's.
 * Errors   none.
 * Threads  any number of readers.
 */
#ifndef WHET_VIEW_TABLE_ROWS_H
#define WHET_VIEW_TABLE_ROWS_H

#include "view/table.h"

enum whet_table_row_kind { WHET_TABLE_ROW_PLAIN, WHET_TABLE_ROW_TOTAL, WHET_TABLE_ROW_RULE };

struct whet_table_row {
    enum whet_table_row_kind kind;
    size_t first; /* index of its first cell */
    size_t count;
};

struct whet_table_cell {
    const char *text; /* as given */
    size_t len;
    enum whet_role role;
};

/* The cell, or an empty one where the row is short. */
const struct whet_table_cell *whet__table_cell_at(const struct whet_table *t,
                                                  const struct whet_table_row *row,
                                                  size_t column);

/* Where " ± 0.04" begins in a cell of a right-aligned column; NULL without one. */
const char *whet__table_tail(const struct whet_table_column *column,
                             const struct whet_table_cell *cell);

#endif
