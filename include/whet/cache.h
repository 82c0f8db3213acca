/* whet/cache.h - values that are dear to compute, kept until they are no longer true.
 *
 * Shape    keys and values are bytes. Up to four levels, each of which can be left out:
 *          memory, memory compressed, a file on disk (SQLite), and a Redis or Valkey server
 *          that many machines share.
 * Units    bytes; nanoseconds; a probability is 0..1. Keys have 1 to WHET_CACHE_KEY_MAX
 *          bytes, values 0 to WHET_CACHE_VALUE_MAX.
 * Memory   whet_cache_new allocates, whet_cache_free releases. A value that was got is
 *          held until whet_cache_value_clear, whatever becomes of its key meanwhile.
 * Errors   0 or a negative errno value. No call fails because a level is broken, full,
 *          slow or gone: what it had is a miss, and whet_cache_note says so.
 * Threads  all of it from any thread, and after a fork from the child too. Processes may
 *          share a file, machines a server.
 *
 *     struct whet_cache_options options = {.bytes = 256 << 20, .path = "answers.db"};
 *     struct whet_cache *cache;
 *     struct whet_cache_value value;
 *     int rc = whet_cache_new(&cache, &options, NULL);
 *
 *     if (rc == 0 && whet_cache_get(cache, "answer", 6, &value) == 1) {
 *         use(value.data, value.len);
 *         whet_cache_value_clear(&value);
 *     }
 */
#ifndef WHET_CACHE_H
#define WHET_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WHET_CACHE_KEY_MAX   ((size_t)65535)
#define WHET_CACHE_VALUE_MAX ((size_t)1 << 30)
#define WHET_CACHE_NONE      UINT64_MAX /* bytes of a level: it is left out */
#define WHET_CACHE_NEVER     UINT64_MAX /* a time that does not come */

enum whet_cache_level {
    WHET_CACHE_MEMORY,
    WHET_CACHE_PACKED, /* what memory had to let go, in memory, compressed if that saves an
                          eighth of it */
    WHET_CACHE_DISK,
    WHET_CACHE_REMOTE,
    WHET_CACHE_LEVELS
};

/* ---- Open and close ---- */

struct whet_cache;

/* Why an entry has left the memory of this process. */
enum whet_cache_reason {
    WHET_CACHE_EVICTED, /* for others; it may live on in a slower level */
    WHET_CACHE_EXPIRED,
    WHET_CACHE_INVALIDATED, /* it, or what it was made of, is no longer true */
    WHET_CACHE_REPLACED,    /* put anew; or another process has put it, or removed it */
    WHET_CACHE_REMOVED
};

struct whet_cache_left {
    enum whet_cache_reason reason;
    const void *key;
    size_t key_len;
    const void *value; /* NULL: it was compressed */
    size_t len;
};

enum whet_cache_flags {
    WHET_CACHE_PREDICT = 1 << 0,   /* learn which key follows which, and fetch ahead from the
                                      slower levels what is likely next, once it came three
                                      times; some 8,000 keys of at most 88 bytes are known,
                                      in 1.5 MiB beside the levels. Whether it pays:
                                      whet_cache_stats.predicted */
    WHET_CACHE_READ_ONLY = 1 << 1, /* nothing is written to disk or server */
    WHET_CACHE_FRUGAL = 1 << 2 /* while memory is short on this machine or in our control group,
                                  the levels in memory are smaller, down to an eighth: a quarter
                                  less a second; they grow again as it is no more. Looked at
                                  once a second, by who uses the cache */
};

/* All zero: 64 MiB of memory alone. */
struct whet_cache_options {
    /* Room for all levels of this machine, shared out 1:4:10 among memory, compressed memory
     * and disk, or 1:4 when there is no file. 0: 64 MiB. The next three override a
     * share; 0: by the ratio; WHET_CACHE_NONE: without that level. Where `bytes` is 0, levels
     * without a size follow from that of a level in memory; disk_bytes alone leaves them 64 MiB
     * between them. All that is kept for an entry counts, tables included; on disk, blocks as
     * the filesystem counts them. */
    uint64_t bytes;
    uint64_t memory_bytes;
    uint64_t packed_bytes;
    uint64_t disk_bytes;

