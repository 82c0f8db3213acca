/* cache/remote/record.h - an entry as bytes on a server that many machines share.
 *
 * Shape    64 bytes of numbers, lowest byte first: "WHR" and a version, flags, the count of
 *          marks, made, end, idle life, cost, lengths; then key, inputs and value; then
 *          XXH3-128 of all before it.
 * Units    moments in nanoseconds since 1970 on the server's clock, which is this machine's
 *          plus `ahead_ns`.
 * Memory   encoding appends to the caller's text; a decoded entry is the caller's.
 * Errors   -EBADMSG: not a record, damaged, or of another key; -ENOMEM, -EFBIG.
 * Threads  safe from any.
 */
#ifndef WHET_CACHE_REMOTE_RECORD_H
#define WHET_CACHE_REMOTE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/text.h"
#include "cache/entry/entry.h"

/* All that a record has beside key, inputs and value. */
#define WHET_RECORD_FRAME ((size_t)80)

size_t whet__record_bytes(const struct whet_entry *e);

/* What goes wrong is the text's error. */
void whet__record_encode(struct whet_text *out, const struct whet_entry *e, uint64_t count,
                         int64_t ahead_ns);

/* A copy of the record of that key. *count: of the marks that it has survived. */
WHET_MUST_USE int whet__record_decode(const void *bytes, size_t len,
                                      const struct whet_hash128 *hash, const void *key,
                                      size_t key_len, int64_t ahead_ns, uint64_t *count,
                                      struct whet_entry **out);

#endif
