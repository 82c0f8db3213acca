/* scan/language_table.h - the rows behind scan/language.h.
 *
 * Shape    sorted by name in byte order.
 * Units    none.
 * Memory   all static.
 * Errors   none.
 * Threads  safe from any.
 */
#ifndef WHET_SCAN_LANGUAGE_TABLE_H
#define WHET_SCAN_LANGUAGE_TABLE_H

#include "scan/language.h"

extern const struct whet_language whet__languages[];
extern const size_t whet__languages_len;

/* The row of that name; NULL when there is none. */
const struct whet_language *whet__language_named(const char *name);

#endif
