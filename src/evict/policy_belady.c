/* Belady's MIN: what will be used farthest from now goes. No cache can do it; it shows how
 * much there is to gain. Exact for entries of one size.
 *
 * The next use of each resident is a request number, and no two have the same. So the
 * residents are a set of numbers of which the largest is asked for: a tree of 64-bit words,
 * where a bit says that there is something below. Numbers that have passed need not be
 * taken out: whatever is resident is used later than now, or never.
 *
 * Source   Belady, "A study of replacement algorithms for a virtual-storage computer",
 *          IBM Systems Journal 5(2), 1966. */
#include "evict/policy_list.h"
#include "evict/policy_replay.h"

#include <errno.h>

#include "base/mem.h"

#define LEVELS 6 /* 64^6 requests are more than there can be */
#define NEVER  UINT32_MAX

struct belady {
    struct whet_policy base;
    uint64_t *words; /* of all levels, the lowest first */
    uint64_t *level[LEVELS];
    unsigned levels;
};

static struct belady *belady_of(struct whet_policy *p)
{
    return (struct belady *)p;
}

static void clear(struct whet_policy *p)
{
    whet__mem_free(belady_of(p)->words);
}

static int prepare(struct whet_policy *p, size_t requests)
{
    struct belady *b = belady_of(p);
    size_t at[LEVELS] = {0};
    size_t total = 0;
    unsigned levels = 0;
    size_t count = requests;

    do {
        count = (count + 63) / 64;
        at[levels++] = total;
        total += count;
    } while (count > 1);
    whet__mem_free(b->words);
    b->words = whet__mem_zalloc(total + 1, sizeof(*b->words));
    if (b->words == NULL)
        return -ENOMEM;
    for (unsigned i = 0; i < levels; i++)
        b->level[i] = b->words + at[i];
    b->levels = levels;
    return 0;
}

static inline void time_add(struct belady *b, uint32_t time)
{
    for (unsigned i = 0; i < b->levels; i++) {
        uint64_t *word = &b->level[i][time >> 6];
        uint64_t before = *word;

        *word = before | (uint64_t)1 << (time & 63);
        if (before != 0)
            return;
        time >>= 6;
    }
}

/* The largest, taken out; there must be one. */
static inline uint32_t time_take(struct belady *b)
{
    uint32_t time = 0;
    uint32_t rest;

    for (unsigned i = b->levels; i-- > 0;)
        time = time << 6 | (uint32_t)(63 - __builtin_clzll(b->level[i][time]));
    rest = time;
    for (unsigned i = 0; i < b->levels; i++) {
        uint64_t *word = &b->level[i][rest >> 6];

        *word &= ~((uint64_t)1 << (rest & 63));
        if (*word != 0)
            break;
        rest >>= 6;
    }
    return time;
}

/* What is never used again is in list 0 and goes first. */
static inline void note_next(struct whet_policy *p, uint32_t id, uint32_t next)
{
    if (next == NEVER)
        whet__policy_link(p, &p->lists[0], id);
    else
        time_add(belady_of(p), next);
}

static void make_room(struct whet_policy *p, const uint32_t *ids, uint32_t size)
{
    while (p->used + size > p->capacity) {
        uint32_t id;

        if (whet__policy_list_empty(p, &p->lists[0])) {
            id = ids[time_take(belady_of(p))];
        } else {
            id = whet__policy_list_last(p, &p->lists[0]);
            whet__policy_unlink(p, id);
        }
        p->used -= p->nodes[id].size;
        p->nodes[id].where = WHET_POLICY_NOWHERE;
    }
}

static void replay(struct whet_policy *p, struct whet_replay *r)
{
    for (size_t i = r->at; i < r->end; i++) {
        uint32_t id = r->ids[i];
        uint32_t size = r->sizes != NULL ? r->sizes[i] : 1;

        __builtin_prefetch(
            &p->nodes[r->ids[i + WHET_POLICY_AHEAD < r->end ? i + WHET_POLICY_AHEAD : i]]);
        if (!whet__policy_resident(p, id)) {
            r->misses++;
            r->missed_size += size;
            if (size > p->capacity)
                continue;
            make_room(p, r->ids, size);
            p->nodes[id].size = size;
            p->nodes[id].where = 1;
            p->used += size;
        }
        note_next(p, id, r->next[i]);
    }
    r->at = r->end;
}

const struct whet_policy_ops whet__policy_belady = {
    .name = "belady",
    .title = "Belady",
    .summary = "the optimum: what will be used farthest from now",
    .flags = WHET_POLICY_FUTURE,
    .state_size = sizeof(struct belady),
    .clear = clear,
    .prepare = prepare,
    .replay = replay,
};
