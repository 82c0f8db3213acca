/* Any bytes as what a server of a shared cache says: replies are read to their end whatever
 * they are cut into, marks and counts are taken or refused, and a record is refused or is,
 * written again, the same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cache/remote/inside.h"
#include "cache/remote/record.h"

#define REPLY_MAX ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int holds)
{
    if (!holds)
        abort();
}

/* A record is asked for by its key; so that any is read, the key is taken from its bytes. */
static void try_record(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    const struct whet_hash128 hash = {{1}};
    struct whet_entry *e;
    struct whet_text again;
    uint64_t count;
    size_t len;

    if (size < WHET_RECORD_FRAME)
        return;
    len = (size_t)at[48] | (size_t)at[49] << 8;
    if (len > size - WHET_RECORD_FRAME)
        return;
    if (whet__record_decode(bytes, size, &hash, at + 64, len, 0, &count, &e) != 0)
        return;
    (void)whet__remote_entry_needs(e);
    whet__text_init(&again, size + 1);
    whet__record_encode(&again, e, count, 0);
    check(whet__text_error(&again) == 0 && again.len == size);
    whet__entry_drop(e);
    whet__text_clear(&again);
}

static void try_mark(const struct whet_redis_reply *reply)
{
    unsigned char packed[WHET_REMOTE_NAME_MAX + 1];
    struct whet_remote_mark mark;
    struct whet_remote_mark again;

    whet__remote_mark_unpack(&mark, reply->text, reply->len);
    check(mark.kind == WHET_MARK_ALL || (mark.len != 0 && mark.len < reply->len));
    whet__remote_mark_unpack(&again, packed,
                             whet__remote_mark_pack(packed, mark.kind, mark.name, mark.len));
    check(again.kind == mark.kind && again.len == mark.len);
}

static void try_reply(const struct whet_redis_reply *reply, int depth)
{
    uint64_t count;

    check(depth < 16);
    if (whet__remote_count_read(reply, &count) != 0)
        check(reply->kind != WHET_REDIS_NIL);
    if (reply->kind == WHET_REDIS_STRING) {
        try_mark(reply);
        try_record(reply->text, reply->len);
    }
    check(whet__remote_replies_fail((struct whet_redis_reply *const *)&reply, 1) == NULL ||
          reply->kind == WHET_REDIS_ERROR || reply->kind == WHET_REDIS_ARRAY);
    for (size_t i = 0; i < reply->count; i++)
        try_reply(reply->items[i], depth + 1);
}

/* How many replies there are in the bytes, fed in pieces of `step`. */
static size_t read_replies(const uint8_t *data, size_t size, size_t step)
{
    struct whet_redis_reader *r;
    struct whet_redis_reply *reply;
    size_t count = 0;
    int rc = 0;

    if (whet__redis_reader_new(&r, REPLY_MAX) != 0)
        return 0;
    for (size_t at = 0; rc == 0 && at < size; at += step) {
        rc = whet__redis_reader_feed(r, data + at, step < size - at ? step : size - at);
        while (rc == 0 && (rc = whet__redis_reader_next(r, &reply)) == 1) {
            try_reply(reply, 0);
            whet__redis_reply_free(reply);
            count++;
            rc = 0;
        }
    }
    whet__redis_reader_free(r);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check(read_replies(data, size, size + 1) == read_replies(data, size, 1));
    try_record(data, size);
    return 0;
}
