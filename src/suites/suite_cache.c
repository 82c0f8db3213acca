/* @cache: what remembering costs, and what it spares: <whet/cache.h>, in memory and in a file.
 */
#include "suites/suites.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <whet/cache.h>

#include "os/file.h"

#define KEYS  2000
#define BYTES 1000 /* of a value: what a file's analysis takes */
#define BATCH 200
#define MIB   ((uint64_t)1 << 20)

struct caches {
    struct whet_cache *cache;
    char folder[PATH_MAX];
    char value[BYTES];
    uint64_t next;
};

/* Stores the keys from c->next on; 1: all of them are where they shall be. */
static int put_batch(struct caches *c)
{
    for (size_t i = 0; i < BATCH; i++) {
        uint64_t key = c->next++ % KEYS;

        if (whet_cache_put(c->cache, &key, sizeof(key), c->value, BYTES, NULL) != 0)
            return 0;
    }
    whet_cache_sync(c->cache);
    return 1;
}

static void *caches_open(struct whet_bench_state *state, int in_file)
{
    const char *scratch = whet_bench_scratch(state);
    struct caches *c = scratch != NULL ? calloc(1, sizeof(*c)) : NULL;
    struct whet_cache_options o = {.bytes = 64 * MIB, .client = "bench"};
    struct whet_error err;
    char path[PATH_MAX + 16];

    if (c == NULL)
        return NULL;
    memset(c->value, 'v', BYTES);
    snprintf(c->folder, sizeof(c->folder), "%s/cache-%ld", scratch, (long)getpid());
    snprintf(path, sizeof(path), "%s/cache.db", c->folder);
    if (in_file) {
        o.path = path;
        o.memory_bytes = WHET_CACHE_NONE;
        o.packed_bytes = WHET_CACHE_NONE;
    }
    if (whet_cache_new(&c->cache, &o, &err) != 0) {
        whet_bench_fail(state, "%s", err.text);
        return c;
    }
    while (c->next < KEYS) {
        if (!put_batch(c)) {
            whet_bench_fail(state, "cannot fill the cache");
            break;
        }
    }
    return c;
}

static void *memory_open(struct whet_bench_state *state)
{
    return caches_open(state, 0);
}

static void *file_open(struct whet_bench_state *state)
{
    return caches_open(state, 1);
}

static void caches_close(void *data)
{
    struct caches *c = data;

    if (c == NULL)
        return;
    whet_cache_free(c->cache);
    if (access(c->folder, F_OK) == 0 && whet__file_remove_tree(c->folder) != 0)
        fprintf(stderr, "cannot remove '%s'\n", c->folder);
    free(c);
}

static void get(struct whet_bench_state *state, uint64_t from, int hits)
{
    struct caches *c = whet_bench_data(state);
    uint64_t found = 0, asked = 0;

    whet_bench_set_items(state, 1);
    WHET_BENCH_LOOP(state)
    {
        uint64_t key = from + asked++ * 7919 % KEYS;
        struct whet_cache_value value;

        if (whet_cache_get(c->cache, &key, sizeof(key), &value) == 1) {
            found++;
            whet_cache_value_clear(&value);
        }
    }
    if (found != (hits ? asked : 0))
        whet_bench_fail(state, "%llu of %llu keys were found", (unsigned long long)found,
                        (unsigned long long)asked);
}

static void hit_run(struct whet_bench_state *state)
{
    get(state, 0, 1);
}

static void miss_run(struct whet_bench_state *state)
{
    get(state, KEYS, 0);
}

static void put_run(struct whet_bench_state *state)
{
    struct caches *c = whet_bench_data(state);

    whet_bench_set_items(state, BATCH);
    whet_bench_set_bytes(state, (double)BATCH * BYTES);
    WHET_BENCH_LOOP(state)
    {
        if (!put_batch(c))
            whet_bench_fail(state, "cannot store");
    }
}

static void configure(struct whet_bench_config *config,
                      void *(*open)(struct whet_bench_state *state), const char *about)
{
    whet_bench_group(config, "cache");
    whet_bench_about(config, about);
    whet_bench_once(config, open, caches_close);
}

static void hit_configure(struct whet_bench_config *config)
{
    configure(config, memory_open, "a value of 1,000 bytes that is in memory");
}

static void miss_configure(struct whet_bench_config *config)
{
    configure(config, memory_open, "a value that is not in memory, the only level");
}

static void put_configure(struct whet_bench_config *config)
{
    configure(config, memory_open, "200 values of 1,000 bytes put into memory");
}

static void file_hit_configure(struct whet_bench_config *config)
{
    configure(config, file_open, "a value of 1,000 bytes that is in the file only");
}

static void file_miss_configure(struct whet_bench_config *config)
{
    configure(config, file_open, "a value that is not in the file, the only level");
}

static void file_put_configure(struct whet_bench_config *config)
{
    configure(config, file_open,
              "200 values of 1,000 bytes put into the file, until they are there");
}

static struct whet_bench_entry benchmarks[] = {
    {"cache_hit", hit_run, hit_configure, NULL},
    {"cache_miss", miss_run, miss_configure, NULL},
    {"cache_put", put_run, put_configure, NULL},
    {"cache_file_hit", hit_run, file_hit_configure, NULL},
    {"cache_file_miss", miss_run, file_miss_configure, NULL},
    {"cache_file_put", put_run, file_put_configure, NULL},
};

const struct whet_suite_entry whet__suite_cache = {
    "cache", "the cache, in memory and in a file: hit, miss, storing", benchmarks,
    sizeof(benchmarks) / sizeof(benchmarks[0])};
