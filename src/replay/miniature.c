/* Simulating a small cache on a sample of keys instead of a large one on all: for policies
 * that have no stack distance. */
#include "replay/curve.h"

#include <errno.h>

#include "base/mem.h"
#include "replay/sampler.h"

#define NONE     UINT32_MAX
#define HASH_ALL 18446744073709551616.0 /* 2^64 */

static int miniature_fill(struct whet_trace *to, const struct whet_trace *t, double rate,
                          uint32_t *numbers)
{
    uint64_t below = rate >= 1 ? UINT64_MAX : (uint64_t)(rate * HASH_ALL);

    for (uint32_t id = 0; id < t->unique; id++)
        numbers[id] = whet__sampler_hash(id) <= below ? 0 : NONE;
    for (size_t i = 0; i < t->count; i++)
        to->count += numbers[t->ids[i]] != NONE;
    if (to->count == 0)
        return -ENODATA;
    to->ids = whet__mem_alloc(to->count * sizeof(*to->ids));
    if (t->sizes != NULL)
        to->sizes = whet__mem_alloc(to->count * sizeof(*to->sizes));
    if (to->ids == NULL || (t->sizes != NULL && to->sizes == NULL))
        return -ENOMEM;
    to->count = 0;
    for (size_t i = 0; i < t->count; i++) {
        uint32_t *number = &numbers[t->ids[i]];

        if (*number == NONE)
            continue;
        if (*number == 0)
            *number = ++to->unique;
        if (t->sizes != NULL) {
            to->sizes[to->count] = t->sizes[i];
            to->bytes += t->sizes[i];
        }
        to->ids[to->count++] = *number - 1;
    }
    return t->next != NULL ? whet__trace_find_next(to) : 0;
}

int whet__miniature_new(struct whet_miniature *out, const struct whet_trace *t, double rate)
{
    struct whet_miniature m = {.full_count = t->count, .rate = rate};
    uint32_t *numbers;
    int rc;

    if (!(rate > 0 && rate <= 1) || t->count == 0)
        return -EINVAL;
    numbers = whet__mem_alloc(((size_t)t->unique + 1) * sizeof(*numbers));
    if (numbers == NULL)
        return -ENOMEM;
    rc = miniature_fill(&m.trace, t, rate, numbers);
    whet__mem_free(numbers);
    if (rc != 0)
        whet__miniature_clear(&m);
    else
        *out = m;
    return rc;
}

void whet__miniature_clear(struct whet_miniature *m)
{
    whet__trace_clear(&m->trace);
}

int whet__miniature_simulate(struct whet_simulation *out, const struct whet_miniature *m,
                             const struct whet_policy_ops *policy, uint64_t capacity,
                             const struct whet_simulate_options *options)
{
    uint64_t small = (uint64_t)((double)capacity * m->rate + .5);
    int rc = whet__simulate(out, &m->trace, policy, small != 0 ? small : 1, options);

    if (rc != 0)
        return rc;
    out->capacity = capacity;
    out->requests = m->full_count;
    out->miss_ratio = (double)out->misses / ((double)m->full_count * m->rate);
    if (out->miss_ratio > 1)
        out->miss_ratio = 1;
    out->misses = (uint64_t)(out->miss_ratio * (double)m->full_count + .5);
    return 0;
}
