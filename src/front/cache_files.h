/* front/cache_files.h - what 'whet cache stats', list, explain, verify, gc, clear and warm do
 * with caches on disk.
 *
 * Shape    a record of wishes, one call that does the work and appends the answer as text or
 *          as JSON.
 * Units    bytes as the filesystem counts them; nanoseconds; keys as text, or as 0x and hex
 *          digits where they are not.
 * Memory   nothing stays behind.
 * Errors   -errno with *err filled. A file that is no cache of ours is never changed.
 * Threads  one at a time; other processes may use the caches meanwhile.
 */
#ifndef WHET_FRONT_CACHE_FILES_H
#define WHET_FRONT_CACHE_FILES_H

#include <stdint.h>

#include <whet/api.h>
#include <whet/error.h>

#include "base/json.h"
#include "base/text.h"
#include "base/vec.h"
#include "cache/disk/disk.h"
#include "view/table.h"

struct whet_files_wishes {
    const struct whet_vec *paths; /* of const char *; none: all of this user's */
    const char *client;           /* NULL: all; of explain and clear KEY: the one that has it */
    const char *key;              /* of explain and clear */
    const char *tag;              /* of clear */
    const char *prefix;           /* of clear and list */
    const char *list;             /* of warm: a file with a key per line; "-" is stdin */
    const char *remote;           /* of warm */
    uint64_t max_age_ns;          /* of gc; 0: 7 days */
    uint64_t max_bytes;           /* of gc; 0: each file's bound */
    uint64_t limit;               /* of list and warm; 0: 50 and 100,000 */
    int wide;                     /* of list: whole keys, however wide the terminal is */
    int dry_run;
    int repair; /* of verify */
    int json;
    int (*stop)(void *ctx);
    void *ctx;
    struct whet_error
        *partial; /* of this user's caches one failed, the first that did, and others
                     were answered for; untouched else; NULL: the first ends it */
};

/* The answer goes to `out`. 0: done, or yes. 1: no (explain: it would miss; verify: something
 * is damaged). */
typedef int (*whet_files_verb)(const struct whet_files_wishes *w, struct whet_text *out,
                               const struct whet_table_style *style, struct whet_error *err);

int whet__files_stats(const struct whet_files_wishes *w, struct whet_text *out,
                      const struct whet_table_style *style, struct whet_error *err);
int whet__files_list(const struct whet_files_wishes *w, struct whet_text *out,
                     const struct whet_table_style *style, struct whet_error *err);
int whet__files_explain(const struct whet_files_wishes *w, struct whet_text *out,
                        const struct whet_table_style *style, struct whet_error *err);
int whet__files_verify(const struct whet_files_wishes *w, struct whet_text *out,
                       const struct whet_table_style *style, struct whet_error *err);
int whet__files_gc(const struct whet_files_wishes *w, struct whet_text *out,
                   const struct whet_table_style *style, struct whet_error *err);
int whet__files_clear(const struct whet_files_wishes *w, struct whet_text *out,
                      const struct whet_table_style *style, struct whet_error *err);
int whet__files_warm(const struct whet_files_wishes *w, struct whet_text *out,
                     const struct whet_table_style *style, struct whet_error *err);

/* ---- For the verbs (cache_files.c) ---- */

/* A cache that is open. */
struct whet_cache_file {
    const char *path;
    struct whet_shared *shared;
    struct whet_disk *disk;
    int excused; /* what the level notes is no failure: the verb has told it */
};

/* Calls `each` with every cache that the wishes name, opened, in order. The first answer but 0
 * ends it. -ENOENT: a named file is not there; none is named and there are none: 0. -EINVAL: a
 * client is named that none of them knows. */
typedef int (*whet_each_file)(void *ctx, struct whet_cache_file *file, struct whet_error *err);
WHET_MUST_USE int whet__files_each(const struct whet_files_wishes *w, int read_only,
                                   whet_each_file each, void *ctx, struct whet_error *err);

/* 1: a server is named, and the one file that a client of it may be new to. */
int whet__files_may_be_new(const struct whet_files_wishes *w);

/* Tells on stderr what is wrong with the server, where one is named. */
void whet__files_tell_remote(const struct whet_files_wishes *w, struct whet_cache *cache);

/* The clients of a file; the caller gives them to _free (NULL is fine). */
WHET_MUST_USE int whet__files_clients(struct whet_cache_file *file,
                                      struct whet_disk_client **out, int *count,
                                      struct whet_error *err);
void whet__files_clients_free(struct whet_disk_client *clients);

/* The file, and a server where one is given, as a cache of this client, with `memory_bytes` of
 * memory (0: little) and none that is compressed. */
WHET_MUST_USE int whet__files_cache(const char *path, const char *client, const char *remote,
                                    uint64_t memory_bytes, int read_only,
                                    struct whet_cache **out, struct whet_error *err);

/* What a get would make of an entry (cache_files_true.c); set to zero first. A file is done
 * with all its clients before the next, and cleared before it is closed. */
struct whet_files_judge {
    struct whet_validity *validity;
    struct whet_cache_file *file;
    uint64_t seed;
};

enum whet_files_state { WHET_FILES_TRUE, WHET_FILES_UNTRUE, WHET_FILES_ENDED };

WHET_MUST_USE int whet__files_judge(struct whet_files_judge *j, struct whet_cache_file *file,
                                    const struct whet_disk_row *row, uint64_t now_ns,
                                    enum whet_files_state *out);
void whet__files_judge_clear(struct whet_files_judge *j);

/* One of two texts is the answer: `json`, or, where that is NULL, the table, or `empty` where
 * the table is. */
WHET_MUST_USE int whet__files_answer(struct whet_text *out, const struct whet_text *json,
                                     const struct whet_table *table,
                                     const struct whet_table_style *style, const char *empty);

/* A path, or a client's name, safe to show: other users may have made it. */
void whet__files_put_name(struct whet_text *out, const char *name);

/* Why a call on the file has failed: what the level notes, or the system's word for it. */
int whet__files_failed(struct whet_cache_file *file, int code, const char *verb,
                       struct whet_error *err);

/* A key as people read and write it, 64 KiB at most: what _put has made of it _read takes. */
void whet__files_put_key(struct whet_text *out, const void *key, size_t len);
WHET_MUST_USE int whet__files_read_key(const char *text, struct whet_text *out,
                                       struct whet_error *err);

/* The answer of a verb, as text or JSON: begins and ends the JSON object. */
void whet__files_json_begin(struct whet_json *j, struct whet_text *out, const char *verb);
int whet__files_json_end(struct whet_json *j);

#endif
