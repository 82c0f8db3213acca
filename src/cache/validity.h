/* cache/validity.h - whether an entry is still true.
 *
 * Shape    a ledger of what was invalidated (keys, tags, prefixes, all: each with its epoch), a
 *          graph of which key needs which, and the files that values were made of. Kept in the
 *          cache's file when there is one (tables `mark` and `node`, written before the call
 *          returns), in memory always.
 * Units    epochs of cache/shared.h.
 * Memory   bounded: when the ledger or graph outgrows its bound, all that is older is declared
 *          untrue, which is safe.
 * Errors   -ENOMEM; -EIO: it could not be written, others may not see it.
 * Threads  safe from any.
 *
 * An entry A, true from epoch e, is still true if: no mark that names it (its key, a tag of
 * its, a prefix of its key, all) is later than e; each file has its content; and for each key B
 * that it needs: B has not changed after e (was invalidated or put with other bytes), and B
 * itself is still true by the same rule, from B's own epoch. A circle is true as long as no
 * member gives a reason against it. So if B was put anew with the same bytes, A stays true.
 */
#ifndef WHET_CACHE_VALIDITY_H
#define WHET_CACHE_VALIDITY_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/cache.h>

#include "cache/disk.h"
#include "cache/entry.h"
#include "cache/shared.h"

struct whet_validity;

struct whet_validity_options {
    struct whet_shared *shared;
    struct whet_disk *disk; /* NULL: there is no file */
    uint64_t seed;          /* whet__key_seed of the client */
    uint64_t file_check_ns;
};

WHET_MUST_USE int whet__validity_new(struct whet_validity **out,
                                     const struct whet_validity_options *options);
void whet__validity_free(struct whet_validity *v);

/* 1: it is true. Else 0, with the reason in *why (verdict, subject; may be NULL). What was
 * found out is kept in entry->checked. Costs: nothing was invalidated since the last time and
 * no files: a comparison, which callers make themselves; else some 100 ns and 1 us a file. */
WHET_MUST_USE int whet__validity_check(struct whet_validity *v, struct whet_entry *entry,
                                       struct whet_cache_why *why);

/* To be told of every put before anybody can see it: who needs this key must know whether its
 * bytes changed, and what it is made of now. Free of charge as long as no key needs another.
 * Sets entry->checked. -ESTALE: the key, or what it needs, was invalidated after
 * entry->epoch. */
WHET_MUST_USE int whet__validity_put(struct whet_validity *v, struct whet_entry *entry);

enum whet_mark_kind { WHET_MARK_KEY, WHET_MARK_TAG, WHET_MARK_PREFIX, WHET_MARK_ALL };

/* Invalidates. For a key `name` is the key. When it returns everybody sees it. */
WHET_MUST_USE int whet__validity_mark(struct whet_validity *v, enum whet_mark_kind kind,
                                      const void *name, size_t len);

/* A mark that was set elsewhere (the server), with what is here true until now. */
WHET_MUST_USE int whet__validity_learn(struct whet_validity *v, enum whet_mark_kind kind,
                                       const void *name, size_t len);

void whet__validity_lock_all(struct whet_validity *v);
void whet__validity_unlock_all(struct whet_validity *v, int in_child);

#endif
