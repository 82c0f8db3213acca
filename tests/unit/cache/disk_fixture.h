/* tests/unit/cache/disk_fixture.h - what the tests of the level on disk begin with: a folder,
 * entries that can be known again by their number, and levels to put them in. */
#ifndef WHET_TESTS_DISK_FIXTURE_H
#define WHET_TESTS_DISK_FIXTURE_H

#include "../harness.h"
#include "../own_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "cache/disk/disk.h"
#include "os/clock.h"

#define CLIENT "tests"

static char path[512];

static int enter(void **state)
{
    int rc;

    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0); /* nothing here depends on what a power cut leaves */
    rc = own_folder_enter(state);
    snprintf(path, sizeof(path), "%s/made/cache.db", whet__text_str(&own_folder));
    return rc;
}

/* A level with all it stands on. */
struct level {
    struct whet_shared *shared;
    struct whet_disk *disk;
};

static inline struct level level_for(const char *client, uint64_t max_bytes, unsigned readers,
                                     int read_only)
{
    struct level v = {NULL, NULL};
    struct whet_disk_options options = {.path = path,
                                        .client = client,
                                        .max_bytes = max_bytes,
                                        .readers = readers,
                                        .read_only = read_only};

    if (whet__shared_new(&v.shared, path, read_only) != 0)
        return v;
    options.shared = v.shared;
    if (whet__disk_new(&v.disk, &options) != 0) {
        whet__shared_free(v.shared);
        v.shared = NULL;
    }
    return v;
}

static inline struct level level_open(uint64_t max_bytes)
{
    struct level v = level_for(CLIENT, max_bytes, 0, 0);

    assert_non_null(v.disk);
    return v;
}

static inline void level_close(struct level *v)
{
    whet__disk_free(v->disk);
    whet__shared_free(v->shared);
    *v = (struct level){NULL, NULL};
}

/* The key that belongs to a number. */
static inline size_t key_of(uint64_t n, char out[64])
{
    return (size_t)snprintf(out, 64, "key of %llu%.*s", (unsigned long long)n, (int)(n % 20),
                            "....................");
}

static inline struct whet_hash128 hash_of(uint64_t n)
{
    char key[64];
    size_t len = key_of(n, key);

    return whet__key_hash(whet__key_seed(CLIENT), key, len);
}

/* The length of its value: some hundred bytes, at times none, at times a file. */
static inline size_t length_of(uint64_t n)
{
    struct whet_random r;

    if (n % 50 == 7)
        return 0;
    whet__random_init(&r, n);
    if (n % 97 == 3)
        return WHET_DISK_LARGE + whet__random_below(&r, 20000);
    return whet__random_below(&r, n % 40 == 0 ? 20000 : 600);
}

static inline void value_fill(uint64_t n, unsigned char *out, size_t len)
{
    struct whet_random r;
    uint64_t bits = 0;

    whet__random_init(&r, ~n);
    for (size_t i = 0; i < len; i++, bits >>= 8) {
        if (i % 8 == 0)
            bits = whet__random_next(&r);
        out[i] = (unsigned char)bits;
    }
}

/* NULL: there was no memory. */
static inline struct whet_entry *entry_of(uint64_t n)
{
    struct whet_hash128 hash = hash_of(n);
    size_t len = length_of(n);
    struct whet_entry *e = NULL;
    char key[64];
    size_t key_len = key_of(n, key);

    if (whet__entry_new(&e, &hash, key, key_len, "about it", n % 3 == 0 ? 8 : 0, len) != 0)
        return NULL;
    value_fill(n, whet__entry_value(e), len);
    e->epoch = n + 1000;
    e->made_ns = n + 5;
    e->cost_ns = n * 3;
    e->flags = n % 4 == 0 ? WHET_ENTRY_LOCAL_ONLY : 0;
    return e;
}

/* 1 if it is all that was put under this number. */
static inline int entry_is(struct whet_entry *e, uint64_t n)
{
    struct whet_entry *first = entry_of(n); /* the allocation that fails may be this one's */
    struct whet_entry *wanted = first != NULL ? first : entry_of(n);
    int same = wanted != NULL && e->key_len == wanted->key_len &&
               e->about_len == wanted->about_len && e->value_len == wanted->value_len &&
               memcmp(e->bytes, wanted->bytes, e->key_len + e->about_len) == 0 &&
               memcmp(whet__entry_value(e), whet__entry_value(wanted), e->value_len) == 0 &&
               e->epoch == wanted->epoch && e->made_ns == wanted->made_ns &&
               e->end_ns == wanted->end_ns && e->cost_ns == wanted->cost_ns &&
               (e->flags & ~(uint32_t)WHET_ENTRY_ON_DISK) == wanted->flags;

    whet__entry_drop(wanted);
    return same;
}

static inline void level_put(struct level *v, uint64_t from, uint64_t count)
{
    for (uint64_t n = from; n < from + count; n++) {
        struct whet_entry *e = entry_of(n);

        if (e != NULL)
            whet__disk_put(v->disk, e);
        whet__entry_drop(e);
        whet__disk_pace(v->disk);
    }
}

/* 1: a hit, and right. 0: a miss. -1: wrong. */
static inline int level_has(struct level *v, uint64_t n)
{
    struct whet_hash128 hash = hash_of(n);
    struct whet_entry *e = NULL;
    char key[64];
    size_t key_len = key_of(n, key);
    int hit = whet__disk_get(v->disk, &hash, key, key_len, &e);

    if (hit == 1 && !entry_is(e, n))
        hit = -1;
    whet__entry_drop(e);
    return hit;
}

/* How many hit; a wrong one fails the test. */
static inline uint64_t level_get(struct level *v, uint64_t from, uint64_t count)
{
    uint64_t hits = 0;

    for (uint64_t n = from; n < from + count; n++) {
        int hit = level_has(v, n);

        assert_true(hit >= 0);
        hits += (uint64_t)hit;
    }
    return hits;
}

static inline int level_remove(struct level *v, const struct whet_hash128 *hash)
{
    whet__disk_remove_begin(v->disk, hash);
    return whet__disk_remove_end(v->disk, hash);
}

static inline void assert_no_note(struct level *v)
{
    char note[1000] = "";

    if (whet__disk_note(v->disk, note, sizeof(note)))
        fail_msg("%s", note);
}

#endif