    const char *path;   /* of the file; its folder is made; NULL: no disk level. PATH-wal, -shm,
                           .lock, .share and the folder PATH.d belong to it: while any
                           process has it open they must not be moved or removed. A copy is
                           of PATH and PATH-wal, which has what was written last, and of
                           PATH.d, taken while nobody has it open; where nothing can be
                           written, PATH-shm has to be beside PATH-wal. One that may not be
                           written is only read, and whet_cache_note says so */
    const char *remote; /* "redis://[USER:PASSWORD@]HOST[:PORT][/DB]" or "unix:PATH";
                           NULL: no server */
    const char *client; /* whose keys: clients of one file or server do not see each
                           other's; 1 to 64 of a-z 0-9 - _ . ; NULL: "default" */
    const char *policy; /* which entry of memory has to go: "s3fifo" (also NULL), or any that
                           `whet cache simulate --policies` lists, but "belady" */
    unsigned shards;    /* parts of memory with a lock each, up to 1024; 0: by processors */
    unsigned flags;     /* enum whet_cache_flags */

    uint64_t ttl_ns;          /* an entry's life from its making; 0: no end */
    uint64_t idle_ns;         /* ... from its last use, as far as this process knows of those
                                 of others: from the file; 0: no end */
    double ttl_jitter;        /* each life is shortened by up to this part of it, so that what
                                 came together does not go together; 0..1 */
    uint64_t negative_ttl_ns; /* the life of a "there is none"; 0: such are not kept */
    uint64_t stale_ns;        /* how long after its end whet_cache_load may serve a value while
                                 one caller computes the new one; 0: never */
    double early_refresh;     /* whet_cache_load computes a value anew before its end, with a
                                 probability that grows as the end comes near: beta of Vattani et
                                 al., "Optimal Probabilistic Cache Stampede Prevention", VLDB
                                 2015. 1 is usual; 0: never */
    uint64_t file_check_ns; /* files that a value was made of are looked at again when the last
                               look is this long ago; 0: at every hit */

    uint64_t remote_timeout_ns; /* the longest that a get waits for the server; 0: 20 ms.
                                   After a failure it is left alone for a while, up to 30 s */
    uint64_t remote_check_ns;   /* how long another machine's invalidation may go unseen here;
                                   0: 1 s. The server is asked for news in the background when
                                   the last are half as old; a call that finds them older than
                                   this, after a pause or as the first one, waits for new ones.
                                   While the server is gone, or does not answer within
                                   remote_timeout_ns, nothing new is heard, nobody waits, and
                                   what is here answers as before */

    uint32_t sample_keys; /* keys whose accesses are remembered, for whet_cache_advise, in
                             some 80 bytes each beside the levels; 0: 2,048; UINT32_MAX:
                             none */

    /* Told, outside all locks, of each entry that has left memory. Must not wait for another
     * thread that uses the cache, nor put into this cache: what that puts out would be told
     * of in turn, and so on. NULL: nobody listens. */
    void (*left)(void *ctx, const struct whet_cache_left *entry);
    void *ctx;
};

/* `options` may be NULL; its texts are copied.
 * -EINVAL: an option is out of range, with the reason in *err (may be NULL); -ENOMEM;
 * -EAGAIN: no thread could be had. */
WHET_API WHET_MUST_USE int whet_cache_new(struct whet_cache **out,
                                          const struct whet_cache_options *options,
                                          struct whet_error *err);

/* Writes down what is still on its way to disk and server (the latter for at most a second, or
 * remote_timeout_ns where that is longer).
 * A file that could not be written before is tried once more, which takes up to five seconds
 * when another program holds it. After all other calls; values that are held stay. */
WHET_API void whet_cache_free(struct whet_cache *cache);

/* Waits until all that was put before is on the disk's file (committed: another process sees
 * it, and that what was made of what it replaces is untrue) and was sent to the server, if
 * they answer. A file that cannot be written, for want of room or because another program
 * holds it for more than some seconds, is left alone for three seconds at a time, while 16
 * MiB of what is put wait for it and the rest is lost; a sync asks it at once. */
WHET_API void whet_cache_sync(struct whet_cache *cache);

/* Why a level does not do what it should, for a person; NULL when all do. Copied into `out`. */
WHET_API const char *whet_cache_note(struct whet_cache *cache, char *out, size_t size);

/* ---- Get ---- */

enum whet_cache_value_flags {
    WHET_CACHE_NEGATIVE = 1 << 0, /* it is known that there is none: no bytes */
    WHET_CACHE_STALE = 1 << 1     /* past its end, being computed anew */
};

