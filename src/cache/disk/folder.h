/* cache/disk/folder.h - the folder that a cache's file is in.
 *
 * Shape    one call.
 * Units    none.
 * Memory   none stays.
 * Errors   -errno of the system, -ENOMEM.
 * Threads  safe from any.
 */
#ifndef WHET_CACHE_DISK_FOLDER_H
#define WHET_CACHE_DISK_FOLDER_H

#include <whet/api.h>

/* Makes it if it is missing, with `make`. *network: its filesystem is another machine's. */
WHET_MUST_USE int whet__disk_folder(const char *path, int make, int *network);

#endif
