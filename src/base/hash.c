/* The door to xxHash; inlined, so that there is no library to find at run time. */
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <string.h>

uint64_t whet__hash64(const void *data, size_t len)
{
    return XXH3_64bits(data, len);
}

static struct whet_hash128 canonical(XXH128_hash_t value)
{
    XXH128_canonical_t bytes;
    struct whet_hash128 out;

    XXH128_canonicalFromHash(&bytes, value);
    memcpy(out.bytes, bytes.digest, sizeof(out.bytes));
    return out;
}

struct whet_hash128 whet__hash128(const void *data, size_t len)
{
    return canonical(XXH3_128bits(data, len));
}

struct whet_hash128 whet__hash128_seeded(const void *data, size_t len, uint64_t seed)
{
    return canonical(XXH3_128bits_withSeed(data, len, seed));
}

void whet__hash128_format(const struct whet_hash128 *hash, char out[33])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < sizeof(hash->bytes); i++) {
        out[2 * i] = digits[hash->bytes[i] >> 4];
        out[2 * i + 1] = digits[hash->bytes[i] & 15];
    }
    out[32] = '\0';
}
