/* cache/disk/schema.h - the tables of a cache's file, and the statements on them.
 *
 * Shape    one function that makes the tables, one list of statements.
 * Units    see whet-formats(5).
 * Memory   none.
 * Errors   those of the store.
 * Threads  as the store.
 */
#ifndef WHET_CACHE_DISK_SCHEMA_H
#define WHET_CACHE_DISK_SCHEMA_H

#include <whet/api.h>
#include <whet/cache.h>

#include "data/store.h"

#define WHET_DISK_VERSION 1
#define WHET_DISK_AHEAD   WHET_CACHE_LEVELS /* `level` of what was fetched ahead */
#define WHET_DISK_ROWS    16 /* that WHET_DISK_PUT_PLACES and _VALUES take at once */

/* Made ready when they are needed first: who only reads pays for one. */
enum whet_disk_sql {
    WHET_DISK_GET,
    WHET_DISK_FIND,
    WHET_DISK_FIND_OLD,
    WHET_DISK_LAST,
    WHET_DISK_PUT_PLACE,
    WHET_DISK_PUT_PLACES,
    WHET_DISK_PUT_OVER,
    WHET_DISK_PUT_VALUE,
    WHET_DISK_PUT_VALUES,
    WHET_DISK_PUT_LARGE,
    WHET_DISK_PUT_CLIENT,
    WHET_DISK_DROP_PLACE,
    WHET_DISK_DROP_VALUE,
    WHET_DISK_DROP_LARGE,
    WHET_DISK_LARGE_NAME,
    WHET_DISK_LARGE_OF,
    WHET_DISK_LARGE_BYTES,
    WHET_DISK_TOUCH,
    WHET_DISK_COUNT_CLIENT,
    WHET_DISK_COUNT_LEVEL,
    WHET_DISK_COUNT,
    WHET_DISK_OLDEST,
    WHET_DISK_ALL,
    WHET_DISK_STATEMENTS
};

extern const char *const whet__disk_sql[WHET_DISK_STATEMENTS];

/* `upgrade` of struct whet_store_options. */
WHET_MUST_USE int whet__disk_make_tables(struct whet_store *s, int from);

#endif
