/* cache/memory/packed.h - an entry with its value compressed, and back.
 *
 * Shape    entry in, entry out; keys and what belongs to them stay as they are.
 * Units    bytes.
 * Memory   a new reference on success; the one given stays the caller's.
 * Errors   -ENOMEM; -E2BIG: it does not pay, the value shrinks by less than an eighth or is
 *          small; -EBADMSG: the bytes do not expand to what they were.
 * Threads  safe from any; states are kept per thread or not at all.
 */
#ifndef WHET_CACHE_PACKED_H
#define WHET_CACHE_PACKED_H

#include <whet/api.h>

#include "cache/entry/entry.h"

WHET_MUST_USE int whet__entry_pack(struct whet_entry *entry, struct whet_entry **out);
WHET_MUST_USE int whet__entry_unpack(struct whet_entry *entry, struct whet_entry **out);

#endif
