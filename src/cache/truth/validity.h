/* cache/truth/validity.h - whether an entry is still true.
 *
 * Shape    a ledger of what was invalidated (keys, tags, prefixes, all: each with its epoch), a
 *          graph of which key needs which, and the files that values were made of. Kept in the
 *          cache's file when there is one (tables `mark` and `node`, written before the call
 *          returns), in memory always.
 * Units    epochs of cache/disk/shared.h.
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
 *
 * In detail, for a key B that A needs, named at moment s (not before A's own e):
 *  - What became of B before s does not matter: nobody looks at what he has not named yet. An
 *    entry of B that was invalidated, or found untrue as it was named, was not there to be
 *    seen from then on, so the next put of B is no change for A, whatever its bytes.
 *  - A first put is no change either. Any other put with other bytes is one, at the moment
 *    of the put, unless the old entry was found untrue before: then at that moment.
 *  - While a key is needed, its node has the last entry put under it by anybody. An older
 *    copy with other bytes (in the memory of another process, on disk) is untrue; a later
 *    one, put by somebody who did not know yet that the key is needed, becomes the node's.
 *  - What nobody needs leaves no trace, but at the moment when it is needed first all
 *    entries count as not checked, so that whatever is looked at from then on is noted.
 */
#ifndef WHET_CACHE_VALIDITY_H
#define WHET_CACHE_VALIDITY_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/cache.h>

#include "cache/disk/disk.h"
#include "cache/entry/entry.h"
#include "cache/truth/inputs.h"
#include "cache/disk/shared.h"

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

/* This moment, later than all before. */
uint64_t whet__validity_now(struct whet_validity *v);

/* Somebody's value will need this key: before he looks at it. *hash is the key's, *since the
 * moment. The first time this is written to the file. -ENOMEM; -EIO: others could not be told,
 * a value made of it must not be kept. */
WHET_MUST_USE int whet__validity_need(struct whet_validity *v, const void *key, size_t key_len,
                                      struct whet_hash128 *hash, uint64_t *since);

/* How a file looks now, with its content: by what is remembered of it, or by reading it. */
WHET_MUST_USE int whet__validity_look(struct whet_validity *v, const char *path,
                                      struct whet_input_file *out);

/* 1: it is true. Else 0, with the reason in *why (verdict, subject, and text, which has the
 * whole chain; may be NULL). What was
 * found out is kept in entry->checked. Costs: nothing was invalidated since the last time and
 * no files: a comparison, which callers make themselves; else some 100 ns and 1 us a file. */
WHET_MUST_USE int whet__validity_check(struct whet_validity *v, struct whet_entry *entry,
                                       struct whet_cache_why *why);

/* To be told of every put before anybody can see it: who needs this key must know whether its
 * bytes changed, and what it is made of now. Free of charge as long as no key needs another.
 * Sets entry->checked. -ESTALE: the key, or what it needs, was invalidated after
 * entry->epoch. */
WHET_MUST_USE int whet__validity_put(struct whet_validity *v, struct whet_entry *entry);

/* A value was computed for this key and may have been used, but could not be kept (a file
 * changed meanwhile, so that its inputs could not be packed; _put has answered -ESTALE). What
 * was made of it is untrue. Free of charge when nobody needs the key. */
void whet__validity_unkept(struct whet_validity *v, const struct whet_hash128 *hash);

enum whet_mark_kind { WHET_MARK_KEY, WHET_MARK_TAG, WHET_MARK_PREFIX, WHET_MARK_ALL };

/* Invalidates. For a key `name` is the key; a prefix of no bytes is all. When it returns
 * everybody sees it. -EINVAL: no such name; -EIO: it holds here, but the file could not be
 * told; it is with the next change. */
WHET_MUST_USE int whet__validity_mark(struct whet_validity *v, enum whet_mark_kind kind,
                                      const void *name, size_t len);

/* Tells the file what it could not be told before, if there is anything: others may still see
 * what is made of a key that was put with other bytes while the file was locked. What cannot be
 * told now either is with the next change. */
void whet__validity_flush(struct whet_validity *v);

/* A mark that was set elsewhere (the server), with what is here true until now. */
WHET_MUST_USE int whet__validity_learn(struct whet_validity *v, enum whet_mark_kind kind,
                                       const void *name, size_t len);

void whet__validity_lock_all(struct whet_validity *v);
void whet__validity_unlock_all(struct whet_validity *v, int in_child);

#endif