struct whet_cache_value {
    const void *data; /* aligned for any type */
    size_t len;
    unsigned flags;              /* enum whet_cache_value_flags */
    enum whet_cache_level level; /* that answered */
    uint64_t made_ns;            /* when, since 1970 */
    uint64_t cost_ns;            /* what it took; 0: nobody said */
    struct whet_entry *held;
};

/* 1: a hit, *out is to be cleared. 0: a miss, *out is untouched. -EINVAL: no such key. */
WHET_API WHET_MUST_USE int whet_cache_get(struct whet_cache *cache, const void *key,
                                          size_t key_len, struct whet_cache_value *out);

/* The same, copied: up to `room` bytes into `out`, *len is set to what there are. Cheapest for
 * values of up to some hundred bytes. -ENOENT: a hit too, of a negative entry: it is known that
 * there is none; nothing is copied, *len is untouched. */
WHET_API WHET_MUST_USE int whet_cache_read(struct whet_cache *cache, const void *key,
                                           size_t key_len, void *out, size_t room, size_t *len);

/* Lets go of a value; a second time, or of one all zero, does nothing. */
WHET_API void whet_cache_value_clear(struct whet_cache_value *value);

struct whet_cache_key {
    const void *data;
    size_t len;
};

/* Many at once: one round trip to the server, within one remote_timeout_ns. `out` has `count`
 * items, all to be cleared; those of misses, and of what is no key, are all zero. Returns how
 * many were hits. */
WHET_API size_t whet_cache_get_many(struct whet_cache *cache, const struct whet_cache_key *keys,
                                    size_t count, struct whet_cache_value *out);

struct whet_cache_room {
    void *data; /* where a value is copied to; may be NULL when size is 0 */
    size_t size;
    size_t len; /* set for a hit: how much there is, of which `size` bytes are copied */
    int rc;     /* set: what whet_cache_read would have returned */
};

/* Likewise, each copied into its room. The fastest way to many small values: the processor
 * waits for several of them at a time. Returns how many were hits, negative entries included.
 */
WHET_API size_t whet_cache_read_many(struct whet_cache *cache,
                                     const struct whet_cache_key *keys, size_t count,
                                     struct whet_cache_room *rooms);

/* ---- Put ---- */

/* What a value is made of. Say it before you look at it: a file that changes between
 * whet_inputs_file and the end of the put makes the put fail, and so does an
 * invalidation. One thread at a time; for one put. */
struct whet_inputs;

WHET_API WHET_MUST_USE int whet_inputs_new(struct whet_inputs **out, struct whet_cache *cache);
WHET_API void whet_inputs_free(struct whet_inputs *inputs);

/* The value holds as long as the file has this content. How it looks to stat is compared
 * first (size, times, inode, device); if that differs, or says too little because the file
 * was changed as it was looked at, its content is hashed. A file that does not exist is an
 * input as well: the value holds until it does. What leaves no trace goes unseen: a file that
 * comes and is gone again before the put, or is changed and changed back within a step of the
 * clock that stamps it, some milliseconds. -EISDIR, -EINVAL: no regular file; -EACCES,
 * -EIO ...: it cannot be looked at; -ENOMEM. */
WHET_API WHET_MUST_USE int whet_inputs_file(struct whet_inputs *inputs, const char *path);

/* The value holds as long as the entry with this key does, and what that was made of, and so
 * on; circles are allowed. It may be put later, or be evicted: what counts is whether it was
 * invalidated, or put with other bytes, after it was named here. What this process cannot see
 * as it names it, because another has put it and not written it yet (see whet_cache_sync), is
 * one that is put later. A value that needs another is kept on this machine, and
 * not sent to a server: that the needed one was put with other bytes is known to who shares a
 * file, while the machines of a server tell each other what is invalidated, and no more. */
WHET_API WHET_MUST_USE int whet_inputs_need(struct whet_inputs *inputs, const void *key,
                                            size_t key_len);

/* The value goes when whet_cache_invalidate_tag says so. 1 to 255 bytes. */
WHET_API WHET_MUST_USE int whet_inputs_tag(struct whet_inputs *inputs, const char *tag);

enum whet_cache_put_flags {
    WHET_CACHE_PINNED = 1 << 0,      /* is not evicted from memory while this process lives; at
                                        most half of memory can be pinned, more is not */
    WHET_CACHE_NO_VALUE = 1 << 1,    /* a negative entry: it is known that there is none */
    WHET_CACHE_MEMORY_ONLY = 1 << 2, /* neither to disk nor to the server */
    WHET_CACHE_LOCAL_ONLY = 1 << 3   /* not to the server */
};

