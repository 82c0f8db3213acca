/* Stack distances of some ten million uses: about 30 ns each. Places are in the order of
 * time; the distance is what is at the entry's place and behind it. */
#include "replay/recency.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

#define NOWHERE UINT32_MAX

int whet__recency_init(struct whet_recency *r, uint32_t id_count, int weighted)
{
    size_t places;

    memset(r, 0, sizeof(*r));
    r->id_count = id_count;
    r->word_count = (size_t)id_count / 32 + 2;
    places = r->word_count * 64;
    r->words = whet__mem_zalloc(r->word_count, sizeof(*r->words));
    r->tree = whet__mem_zalloc(r->word_count + 1, sizeof(*r->tree));
    r->owner = whet__mem_alloc(places * sizeof(*r->owner));
    r->place = whet__mem_alloc(((size_t)id_count + 1) * sizeof(*r->place));
    if (weighted)
        r->weights = whet__mem_alloc(places * sizeof(*r->weights));
    if (r->words == NULL || r->tree == NULL || r->owner == NULL || r->place == NULL ||
        (weighted && r->weights == NULL)) {
        whet__recency_clear(r);
        return -ENOMEM;
    }
    memset(r->place, 0xff, ((size_t)id_count + 1) * sizeof(*r->place));
    return 0;
}

void whet__recency_clear(struct whet_recency *r)
{
    whet__mem_free(r->words);
    whet__mem_free(r->tree);
    whet__mem_free(r->owner);
    whet__mem_free(r->weights);
    whet__mem_free(r->place);
    memset(r, 0, sizeof(*r));
}

/* Fenwick's tree counts from 1; sums wrap, so that taking away is adding. */
static void tree_add(struct whet_recency *r, size_t word, uint64_t weight)
{
    for (size_t i = word + 1; i <= r->word_count; i += i & (~i + 1))
        r->tree[i] += weight;
}

/* The weight of what lies before a place. */
static uint64_t weight_before(const struct whet_recency *r, uint32_t place)
{
    uint64_t below = r->words[place / 64] & (((uint64_t)1 << place % 64) - 1);
    uint64_t sum = 0;

    if (r->weights == NULL) {
        sum = (uint64_t)__builtin_popcountll(below);
    } else {
        for (; below != 0; below &= below - 1)
            sum += r->weights[place / 64 * 64 + (unsigned)__builtin_ctzll(below)];
    }
    for (size_t i = place / 64; i != 0; i &= i - 1)
        sum += r->tree[i];
    return sum;
}

static uint32_t weight_at(const struct whet_recency *r, uint32_t place)
{
    return r->weights != NULL ? r->weights[place] : 1;
}

/* All places are used up, at least half of them for nothing: they move together. */
static void compact(struct whet_recency *r)
{
    size_t to = 0;

    for (size_t word = 0; word < r->word_count; word++) {
        for (uint64_t bits = r->words[word]; bits != 0; bits &= bits - 1) {
            size_t from = word * 64 + (unsigned)__builtin_ctzll(bits);

            r->owner[to] = r->owner[from];
            r->place[r->owner[to]] = (uint32_t)to;
            if (r->weights != NULL)
                r->weights[to] = r->weights[from];
            to++;
        }
    }
    memset(r->words, 0, r->word_count * sizeof(*r->words));
    memset(r->tree, 0, (r->word_count + 1) * sizeof(*r->tree));
    for (size_t i = 0; i < to; i++) {
        r->words[i / 64] |= (uint64_t)1 << i % 64;
        r->tree[i / 64 + 1] += weight_at(r, (uint32_t)i);
    }
    for (size_t i = 1; i <= r->word_count; i++) { /* sums of parts become a tree */
        size_t parent = i + (i & (~i + 1));

        if (parent <= r->word_count)
            r->tree[parent] += r->tree[i];
    }
    r->at = to;
}

void whet__recency_remove(struct whet_recency *r, uint32_t id)
{
    uint32_t place = r->place[id];
    uint64_t weight = weight_at(r, place);

    r->words[place / 64] &= ~((uint64_t)1 << place % 64);
    tree_add(r, place / 64, ~weight + 1);
    r->total -= weight;
    r->place[id] = NOWHERE;
}

uint64_t whet__recency_use(struct whet_recency *r, uint32_t id, uint32_t weight)
{
    uint64_t distance = 0;
    size_t place;

    if (r->place[id] != NOWHERE) {
        distance = r->total - weight_before(r, r->place[id]);
        whet__recency_remove(r, id);
    }
    if (r->at == r->word_count * 64)
        compact(r);
    place = r->at++;
    r->place[id] = (uint32_t)place;
    r->owner[place] = id;
    if (r->weights != NULL)
        r->weights[place] = weight;
    else
        weight = 1;
    r->words[place / 64] |= (uint64_t)1 << place % 64;
    tree_add(r, place / 64, weight);
    r->total += weight;
    return distance;
}
