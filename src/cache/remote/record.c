/* Entries as bytes on a server. Expected load: some hundred thousand a second, of a few KB;
 * checked by one pass of the hash, copied once. */
#include "cache/remote/record.h"

#include <errno.h>
#include <string.h>

#include "base/little.h"

#define VERSION 1
#define HEAD    ((size_t)64)
#define SUM     sizeof(struct whet_hash128)

/* Others are matters of the process that put it. */
#define FLAGS_SENT ((uint32_t)WHET_ENTRY_NEGATIVE)

static const unsigned char magic[4] = {'W', 'H', 'R', VERSION};

/* A moment on the other clock; 0 stays "none", and nothing else becomes it. */
static uint64_t shift(uint64_t moment_ns, int64_t by_ns)
{
    uint64_t size = by_ns < 0 ? (uint64_t) - (by_ns + 1) + 1 : (uint64_t)by_ns;

    if (moment_ns == 0)
        return 0;
    if (by_ns < 0)
        return moment_ns > size ? moment_ns - size : 1;
    return moment_ns < UINT64_MAX - size ? moment_ns + size : UINT64_MAX;
}

size_t whet__record_bytes(const struct whet_entry *e)
{
    return WHET_RECORD_FRAME + e->key_len + e->about_len + (size_t)e->value_len;
}

static void encode_head(unsigned char head[HEAD], const struct whet_entry *e, uint64_t count,
                        int64_t ahead_ns)
{
    memcpy(head, magic, sizeof(magic));
    whet__little_put(head + 4, e->flags & FLAGS_SENT, 4);
    whet__little_put(head + 8, count, 8);
    whet__little_put(head + 16, shift(e->made_ns, ahead_ns), 8);
    whet__little_put(head + 24, shift(e->end_ns, ahead_ns), 8);
    whet__little_put(head + 32, e->idle_ns, 8);
    whet__little_put(head + 40, e->cost_ns, 8);
    whet__little_put(head + 48, e->key_len, 4);
    whet__little_put(head + 52, e->about_len, 4);
    whet__little_put(head + 56, e->value_len, 8);
}

void whet__record_encode(struct whet_text *out, const struct whet_entry *e, uint64_t count,
                         int64_t ahead_ns)
{
    unsigned char *to = (unsigned char *)whet__text_reserve(out, whet__record_bytes(e));
    struct whet_hash128 sum;
    size_t len = HEAD;

    if (to == NULL)
        return;
    encode_head(to, e, count, ahead_ns);
    memcpy(to + len, e->bytes, (size_t)e->key_len + e->about_len);
    len += (size_t)e->key_len + e->about_len;
    memcpy(to + len, whet__entry_value((struct whet_entry *)e), (size_t)e->value_len);
    len += (size_t)e->value_len;
    sum = whet__hash128(to, len);
    memcpy(to + len, sum.bytes, SUM);
    out->len += len + SUM;
    out->data[out->len] = '\0';
}

struct lengths {
    size_t key;
    size_t about;
    size_t value;
};

/* Whether these are a record, whole and unharmed. */
static int check_whole(const unsigned char *bytes, size_t len, struct lengths *out)
{
    struct whet_hash128 sum;
    uint64_t value;

    if (len < WHET_RECORD_FRAME || memcmp(bytes, magic, sizeof(magic)) != 0)
        return -EBADMSG;
    out->key = (size_t)whet__little_get(bytes + 48, 4);
    out->about = (size_t)whet__little_get(bytes + 52, 4);
    value = whet__little_get(bytes + 56, 8);
    len -= WHET_RECORD_FRAME;
    if (out->key > len || out->about > len - out->key || value != len - out->key - out->about)
        return -EBADMSG;
    out->value = (size_t)value;
    len += HEAD;
    sum = whet__hash128(bytes, len);
    return memcmp(sum.bytes, bytes + len, SUM) == 0 ? 0 : -EBADMSG;
}

static void decode_head(const unsigned char *bytes, int64_t ahead_ns, struct whet_entry *e)
{
    int64_t back = ahead_ns == INT64_MIN ? INT64_MAX : -ahead_ns;

    e->flags = (uint32_t)whet__little_get(bytes + 4, 4) & FLAGS_SENT;
    e->made_ns = shift(whet__little_get(bytes + 16, 8), back);
    e->end_ns = shift(whet__little_get(bytes + 24, 8), back);
    e->idle_ns = whet__little_get(bytes + 32, 8);
    e->cost_ns = whet__little_get(bytes + 40, 8);
}

int whet__record_decode(const void *bytes, size_t len, const struct whet_hash128 *hash,
                        const void *key, size_t key_len, int64_t ahead_ns, uint64_t *count,
                        struct whet_entry **out)
{
    const unsigned char *at = bytes;
    struct whet_entry *e;
    struct lengths has;
    int rc = check_whole(at, len, &has);

    if (rc != 0)
        return rc;
    if (has.key != key_len || memcmp(at + HEAD, key, key_len) != 0)
        return -EBADMSG;
    rc = whet__entry_new(&e, hash, at + HEAD, has.key, at + HEAD + has.key, has.about,
                         has.value);
    if (rc != 0)
        return rc;
    decode_head(at, ahead_ns, e);
    memcpy(whet__entry_value(e), at + HEAD + has.key + has.about, has.value);
    *count = whet__little_get(at + 8, 8);
    *out = e;
    return 0;
}