/* All zero: as the cache's options say. */
struct whet_cache_put {
    uint64_t ttl_ns;            /* 0: the cache's; WHET_CACHE_NEVER: no end */
    uint64_t idle_ns;           /* likewise */
    uint64_t cost_ns;           /* what it took to compute; 0: not known */
    unsigned flags;             /* enum whet_cache_put_flags */
    struct whet_inputs *inputs; /* NULL: holds until it ends or is invalidated */
};

/* Copies key and value. A get of this process that begins afterwards finds it, unless it was
 * evicted; the disk and the server get it within a second or so (see whet_cache_sync). As soon
 * as it is in the file, no get that begins afterwards in any process that shares the file is
 * answered with the former value, not from memory either. Machines that share a server and no
 * file go on answering what they have: they tell each other what is invalidated, and no more.
 * So do processes that cannot share PATH.share: those of a file on a network filesystem, and
 * those with WHET_CACHE_READ_ONLY that may not write it. Whoever has such replaces what is no
 * longer true by invalidating it before.
 * `how` may be NULL. -EINVAL: no such key, or flags: nothing has changed. Else what was there
 * under this key is gone, whatever this returns. -EFBIG: larger than what one value may take of
 * any level, which is a shard of one in memory (its bytes / options.shards) and a quarter of
 * the file's; -ESTALE: an input has changed meanwhile, nothing is kept; -ENOMEM. */
WHET_API WHET_MUST_USE int whet_cache_put(struct whet_cache *cache, const void *key,
                                          size_t key_len, const void *value, size_t len,
                                          const struct whet_cache_put *how);

/* ---- Get or compute ---- */

/* Where a computed value is put. */
struct whet_cache_draft;

/* Copies `len` bytes; the last call counts. */
WHET_API WHET_MUST_USE int whet_cache_draft_set(struct whet_cache_draft *draft,
                                                const void *value, size_t len);

/* What it was made of: for whet_inputs_file and so on, before they are looked at. */
WHET_API struct whet_inputs *whet_cache_draft_inputs(struct whet_cache_draft *draft);

/* Computes the value of the key: 0 with a value set, -ENOENT when there is none, or
 * another error of its own, which is not kept. It has to return: after one that leaves by
 * longjmp, an exception, pthread_exit or a cancellation, what the draft holds is lost, and the
 * key is taken to be still computed, so that whoever loads it waits for ever. */
typedef int (*whet_cache_make)(void *ctx, struct whet_cache_draft *draft);

/* A hit, or what `make` computes. Of all threads of this process that ask for one key at the
 * same time, one computes; the others wait for it, or are served the old value where
 * options.stale_ns allows. Who asks after something was invalidated is not answered with what
 * was begun before. `how` as for whet_cache_put, of values; its inputs must be NULL; cost_ns
 * is measured.
 * 0: *out is to be cleared. -ENOENT: there is none (found out now, or remembered as long
 * as options.negative_ttl_ns says). -EDEADLK: asked for from its own `make`. -EINVAL, -ENOMEM,
 * or what `make` answered, for all who waited. A value that could not be kept, or whose inputs
 * changed meanwhile, is still answered: it was true when it was asked for. */
WHET_API WHET_MUST_USE int whet_cache_load(struct whet_cache *cache, const void *key,
                                           size_t key_len, whet_cache_make make, void *ctx,
                                           const struct whet_cache_put *how,
                                           struct whet_cache_value *out);

/* ---- Invalidate ----
 * When one of these returns, no get that begins afterwards is answered with what it named: in
 * this process, in others that share the file, and, within options.remote_check_ns, on
 * machines that share the server. 0; -EINVAL: no such name; -ENOMEM; -EIO: the file or the
 * server could not be told, so that others may still see it; always so with
 * WHET_CACHE_READ_ONLY. */

/* The entry, and all that need it, directly or through others. */
WHET_API WHET_MUST_USE int whet_cache_invalidate(struct whet_cache *cache, const void *key,
                                                 size_t key_len);
WHET_API WHET_MUST_USE int whet_cache_invalidate_tag(struct whet_cache *cache, const char *tag);
WHET_API WHET_MUST_USE int whet_cache_invalidate_prefix(struct whet_cache *cache,
                                                        const void *prefix, size_t len);

/* All entries of this client: a new generation begins. */
WHET_API WHET_MUST_USE int whet_cache_invalidate_all(struct whet_cache *cache);

