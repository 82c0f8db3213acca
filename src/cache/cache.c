/* A cache is opened and closed. Once per process, mostly. */
#include "cache/engine.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cache/disk/folder.h"
#include "data/store_file.h"

#define TURNS_ALONE 16 /* without a level in memory */

static int open_memory(struct whet_cache *c, uint64_t bytes,
                       void (*left)(void *, struct whet_entry *, enum whet_cache_reason),
                       const char *name, struct whet_memory **out, struct whet_error *err)
{
    struct whet_memory_options o = {
        .policy = whet__policy_find(c->options.policy),
        .bytes = bytes,
        .shards = c->options.shards,
        .left = left,
        .ctx = c,
    };
    int rc;

    if (bytes == WHET_CACHE_NONE)
        return 0;
    rc = whet__memory_new(out, &o);
    if (rc == -EINVAL)
        return whet_error_set(err, rc,
                              "too small for its tables: '%s' of '%" PRIu64
                              "' bytes: give it more, or leave it out",
                              name, bytes);
    return rc;
}

/* The file keeps what this process counted, for `whet cache stats`. */
static void tell_counts(void *ctx)
{
    struct whet_cache *c = ctx;
    struct whet_cache_stats now;

    if (c->disk == NULL)
        return;
    pthread_mutex_lock(&c->telling);
    whet__cache_counts_read(c, &now);
    whet__cache_stats_since(&now, &c->told);
    pthread_mutex_unlock(&c->telling);
    whet__disk_count(c->disk, &now);
}

/* `denied`: why the file can only be read; 0: as wished. */
static int open_disk(struct whet_cache *c, int denied)
{
    struct whet_disk_options o = {
        .path = c->options.path,
        .client = c->options.client,
        .max_bytes = c->options.disk_bytes,
        .read_only = denied != 0 || (c->options.flags & WHET_CACHE_READ_ONLY) != 0,
        .denied = denied,
        .shared = c->shared,
        .tell = tell_counts,
        .ctx = c,
    };

    return c->options.disk_bytes != WHET_CACHE_NONE ? whet__disk_new(&c->disk, &o) : 0;
}

static int open_validity(struct whet_cache *c)
{
    struct whet_validity_options o = {
        .shared = c->shared,
        .disk = c->disk,
        .seed = c->seed,
        .file_check_ns = c->options.file_check_ns,
    };

    return whet__validity_new(&c->validity, &o);
}

static int open_remote(struct whet_cache *c, struct whet_error *err)
{
    struct whet_remote_options o = {
        .url = c->options.remote,
        .client = c->options.client,
        .timeout_ns = c->options.remote_timeout_ns,
        .check_ns = c->options.remote_check_ns,
        .read_only = (c->options.flags & WHET_CACHE_READ_ONLY) != 0,
        .shared = c->shared,
        .validity = c->validity,
        .disk = c->disk,
    };

    return o.url != NULL ? whet__remote_new(&c->remote, &o, err) : 0;
}

static int open_levels(struct whet_cache *c, struct whet_error *err)
{
    const struct whet_cache_options *o = &c->options;
    const struct whet_memory *first;
    const char *path = o->disk_bytes != WHET_CACHE_NONE ? o->path : NULL;
    int read_only = (o->flags & WHET_CACHE_READ_ONLY) != 0;
    int denied = path != NULL && !read_only ? whet__store_file_writable(path) : 0;
    int foreign = path != NULL && whet__disk_is_foreign(path);
    int rc = whet__shared_new(&c->shared, path, read_only || foreign || denied != 0);

    if (rc == 0)
        rc = open_memory(c, o->memory_bytes, whet__cache_memory_left, "memory_bytes",
                         &c->memory, err);
    if (rc == 0)
        rc = open_memory(c, o->packed_bytes, whet__cache_packed_left, "packed_bytes",
                         &c->packed, err);
    if (rc == 0)
        rc = open_disk(c, denied);
    if (rc == 0)
        rc = open_validity(c);
    if (rc == 0)
        rc = open_remote(c, err);
    if (rc != 0)
        return rc;
    first = c->memory != NULL ? c->memory : c->packed;
    c->settle_round = (c->memory != NULL ? whet__memory_shards(c->memory) : 0) +
                      (c->packed != NULL ? whet__memory_shards(c->packed) : 0);
    return whet__turns_init(&c->turns,
                            first != NULL ? whet__memory_shards(first) : TURNS_ALONE);
}

