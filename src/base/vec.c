/* A growing array of items of one size; doubling, bounded. */
#include "base/vec.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/mem.h"

void whet__vec_init(struct whet_vec *v, size_t item_size, size_t max)
{
    memset(v, 0, sizeof(*v));
    v->item_size = item_size;
    v->max = max;
}

void whet__vec_clear(struct whet_vec *v)
{
    whet__mem_free(v->items);
    whet__vec_init(v, v->item_size, v->max);
}

int whet__vec_reserve(struct whet_vec *v, size_t count)
{
    void *items;

    if (count <= v->cap)
        return 0;
    if (count > v->max)
        return -EFBIG;
    items = whet__mem_resize(v->items, count, v->item_size);
    if (items == NULL)
        return -ENOMEM;
    v->items = items;
    v->cap = count;
    return 0;
}

void *whet__vec_at(const struct whet_vec *v, size_t index)
{
    assert(index < v->len);
    return (char *)v->items + index * v->item_size;
}

void *whet__vec_push(struct whet_vec *v)
{
    void *item;

    if (v->len == v->cap) {
        size_t cap = v->cap < 8 ? 8 : v->cap * 2;

        if (cap > v->max)
            cap = v->max;
        if (cap == v->cap || whet__vec_reserve(v, cap) != 0)
            return NULL;
    }
    item = (char *)v->items + v->len * v->item_size;
    memset(item, 0, v->item_size);
    v->len++;
    return item;
}
