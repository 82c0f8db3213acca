/* LZ4 blocks. Load: values of some KB that memory has to let go, and that come back. */
#include "data/lz4.h"

#include <errno.h>
#include <limits.h>

#include <lz4.h>

int whet__lz4_pack(const void *bytes, size_t len, void *out, size_t room, size_t *out_len)
{
    int made;

    if (len > LZ4_MAX_INPUT_SIZE)
        return -E2BIG;
    made = LZ4_compress_default(bytes, out, (int)len, room < INT_MAX ? (int)room : INT_MAX);
    if (made <= 0)
        return -E2BIG;
    *out_len = (size_t)made;
    return 0;
}

int whet__lz4_unpack(const void *bytes, size_t len, void *out, size_t raw_len)
{
    if (len > INT_MAX || raw_len > INT_MAX)
        return -EBADMSG;
    if (LZ4_decompress_safe(bytes, out, (int)len, (int)raw_len) != (int)raw_len)
        return -EBADMSG;
    return 0;
}
