/* Expanding zstd streams. Loads: traces of some hundred MB, read once, front to back. */
#include "data/zstd_in.h"

#include <errno.h>
#include <string.h>

#include <zstd.h>

#include "base/mem.h"

struct whet_zstd_in {
    ZSTD_DCtx *context;
};

int whet__zstd_in_new(struct whet_zstd_in **out)
{
    struct whet_zstd_in *z = whet__mem_zalloc(1, sizeof(*z));

    if (z == NULL)
        return -ENOMEM;
    z->context = ZSTD_createDCtx();
    if (z->context == NULL) {
        whet__mem_free(z);
        return -ENOMEM;
    }
    *out = z;
    return 0;
}

void whet__zstd_in_free(struct whet_zstd_in *z)
{
    if (z == NULL)
        return;
    ZSTD_freeDCtx(z->context);
    whet__mem_free(z);
}

int whet__zstd_in_is(const void *bytes, size_t len)
{
    static const unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd};

    return len >= sizeof(magic) && memcmp(bytes, magic, sizeof(magic)) == 0;
}

int whet__zstd_in_step(struct whet_zstd_in *z, const void *bytes, size_t len, void *out,
                       size_t room, struct whet_zstd_step *step)
{
    ZSTD_inBuffer in = {bytes, len, 0};
    ZSTD_outBuffer to = {out, room, 0};
    size_t rc = ZSTD_decompressStream(z->context, &to, &in);

    if (ZSTD_isError(rc))
        return -EBADMSG;
    *step = (struct whet_zstd_step){in.pos, to.pos, rc == 0};
    return 0;
}
