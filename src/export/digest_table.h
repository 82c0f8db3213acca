/* export/digest_table.h - what the tables of a digest are made with.
 *
 * Shape    columns are added first, then the table is begun, then rows.
 * Units    as export/digest.h.
 * Memory   as export/digest.h.
 * Errors   sticky in the table.
 * Threads  one at a time.
 */
#ifndef WHET_EXPORT_DIGEST_TABLE_H
#define WHET_EXPORT_DIGEST_TABLE_H

#include "export/digest.h"

void whet__digest_table_column(struct whet_digest_table *t, const char *heading,
                               enum whet_align align, unsigned priority);
/* A column for names: it stays to the last, and shrinks. */
void whet__digest_table_names(struct whet_digest_table *t, const char *heading);

/* A cell: the arm's name, with its number if so. */
void whet__digest_table_arm(struct whet_table *t, enum whet_role role,
                            const struct whet_digest *d, size_t arm);

/* A cell: the median with half its interval's width. */
void whet__digest_table_median(struct whet_table *t, enum whet_role role, enum whet_unit unit,
                               const struct whet_comparison_metric *m);

#endif
