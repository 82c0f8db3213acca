/* Numbers and bytes packed tightly. Expected load: a cached scan reads a hundred
 * numbers per file, hundreds of thousands of files a second. */
#include "base/pack.h"

void whet__pack_uint(struct whet_text *out, uint64_t value)
{
    char bytes[10];
    size_t len = 0;

    while (value >= 0x80) {
        bytes[len++] = (char)(value | 0x80);
        value >>= 7;
    }
    bytes[len++] = (char)value;
    whet__text_append(out, bytes, len);
}

void whet__pack_bytes(struct whet_text *out, const void *bytes, size_t len)
{
    whet__text_append(out, bytes, len);
}

void whet__pack_string(struct whet_text *out, const char *text, size_t len)
{
    whet__pack_uint(out, len);
    whet__text_append(out, text, len);
}

void whet__unpack_init(struct whet_unpack *u, const void *data, size_t len)
{
    u->at = data;
    u->end = u->at + len;
    u->bad = 0;
}

uint64_t whet__unpack_uint(struct whet_unpack *u)
{
    uint64_t value = 0;

    for (unsigned shift = 0; u->at < u->end; shift += 7) {
        uint64_t byte = *u->at++;

        if (shift == 63 && byte > 1)
            break;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    u->bad = 1;
    u->at = u->end;
    return 0;
}

uint32_t whet__unpack_uint32(struct whet_unpack *u)
{
    uint64_t value = whet__unpack_uint(u);

    if (value > UINT32_MAX) {
        u->bad = 1;
        return 0;
    }
    return (uint32_t)value;
}

const void *whet__unpack_bytes(struct whet_unpack *u, size_t len)
{
    const void *bytes = u->at;

    if (u->bad || len > (size_t)(u->end - u->at)) {
        u->bad = 1;
        u->at = u->end;
        return NULL;
    }
    u->at += len;
    return bytes;
}

const char *whet__unpack_string(struct whet_unpack *u, size_t *len)
{
    uint64_t n = whet__unpack_uint(u);
    const char *text = n <= SIZE_MAX ? whet__unpack_bytes(u, (size_t)n) : NULL;

    *len = text != NULL ? (size_t)n : 0;
    return text;
}

int whet__unpack_done(const struct whet_unpack *u)
{
    return !u->bad && u->at == u->end;
}
