/* data/project_names.h - the words of whet.yaml, shared by its reader and its writer.
 *
 * Shape    lists in the order of their enums, ended by NULL.
 * Units    none.
 * Memory   constant.
 * Errors   none.
 * Threads  safe from any.
 */
#ifndef WHET_DATA_PROJECT_NAMES_H
#define WHET_DATA_PROJECT_NAMES_H

extern const char *const whet__project_caches[];  /* enum whet_scan_cache */
extern const char *const whet__project_targets[]; /* enum whet_project_target */

#endif
