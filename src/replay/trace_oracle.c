/* Traces as libCacheSim's oracleGeneral: records of 24 bytes, little-endian: a 32-bit time
 * in seconds, a 64-bit key, a 32-bit size in bytes, and the number of the next request of
 * this key, counted from 1, or -1. The last is only checked: it is found anew. */
#include "replay/trace_format.h"

#include <errno.h>
#include <string.h>

#include "base/little.h"

#define RECORD 24

/* A next request lies ahead, or there is none (-1, or the largest number). */
static int is_record(const unsigned char *at, uint64_t number)
{
    uint64_t next = whet__little_get(at + 16, 8);

    return next > number && (next <= INT64_MAX || next == UINT64_MAX);
}

static int record_error(const struct whet_trace_input *in, struct whet_error *err,
                        const char *what)
{
    return whet_error_set(err, -EINVAL, "%s: '%.200s': record %llu", what, in->name,
                          (unsigned long long)in->number + 1);
}

static int read_oracle(struct whet_trace_input *in, struct whet_trace_builder *b,
                       struct whet_error *err)
{
    int rc = 0;

    b->sized = 1;
    while (rc == 0 && in->used + RECORD <= in->len) {
        const unsigned char *at = in->data + in->used;

        if (!is_record(at, in->number))
            return record_error(in, err, "not oracleGeneral: the next request is not ahead");
        rc = whet__trace_add(b, whet__little_get(at + 4, 8),
                             (uint32_t)whet__little_get(at + 12, 4));
        in->used += RECORD;
        in->number++;
    }
    if (rc == 0 && in->last && in->used != in->len)
        return record_error(in, err, "not oracleGeneral: the last record is cut short");
    return rc;
}

static int detect_oracle(const char *name, const unsigned char *data, size_t len)
{
    size_t records = len / RECORD < 64 ? len / RECORD : 64;

    if (strstr(name, "oracleGeneral") != NULL)
        return 1;
    for (size_t i = 0; i < records; i++) {
        if (!is_record(data + i * RECORD, i))
            return 0;
    }
    return records != 0 && memchr(data, 0, len) != NULL;
}

const struct whet_trace_format whet__trace_oracle = {
    .name = "oracle",
    .summary = "libCacheSim's oracleGeneral: records of 24 bytes",
    .detect = detect_oracle,
    .read = read_oracle,
};
