/* scan/merge_line.h - a line of a shard's answer, for those that put shards together.
 *
 * Shape    a parsed line in, a plain struct out.
 * Units    as in <whet/scan.h>.
 * Memory   texts go into `strings`; what is of all shards into the scan.
 * Errors   -EBADMSG, -EINVAL with file and line; -ENOMEM.
 * Threads  one at a time.
 */
#ifndef WHET_SCAN_MERGE_LINE_H
#define WHET_SCAN_MERGE_LINE_H

#include "data/json_fields.h"
#include "scan/state.h"

struct whet_merge {
    struct whet_scan *scan; /* gets what all shards have in common, and the totals */
    struct whet_error *err;
    struct whet_arena *strings;
    const char *name; /* of the file in hand */
    unsigned line;
    char *seen; /* by shard: it was there; the caller frees it */
    unsigned shards;
};

int whet__merge_refuse(struct whet_merge *m, int code, const char *why);

/* The first line of a shard: which one it is. The first of all says what is scanned; the others
 * have to agree. */
WHET_MUST_USE int whet__merge_head(struct whet_merge *m, struct whet_json_fields *f,
                                   const struct whet_json_place *line);

/* *file and *skip are zero before. */
WHET_MUST_USE int whet__merge_file(struct whet_merge *m, struct whet_json_fields *f,
                                   const struct whet_json_place *line,
                                   struct whet_scan_file *file);
WHET_MUST_USE int whet__merge_skip(struct whet_merge *m, struct whet_json_fields *f,
                                   const struct whet_json_place *line,
                                   struct whet_scan_skip *skip);

/* Only the path of one of these. */
WHET_MUST_USE int whet__merge_path(struct whet_merge *m, struct whet_json_fields *f,
                                   const struct whet_json_place *line, const char **out);

/* The last line: the shard is whole. */
WHET_MUST_USE int whet__merge_total(struct whet_merge *m, struct whet_json_fields *f,
                                    const struct whet_json_place *line);

/* Is every shard there? */
WHET_MUST_USE int whet__merge_check(struct whet_merge *m);

#endif
