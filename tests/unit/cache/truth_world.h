/* tests/unit/cache/truth_world.h - the small world of test_cache_truth.c: files, keys that are
 * made of files and of other keys, and hidden state; what a value would be if it were computed
 * now; and what changes that. */
#ifndef WHET_TESTS_TRUTH_WORLD_H
#define WHET_TESTS_TRUTH_WORLD_H

#include "../harness.h"

#include <stdio.h>
#include <sys/mman.h>

#include "base/hash.h"
#include "base/random.h"
#include "os/clock.h"
#include "other_process.h"
#include "scratch_file.h"

enum { FILES = 5, KEYS = 14, MORTAL = KEYS - 1, FILLERS = 40, PAD = 2500 };
#define KIB        ((uint64_t)1 << 10)
#define NONE       WHET_CACHE_NONE
#define MORTAL_TTL ((uint64_t)1000000)

struct choice {
    const char *name;
    uint64_t memory, packed;
    int file;
    int fits; /* all keys do */
    const char *policy;
};

static const struct choice choices[] = {
    {"memory", 4096 * KIB, NONE, 0, 1, NULL},
    {"little memory", 32 * KIB, NONE, 0, 0, NULL},
    {"packed", NONE, 4096 * KIB, 0, 1, NULL},
    {"little memory and packed", 32 * KIB, 32 * KIB, 0, 0, "lru"},
    {"memory and file", 4096 * KIB, NONE, 1, 1, NULL},
    {"file", NONE, NONE, 1, 1, NULL},
    {"little of all three", 32 * KIB, 32 * KIB, 1, 1, "lru"},
};
enum { CHOICES = sizeof(choices) / sizeof(choices[0]) };

struct key {
    unsigned files; /* bits */
    unsigned needs; /* bits */
    int coarse;     /* its value says little: it often stays as it was */
    char name[16];
    char tag[16];
};

/* What both processes see. */
struct state {
    int contents[FILES]; /* -1: missing */
    uint64_t hidden[KEYS];
    uint64_t mortal_end_ns; /* when nobody counts on it any more */
    int needed[KEYS];       /* somebody has named it */
    uint64_t changes;
    uint64_t gets, hits, late;
};

struct world {
    struct whet_random r;
    struct key keys[KEYS];
    struct state *state;
    const struct choice *choice;
    struct whet_cache *cache;
    struct other other;
    char folder[400];
    int circles;     /* values do not depend on values, for who would compute them? */
    int memory_only; /* some puts are */
    unsigned busy;   /* keys being computed */
};

static inline unsigned below_n(struct world *w, unsigned n)
{
    return (unsigned)whet__random_below(&w->r, n);
}

/* ---- What is true ---- */

static inline uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t both[2] = {a, b};

    return whet__hash64(both, sizeof(both));
}

static inline uint64_t own(const struct world *w, unsigned k)
{
    uint64_t sum = mix(k, w->state->hidden[k]);

    for (unsigned f = 0; f < FILES; f++) {
        if (w->keys[k].files & (1u << f))
            sum = mix(sum, (uint64_t)(w->state->contents[f] + 1));
    }
    return sum;
}

/* A chain of values, each made of lower ones. */
static inline uint64_t truth_of_chain(const struct world *w, unsigned k)
{
    uint64_t sums[KEYS];

    for (unsigned i = 0; i <= k; i++) {
        uint64_t sum = own(w, i);

        for (unsigned n = 0; n < i; n++) {
            if (w->keys[i].needs & (1u << n))
                sum = mix(sum, sums[n]);
        }
        sums[i] = w->keys[i].coarse ? sum % 2 : sum;
    }
    return sums[k];
}

/* In circles a value says what all that can be reached is like. */
static inline uint64_t truth(const struct world *w, unsigned k)
{
    uint64_t sum = own(w, k);
    unsigned all = 1u << k, before = 0;

    if (!w->circles)
        return truth_of_chain(w, k);
    while (all != before) {
        before = all;
        for (unsigned n = 0; n < KEYS; n++)
            all |= before & (1u << n) ? w->keys[n].needs : 0;
    }
    for (unsigned n = 0; n < KEYS; n++) {
        if (all & (1u << n))
            sum = mix(sum, own(w, n));
    }
    return sum;
}

/* The bytes that say so: of every other key they shrink. */
static inline size_t fill(unsigned k, uint64_t sum, unsigned char out[PAD])
{
    struct whet_random r;

    whet__random_init(&r, sum);
    for (size_t i = 0; i < PAD; i++)
        out[i] = (unsigned char)(k % 2 ? sum : whet__random_next(&r));
    memcpy(out, &sum, sizeof(sum));
    return PAD;
}

static inline uint64_t check(struct world *w, unsigned k, const void *data, size_t len)
{
    unsigned char want[PAD];
    uint64_t sum = truth(w, k), got = 0;

    memcpy(&got, data, len < sizeof(got) ? len : sizeof(got));
    if (got != sum)
        fail_msg("%s: key %u is not what it was when it was kept", w->choice->name, k);
    assert_int_equal(len, fill(k, sum, want));
    assert_memory_equal(data, want, len);
    return sum;
}

/* ---- What changes it ---- */

static inline void edit(struct world *w, unsigned f, int content)
{
    char path[500];
    FILE *file;

    snprintf(path, sizeof(path), "%s/f%u", w->folder, f);
    w->state->changes++;
    w->state->contents[f] = content;
    if (content < 0) {
        unlink(path);
        return;
    }
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "%08d", content); /* always of the same size, often the same bytes */
    assert_int_equal(fclose(file), 0);
}

/* To what it never was: a file that is changed back within a step of the clock that stamps it,
 * or comes and goes again, leaves no trace, so that nobody can know what a value is made of. */
static inline void renew(struct world *w, unsigned f)
{
    edit(w, f, (int)(1000 + w->state->changes));
}

static inline void invalidate(struct world *w, unsigned k)
{
    const struct key *key = &w->keys[k];
    unsigned way = below_n(w, 12);

    w->state->changes++;
    for (unsigned n = 0; n < KEYS; n++) {
        const struct key *other = &w->keys[n];

        if (n == k || way == 0 || (way < 3 && strcmp(other->tag, key->tag) == 0) ||
            (way >= 3 && way < 5 && other->name[0] == key->name[0]))
            w->state->hidden[n]++;
    }
    if (way == 0)
        assert_int_equal(whet_cache_invalidate_all(w->cache), 0);
    else if (way < 3)
        assert_int_equal(whet_cache_invalidate_tag(w->cache, key->tag), 0);
    else if (way < 5)
        assert_int_equal(whet_cache_invalidate_prefix(w->cache, key->name, 1), 0);
    else
        assert_int_equal(whet_cache_invalidate(w->cache, key->name, strlen(key->name)), 0);
}

/* What has a time changes without a word when that is over. */
static inline void outlive(struct world *w)
{
    const struct timespec tick = {.tv_nsec = 500000};

    while (whet__clock_wall_coarse_ns() <= w->state->mortal_end_ns)
        nanosleep(&tick, NULL);
    w->state->hidden[MORTAL]++;
}

#endif
