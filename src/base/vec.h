/* base/vec.h - a growing array of items of one size.
 *
 * Shape    one block; items move when it grows, so keep indexes, not pointers.
 * Units    items; `max` bounds their number.
 * Memory   freed by _clear; what items point to belongs to the caller.
 * Errors   NULL: out of memory, or over the maximum; what was there stays.
 * Threads  one at a time.
 */
#ifndef WHET_BASE_VEC_H
#define WHET_BASE_VEC_H

#include <stddef.h>

#include <whet/api.h>

struct whet_vec {
    void *items; /* cast to the item's type to read */
    size_t len;
    size_t cap;
    size_t item_size;
    size_t max;
};

void whet__vec_init(struct whet_vec *v, size_t item_size, size_t max);
void whet__vec_clear(struct whet_vec *v);

/* A new zeroed item at the end. */
WHET_MUST_USE void *whet__vec_push(struct whet_vec *v);

/* Room for `count` items in all, so that pushes up to there cannot fail. */
WHET_MUST_USE int whet__vec_reserve(struct whet_vec *v, size_t count);

void *whet__vec_at(const struct whet_vec *v, size_t index);

#endif
