/* base/sha256.h - the door to Nettle: SHA-256, for what others could forge.
 *
 * Shape    bytes to 256 bits, at once or piece by piece; the same on every machine.
 * Units    bytes.
 * Memory   none is allocated.
 * Errors   none.
 * Threads  safe from any; a sum has one user.
 *
 * Source   FIPS 180-4.
 */
#ifndef WHET_BASE_SHA256_H
#define WHET_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define WHET_SHA256_SIZE 32

struct whet_sha256 {
    unsigned char bytes[WHET_SHA256_SIZE];
};

struct whet_sha256 whet__sha256(const void *data, size_t len);

/* Of more than is in memory at once. */
struct whet_sha256_sum {
    uint64_t state[16]; /* the library's own */
};

void whet__sha256_begin(struct whet_sha256_sum *sum);
void whet__sha256_add(struct whet_sha256_sum *sum, const void *data, size_t len);
struct whet_sha256 whet__sha256_end(struct whet_sha256_sum *sum);

int whet__sha256_equal(const struct whet_sha256 *a, const struct whet_sha256 *b);

#endif
