/* cache/engine.h - what the files of the public calls (cache*.c) have in common.
 *
 * Shape    struct whet_cache: the levels, whose turn it is, and who watches the accesses.
 * Units    bytes, nanoseconds; moments are of the wall clock.
 * Memory   as whet/cache.h says; a level that is left out is NULL.
 * Errors   0 or a negative errno value.
 * Threads  safe from any. Order of locks: registry, telling, prediction, turn, validity,
 *          memory, packed, disk, remote; those of flights, advisor and recorder are held
 *          alone.
 */
#ifndef WHET_CACHE_ENGINE_H
#define WHET_CACHE_ENGINE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <whet/api.h>
#include <whet/cache.h>

#include "base/mem.h"
#include "cache/disk/disk.h"
#include "cache/entry/entry.h"
#include "cache/flight.h"
#include "cache/memory/memory.h"
#include "cache/memory/packed.h"
#include "cache/remote/remote.h"
#include "cache/disk/shared.h"
#include "cache/turn.h"
#include "cache/truth/validity.h"
#include "os/clock.h"

/* Who wants to know of accesses, or makes them dearer: bits of whet_cache.watch. */
enum whet_watch {
    WHET_WATCH_ENDS = 1 << 0, /* entries end: the clock has to be looked at */
    WHET_WATCH_SAMPLE = 1 << 1,
    WHET_WATCH_TRACE = 1 << 2,
    WHET_WATCH_PREDICT = 1 << 3,
    WHET_WATCH_SETTLE = 1 << 4, /* memory is being made smaller */
    WHET_WATCH_REMOTE = 1 << 5, /* others' invalidations are to be asked for */
    WHET_WATCH_FRUGAL = 1 << 6  /* whether memory is short is to be looked at */
};

/* What _tend sees to. */
#define WHET_WATCH_TEND (WHET_WATCH_SETTLE | WHET_WATCH_REMOTE | WHET_WATCH_FRUGAL)

/* An access that is shown to somebody. */
#define WHET_WATCH_ACCESS (WHET_WATCH_SAMPLE | WHET_WATCH_TRACE | WHET_WATCH_PREDICT)

/* A count of changes that no entry was found true at. */
#define WHET_CHANGES_UNKNOWN (UINT64_MAX - 1)

enum whet_cache_count {
    WHET_COUNT_GETS, /* that memory did not answer */
    WHET_COUNT_HITS, /* ... and another level did */
    WHET_COUNT_NEGATIVE,
    WHET_COUNT_STALE,
    WHET_COUNT_PUTS,
    WHET_COUNT_STORED, /* ... and what _load computed: shown to those who watch */
    WHET_COUNT_LOADS,
    WHET_COUNT_LOAD_NS,
    WHET_COUNT_LOAD_ERRORS,
    WHET_COUNT_WAITS,
    WHET_COUNT_EARLY,
    WHET_COUNT_SAVED_NS, /* one for each level */
    WHET_COUNT_SAVED_LAST = WHET_COUNT_SAVED_NS + WHET_CACHE_REMOTE,
    WHET_COUNT_DISK_UNTRUE, /* hits of that level that were none after all */
    WHET_COUNT_REMOTE_UNTRUE,
    WHET_COUNTS
};

/* A thread counts in the stripe of its number, so that hits do not share lines. */
#define WHET_COUNT_STRIPES 16

struct whet_cache_stripe {
    atomic_ullong counts[WHET_COUNTS];
    char apart[64];
};

struct whet_cache_advisor;
struct whet_cache_recorder;
struct whet_cache_oracle;

struct whet_cache {
    struct whet_memory *memory;
    struct whet_memory *packed;
    struct whet_disk *disk;
    struct whet_remote *remote;
    struct whet_shared *shared;
    struct whet_validity *validity;
    struct whet_flights *flights;
    struct whet_turns turns;
    uint64_t seed;
    atomic_uint watch;
    atomic_ullong sample_below; /* keys whose hash is not above are in the sample */

