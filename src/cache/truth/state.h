/* cache/truth/state.h - what the files of cache/truth/validity.h share, and nobody else.
 *
 * Shape    a ledger and a graph behind one lock, the file's side behind another.
 * Units    epochs and counts of changes of cache/disk/shared.h.
 * Memory   see the parts.
 * Errors   see each call.
 * Threads  `filing` is held by who talks to the file, and by who changes ledger or graph, from
 *          before the change's announcement to its end; `lock` is held to look at them, and
 *          for writing by who changes them, who may look without.
 */
#ifndef WHET_CACHE_VALIDITY_STATE_H
#define WHET_CACHE_VALIDITY_STATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/vec.h"
#include "cache/truth/graph.h"
#include "cache/truth/inputs.h"
#include "cache/truth/ledger.h"
#include "cache/truth/looks.h"
#include "cache/truth/validity.h"

struct whet_store;

struct whet_validity {
    struct whet_shared *shared;
    struct whet_disk *disk;
    uint64_t seed;
    struct whet_looks *looks;

    pthread_rwlock_t lock;
    struct whet_ledger ledger;
    struct whet_graph graph;

    pthread_mutex_t filing;
    atomic_ullong seen;      /* the count of changes that ledger and graph are as new as */
    uint64_t told;           /* all rows of the file up to here are in them */
    uint64_t born;           /* which file it is */
    struct whet_vec pending; /* of struct whet_pending: what the file does not have yet */
    uint64_t all_told;       /* the ledger's `all`, as the file has it */
    uint64_t drop_marks;     /* rows up to these moments are to go from the file; 0: none */
    uint64_t drop_nodes;
    int lost; /* more was pending than there is room for */
};

/* Of a mark or a node, by its id. */
struct whet_pending {
    struct whet_hash128 id;
    int is_node;
};

/* ---- truth/file_read.c ---- */

/* Kinds of rows beyond enum whet_mark_kind. */
enum { WHET_ROW_BORN = 100, WHET_ROW_CUT };

/* Reads what others changed since the last time. -errno: it cannot be known. */
WHET_MUST_USE int whet__validity_sync(struct whet_validity *v);

/* The rest is for truth/change.c, which holds both locks. Inside a transaction: what is new. */
WHET_MUST_USE int whet__validity_rows_take(struct whet_validity *v, struct whet_store *s);

/* All that was made up to that moment. */
void whet__validity_all_untrue(struct whet_validity *v, uint64_t epoch);

/* ---- truth/file_write.c ---- */

/* All that is pending, and the end of the transaction. */
WHET_MUST_USE int whet__validity_rows_write(struct whet_validity *v, struct whet_store *s,
                                            uint64_t now);

/* ---- truth/change.c ---- */

/* A change: `apply` is called once, under all locks, with everything known and `now` later
 * than all before; it says what it changed by whet__validity_wrote. Its answer, or -ENOMEM:
 * it was not called. *told (may be NULL): 0, or why the file does not have it yet. */
typedef int (*whet_validity_apply)(struct whet_validity *v, void *ctx, uint64_t now);
WHET_MUST_USE int whet__validity_change(struct whet_validity *v, whet_validity_apply apply,
                                        void *ctx, int *told);

/* Room for one of each is there. */
void whet__validity_wrote(struct whet_validity *v, const struct whet_hash128 *id, int is_node);

static inline uint64_t whet__later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* `changes` when ledger and graph are as new as that, so that it may be remembered; else 0. */
static inline uint64_t whet__validity_settled(const struct whet_validity *v, uint64_t changes)
{
    return !v->shared->blind && changes % 2 == 0 &&
                   atomic_load_explicit(&v->seen, memory_order_acquire) == changes
               ? changes
               : 0;
}

/* ---- truth/note.c ---- */

/* The entry into the node of its key, if that is needed, unless it is known there. `found`: it
 * was not put now, but found where somebody had put it. -ESTALE: it is untrue; -ENOMEM. */
WHET_MUST_USE int whet__validity_note(struct whet_validity *v, struct whet_entry *entry,
                                      int found);

/* The hash of its bytes; 0: it cannot be told as they are compressed. */
int whet__value_hash(struct whet_entry *e, struct whet_hash128 *out);
int whet__same_value(const struct whet_node *node, int hashed,
                     const struct whet_hash128 *value);

/* ---- truth/walk.c ---- */

/* What is asked about: an entry, or a node. */
struct whet_walk_root {
    struct whet_hash128 hash;
    const void *key;
    size_t key_len;
    const void *about;
    size_t about_len;
    uint64_t epoch;
    size_t most; /* nodes to be walked over; 0: all there are */
};

static inline struct whet_walk_root whet__validity_root(const struct whet_entry *e, size_t most)
{
    return (struct whet_walk_root){
        .hash = e->hash,
        .key = whet__entry_key(e),
        .key_len = e->key_len,
        .about = whet__entry_about(e),
        .about_len = e->about_len,
        .epoch = e->epoch,
        .most = most,
    };
}

/* Enough for one who only wants to know early what a check finds out in any case. */
#define WHET_WALK_FEW 64

enum whet_reason {
    WHET_REASON_NONE,
    WHET_REASON_KEY, /* `name` was invalidated ... */
    WHET_REASON_PREFIX,
    WHET_REASON_ALL,
    WHET_REASON_TAG,     /* tag `name` was */
    WHET_REASON_CHANGED, /* entry `name` is another now */
    WHET_REASON_DEAD,    /* entry `name` was found untrue before */
    WHET_REASON_FILE,    /* file `name` has another content */
    WHET_REASON_DAMAGED, /* what it was made of cannot be read */
    WHET_REASON_MEMORY   /* there was none to find out */
};

struct whet_walk_step {
    const struct whet_node *node; /* NULL: the root; only under the lock */
    struct whet_made *made;       /* a reference; NULL: the root */
    const void *key;
    size_t key_len;
    struct whet_about about; /* what is left of it to be looked at */
    uint64_t epoch;
    uint32_t parent;
};

struct whet_walk {
    struct whet_vec steps; /* of struct whet_walk_step, the root first */
    uint32_t *slots;       /* of nodes in steps by address: index, 0 is empty */
    size_t slot_count;
    struct whet_walk_step root; /* steps[0], where nothing is needed */
    size_t most;
    int files; /* at least one was made of a file */
    int cut;   /* there are more nodes than `most` */

    enum whet_reason reason;
    uint32_t at; /* the step that has it */
    const void *name;
    size_t name_len;
};

/* Under the lock: all but files. 1, or 0 with the reason in *w, which is to be cleared in any
 * case. `changes`: what ledger and graph are as new as, for nodes to remember; 0: they do
 * not. */
WHET_MUST_USE int whet__walk_graph(struct whet_validity *v, const struct whet_walk_root *root,
                                   uint64_t changes, struct whet_walk *w);

/* Then, without it: the files of all that was walked over. */
WHET_MUST_USE int whet__walk_files(struct whet_validity *v, struct whet_walk *w);
void whet__walk_clear(struct whet_walk *w);

/* ---- truth/why.c ---- */

void whet__walk_explain(const struct whet_walk *w, struct whet_cache_why *why);

#endif
