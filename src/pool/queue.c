/* A few jobs as a rule: those that have a priority or a size, and what comes from
 * threads outside the pool; 100,000 when a whole program's work is sorted by size. */
#include "pool/queue.h"

#include <errno.h>

#include "base/mem.h"

#define QUEUE_MIN ((size_t)16)
#define QUEUE_MAX ((size_t)1 << 27)

struct whet_queue_entry {
    struct whet_job job;
    int priority;
    uint64_t size;
    uint64_t serial;
};

int whet__queue_init(struct whet_queue *q)
{
    q->heap = NULL;
    q->count = 0;
    q->cap = 0;
    q->serial = 0;
    atomic_init(&q->level, WHET_QUEUE_EMPTY);
    return pthread_mutex_init(&q->lock, NULL) == 0 ? 0 : -ENOMEM;
}

void whet__queue_clear(struct whet_queue *q)
{
    pthread_mutex_destroy(&q->lock);
    whet__mem_free(q->heap);
    q->heap = NULL;
}

static int goes_before(const struct whet_queue_entry *a, const struct whet_queue_entry *b)
{
    if (a->priority != b->priority)
        return a->priority > b->priority;
    if (a->size != b->size)
        return a->size > b->size;
    return a->serial < b->serial;
}

static enum whet_queue_level queue_level(const struct whet_queue *q)
{
    const struct whet_queue_entry *first = q->heap;

    if (q->count == 0)
        return WHET_QUEUE_EMPTY;
    if (first->priority < 0)
        return WHET_QUEUE_LATER;
    return first->priority > 0 || first->size > 0 ? WHET_QUEUE_SOONER : WHET_QUEUE_EQUAL;
}

static int queue_grow(struct whet_queue *q)
{
    size_t cap = q->cap != 0 ? q->cap * 2 : QUEUE_MIN;
    struct whet_queue_entry *heap;

    if (cap > QUEUE_MAX)
        return -ENOMEM;
    heap = whet__mem_resize(q->heap, cap, sizeof(*heap));
    if (heap == NULL)
        return -ENOMEM;
    q->heap = heap;
    q->cap = cap;
    return 0;
}

/* Moves the hole at `at` up until the entry fits. */
static void heap_raise(struct whet_queue *q, size_t at, const struct whet_queue_entry *entry)
{
    while (at > 0 && goes_before(entry, &q->heap[(at - 1) / 2])) {
        q->heap[at] = q->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    q->heap[at] = *entry;
}

/* The last entry takes the place of the one at `at`, and sinks or rises to its own. */
static void heap_take(struct whet_queue *q, size_t at)
{
    const struct whet_queue_entry last = q->heap[--q->count];
    size_t below = 2 * at + 1;

    while (below < q->count) {
        if (below + 1 < q->count && goes_before(&q->heap[below + 1], &q->heap[below]))
            below++;
        if (!goes_before(&q->heap[below], &last))
            break;
        q->heap[at] = q->heap[below];
        at = below;
        below = 2 * at + 1;
    }
    if (at < q->count)
        heap_raise(q, at, &last);
}

int whet__queue_push(struct whet_queue *q, const struct whet_job *job, int priority,
                     uint64_t size)
{
    struct whet_queue_entry entry = {.job = *job, .priority = priority, .size = size};
    int rc = 0;

    pthread_mutex_lock(&q->lock);
    if (q->count == q->cap)
        rc = queue_grow(q);
    if (rc == 0) {
        entry.serial = q->serial++;
        heap_raise(q, q->count++, &entry);
        atomic_store(&q->level, queue_level(q));
    }
    pthread_mutex_unlock(&q->lock);
    return rc;
}

int whet__queue_pop(struct whet_queue *q, enum whet_queue_level level, struct whet_job *out)
{
    int got;

    if (atomic_load(&q->level) < (int)level)
        return 0;
    pthread_mutex_lock(&q->lock);
    got = q->count > 0 && queue_level(q) >= level;
    if (got) {
        *out = q->heap[0].job;
        heap_take(q, 0);
        atomic_store(&q->level, queue_level(q));
    }
    pthread_mutex_unlock(&q->lock);
    return got;
}

int whet__queue_pick(struct whet_queue *q, const struct whet_group *group, struct whet_job *out)
{
    size_t at = 0;
    int got;

    if (atomic_load(&q->level) == WHET_QUEUE_EMPTY)
        return 0;
    pthread_mutex_lock(&q->lock);
    while (at < q->count && q->heap[at].job.group != group)
        at++;
    got = at < q->count;
    if (got) {
        *out = q->heap[at].job;
        heap_take(q, at);
        atomic_store(&q->level, queue_level(q));
    }
    pthread_mutex_unlock(&q->lock);
    return got;
}
