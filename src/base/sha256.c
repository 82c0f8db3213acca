/* SHA-256 by Nettle, which starts nothing when it is loaded. Expected load: each file that a
 * cached command reads, once after each change; a gigabyte a second and more where the
 * processor helps. */
#include "base/sha256.h"

#include <nettle/sha2.h>
#include <string.h>

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct whet_sha256_sum),
               "the library's state has room");

static struct sha256_ctx *state_of(struct whet_sha256_sum *sum)
{
    return (struct sha256_ctx *)(void *)sum->state;
}

void whet__sha256_begin(struct whet_sha256_sum *sum)
{
    nettle_sha256_init(state_of(sum));
}

void whet__sha256_add(struct whet_sha256_sum *sum, const void *data, size_t len)
{
    nettle_sha256_update(state_of(sum), len, data);
}

struct whet_sha256 whet__sha256_end(struct whet_sha256_sum *sum)
{
    struct whet_sha256 hash;

    nettle_sha256_digest(state_of(sum), sizeof(hash.bytes), hash.bytes);
    return hash;
}

struct whet_sha256 whet__sha256(const void *data, size_t len)
{
    struct whet_sha256_sum sum;

    whet__sha256_begin(&sum);
    whet__sha256_add(&sum, data, len);
    return whet__sha256_end(&sum);
}

int whet__sha256_equal(const struct whet_sha256 *a, const struct whet_sha256 *b)
{
    return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}