static int open_watchers(struct whet_cache *c)
{
    unsigned watch = 0;
    int rc = whet__flights_new(&c->flights);

    if (rc == 0)
        rc = whet__recorder_new(&c->recorder);
    if (rc == 0 && c->options.sample_keys != 0) {
        rc = whet__advisor_new(&c->advisor, c->options.sample_keys);
        watch |= WHET_WATCH_SAMPLE;
    }
    if (rc == 0 && (c->options.flags & WHET_CACHE_PREDICT)) {
        rc = whet__oracle_new(&c->oracle, c);
        watch |= WHET_WATCH_PREDICT;
    }
    if (c->remote != NULL)
        watch |= WHET_WATCH_REMOTE | WHET_WATCH_ENDS;
    if (c->options.flags & WHET_CACHE_FRUGAL)
        watch |= WHET_WATCH_FRUGAL;
    atomic_store(&c->wanted[WHET_CACHE_MEMORY], c->options.memory_bytes);
    atomic_store(&c->wanted[WHET_CACHE_PACKED], c->options.packed_bytes);
    atomic_store(&c->sample_below, UINT64_MAX);
    atomic_store(&c->watch, watch);
    return rc;
}

/* From the one that uses others to the ones that are used. */
static void close_all(struct whet_cache *c)
{
    if (c->disk != NULL)
        whet__disk_rest(c->disk);
    whet__oracle_free(c->oracle);
    whet__recorder_free(c->recorder);
    whet__remote_free(c->remote);
    whet__validity_free(c->validity);
    whet__disk_free(c->disk);
    whet__memory_free(c->packed);
    whet__memory_free(c->memory);
    whet__shared_free(c->shared);
    whet__flights_free(c->flights);
    whet__advisor_free(c->advisor);
    whet__turns_clear(&c->turns);
    whet__cache_options_clear(&c->options);
    pthread_mutex_destroy(&c->telling);
    whet__mem_free(c->stripes);
    whet__mem_free(c);
}

int whet_cache_new(struct whet_cache **out, const struct whet_cache_options *options,
                   struct whet_error *err)
{
    struct whet_cache *c = whet__mem_zalloc(1, sizeof(*c));
    int rc;

    if (err != NULL)
        memset(err, 0, sizeof(*err));
    if (c == NULL)
        return whet_error_set(err, -ENOMEM, "no memory for a cache");
    pthread_mutex_init(&c->telling, NULL);
    c->stripes = whet__mem_zalloc(WHET_COUNT_STRIPES, sizeof(*c->stripes));
    rc = c->stripes != NULL ? whet__cache_options_init(&c->options, options, err) : -ENOMEM;
    if (rc == 0) {
        c->seed = whet__key_seed(c->options.client);
        rc = open_levels(c, err);
    }
    if (rc == 0)
        rc = open_watchers(c);
    if (rc == 0)
        rc = whet__cache_register(c);
    if (rc != 0) {
        close_all(c);
        return err != NULL && err->code == rc
                   ? rc
                   : whet_error_set(err, rc, "cannot open a cache: '%s'", strerror(-rc));
    }
    *out = c;
    return 0;
}

void whet_cache_free(struct whet_cache *c)
{
    if (c == NULL)
        return;
    whet__cache_forget(c);
    tell_counts(c);
    whet__validity_flush(c->validity);
    close_all(c);
}

void whet_cache_sync(struct whet_cache *c)
{
    tell_counts(c);
    whet__validity_flush(c->validity);
    if (c->disk != NULL)
        whet__disk_sync(c->disk);
    if (c->remote != NULL)
        whet__remote_sync(c->remote);
}

/* Where the next note goes; the ones before it end with "; ". */
static size_t note_end(char *out, size_t size)
{
    size_t len = strlen(out);

    if (len != 0 && len + 3 <= size)
        memcpy(out + len, "; ", 3);
    return strlen(out);
}

const char *whet_cache_note(struct whet_cache *c, char *out, size_t size)
{
    size_t len = 0;

    if (size == 0)
        return NULL;
    out[0] = '\0';
    if (c->disk != NULL && whet__disk_note(c->disk, out, size))
        len = strlen(out);
    if (c->remote != NULL) {
        size_t at = note_end(out, size);

        if (whet__remote_note(c->remote, out + at, size - at))
            len = strlen(out);
        out[len] = '\0';
    }
    if (c->recorder != NULL) {
        size_t at = note_end(out, size);

        if (whet__recorder_note(c->recorder, out + at, size - at))
            len = strlen(out);
        out[len] = '\0';
    }
    return len != 0 ? out : NULL;
}
