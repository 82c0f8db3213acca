/* scan/index.h - what the cache remembers of a folder: for each file how it
 * looked to stat, the hash of its content, and the summary of its analysis.
 *
 * Shape    one packed row per folder, entries in byte order of their names.
 * Units    nanoseconds, bytes.
 * Memory   packing appends to the caller's text; unpacked entries lie in the
 *          caller's arena, their names in the row's own bytes, which must stay.
 * Errors   -EBADMSG: the bytes are not a row.  -ENOMEM.
 * Threads  safe from any.
 */
#ifndef WHET_SCAN_INDEX_H
#define WHET_SCAN_INDEX_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/text.h"
#include "os/dir.h"
#include "scan/record.h"

struct whet_index_entry {
    const char *name;
    uint32_t name_len;
    int settled; /* its times were old enough to tell a later change: os/content.h */
    struct whet_file_stat stat;
    struct whet_hash128 hash; /* of the content */
    struct whet_summary_record summary;
};

/* 1 when nothing of what stat tells about the content differs. */
int whet__index_same_stat(const struct whet_file_stat *a, const struct whet_file_stat *b);

void whet__index_pack(const struct whet_index_entry *entries, size_t count,
                      struct whet_text *out);
WHET_MUST_USE int whet__index_unpack(const void *data, size_t len,
                                     struct whet_index_entry **entries, size_t *count,
                                     struct whet_arena *arena);

#endif