/* Takes the entry out of all levels; what needs it stays true. It is gone for all who share the
 * file; those that whet_cache_put does not reach may have it in memory, or in their own file,
 * and keep it there. A whet_cache_load that computes it meanwhile goes on, here and elsewhere:
 * what comes of it answers all who wait for it, and is put. -EIO: others may still get it,
 * until the file can be written; always so with WHET_CACHE_READ_ONLY. */
WHET_API WHET_MUST_USE int whet_cache_remove(struct whet_cache *cache, const void *key,
                                             size_t key_len);

/* ---- Warm ---- */

/* Brings into memory what the slower levels have of these keys. Returns how many. */
WHET_API size_t whet_cache_warm(struct whet_cache *cache, const struct whet_cache_key *keys,
                                size_t count);

/* Brings into memory what was used last by whoever used the file last, up to `max_entries` or
 * to what memory takes. Returns how many. */
WHET_API size_t whet_cache_warm_hot(struct whet_cache *cache, size_t max_entries);

/* ---- Resize and tidy ---- */

/* Another size of a level of this machine, up or down. What is over it goes bit by bit with the
 * next calls. -EINVAL: no such level here, WHET_CACHE_NONE, or too small for its tables;
 * -ENOMEM. */
WHET_API WHET_MUST_USE int whet_cache_resize(struct whet_cache *cache,
                                             enum whet_cache_level level, uint64_t bytes);

/* Takes out of the file what has ended, and what this client has not used for `unused_ns`; 0:
 * it may be as old as it is. A use is known to the hour or, while the file is less than half
 * full, to the day. Memory goes by its policy, and by the lives that ttl_ns and idle_ns give.
 * *dropped (may be NULL) is how many; without a file 0. -EROFS; or another error of the file.
 */
WHET_API WHET_MUST_USE int whet_cache_tidy(struct whet_cache *cache, uint64_t unused_ns,
                                           uint64_t *dropped);

/* ---- Ask ---- */

struct whet_cache_level_stats {
    int present;             /* 0: there is no such level, all else is 0 */
    uint64_t hits;           /* of this process since whet_cache_new ... */
    uint64_t misses;         /* ... and of what was asked of this level, the rest: also by
                                warming and fetching ahead, which are no `gets` below */
    uint64_t evictions;      /* for want of room */
    uint64_t expirations;    /* found past their end */
    uint64_t invalidations;  /* found no longer true */
    uint64_t entries;        /* now; on the server: not known, 0 */
    uint64_t bytes;          /* in use now, tables included; likewise */
    uint64_t capacity_bytes; /* likewise */
    uint64_t failures;       /* calls that found it broken, full, slow or gone */
    uint64_t saved_ns;       /* what its hits would have cost, where the cost is known */
};

struct whet_cache_stats {
    struct whet_cache_level_stats levels[WHET_CACHE_LEVELS];
    uint64_t gets;     /* asked for, in all */
    uint64_t hits;     /* answered by some level */
    uint64_t negative; /* of these, "there is none" */
    uint64_t stale;    /* of these, past their end */
    uint64_t puts;
    uint64_t loads;          /* computed by whet_cache_load ... */
    uint64_t load_ns;        /* ... in so long, together: the mean cost of a miss */
    uint64_t load_errors;    /* ... and failed */
    uint64_t waits;          /* served by the computing of another */
    uint64_t early;          /* computed before their end */
    uint64_t saved_ns;       /* by the hits of all levels */
    uint64_t predicted;      /* fetched ahead ... */
    uint64_t predicted_hits; /* ... and then asked for */
    uint64_t pinned_bytes;
};

/* Read without stopping anybody: numbers of one moment may be a few calls apart. */
WHET_API void whet_cache_stats_read(struct whet_cache *cache, struct whet_cache_stats *out);

enum whet_cache_verdict {
    WHET_CACHE_IS_HIT,     /* by `level` */
    WHET_CACHE_IS_ABSENT,  /* no level has it */
    WHET_CACHE_IS_EXPIRED, /* its life is over since `when_ns` */
    WHET_CACHE_IS_IDLE,    /* it was last used too long ago */
    WHET_CACHE_IS_INVALID, /* `subject` (its key, a tag, a prefix, all) was invalidated */
    WHET_CACHE_IS_FILE,    /* file `subject` has another content, or is gone, or came to be */
    WHET_CACHE_IS_NEED,    /* an entry that it needs, `subject`, has changed */
    WHET_CACHE_IS_DAMAGED  /* its bytes are not what was stored */
};

