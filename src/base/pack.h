/* base/pack.h - numbers and bytes packed tightly, read back with care.
 *
 * Shape    unsigned numbers in 7-bit groups, lowest first (LEB128), and runs of
 *          bytes; no types are stored, reader and writer agree on the order.
 * Units    bytes.
 * Memory   written into the caller's text; what is read is borrowed from the input.
 * Errors   reading past the end or a number over 64 bits makes the reader `bad`
 *          for good: it then gives zeros. Check once, at the end.
 * Threads  one at a time.
 */
#ifndef WHET_BASE_PACK_H
#define WHET_BASE_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct whet_unpack {
    const unsigned char *at;
    const unsigned char *end;
    int bad;
};

void whet__pack_uint(struct whet_text *out, uint64_t value);
void whet__pack_bytes(struct whet_text *out, const void *bytes, size_t len);

/* The length first, then the bytes. */
void whet__pack_string(struct whet_text *out, const char *text, size_t len);

void whet__unpack_init(struct whet_unpack *u, const void *data, size_t len);
uint64_t whet__unpack_uint(struct whet_unpack *u);

/* The same, bad when over UINT32_MAX. */
uint32_t whet__unpack_uint32(struct whet_unpack *u);

/* `len` bytes in place; NULL when there are fewer. */
const void *whet__unpack_bytes(struct whet_unpack *u, size_t len);
const char *whet__unpack_string(struct whet_unpack *u, size_t *len);

/* 1 when all was read and nothing was bad. */
int whet__unpack_done(const struct whet_unpack *u);

#endif
