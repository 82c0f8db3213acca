/* Rows into entries and back. Expected load: some 100,000 per second, of some hundred bytes. */
#include "cache/disk/row.h"

#include <errno.h>
#include <string.h>

#include "base/little.h"
#include "base/pack.h"
#include "cache/disk/disk.h"
#include "cache/disk/large.h"

/* What of an entry's flags is true for another process, too. */
#define KEPT_FLAGS (WHET_ENTRY_NEGATIVE | WHET_ENTRY_LOCAL_ONLY)
#define SECOND_NS  UINT64_C(1000000000)

/* A row begins with three numbers of 64 bits: checksum, epoch, made. */
#define SUM_BYTES   ((size_t)8)
#define FIXED_BYTES ((size_t)24)
#define HEAD_MAX    (FIXED_BYTES + 8 * (size_t)10 + 8) /* eight packed numbers, large_sum */

int64_t whet__disk_place_of(const struct whet_hash128 *hash)
{
    int64_t bits;

    memcpy(&bits, hash->bytes, sizeof(bits));
    return bits;
}

/* Of a row behind its checksum. */
static uint64_t sum_of(int64_t client, const unsigned char *row, size_t len)
{
    const uint64_t all[] = {
        (uint64_t)client,
        whet__hash64(row + SUM_BYTES, len - SUM_BYTES),
    };

    return whet__hash64(all, sizeof(all));
}

int whet__disk_record_is_large(const struct whet_disk_record *r)
{
    return r->len >= WHET_DISK_LARGE;
}

void whet__disk_record_of(struct whet_disk_record *r, const struct whet_entry *e,
                          int64_t client)
{
    const unsigned char *value = whet__entry_value((struct whet_entry *)e);

    *r = (struct whet_disk_record){
        .client = client,
        .key = whet__entry_key(e),
        .key_len = e->key_len,
        .flags = e->flags & KEPT_FLAGS,
        .epoch = e->epoch,
        .made = e->made_ns,
        .ends = e->end_ns,
        .idle = e->idle_ns,
        .cost = e->cost_ns,
        .about = whet__entry_about(e),
        .about_len = e->about_len,
        .len = e->value_len,
        .raw = e->raw_len,
        .bytes = value,
        .bytes_len = e->value_len,
    };
    if (!whet__disk_record_is_large(r))
        return;
    r->large_sum = whet__hash64(value, e->value_len);
}

size_t whet__disk_record_room(const struct whet_entry *e)
{
    return HEAD_MAX + e->key_len + e->about_len +
           (e->value_len < WHET_DISK_LARGE ? e->value_len : 0);
}

/* As whet__pack_uint, without a look at the room for each byte. */
static size_t put_packed(unsigned char *out, uint64_t n)
{
    size_t len = 0;

    for (; n >= 0x80; n >>= 7)
        out[len++] = (unsigned char)(n | 0x80);
    out[len++] = (unsigned char)n;
    return len;
}

static size_t put_bytes(unsigned char *out, const void *bytes, size_t len)
{
    if (len != 0)
        memcpy(out, bytes, len);
    return len;
}

/* All but the checksum. */
static size_t head_pack(const struct whet_disk_record *r, unsigned char *out)
{
    const uint64_t numbers[] = {r->flags, r->ends,    r->idle,      r->cost,
                                r->raw,   r->key_len, r->about_len, r->len};
    size_t len = FIXED_BYTES;

    whet__little_put(out + 8, r->epoch, 8);
    whet__little_put(out + 16, r->made, 8);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        len += put_packed(out + len, numbers[i]);
    if (!whet__disk_record_is_large(r))
        return len;
    whet__little_put(out + len, r->large_sum, 8);
    return len + sizeof(r->large_sum);
}

size_t whet__disk_record_pack(const struct whet_disk_record *r, unsigned char *out)
{
    size_t len = head_pack(r, out);

    len += put_bytes(out + len, r->key, r->key_len);
    len += put_bytes(out + len, r->about, r->about_len);
    if (!whet__disk_record_is_large(r))
        len += put_bytes(out + len, r->bytes, r->bytes_len);
    whet__little_put(out, sum_of(r->client, out, len), 8);
    return len;
}

static void unpack_fixed(struct whet_disk_record *r, struct whet_unpack *u)
{
    const unsigned char *fixed = whet__unpack_bytes(u, FIXED_BYTES);

    if (fixed == NULL)
        return;
    r->epoch = whet__little_get(fixed + 8, 8);
    r->made = whet__little_get(fixed + 16, 8);
}