    struct whet_cache_options options; /* texts are ours */
    struct whet_cache_advisor *advisor;
    struct whet_cache_recorder *recorder;
    struct whet_cache_oracle *oracle;
    struct whet_cache_stripe *stripes;
    atomic_uint settle_at, settle_idle; /* which shard is next; how many had nothing to do */
    unsigned settle_round;              /* shards of memory and packed together */
    atomic_ullong
        wanted[WHET_CACHE_DISK]; /* bytes of the levels in memory when it is not short */
    atomic_uint without;         /* 64ths of that, while it is: see cache/frugal.c */
    atomic_ullong look_ns;       /* when to look next, on the clock that only rises */
    pthread_mutex_t telling;
    struct whet_cache_stats told; /* what the file was last told of (whet__disk_count) */

    struct whet_cache *next; /* in the registry of cache/fork.c */
    struct whet_cache **link;
};

static inline int whet__key_ok(const void *key, size_t len)
{
    return key != NULL && len > 0 && len <= WHET_CACHE_KEY_MAX;
}

static inline unsigned whet__watch(const struct whet_cache *c)
{
    return atomic_load_explicit(&c->watch, memory_order_relaxed);
}

/* Half of the hash, as a number. */
static inline uint64_t whet__hash_high(const struct whet_hash128 *hash)
{
    uint64_t high;

    memcpy(&high, hash->bytes + 8, sizeof(high));
    return high;
}

static inline void whet__ask_init(const struct whet_cache *c, struct whet_ask *ask,
                                  const void *key, size_t len)
{
    uint64_t changes = whet__shared_changes(c->shared);

    ask->hash = whet__key_hash(c->seed, key, len);
    ask->key = key;
    ask->key_len = len;
    ask->changes = changes % 2 != 0 || c->shared->blind ? WHET_CHANGES_UNKNOWN : changes;
    ask->settled = whet__shared_settled(c->shared);
    ask->now_ns = whet__watch(c) & WHET_WATCH_ENDS ? whet__clock_wall_coarse_ns() : 0;
}

