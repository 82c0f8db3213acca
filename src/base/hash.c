/* The door to xxHash; inlined, so that there is no library to find at run time. */
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <errno.h>
#include <string.h>

#include "base/mem.h"

/* The library's state wants an alignment of 64, which our door to malloc does not promise. */
struct whet_hasher {
    unsigned char room[sizeof(XXH3_state_t) + 64];
};

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
    /* Keys that are numbers: of a length that the compiler knows, half of it falls away. */
    if (len == sizeof(uint64_t))
        return canonical(XXH3_128bits_withSeed(data, sizeof(uint64_t), seed));
    return canonical(XXH3_128bits_withSeed(data, len, seed));
}

static XXH3_state_t *aligned(const struct whet_hasher *h)
{
    return (XXH3_state_t *)(((uintptr_t)h->room + 63) & ~(uintptr_t)63);
}

int whet__hasher_new(struct whet_hasher **out)
{
    struct whet_hasher *h = whet__mem_alloc(sizeof(*h));

    if (h == NULL)
        return -ENOMEM;
    XXH3_INITSTATE(aligned(h));
    (void)XXH3_128bits_reset(aligned(h));
    *out = h;
    return 0;
}

void whet__hasher_free(struct whet_hasher *h)
{
    whet__mem_free(h);
}

void whet__hasher_add(struct whet_hasher *h, const void *data, size_t len)
{
    (void)XXH3_128bits_update(aligned(h), data, len);
}

struct whet_hash128 whet__hasher_digest(const struct whet_hasher *h)
{
    return canonical(XXH3_128bits_digest(aligned(h)));
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
