/* cache/truth/ledger.h - what was invalidated, and when.
 *
 * Shape    a table from what was named (a key, a tag, a prefix) to the last moment it was
 *          invalidated, and one moment for all.
 * Units    epochs of cache/disk/shared.h; 0: never.
 * Memory   bounded by WHET_LEDGER_MAX marks: then whet__ledger_cut says which have to go.
 * Errors   none: without memory for a mark, everything is marked, which is safe.
 * Threads  one writer, or many readers.
 */
#ifndef WHET_CACHE_LEDGER_H
#define WHET_CACHE_LEDGER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/map.h"
#include "cache/truth/validity.h"

#define WHET_LEDGER_MAX ((size_t)100000)
#define WHET_LEDGER_LENGTHS                                                                    \
    32 /* different lengths of prefixes: each costs a look-up per check */

struct whet_mark {
    struct whet_hash128 id;
    enum whet_mark_kind kind;
    uint32_t len; /* of a prefix */
    uint64_t epoch;
};

struct whet_ledger {
    struct whet_arena arena;
    struct whet_map marks; /* id to struct whet_mark */
    uint64_t seed;         /* of the client */
    uint64_t all;
    atomic_ullong last; /* the latest of all marks: who is younger need not look them up */
    uint32_t lengths[WHET_LEDGER_LENGTHS];
    unsigned length_count;
};

void whet__ledger_init(struct whet_ledger *l, uint64_t seed);
void whet__ledger_clear(struct whet_ledger *l);

/* The mark that `kind` and `name` come to. A prefix of one length too many becomes a shorter
 * one, or all. */
struct whet_mark whet__ledger_mark(const struct whet_ledger *l, enum whet_mark_kind kind,
                                   const void *name, size_t len, uint64_t epoch);

void whet__ledger_set(struct whet_ledger *l, const struct whet_mark *mark);

/* The last moment at which this key was invalidated, by its own name, a prefix of it, or with
 * all others. *kind says how; may be NULL. */
uint64_t whet__ledger_key(const struct whet_ledger *l, const struct whet_hash128 *hash,
                          const void *key, size_t key_len, enum whet_mark_kind *kind);

uint64_t whet__ledger_tag(const struct whet_ledger *l, const char *tag, size_t len);

/* The moment up to which half of the marks are: setting all to it drops them. */
uint64_t whet__ledger_cut(const struct whet_ledger *l);

#endif
