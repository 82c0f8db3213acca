/* base/hash.h - the door to xxHash (XXH3): fast, not cryptographic.
 *
 * Shape    bytes to 64 or 128 bits; the same on every machine.
 * Units    bytes.
 * Memory   none is allocated but for a struct whet_hasher.
 * Errors   none.
 * Threads  safe from any; a hasher has one user.
 */
#ifndef WHET_BASE_HASH_H
#define WHET_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

/* 128 bits in canonical (big-endian) byte order: fit for files and keys. */
struct whet_hash128 {
    unsigned char bytes[16];
};

uint64_t whet__hash64(const void *data, size_t len);
struct whet_hash128 whet__hash128(const void *data, size_t len);

/* The same with a seed mixed in: separate key spaces over the same data. */
struct whet_hash128 whet__hash128_seeded(const void *data, size_t len, uint64_t seed);

/* Of more than is in memory at once: the hash of all that was added, one behind the other. */
struct whet_hasher;
WHET_MUST_USE int whet__hasher_new(struct whet_hasher **out); /* -ENOMEM */
void whet__hasher_free(struct whet_hasher *h);
void whet__hasher_add(struct whet_hasher *h, const void *data, size_t len);
struct whet_hash128 whet__hasher_digest(const struct whet_hasher *h);

/* 32 lower-case hex digits and a NUL. */
void whet__hash128_format(const struct whet_hash128 *hash, char out[33]);

#endif
