/* check/written.h - the files that a command wrote: remembered, and compared.
 *
 * Shape    patterns to a sorted list of files with their hashes; two lists to the first
 *          difference.
 * Units    bytes; offsets count from 0, lines from 1.
 * Memory   whet__written_init begins, whet__written_clear releases. Contents are kept up to
 *          64 MiB in all, to tell where a difference is; beyond that only hashes.
 * Errors   0 or a negative errno value with a message.
 * Threads  one at a time per struct.
 *
 * A pattern has the wildcards of glob(7). A folder means all files below it; links are
 * not followed. What a pattern says before its first wildcard is not part of a file's key,
 * so that out-0/a.txt of one copy is compared with out-1/a.txt of another.
 */
#ifndef WHET_CHECK_WRITTEN_H
#define WHET_CHECK_WRITTEN_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/vec.h"

struct whet_written_file {
    const char *key;
    const char *path; /* below the folder, for people */
    size_t size;
    struct whet_hash128 hash;
    const char *content; /* NULL: not kept */
};

struct whet_written {
    struct whet_arena strings;
    struct whet_vec files; /* of struct whet_written_file, by key once sorted */
    size_t kept;           /* bytes of contents */
};

void whet__written_init(struct whet_written *o);
void whet__written_clear(struct whet_written *o);

/* Adds the files below `dir` that match. `number` tells patterns apart. No match is no
 * error.  -EFBIG: too many files, or one over 1 GiB. */
WHET_MUST_USE int whet__written_add(struct whet_written *o, const char *dir,
                                    const char *pattern, unsigned number,
                                    struct whet_error *err);

/* 1 if `is` differs from `should`, then with a sentence in `why`: "'out/a.txt' differs at
 * byte 12 (line 2)"; 0 if not. Sorts both. */
int whet__written_differ(struct whet_written *should, struct whet_written *is, char *why,
                         size_t size);

/* The same for two texts, called `name`. */
int whet__written_text_differs(const char *name, const char *should, size_t should_len,
                               const char *is, size_t is_len, char *why, size_t size);

#endif
