/* cache/disk/folder.h - the folder that a cache's file is in.
 *
 * Shape    two calls.
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

/* 1: what is there is another program's, as far as its head tells, and no lock of ours lies
 * beside it: nothing is to be made there. */
WHET_MUST_USE int whet__disk_is_foreign(const char *path);

#endif
