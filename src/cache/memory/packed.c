/* Values compressed by LZ4. Load: every entry that memory evicts, and every hit among those
 * that were: a few microseconds, as the disk's file is not much further away. */
#include "cache/memory/packed.h"

#include <errno.h>

#include "data/lz4.h"

#define VALUE_MIN 128 /* below this, keys and heads outweigh what is saved */

int whet__entry_pack(struct whet_entry *entry, struct whet_entry **out)
{
    size_t room = entry->value_len - entry->value_len / 8;
    struct whet_entry *e;
    size_t len = 0;
    int rc;

    if (entry->raw_len != 0 || entry->value_len < VALUE_MIN)
        return -E2BIG;
    rc = whet__entry_like(&e, entry, room);
    if (rc != 0)
        return rc;
    rc = whet__lz4_pack(whet__entry_value(entry), entry->value_len, whet__entry_value(e), room,
                        &len);
    if (rc == 0) {
        e->raw_len = entry->value_len;
        rc = whet__entry_shorten(&e, len);
    }
    if (rc != 0) {
        whet__entry_drop(e);
        return rc;
    }
    *out = e;
    return 0;
}

int whet__entry_unpack(struct whet_entry *entry, struct whet_entry **out)
{
    struct whet_entry *e;
    int rc;

    if (entry->raw_len == 0 || entry->raw_len > WHET_CACHE_VALUE_MAX)
        return -EBADMSG;
    rc = whet__entry_like(&e, entry, entry->raw_len);
    if (rc != 0)
        return rc;
    rc = whet__lz4_unpack(whet__entry_value(entry), entry->value_len, whet__entry_value(e),
                          entry->raw_len);
    if (rc != 0) {
        whet__entry_drop(e);
        return rc;
    }
    *out = e;
    return 0;
}
