/* export/forms.h - the entries that export_table.c lists: one for each form's file.
 *
 * Shape    constants.
 * Units    none.
 * Memory   static.
 * Errors   none.
 * Threads  safe from any.
 */
#ifndef WHET_EXPORT_FORMS_H
#define WHET_EXPORT_FORMS_H

#include "export/export.h"

extern const struct whet_export whet__export_text;

#endif
