/* Miss-ratio curves: reading them, and the exact one of LRU. */
#include "replay/curve.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "replay/recency.h"

#define BYTE_POINTS 8192

void whet__curve_clear(struct whet_curve *c)
{
    whet__mem_free(c->points);
    memset(c, 0, sizeof(*c));
}

/* The last point at or below a size. */
static size_t point_below(const struct whet_curve *c, uint64_t size)
{
    size_t low = 0;
    size_t high = c->count;

    while (high - low > 1) {
        size_t mid = low + (high - low) / 2;

        if (c->points[mid].size <= size)
            low = mid;
        else
            high = mid;
    }
    return low;
}

double whet__curve_at(const struct whet_curve *c, uint64_t size)
{
    size_t i = point_below(c, size);
    const struct whet_curve_point *p = &c->points[i];

    if (c->is_exact || i + 1 == c->count)
        return p->miss_ratio;
    return p->miss_ratio + (p[1].miss_ratio - p->miss_ratio) * (double)(size - p->size) /
                               (double)(p[1].size - p->size);
}

int whet__curve_size_for(const struct whet_curve *c, double hit_ratio, uint64_t *out)
{
    for (size_t i = 0; i < c->count; i++) {
        if (1 - c->points[i].miss_ratio < hit_ratio)
            continue;
        if (c->points[i].size < c->min_size)
            return -ERANGE;
        *out = c->points[i].size;
        return 0;
    }
    return -ERANGE;
}

/* How many uses had each distance; in bytes, each range of `step`. */
struct distances {
    uint64_t *counts;
    size_t count;
    uint64_t step;
};

static int measure(struct distances *d, const struct whet_trace *t, int in_bytes,
                   const struct whet_simulate_options *o)
{
    struct whet_recency r;
    int rc = whet__recency_init(&r, t->unique, in_bytes);

    for (size_t i = 0; rc == 0 && i < t->count; i++) {
        uint64_t distance = whet__recency_use(&r, t->ids[i], in_bytes ? t->sizes[i] : 1);
        size_t at = (size_t)((distance + d->step - 1) / d->step);

        d->counts[at < d->count ? at : d->count - 1] += distance != 0;
        rc = whet__simulate_pause(o, i);
    }
    whet__recency_clear(&r);
    return rc;
}

/* Points only where the ratio changes. */
static int make_points(struct whet_curve *c, const struct distances *d, size_t requests)
{
    uint64_t hits = 0;
    size_t points = 1;

    for (size_t i = 1; i < d->count; i++)
        points += d->counts[i] != 0;
    c->points = whet__mem_zalloc(points, sizeof(*c->points));
    if (c->points == NULL)
        return -ENOMEM;
    c->points[c->count++] = (struct whet_curve_point){0, 1};
    for (size_t i = 1; i < d->count; i++) {
        hits += d->counts[i];
        if (d->counts[i] != 0)
            c->points[c->count++] = (struct whet_curve_point){
                i * d->step, (double)(requests - hits) / (double)requests};
    }
    return 0;
}

int whet__curve_exact(struct whet_curve *out, const struct whet_trace *t,
                      const struct whet_simulate_options *options)
{
    static const struct whet_simulate_options none = {0};
    const struct whet_simulate_options *o = options != NULL ? options : &none;
    int in_bytes = (o->flags & WHET_SIMULATE_BYTES) != 0;
    struct distances d = {.count = (size_t)t->unique + 1, .step = 1};
    struct whet_curve curve = {.rate = 1, .is_exact = 1};
    int rc;

    if (t->count == 0 || (in_bytes && t->sizes == NULL))
        return -EINVAL;
    if (in_bytes) {
        d.step = t->footprint_bytes / BYTE_POINTS + 1;
        d.count = BYTE_POINTS + 2;
    }
    d.counts = whet__mem_zalloc(d.count, sizeof(*d.counts));
    if (d.counts == NULL)
        return -ENOMEM;
    rc = measure(&d, t, in_bytes, o);
    if (rc == 0)
        rc = make_points(&curve, &d, t->count);
    whet__mem_free(d.counts);
    if (rc != 0)
        return rc;
    curve.floor = (double)t->unique / (double)t->count;
    *out = curve;
    return 0;
}
