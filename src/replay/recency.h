/* replay/recency.h - how much else was used since an entry was last used.
 *
 * Shape    entries by id, in the order of their last use; a use answers the entry's stack
 *          distance: the size an LRU cache has to have for this use to be a hit.
 * Units    distances count the entry itself: 1 is a use right after the last; sums of
 *          weights where entries have weights.
 * Memory   about 13 bytes per id, 21 with weights; freed by _clear. No use allocates.
 * Errors   -ENOMEM.
 * Threads  one at a time.
 *
 * Source   Bennett, Kruskal, "LRU stack processing", IBM J. Res. Dev. 19(4), 1975; with
 *          Fenwick's tree over words of 64 places, and places given anew when they run out.
 */
#ifndef WHET_REPLAY_RECENCY_H
#define WHET_REPLAY_RECENCY_H

#include <stddef.h>
#include <stdint.h>

#include <whet/api.h>

struct whet_recency {
    uint64_t *words;   /* a bit for each place that holds a last use */
    uint64_t *tree;    /* sums over words */
    uint32_t *owner;   /* the id of each place */
    uint32_t *weights; /* of each place; NULL: 1 each */
    uint32_t *place;   /* of each id */
    uint32_t id_count;
    size_t word_count;
    size_t at;      /* the next free place */
    uint64_t total; /* weight of all */
};

WHET_MUST_USE int whet__recency_init(struct whet_recency *r, uint32_t id_count, int weighted);
void whet__recency_clear(struct whet_recency *r);

/* A use. Answers the distance, or 0 if the id was not there. `weight` counts from now on. */
uint64_t whet__recency_use(struct whet_recency *r, uint32_t id, uint32_t weight);

/* Forgets an id that is there. */
void whet__recency_remove(struct whet_recency *r, uint32_t id);

#endif
