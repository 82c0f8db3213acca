/* @cache: what remembering costs, and what it spares: the cache on disk. */
#include "suites/suites.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache/former.h"

#define KEYS   2000
#define BYTES  1000 /* of a value: what a file's analysis takes */
#define BATCH  200
#define SPACE  1
#define NOBODY 2 /* a space that nothing is stored in */

struct caches {
    struct whet_disk_cache *disk;
    char path[PATH_MAX];
    char value[BYTES];
    struct whet_text out;
    uint64_t next;
};

static void configure(struct whet_bench_config *config, const char *about)
{
    whet_bench_group(config, "cache");
    whet_bench_about(config, about);
}

static struct whet_hash128 key_of(uint64_t number)
{
    return whet__hash128(&number, sizeof(number));
}

/* Stores the keys from c->next on. */
static size_t put_batch(struct caches *c)
{
    struct whet_disk_entry entries[BATCH];

    for (size_t i = 0; i < BATCH; i++)
        entries[i] = (struct whet_disk_entry){SPACE, key_of(c->next++ % KEYS), c->value, BYTES};
    return whet__disk_cache_put(c->disk, entries, BATCH);
}

static void *caches_open(struct whet_bench_state *state)
{
    const char *scratch = whet_bench_scratch(state);
    struct caches *c = scratch != NULL ? calloc(1, sizeof(*c)) : NULL;

    if (c == NULL)
        return NULL;
    whet__text_init(&c->out, 1 << 20);
    memset(c->value, 'v', BYTES);
    snprintf(c->path, sizeof(c->path), "%s/cache-%ld.db", scratch, (long)getpid());
    if (whet__disk_cache_open(&c->disk, c->path, 0) != 0) {
        whet_bench_fail(state, "no memory for a cache");
        return c;
    }
    while (c->next < KEYS) {
        if (put_batch(c) != BATCH) {
            whet_bench_fail(state, "cannot fill the cache: %s", whet__disk_cache_note(c->disk));
            break;
        }
    }
    return c;
}

static void caches_close(void *data)
{
    static const char *const endings[] = {"", "-wal", "-shm", ".lock"};
    struct caches *c = data;

    if (c == NULL)
        return;
    whet__disk_cache_free(c->disk);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        char path[PATH_MAX + 8];

        snprintf(path, sizeof(path), "%s%s", c->path, endings[i]);
        unlink(path);
    }
    whet__text_clear(&c->out);
    free(c);
}

static void get(struct whet_bench_state *state, unsigned space, int hits)
{
    struct caches *c = whet_bench_data(state);
    uint64_t found = 0, asked = 0;

    whet_bench_set_items(state, 1);
    WHET_BENCH_LOOP(state)
    {
        struct whet_hash128 key = key_of(asked++ * 7919 % KEYS);

        found += (uint64_t)whet__disk_cache_get(c->disk, space, &key, &c->out);
    }
    if (found != (hits ? asked : 0))
        whet_bench_fail(state, "%llu of %llu keys were found", (unsigned long long)found,
                        (unsigned long long)asked);
}

static void hit_run(struct whet_bench_state *state)
{
    get(state, SPACE, 1);
}

static void hit_configure(struct whet_bench_config *config)
{
    configure(config, "a value of 1,000 bytes that is there");
    whet_bench_once(config, caches_open, caches_close);
}

static void miss_run(struct whet_bench_state *state)
{
    get(state, NOBODY, 0);
}

static void miss_configure(struct whet_bench_config *config)
{
    configure(config, "a value that is not there");
    whet_bench_once(config, caches_open, caches_close);
}

static void put_run(struct whet_bench_state *state)
{
    struct caches *c = whet_bench_data(state);

    whet_bench_set_items(state, BATCH);
    whet_bench_set_bytes(state, (double)BATCH * BYTES);
    WHET_BENCH_LOOP(state)
    {
        if (put_batch(c) != BATCH)
            whet_bench_fail(state, "cannot store: %s", whet__disk_cache_note(c->disk));
    }
}

static void put_configure(struct whet_bench_config *config)
{
    configure(config, "200 values of 1,000 bytes stored together");
    whet_bench_once(config, caches_open, caches_close);
}

static struct whet_bench_entry benchmarks[] = {
    {"cache_hit", hit_run, hit_configure, NULL},
    {"cache_miss", miss_run, miss_configure, NULL},
    {"cache_put", put_run, put_configure, NULL},
};

const struct whet_suite_entry whet__suite_cache = {
    "cache", "the cache on disk: hit, miss, storing", benchmarks,
    sizeof(benchmarks) / sizeof(benchmarks[0])};