/* What a key's entry takes of memory, near enough for advice and traces. */
static inline uint32_t whet__access_bytes(size_t key_len, size_t len)
{
    const size_t tables = 128;
    size_t block = sizeof(struct whet_entry) + ((key_len + 15) & ~(size_t)15) + len;
    uint64_t bytes = whet__mem_bytes(block) + tables;

    return bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

void whet__cache_count(struct whet_cache *c, enum whet_cache_count which, uint64_t more);
uint64_t whet__cache_counted(const struct whet_cache *c, enum whet_cache_count which);

/* ---- cache/options.c ---- */

/* Copies, checks, and fills in what is 0; sizes of levels that are left out become
 * WHET_CACHE_NONE. -EINVAL with a message, -ENOMEM. */
WHET_MUST_USE int whet__cache_options_init(struct whet_cache_options *out,
                                           const struct whet_cache_options *in,
                                           struct whet_error *err);
void whet__cache_options_clear(struct whet_cache_options *o);

/* ---- cache/level.c: entries between levels ---- */

struct whet_turn *whet__cache_turn(struct whet_cache *c, const struct whet_hash128 *hash);
void whet__cache_give(struct whet_cache *c, struct whet_turn *t);

/* `left` of memory and of the packed level. */
void whet__cache_memory_left(void *ctx, struct whet_entry *entry,
                             enum whet_cache_reason reason);
void whet__cache_packed_left(void *ctx, struct whet_entry *entry,
                             enum whet_cache_reason reason);

/* Whether an entry may answer: -1 yes, else why it has to go. */
int whet__cache_judge(struct whet_cache *c, const struct whet_ask *ask,
                      struct whet_entry *entry);

/* Before a slower level is asked: what _promote has to be told. */
static inline unsigned whet__cache_group(struct whet_cache *c, const struct whet_ask *ask)
{
    return atomic_load(whet__turn_group(whet__cache_turn(c, &ask->hash), &ask->hash));
}

/* Puts what a slower level answered into the faster ones, unless the key was changed since
 * `group` was read, by another process since `ask` was filled, or somebody else is at it. 1: it
 * is in. */
int whet__cache_promote(struct whet_cache *c, const struct whet_ask *ask,
                        struct whet_entry *entry, unsigned group, enum whet_cache_level from);

/* The turn is held: into the faster level in memory that takes it, instead of what was in
 * either. 1: it is in. */
int whet__cache_keep(struct whet_cache *c, const struct whet_ask *ask,
                     struct whet_entry *entry);

/* The turn is held: the key is taken out of memory, packed or not. */
void whet__cache_take_out(struct whet_cache *c, const struct whet_ask *ask,
                          enum whet_cache_reason reason);

/* Memory has it, packed or not; nothing is counted. */
int whet__cache_is_near(struct whet_cache *c, const struct whet_ask *ask);

/* ---- cache/get.c ---- */

struct whet_found {
    struct whet_entry *entry; /* a reference; NULL: nothing */
    struct whet_entry *stale; /* past its end, but not longer than options.stale_ns */
    enum whet_cache_level level;
    uint64_t waited_ns; /* for the server, so far */
};

/* Memory, packed or not: 1 a hit. */
int whet__cache_find_near(struct whet_cache *c, const struct whet_ask *ask,
                          struct whet_found *out);

/* Disk and, with `remote`, server: 1 a hit, which was promoted. */
int whet__cache_find_far(struct whet_cache *c, const struct whet_ask *ask, int remote,
                         struct whet_found *out);

/* Takes an answer of disk or server: 1 if it is true; it was promoted then. */
int whet__cache_accept(struct whet_cache *c, const struct whet_ask *ask, unsigned group,
                       enum whet_cache_level level, struct whet_found *out);

/* Of an answer by another level than memory: counted, shown to who watches. */
void whet__cache_found(struct whet_cache *c, const struct whet_found *found);

/* Takes the reference over. */
void whet__cache_answer(struct whet_cache_value *out, struct whet_entry *entry,
                        enum whet_cache_level level, unsigned flags);

/* ---- cache/put.c ---- */

/* A block for a value of the key, with all but the value, which is `len` bytes. */
struct whet_put {
    struct whet_ask ask;
    const struct whet_cache_put *how;
    uint64_t epoch;
    const void *about;
    size_t about_len;
    int negative;
};

int whet__put_ok(const void *value, size_t len, const struct whet_cache_put *how);

/* 0: a "there is none", which is not to be remembered. */
int whet__cache_keeps(const struct whet_cache *c, const struct whet_put *put);

WHET_MUST_USE int whet__cache_block(struct whet_cache *c, const struct whet_put *put,
                                    size_t len, struct whet_entry **out);

/* Into all levels; what was there is gone in any case. -ESTALE, -EFBIG, -ENOMEM: not kept. With
 * `unless_newer` -EEXIST: what is in memory is true from a later moment on, and stays. */
WHET_MUST_USE int whet__cache_store(struct whet_cache *c, const struct whet_ask *ask,
                                    struct whet_entry *entry, int unless_newer);

/* Out of all levels. -EIO: others may still see it. */
int whet__cache_drop(struct whet_cache *c, const struct whet_ask *ask,
                     enum whet_cache_reason reason);

/* ---- cache/load.c ---- */

/* Whether to compute anew `left_ns` before the end; `u` is uniform in (0, 1].
 *
 * Source   Vattani, Chierichetti, Lowenstein, "Optimal Probabilistic Cache Stampede
 *          Prevention", VLDB 2015: yes when cost * beta * -ln(u) >= left, that is with
 *          probability exp(-left / (cost * beta)). */
int whet__early_due(uint64_t left_ns, uint64_t cost_ns, double beta, double u);

/* ---- cache/advise.c, cache/trace.c, cache/predict.c: who watches ---- */

/* 0: keys are not remembered. */
WHET_MUST_USE int whet__advisor_new(struct whet_cache_advisor **out, uint32_t keys);
void whet__advisor_free(struct whet_cache_advisor *a);
void whet__advisor_lock(struct whet_cache_advisor *a);
void whet__advisor_unlock(struct whet_cache_advisor *a);

WHET_MUST_USE int whet__recorder_new(struct whet_cache_recorder **out);
void whet__recorder_free(struct whet_cache_recorder *r);
void whet__recorder_saw(struct whet_cache *c, uint64_t hash, uint32_t bytes);
void whet__recorder_missed(struct whet_cache *c, uint64_t hash, uint32_t bytes);
int whet__recorder_note(struct whet_cache_recorder *r, char *out, size_t size);
void whet__recorder_lock(struct whet_cache_recorder *r);
void whet__recorder_unlock(struct whet_cache_recorder *r, int in_child);

WHET_MUST_USE int whet__oracle_new(struct whet_cache_oracle **out, struct whet_cache *c);

/* Its thread ends. */
void whet__oracle_free(struct whet_cache_oracle *o);

/* An access, hit or miss, of a key. */
void whet__oracle_saw(struct whet_cache_oracle *o, const struct whet_ask *ask);
void whet__oracle_stats(struct whet_cache_oracle *o, struct whet_cache_stats *out);
void whet__oracle_lock(struct whet_cache_oracle *o);
void whet__oracle_unlock(struct whet_cache_oracle *o, int in_child);

/* An access that was answered, or a put (without WHET_WATCH_PREDICT in `watch`). */
void whet__cache_show(struct whet_cache *c, const struct whet_ask *ask, uint32_t bytes,
                      unsigned watch);

static inline void whet__cache_saw(struct whet_cache *c, const struct whet_ask *ask, size_t len,
                                   unsigned watch)
{
    watch &= whet__watch(c);
    if ((watch & (WHET_WATCH_TRACE | WHET_WATCH_PREDICT)) != 0 ||
        ((watch & WHET_WATCH_SAMPLE) != 0 &&
         whet__hash_high(&ask->hash) <=
             atomic_load_explicit(&c->sample_below, memory_order_relaxed)))
        whet__cache_show(c, ask, whet__access_bytes(ask->key_len, len), watch);
}

/* A value that was put. */
static inline void whet__cache_stored(struct whet_cache *c, const struct whet_ask *ask,
                                      size_t len)
{
    whet__cache_count(c, WHET_COUNT_STORED, 1);
    whet__cache_saw(c, ask, len, WHET_WATCH_SAMPLE | WHET_WATCH_TRACE);
}

/* An access that nothing answered: shown to the oracle and to the recorder. */
static inline void whet__cache_missed(struct whet_cache *c, const struct whet_ask *ask)
{
    if (whet__watch(c) & WHET_WATCH_PREDICT)
        whet__oracle_saw(c->oracle, ask);
    if (whet__watch(c) & WHET_WATCH_TRACE)
        whet__recorder_missed(c, whet__hash_high(&ask->hash),
                              whet__access_bytes(ask->key_len, 0));
}

/* ---- cache/frugal.c ---- */

/* Looks, when a second is over. */
void whet__cache_frugal(struct whet_cache *c);

/* Looks at the files under `root` ("": the real ones), and sizes the levels in memory. */
void whet__cache_frugal_look(struct whet_cache *c, const char *root);

/* Sizes one of them anew. -EINVAL: it would be too small for its tables; -ENOMEM. */
WHET_MUST_USE int whet__cache_fit(struct whet_cache *c, enum whet_cache_level level);

/* ---- cache/resize.c ---- */

/* From now on memory settles with the accesses. */
void whet__cache_settle(struct whet_cache *c);

/* What accesses do by the way: a step of getting smaller, the server's news. Where these are
 * too old they are waited for: how long, which the same access's question for a value has less
 * time by. */
uint64_t whet__cache_tend(struct whet_cache *c, uint64_t now_ns);

/* ---- cache/catch_up.c ---- */

/* Drops from memory what other processes have put or removed since. */
void whet__cache_catch_up(struct whet_cache *c);

/* Before memory is asked. */
static inline void whet__cache_hear(struct whet_cache *c)
{
    if (whet__shared_is_behind(c->shared))
        whet__cache_catch_up(c);
}

/* An access begins: as whet__cache_hear, whet__ask_init and _tend. */
static inline uint64_t whet__cache_begin(struct whet_cache *c, struct whet_ask *ask,
                                         const void *key, size_t len)
{
    uint64_t waited_ns = 0;

    whet__cache_hear(c);
    whet__ask_init(c, ask, key, len);
    if (whet__watch(c) & WHET_WATCH_TEND)
        waited_ns = whet__cache_tend(c, ask->now_ns);
    if (waited_ns != 0) /* what was heard is a change */
        whet__ask_init(c, ask, key, len);
    return waited_ns;
}

/* ---- cache/stats.c ---- */

/* What whet_cache_stats_read tells, but entries and bytes of the disk, which it has to count.
 */
void whet__cache_counts_read(struct whet_cache *c, struct whet_cache_stats *out);

/* Takes off what was there before. */
void whet__cache_stats_since(struct whet_cache_stats *now, struct whet_cache_stats *before);

/* ---- cache/fork.c ---- */

WHET_MUST_USE int whet__cache_register(struct whet_cache *c);
void whet__cache_forget(struct whet_cache *c);

#endif