/* What whet_cache_get would answer, and why; changes nothing and counts as no use. */
struct whet_cache_why {
    enum whet_cache_verdict verdict;
    enum whet_cache_level level; /* where it was found */
    uint64_t made_ns;            /* since 1970; 0: not known */
    uint64_t end_ns;             /* since 1970; 0: none */
    uint64_t len;                /* of the value */
    uint64_t cost_ns;
    unsigned inputs;   /* how many files, needs and tags it has */
    char subject[512]; /* cut when longer; keys as text where they are */
    char text[640];    /* all of this as one sentence */
};

/* 0, -EINVAL, -ENOMEM. */
WHET_API WHET_MUST_USE int whet_cache_explain(struct whet_cache *cache, const void *key,
                                              size_t key_len, struct whet_cache_why *out);

/* ---- Size ---- */

/* What the accesses so far, sampled, say about sizes. */
struct whet_cache_advice {
    uint64_t accesses; /* that it is based on */
    uint64_t sampled;  /* of these, remembered */
    double cold_ratio; /* first uses: no size helps; a hit ratio above 1 - this is not
                          reachable */
    double hit_ratio;  /* of memory, as measured */
    int reachable;     /* 1: `bytes` would reach the target */
    uint64_t bytes;    /* the least memory for the target under LRU; 0: not reachable, or not
                          enough seen */
    double hit_ratio_half;   /* predicted for half, ... */
    double hit_ratio_double; /* ... and for twice the memory there is now */
};

/* `target` is the hit ratio asked for, above 0 and below 1.
 * Method: SHARDS with a fixed number of keys (Waldspurger et al., FAST 2015), with misses
 * corrected for the sample's size; mean error below 0.01 from 2,000 sampled keys on.
 * -EINVAL; -ENODATA: too few accesses to say anything; -ENOMEM. */
WHET_API WHET_MUST_USE int whet_cache_advise(struct whet_cache *cache, double target,
                                             struct whet_cache_advice *out);

/* Starts writing the accesses of this cache to a trace, `path`, which `whet cache simulate`,
 * curve and tune read: of every key, or of a part `rate` (above 0, up to 1) of all keys, at
 * most `max_accesses`. NULL stops it, and reports what failed meanwhile. One that goes on is
 * stopped first, and if that reports a failure, nothing is started.
 * -EINVAL, also: no regular file; -errno of the file; -ENOMEM. */
WHET_API WHET_MUST_USE int whet_cache_trace(struct whet_cache *cache, const char *path,
                                            double rate, uint64_t max_accesses);

#define WHET_CACHE_POLICIES_MAX 32

/* What a policy would make of the accesses in a trace. */
struct whet_cache_choice {
    const char *policy; /* as in the options; "belady" is the optimum, which no cache can do */
    uint64_t size;      /* that reaches the target, to two percent; 0: none does */
    double hit_ratio;   /* at the size that LRU needs, ... */
    double regret;      /* ... and how much less that is than the best one's; of "belady" NaN */
};

struct whet_cache_tuning {
    uint64_t requests, keys;
    double hit_ratio_most; /* the rest are first uses: a target above is not reachable */
    int reachable;         /* 0: all below is 0 */
    uint64_t lru_size;     /* the least for the target, by the exact curve, for which an entry
                              larger than the cache is kept, too; by replay: `size` of "lru" */
    double quick_estimate; /* a published closed form of the hit ratio there, to compare */
    uint64_t levels[3];    /* the same as memory, packed and disk, shared out by what hits cost:
                              100 ns, 2 us, 6 us, a miss 1 ms, and by what a byte holds: 1,
                              2.5 and 10 times as much */
    const char *policy;    /* that needs the least; none that knows the future */
    struct whet_cache_choice choices[WHET_CACHE_POLICIES_MAX]; /* the best first */
    size_t count;
};

/* Replays a trace (of whet_cache_trace, or any that `whet cache tune` reads) for the hit ratio
 * `target`, above 0 and below 1, on all processors. Sizes are entries or, with `in_bytes`,
 * bytes as the trace has them.
 * -EINVAL: the target, no trace, or one without sizes; -errno of the file; -ENOMEM. */
WHET_API WHET_MUST_USE int whet_cache_tune(struct whet_cache_tuning *out, const char *path,
                                           double target, int in_bytes, struct whet_error *err);

#ifdef __cplusplus
}
#endif

#endif
