/* data/lz4.h - the door to LZ4: blocks of memory made smaller, and back.
 *
 * Shape    one call each way; no state is kept.
 * Units    bytes, less than 2 GB.
 * Memory   none is allocated; 16 KiB of stack to compress.
 * Errors   -E2BIG: it does not fit; -EBADMSG: not what was compressed.
 * Threads  safe from any.
 */
#ifndef WHET_DATA_LZ4_H
#define WHET_DATA_LZ4_H

#include <stddef.h>

#include <whet/api.h>

/* At most `room` bytes into `out`; *out_len is set to how many. */
WHET_MUST_USE int whet__lz4_pack(const void *bytes, size_t len, void *out, size_t room,
                                 size_t *out_len);

/* To exactly `raw_len` bytes. Whatever the bytes are, nothing else is read or written. */
WHET_MUST_USE int whet__lz4_unpack(const void *bytes, size_t len, void *out, size_t raw_len);

#endif
