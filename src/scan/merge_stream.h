/* scan/merge_stream.h - shards put together while they are read.
 *
 * Shape    what all of them have to say goes by, in byte order of paths; counts stay.
 * Units    as in <whet/scan.h>.
 * Memory   some KiB for each shard, whatever is in it; what callbacks get is lent for the call.
 * Errors   as whet_scan_merge, and what a callback answers.
 * Threads  one at a time.
 */
#ifndef WHET_SCAN_MERGE_STREAM_H
#define WHET_SCAN_MERGE_STREAM_H

#include <stddef.h>

#include <whet/api.h>
#include <whet/scan.h>

/* Who is told. All files first, then all that was skipped; an answer below 0 ends it. */
struct whet_scan_each {
    int (*begin)(void *ctx, const struct whet_scan *scan); /* every shard is there, and whole */
    int (*file)(void *ctx, const struct whet_scan_file *file);
    int (*skip)(void *ctx, const struct whet_scan_skip *skip);
    void *ctx;
};

/* As whet_scan_merge, but that *out has no files, and of what was skipped the first for each
 * reason: what was told is not kept. `each` may be NULL. */
WHET_MUST_USE int whet__scan_merge_stream(struct whet_scan **out, const char *const *files,
                                          size_t count, const struct whet_scan_each *each,
                                          struct whet_error *err);

#endif