static void unpack_large(struct whet_disk_record *r, struct whet_unpack *u)
{
    const unsigned char *sum = whet__unpack_bytes(u, sizeof(r->large_sum));

    if (sum != NULL)
        r->large_sum = whet__little_get(sum, 8);
}

void whet__disk_record_unpack(struct whet_disk_record *r, const void *row, size_t len)
{
    const struct whet_disk_record place = {
        .id = r->id, .used = r->used, .client = r->client, .row = row, .row_len = len};
    struct whet_unpack u;

    *r = place;
    whet__unpack_init(&u, row != NULL ? row : "", len);
    unpack_fixed(r, &u);
    r->flags = whet__unpack_uint(&u);
    r->ends = whet__unpack_uint(&u);
    r->idle = whet__unpack_uint(&u);
    r->cost = whet__unpack_uint(&u);
    r->raw = whet__unpack_uint(&u);
    r->key_len = whet__unpack_uint(&u);
    r->about_len = whet__unpack_uint(&u);
    r->len = whet__unpack_uint(&u);
    if (whet__disk_record_is_large(r))
        unpack_large(r, &u);
    r->key = whet__unpack_bytes(&u, r->key_len);
    r->about = whet__unpack_bytes(&u, r->about_len);
    r->bytes_len = (size_t)(u.end - u.at);
    r->bytes = u.at;
    if (u.bad) {
        *r = place;
        r->row_len = 0;
    }
}

void whet__disk_record_read(struct whet_disk_record *r, struct whet_store_stmt *st)
{
    const void *row;
    size_t len;

    r->id = whet__store_int(st, 0);
    r->used = whet__store_int(st, 1);
    r->client = whet__store_int(st, 2);
    row = whet__store_blob(st, 3, &len);
    whet__disk_record_unpack(r, row, len);
}

/* When it was used last, as far as it is known: not before it was made. */
static uint64_t used_ns(const struct whet_disk_record *r)
{
    uint64_t used = r->used > 0 ? (uint64_t)r->used * SECOND_NS : 0;

    return used > r->made ? used : r->made;
}

static void entry_fill(const struct whet_disk_record *r, struct whet_entry *e)
{
    e->flags = (uint32_t)(r->flags & KEPT_FLAGS) | WHET_ENTRY_ON_DISK;
    e->raw_len = (uint32_t)r->raw; /* checked */
    e->epoch = r->epoch;
    e->made_ns = r->made;
    e->end_ns = r->ends;
    e->idle_ns = r->idle;
    e->cost_ns = r->cost;
    atomic_store_explicit(&e->used_ns, used_ns(r), memory_order_relaxed);
}

static int value_read(const struct whet_disk_record *r, const char *large, struct whet_entry *e)
{
    unsigned char *value = whet__entry_value(e);
    int rc;

    if (large == NULL) {
        if (r->len != 0)
            memcpy(value, r->bytes, r->len);
        return 0;
    }
    rc = whet__large_read(large, value, r->len);
    if (rc == 0 && whet__hash64(value, r->len) != r->large_sum)
        rc = -EBADMSG;
    return rc;
}

static int check_sum(const struct whet_disk_record *r)
{
    return r->row_len != 0 &&
                   whet__little_get(r->row, 8) == sum_of(r->client, r->row, r->row_len)
               ? 0
               : -EBADMSG;
}

/* The file of a large value is looked at before there is room made for it, so that a wrong
 * length costs nothing. */
static int check_length(const struct whet_disk_record *r, const char *large)
{
    uint64_t len = r->bytes_len;
    int rc = 0;

    if (whet__disk_record_is_large(r) != (large != NULL) || r->raw > WHET_CACHE_VALUE_MAX ||
        r->flags & ~(uint64_t)KEPT_FLAGS)
        return -EBADMSG;
    if (large != NULL)
        rc = r->bytes_len == 0 ? whet__large_length(large, &len) : -EBADMSG;
    if (rc == 0 && len != r->len)
        rc = -EBADMSG;
    return rc;
}

int whet__disk_record_entry(const struct whet_disk_record *r, const struct whet_hash128 *hash,
                            const char *large, struct whet_entry **out)
{
    struct whet_entry *e = NULL;
    int rc = check_sum(r);

    if (rc == 0)
        rc = check_length(r, large);
    if (rc == 0)
        rc = whet__entry_new(&e, hash, r->key != NULL ? r->key : "", r->key_len,
                             r->about != NULL ? r->about : "", r->about_len, r->len);
    if (rc == -EFBIG)
        rc = -EBADMSG;
    if (rc == 0)
        rc = value_read(r, large, e);
    if (rc != 0) {
        whet__entry_drop(e);
        return rc;
    }
    entry_fill(r, e);
    *out = e;
    return 0;
}
