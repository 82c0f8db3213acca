/* What the cache remembers of a folder. Expected load: one row per folder and
 * scan, some 60 bytes per file; unpacking is on the path of every cached file. */
#include "scan/index.h"

#include <errno.h>
#include <string.h>

#define ENTRY_BYTES_MIN 23 /* a hash, and seven numbers of a byte or more */

int whet__index_same_stat(const struct whet_file_stat *a, const struct whet_file_stat *b)
{
    return a->size == b->size && a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns &&
           a->inode == b->inode;
}

void whet__index_pack(const struct whet_index_entry *entries, size_t count,
                      struct whet_text *out)
{
    whet__pack_uint(out, count);
    for (size_t i = 0; i < count; i++) {
        const struct whet_index_entry *e = &entries[i];

        whet__pack_string(out, e->name, e->name_len);
        whet__pack_uint(out, e->settled != 0);
        whet__pack_uint(out, e->stat.size);
        whet__pack_uint(out, (uint64_t)e->stat.mtime_ns);
        whet__pack_uint(out, (uint64_t)e->stat.ctime_ns);
        whet__pack_uint(out, e->stat.inode);
        whet__pack_bytes(out, e->hash.bytes, sizeof(e->hash.bytes));
        whet__summary_pack(&e->summary, out);
    }
}

static int entry_unpack(struct whet_unpack *u, struct whet_index_entry *e)
{
    const void *hash;
    size_t name_len;

    e->name = whet__unpack_string(u, &name_len);
    if (e->name == NULL || name_len > UINT32_MAX)
        return -EBADMSG;
    e->name_len = (uint32_t)name_len;
    e->settled = whet__unpack_uint(u) != 0;
    e->stat.size = whet__unpack_uint(u);
    e->stat.mtime_ns = (int64_t)whet__unpack_uint(u);
    e->stat.ctime_ns = (int64_t)whet__unpack_uint(u);
    e->stat.inode = whet__unpack_uint(u);
    hash = whet__unpack_bytes(u, sizeof(e->hash.bytes));
    if (hash == NULL)
        return -EBADMSG;
    memcpy(e->hash.bytes, hash, sizeof(e->hash.bytes));
    return whet__summary_unpack(u, &e->summary);
}

int whet__index_unpack(const void *data, size_t len, struct whet_index_entry **entries,
                       size_t *count, struct whet_arena *arena)
{
    struct whet_index_entry *list;
    struct whet_unpack u;
    uint64_t n;

    whet__unpack_init(&u, data, len);
    n = whet__unpack_uint(&u);
    if (n > (size_t)(u.end - u.at) / ENTRY_BYTES_MIN)
        return -EBADMSG;
    list = whet__arena_zalloc(arena, (size_t)n, sizeof(*list));
    if (list == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < n; i++) {
        int rc = entry_unpack(&u, &list[i]);

        if (rc != 0)
            return rc;
    }
    if (!whet__unpack_done(&u))
        return -EBADMSG;
    *entries = list;
    *count = (size_t)n;
    return 0;
}
