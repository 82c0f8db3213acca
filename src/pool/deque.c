/* Jobs by the million, mostly pushed and popped by one thread: about 15 ns for both. A
 * deque holds a few dozen, since the newest go first; 100,000 when one folder holds as
 * many folders. */
#include "pool/deque.h"

#include <errno.h>

#include "base/mem.h"

#ifndef DEQUE_MIN /* a test makes it smaller, so that a deque grows at once */
#    define DEQUE_MIN 64
#endif
#define DEQUE_MAX ((int64_t)1 << 27) /* 5 GiB */

static struct whet_deque_block *block_new(int64_t cap)
{
    struct whet_deque_block *b =
        whet__mem_zalloc(1, sizeof(*b) + (size_t)cap * sizeof(b->slots[0]));

    if (b != NULL)
        b->cap = cap;
    return b;
}

int whet__deque_init(struct whet_deque *d)
{
    struct whet_deque_block *b = block_new(DEQUE_MIN);

    if (b == NULL)
        return -ENOMEM;
    atomic_init(&d->top, 0);
    atomic_init(&d->bottom, 0);
    atomic_init(&d->block, b);
    return 0;
}

void whet__deque_clear(struct whet_deque *d)
{
    struct whet_deque_block *b = atomic_load_explicit(&d->block, memory_order_relaxed);

    while (b != NULL) {
        struct whet_deque_block *outgrown = b->outgrown;

        whet__mem_free(b);
        b = outgrown;
    }
    atomic_store_explicit(&d->block, NULL, memory_order_relaxed);
}

static inline void slot_write(struct whet_deque_block *b, int64_t at,
                              const struct whet_job *job)
{
    struct whet_deque_slot *s = &b->slots[at & (b->cap - 1)];

    atomic_store_explicit(&s->run, job->run, memory_order_relaxed);
    atomic_store_explicit(&s->ctx, job->ctx, memory_order_relaxed);
    atomic_store_explicit(&s->arg, job->arg, memory_order_relaxed);
    atomic_store_explicit(&s->group, job->group, memory_order_relaxed);
    atomic_store_explicit(&s->result, job->result, memory_order_relaxed);
}

static inline void slot_read(struct whet_deque_block *b, int64_t at, struct whet_job *out)
{
    struct whet_deque_slot *s = &b->slots[at & (b->cap - 1)];

    out->run = atomic_load_explicit(&s->run, memory_order_relaxed);
    out->ctx = atomic_load_explicit(&s->ctx, memory_order_relaxed);
    out->arg = atomic_load_explicit(&s->arg, memory_order_relaxed);
    out->group = atomic_load_explicit(&s->group, memory_order_relaxed);
    out->result = atomic_load_explicit(&s->result, memory_order_relaxed);
}

/* The jobs from top to bottom in a block of twice the size. */
static struct whet_deque_block *deque_grow(struct whet_deque *d, struct whet_deque_block *old,
                                           int64_t top, int64_t bottom)
{
    struct whet_deque_block *b = old->cap < DEQUE_MAX ? block_new(old->cap * 2) : NULL;
    struct whet_job job;

    if (b == NULL)
        return NULL;
    for (int64_t i = top; i < bottom; i++) {
        slot_read(old, i, &job);
        slot_write(b, i, &job);
    }
    b->outgrown = old;
    atomic_store_explicit(&d->block, b, memory_order_release);
    return b;
}

int whet__deque_push(struct whet_deque *d, const struct whet_job *job)
{
    struct whet_deque_block *b = atomic_load_explicit(&d->block, memory_order_relaxed);
    int64_t bottom = atomic_load_explicit(&d->bottom, memory_order_relaxed);
    int64_t top = atomic_load_explicit(&d->top, memory_order_acquire);

    if (bottom - top >= b->cap) {
        b = deque_grow(d, b, top, bottom);
        if (b == NULL)
            return -ENOMEM;
    }
    slot_write(b, bottom, job);
    atomic_store_explicit(&d->bottom, bottom + 1, memory_order_seq_cst);
    return 0;
}

int whet__deque_pop(struct whet_deque *d, struct whet_job *out)
{
    struct whet_deque_block *b = atomic_load_explicit(&d->block, memory_order_relaxed);
    int64_t bottom = atomic_load_explicit(&d->bottom, memory_order_relaxed) - 1;
    int64_t top = atomic_load_explicit(&d->top, memory_order_relaxed);
    int got = 1;

    if (top > bottom) /* top only grows: it is empty whatever thieves do */
        return 0;
    atomic_store_explicit(&d->bottom, bottom, memory_order_seq_cst);
    top = atomic_load_explicit(&d->top, memory_order_seq_cst);
    if (top < bottom) { /* thieves see the new bottom before they get here */
        slot_read(b, bottom, out);
        return 1;
    }
    if (top == bottom) { /* the last one: a thief may be after it */
        slot_read(b, bottom, out);
        got = atomic_compare_exchange_strong_explicit(
            &d->top, &top, top + 1, memory_order_seq_cst, memory_order_relaxed);
    } else {
        got = 0;
    }
    atomic_store_explicit(&d->bottom, bottom + 1, memory_order_relaxed);
    return got;
}

enum whet_deque_theft whet__deque_steal(struct whet_deque *d, struct whet_job *out)
{
    int64_t top = atomic_load_explicit(&d->top, memory_order_seq_cst);
    int64_t bottom = atomic_load_explicit(&d->bottom, memory_order_seq_cst);
    struct whet_job job;

    if (top >= bottom)
        return WHET_DEQUE_EMPTY;
    slot_read(atomic_load_explicit(&d->block, memory_order_acquire), top, &job);
    if (!atomic_compare_exchange_strong_explicit(&d->top, &top, top + 1, memory_order_seq_cst,
                                                 memory_order_relaxed))
        return WHET_DEQUE_LOST;
    *out = job;
    return WHET_DEQUE_GOT;
}

size_t whet__deque_count(const struct whet_deque *d)
{
    int64_t bottom = atomic_load_explicit(&d->bottom, memory_order_seq_cst);
    int64_t top = atomic_load_explicit(&d->top, memory_order_seq_cst);

    return bottom > top ? (size_t)(bottom - top) : 0;
}
