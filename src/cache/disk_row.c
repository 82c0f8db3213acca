/* Rows into entries and back. Expected load: some 100,000 per second, of some hundred bytes. */
#include "cache/disk_row.h"

#include <errno.h>
#include <string.h>

#include "cache/disk.h"
#include "cache/disk_large.h"

/* What of an entry's flags is true for another process, too. */
#define KEPT_FLAGS (WHET_ENTRY_NEGATIVE | WHET_ENTRY_LOCAL_ONLY)
#define SECOND_NS  UINT64_C(1000000000)

int64_t whet__disk_place_of(const struct whet_hash128 *hash)
{
    int64_t bits;

    memcpy(&bits, hash->bytes, sizeof(bits));
    return bits;
}

/* Everything that is answered, with the value given by its own hash. */
static uint64_t sum_of(const struct whet_disk_record *r, uint64_t value)
{
    const uint64_t all[] = {
        (uint64_t)r->client,
        r->key_len,
        whet__hash64(r->key, r->key_len),
        r->flags,
        r->epoch,
        r->made,
        r->ends,
        r->idle,
        r->cost,
        r->about_len,
        r->about_len != 0 ? whet__hash64(r->about, r->about_len) : 0,
        r->len,
        r->raw,
        value,
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
    r->sum = sum_of(r, whet__hash64(value, e->value_len));
}

static void put_number(unsigned char *out, uint64_t n)
{
    for (int i = 0; i < 8; i++)
        out[i] = (unsigned char)(n >> 8 * i);
}

static uint64_t get_number(const unsigned char *in)
{
    uint64_t n = 0;

    for (int i = 0; i < 8; i++)
        n |= (uint64_t)in[i] << 8 * i;
    return n;
}

void whet__disk_head_pack(const struct whet_disk_record *r, unsigned char out[WHET_DISK_HEAD])
{
    const uint64_t numbers[] = {r->flags, r->epoch, r->made, r->ends, r->idle,
                                r->cost,  r->len,   r->raw,  r->sum};

    for (size_t i = 0; i < WHET_DISK_HEAD / 8; i++)
        put_number(out + 8 * i, numbers[i]);
}

static void head_unpack(struct whet_disk_record *r, const unsigned char *head, size_t len)
{
    uint64_t *const numbers[] = {&r->flags, &r->epoch, &r->made, &r->ends, &r->idle,
                                 &r->cost,  &r->len,   &r->raw,  &r->sum};

    for (size_t i = 0; i < WHET_DISK_HEAD / 8; i++)
        *numbers[i] = len == WHET_DISK_HEAD ? get_number(head + 8 * i) : UINT64_MAX;
}

uint64_t whet__disk_head_made(const void *head, size_t len)
{
    struct whet_disk_record r;

    head_unpack(&r, head, len);
    return len == WHET_DISK_HEAD ? r.made : 0;
}

void whet__disk_record_read(struct whet_disk_record *r, struct whet_store_stmt *st)
{
    const void *head;
    size_t head_len;

    r->id = whet__store_int(st, 0);
    r->used = whet__store_int(st, 1);
    r->client = whet__store_int(st, 2);
    r->key = whet__store_blob(st, 3, &r->key_len);
    head = whet__store_blob(st, 4, &head_len);
    head_unpack(r, head, head_len);
    r->about = whet__store_blob(st, 5, &r->about_len);
    r->bytes = whet__store_blob(st, 6, &r->bytes_len);
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

/* The value's hash, from where it is read into the entry. */
static int value_read(const struct whet_disk_record *r, const char *large, struct whet_entry *e)
{
    unsigned char *value = whet__entry_value(e);

    if (large != NULL)
        return whet__large_read(large, value, r->len);
    if (r->len != 0)
        memcpy(value, r->bytes, r->len);
    return 0;
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
        rc = whet__large_length(large, &len);
    if (rc == 0 && len != r->len)
        rc = -EBADMSG;
    return rc;
}

int whet__disk_record_entry(const struct whet_disk_record *r, const struct whet_hash128 *hash,
                            const char *large, struct whet_entry **out)
{
    struct whet_entry *e = NULL;
    int rc = check_length(r, large);

    if (rc == 0)
        rc = whet__entry_new(&e, hash, r->key != NULL ? r->key : "", r->key_len,
                             r->about != NULL ? r->about : "", r->about_len, r->len);
    if (rc == -EFBIG)
        rc = -EBADMSG;
    if (rc == 0)
        rc = value_read(r, large, e);
    if (rc == 0 && r->sum != sum_of(r, whet__hash64(whet__entry_value(e), r->len)))
        rc = -EBADMSG;
    if (rc != 0) {
        whet__entry_drop(e);
        return rc;
    }
    entry_fill(r, e);
    *out = e;
    return 0;
}
