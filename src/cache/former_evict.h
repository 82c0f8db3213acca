/* cache/former_evict.h - keeping a disk cache under its bound.
 *
 * Shape    one call: measure, and if the file is too large, drop what was used least
 *          recently until a tenth of the bound is free.
 * Units    bytes on disk, the log included.
 * Memory   one list of a batch of rows, freed before the call returns.
 * Errors   those of the store. Rows dropped before a failure stay dropped.
 * Threads  as the store; several at once take turns.
 */
#ifndef WHET_CACHE_FORMER_EVICT_H
#define WHET_CACHE_FORMER_EVICT_H

#include <stdint.h>

#include <whet/api.h>

#include "data/store.h"

/* The store has the tables of cache/former.c, and no transaction is open. */
WHET_MUST_USE int whet__disk_evict(struct whet_store *s, uint64_t max_bytes);

#endif
