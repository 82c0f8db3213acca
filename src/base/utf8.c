/* Stepping through UTF-8. Expected load: names and messages, nearly all ASCII; callers
 * that read much skip plain bytes themselves. */
#include "base/utf8.h"

/* What may follow a first byte: how many bytes, and the range of the second one, which
 * is where overlong forms, surrogates and too large codes show. */
struct lead {
    unsigned char first, last; /* range of first bytes */
    unsigned char more;        /* bytes that follow */
    unsigned char low, high;   /* range of the second byte */
};

static const struct lead leads[] = {
    {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf}, {0xe1, 0xec, 2, 0x80, 0xbf},
    {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf}, {0xf0, 0xf0, 3, 0x90, 0xbf},
    {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

static const struct lead *lead_find(unsigned char byte)
{
    for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++)
        if (byte >= leads[i].first && byte <= leads[i].last)
            return &leads[i];
    return NULL;
}

size_t whet__utf8_next(const char *bytes, size_t len, uint32_t *code)
{
    const unsigned char *b = (const unsigned char *)bytes;
    const struct lead *lead;
    uint32_t value;

    if (b[0] < 0x80) {
        *code = b[0];
        return 1;
    }
    *code = WHET_UTF8_WRONG;
    lead = lead_find(b[0]);
    if (lead == NULL)
        return 1;
    value = b[0] & (0x3fu >> lead->more);
    for (size_t i = 1; i <= lead->more; i++) {
        unsigned char low = i == 1 ? lead->low : 0x80;
        unsigned char high = i == 1 ? lead->high : 0xbf;

        if (i == len || b[i] < low || b[i] > high)
            return i;
        value = value << 6 | (b[i] & 0x3fu);
    }
    *code = value;
    return lead->more + 1u;
}

int whet__utf8_valid(const char *bytes, size_t len)
{
    for (size_t at = 0; at < len;) {
        uint32_t code;

        at += whet__utf8_next(bytes + at, len - at, &code);
        if (code == WHET_UTF8_WRONG)
            return 0;
    }
    return 1;
}
